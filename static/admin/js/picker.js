// The pickers of the segment form: their buttons, and letters in their boxes, ask the server for the pickers as they are
// then, without leaving the page. A double click or Enter moves one row, shift ticks a range, and the focus stays in its
// place. Without this script the same buttons submit the form.

import { parse, post, sentenceFor, UNREACHED } from "./preview.js";

const PAUSE = 300; // milliseconds without a key before the server is asked
const URL_OF_PICKERS = "/admin/crm_app/customersegment/picker/";
const blocks = () => [...document.querySelectorAll(".selector-block")];
const form = () => blocks()[0].closest("form");

let asking = null; // the newest question; an older answer never overwrites a newer one
let timer = 0;
let last = null; // the row that was ticked last, from which shift ticks a range
let moving = Promise.resolve(); // rows are moved one after the other, each from what the one before left

const OURS = /^_?(contact|company)_|^csrfmiddlewaretoken$/;

function fields() {
  return new URLSearchParams([...new FormData(form())].filter(([name]) => OURS.test(name)));
}

// Where the focus is: in which pane, on which row or control.
function place() {
  const at = document.activeElement;
  const pane = at?.closest(".selector-available, .selector-chosen");
  if (!pane) return null;
  const row = at.closest(".selector-list li");
  const index = row ? [...row.parentElement.children].indexOf(row) : -1;
  const { selectionStart, selectionEnd } = at;
  return { pane: pane.id, index, id: at.id, name: at.name, selection: at.type === "search" || at.type === "text" ? [selectionStart, selectionEnd] : null };
}

function goBack(held) {
  if (!held) return;
  const pane = document.getElementById(held.pane);
  const boxes = [...pane.querySelectorAll(".selector-list input")];
  const named = held.id ? document.getElementById(held.id) : pane.querySelector(`button[name="${held.name}"]`);
  const box = held.index >= 0 ? boxes[Math.min(held.index, boxes.length - 1)] : named;
  const target = box ?? pane.querySelector(".selector-list[tabindex]") ?? pane.querySelector("[type=search]");
  target.focus();
  if (held.selection && target === named) target.setSelectionRange(...held.selection);
}

const controls = () => [...form().querySelectorAll(".selector-block input:not([type=hidden]), .selector-block select")];
const isTick = (control) => control.type === "checkbox";
const keyOf = (control) => (isTick(control) ? control.value : control.id);
const held = () => new Map(controls().map((control) => [keyOf(control), isTick(control) ? control.checked : control.value]));

function say(sentence) {
  const note = document.getElementById("picker-note");
  note.textContent = sentence;
  note.hidden = sentence === "";
}

function replace(page, sent) {
  const at = place();
  const since = new Map([...held()].filter(([key, value]) => sent.get(key) !== value)); // typed while the answer was on its way
  const open = new Set([...document.querySelectorAll(".selector-narrow[open]")].map((details) => details.closest("[id]").id));
  for (const old of blocks()) {
    const fresh = page.getElementById(old.id);
    if (fresh) old.replaceWith(document.adoptNode(fresh));
  }
  for (const id of open) document.getElementById(id)?.querySelector(".selector-narrow")?.setAttribute("open", "");
  for (const control of controls().filter((control) => since.has(keyOf(control)))) {
    if (isTick(control)) control.checked = since.get(keyOf(control));
    else control.value = since.get(keyOf(control));
  }
  last = null;
  goBack(at);
  say("");
  document.getElementById("picker-status").textContent = blocks().map((block) => block.querySelector(".numbers").textContent).join(", ");
  form().dispatchEvent(new Event("input", { bubbles: true })); // what is to be saved has changed
}

async function ask(name, value) {
  asking?.abort();
  clearTimeout(timer);
  const mine = new AbortController();
  asking = mine;
  const sent = held();
  const asked = fields();
  if (name) asked.set(name, value);
  const changed = /([0-9a-f-]{36})\/change\//.exec(location.pathname);
  try {
    const { response, html } = await post(URL_OF_PICKERS + (changed ? `?segment=${changed[1]}` : ""), asked, mine.signal);
    if (asking !== mine) return;
    const page = response.ok && !response.redirected ? parse(html) : null;
    if (!page?.querySelector(".selector-block")) return say(sentenceFor(response));
    replace(page, sent);
  } catch (error) {
    if (asking === mine && error.name !== "AbortError") say(UNREACHED);
  }
}

function move(name, value) {
  moving = moving.then(() => ask(name, value));
}

function moveRow(box) {
  box.focus(); // the focus stays in its place
  const pane = box.closest(".selector-available, .selector-chosen");
  move(pane.querySelector(".selector-foot .buttons button").name, box.value);
}

function tickRange(box) {
  const boxes = [...box.closest(".selector-list").querySelectorAll("[type=checkbox]")];
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) boxes.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
}

function enhance() {
  const within = (event, selector) => event.target.closest(`.selector-block ${selector}`);
  document.addEventListener("click", (event) => {
    const box = within(event, ".selector-list [type=checkbox]");
    if (box && event.shiftKey) tickRange(box);
    if (box) last = box;
    const button = within(event, "button[formnovalidate]");
    if (!button) return;
    event.preventDefault();
    move(button.name, button.value);
  });
  document.addEventListener("dblclick", (event) => {
    const row = within(event, ".selector-list li");
    if (row?.querySelector("input")) moveRow(row.querySelector("input"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const box = within(event, ".selector-list [type=checkbox]");
    const search = within(event, ".selector-filter input");
    if (!box && !search) return;
    event.preventDefault();
    if (box) moveRow(box);
    else move(`_${search.name.split("_")[0]}_search`, "1");
  });
  document.addEventListener("input", (event) => {
    const typed = within(event, ".selector-filter input, .selector-filter select");
    if (!typed) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE, `_${typed.name.split("_")[0]}_search`, "1");
  });
}

if (blocks().length > 0 && document.querySelector(".selector-available")) enhance();
