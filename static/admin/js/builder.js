// The rule builder of the segment form: its buttons and selects ask the server for the builder as it is then, without
// leaving the page, and who the rules select is told while one types. Without this script the same buttons submit the form.

import { abandon, isBusy, parse, post, put, say, sentenceFor, UNREACHED } from "./preview.js";
import { suggest } from "./suggestions.js";
const PAUSE = 300; // milliseconds without a key before the server is asked

const builder = () => document.getElementById("builder");
const isRules = () => builder()?.querySelector("[name=rules]") != null;

let counting = null; // the newest preview; an older answer never overwrites a newer one
let timer = 0;
let mode = "1"; // "rules" once the rules were to be counted one by one
let following = 0; // a select that is being gone through with the arrow keys is followed once that ends
let key = ""; // the last one that was pressed
let changing = Promise.resolve(); // changes follow one another

const OURS = /^(criteria|rule|group|contracts)-|^(rules|csrfmiddlewaretoken|segment_type|_initial|filter_criteria)$/;

function fields() {
  const all = [...new FormData(builder().closest("form"))];
  return new URLSearchParams(all.filter(([name]) => OURS.test(name)));
}

function typed() {
  const controls = builder().querySelectorAll("select, input:not([type=hidden]), textarea");
  return new Map([...controls].map((control) => [control.id, control.type === "checkbox" ? control.checked : control.value]));
}

// What was typed while the answer was on its way stays.
function keep(before, after) {
  for (const [id, value] of after) {
    const control = before.get(id) === value ? null : document.getElementById(id);
    if (control?.type === "checkbox") control.checked = value;
    else if (control) control.value = value;
  }
}

function replace(page, isSame, sent) {
  const held = document.activeElement?.closest("#builder") ? document.activeElement.id : "";
  const after = typed();
  builder().replaceWith(document.adoptNode(page.getElementById("builder")));
  document.getElementById("id_filter_criteria_error")?.remove();
  if (isSame) keep(sent, after);
  if (isSame) document.getElementById(held)?.focus(); // whoever has gone on elsewhere stays there
  else (builder().querySelector("[autofocus]") ?? builder().querySelector("textarea, select")).focus();
}

// A button of the builder, or a select that others follow: the builder comes back as it is then.
async function change(button) {
  const isSame = button.startsWith("update");
  const sent = typed();
  const asked = fields();
  asked.set("_rules", button);
  clearTimeout(timer);
  counting?.abort();
  abandon();
  try {
    const { response, html } = await post(builder().dataset.url, asked);
    const page = response.ok && !response.redirected ? parse(html) : null;
    if (!page?.getElementById("builder")) return say(sentenceFor(response));
    replace(page, isSame, sent);
    if (isRules()) count();
    else put(page.getElementById("preview").children);
  } catch (error) {
    say(UNREACHED);
  } finally {
    if (builder()) builder().inert = false;
  }
}

function press(button) {
  clearTimeout(following);
  if (!button.startsWith("update")) builder().inert = true; // a second press would mean what has moved into its place
  changing = changing.then(() => change(button));
}

// Puts what is wrong at its rule, without touching what is being typed.
function mark(page) {
  const fresh = page.getElementById("builder");
  for (const old of builder().querySelectorAll(".node-messages")) {
    const messages = fresh.querySelector(`#${old.id}`);
    if (messages && messages.innerHTML !== old.innerHTML) old.replaceChildren(...messages.children);
  }
  for (const control of builder().querySelectorAll("select, input:not([type=hidden]), textarea")) {
    const now = control.id && fresh.querySelector(`#${control.id}`);
    for (const name of now ? ["aria-invalid", "aria-describedby"] : []) {
      if (now.hasAttribute(name)) control.setAttribute(name, now.getAttribute(name));
      else control.removeAttribute(name);
    }
  }
}

async function count() {
  counting?.abort();
  const mine = new AbortController();
  counting = mine;
  const asked = fields();
  asked.set("_preview", mode);
  isBusy(true);
  try {
    for (let goesOn = true; goesOn; asked.set("_exact", "1")) {
      const { response, html } = await post(builder().dataset.url, asked, mine.signal);
      if (counting !== mine) return;
      const page = response.ok && !response.redirected ? parse(html) : null;
      if (!page?.getElementById("preview")) return say(sentenceFor(response));
      goesOn = page.querySelector("[data-goes-on]") !== null; // many are counted in a second question
      mark(page);
      put(page.getElementById("preview").children);
    }
  } catch (error) {
    if (counting === mine && error.name !== "AbortError") say(UNREACHED);
  } finally {
    if (counting === mine) isBusy(false);
  }
}

function soon() {
  isBusy(true); // what is shown is of older rules
  clearTimeout(timer);
  timer = setTimeout(count, PAUSE);
}

function enhance() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#builder button[name=_rules], #builder button[name=_preview]:not([data-preview-url])");
    if (!button) return;
    event.preventDefault();
    if (button.name === "_rules") return press(button.value);
    mode = button.value;
    count();
  });
  document.addEventListener("keydown", (event) => (key = event.key));
  document.addEventListener("pointerdown", () => (key = ""));
  document.addEventListener("change", ({ target }) => {
    const { follows } = target.dataset;
    if (!target.closest("#builder") || !isRules()) return;
    if (!follows) return target.matches("select, [type=checkbox]") && soon(); // a driver tells of no input
    clearTimeout(following);
    following = setTimeout(press, ["", "Enter", " "].includes(key) ? 0 : PAUSE, follows);
  });
  document.addEventListener("input", ({ target }) => {
    if (!target.closest("#builder") || !isRules() || target.dataset.follows) return;
    soon();
  });
  suggest();
  document.documentElement.classList.add("has-builder"); // "Update" is for those who have no script
}

if (builder()) enhance();
