// "Preview" and "Rule by rule" on the segment form: ask the server who the criteria select and show the answer beside them.
// Without this script the same buttons (name="_preview") submit the form and the whole page comes back. The rules themselves
// are changed, and previewed while one types, by builder.js.

const panel = document.getElementById("preview");

let running = null; // the newest request; an older answer never overwrites a newer one

export function say(sentence) {
  const body = document.createElement("div");
  const text = document.createElement("p");
  body.className = "preview-body";
  text.className = "note error";
  text.textContent = sentence;
  body.append(text);
  renew();
  panel.replaceChildren(body);
}

function renew() {
  panel.classList.remove("outdated");
  panel.querySelector(".outdated-note")?.remove();
}

export function parse(html) {
  return new DOMParser().parseFromString(html, "text/html"); // scripts in it never run
}

export function put(parts) {
  renew();
  panel.replaceChildren(...[...parts].map((part) => document.adoptNode(part)));
  document.getElementById("preview-status").textContent = panel.querySelector(".numbers")?.textContent.trim() ?? ""; // read out
}

export function sentenceFor(response) {
  if (response.redirected || response.status === 401) return "You have been logged out. Press Save: you are asked to log in again, and nothing you typed is lost.";
  if (response.status === 403) return "You have logged out, or in again, since this page was opened. Press Save: nothing you typed is lost.";
  if (response.status === 429 || response.status === 503) return "The server is busy. Wait a moment, then try again.";
  return `That failed (${response.status}). What you typed is still here.`;
}

export const UNREACHED = "The server could not be reached. What you typed is still here.";

export async function post(url, fields, signal) {
  const headers = { Accept: "text/html", "X-Requested-With": "fetch" };
  const response = await fetch(url, { method: "POST", body: fields, headers, credentials: "same-origin", signal });
  return { response, html: await response.text() };
}

// What is still asked is no longer wanted: newer rules are.
export function abandon() {
  running?.abort();
  running = null;
}

export function isBusy(whether) {
  panel.setAttribute("aria-busy", String(whether));
}

function formFields(form, button) {
  const fields = new URLSearchParams([[button.name, button.value]]);
  for (const name of ["csrfmiddlewaretoken", "segment_type", "filter_criteria"]) {
    const field = form.elements.namedItem(name);
    if (field) fields.set(name, field.value);
  }
  return fields;
}

function rules() {
  return document.getElementById("id_filter_criteria")?.value;
}

function labelAll() {
  for (const button of document.querySelectorAll("button[data-label]")) button.textContent = button.dataset.label;
}

async function preview(button) {
  running?.abort();
  labelAll();
  const mine = new AbortController();
  running = mine;
  button.dataset.label = button.textContent;
  button.textContent = "Counting…";
  isBusy(true);
  const asked = rules();
  try {
    const { response, html } = await post(button.dataset.previewUrl, formFields(button.form, button), mine.signal);
    if (running !== mine) return;
    const body = response.redirected ? null : parse(html).querySelector(".preview-body");
    if (body) put([body]);
    else say(sentenceFor(response));
    if (body && rules() !== asked) outdate();
  } catch (error) {
    if (running === mine && error.name !== "AbortError") say(UNREACHED);
  } finally {
    if (running === mine) {
      running = null;
      labelAll();
      isBusy(false);
    }
  }
}

// What is shown of rules that have been changed since is marked as what it is.
function outdate() {
  if (panel.classList.contains("outdated") || !panel.querySelector(".numbers")) return;
  panel.classList.add("outdated");
  const note = document.createElement("p");
  note.className = "outdated-note";
  note.textContent = "The rules were changed since. Press “Preview” to see who they select now.";
  panel.prepend(note);
}

if (panel) {
  document.addEventListener("input", ({ target }) => {
    if (target.id === "id_filter_criteria") outdate();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-preview-url]");
    if (!button?.form) return;
    event.preventDefault();
    preview(button);
  });
}
