// "Preview" and "Rule by rule" on the segment form: ask the server who the criteria select and show the answer beside them.
// Without this script the same buttons (name="_preview") submit the form and the whole page comes back.

const buttons = [...document.querySelectorAll("button[data-preview-url]")];
const panel = document.getElementById("preview");

let running = null; // the newest request; an older answer never overwrites a newer one

function say(sentence) {
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

function put(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html"); // scripts in it never run
  const body = parsed.querySelector(".preview-body");
  if (!body) return false;
  renew();
  panel.replaceChildren(document.adoptNode(body));
  return true;
}

function sentenceFor(response) {
  if (response.redirected || response.status === 401) return "You have been logged out. Log in again in another tab, then press Preview.";
  if (response.status === 403) return "The preview was refused. Reload the page and try again.";
  if (response.status === 429 || response.status === 503) return "The server is busy. Wait a moment, then press Preview.";
  return `The preview failed (${response.status}). What you typed is still here.`;
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
  for (const button of buttons) button.textContent = button.dataset.label;
}

async function preview(button) {
  running?.abort();
  labelAll();
  const mine = new AbortController();
  running = mine;
  button.textContent = "Counting…";
  panel.setAttribute("aria-busy", "true");
  const asked = rules();
  try {
    const response = await fetch(button.dataset.previewUrl, {
      method: "POST",
      body: formFields(button.form, button),
      headers: { Accept: "text/html", "X-Requested-With": "fetch" },
      credentials: "same-origin",
      signal: mine.signal,
    });
    const html = await response.text();
    if (running !== mine) return;
    if (response.redirected || !put(html)) say(sentenceFor(response));
    else if (rules() !== asked) outdate();
  } catch (error) {
    if (running === mine && error.name !== "AbortError") say("The server could not be reached. What you typed is still here.");
  } finally {
    if (running === mine) {
      running = null;
      labelAll();
      panel.setAttribute("aria-busy", "false");
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
  document.getElementById("id_filter_criteria")?.addEventListener("input", outdate);
  for (const button of buttons.filter((button) => button.form)) {
    button.dataset.label = button.textContent;
    button.addEventListener("click", (event) => {
      event.preventDefault();
      preview(button);
    });
  }
}
