// The list: ticking rows for an action. All rows of the page at once, ranges with Shift, all rows of all pages.
// Without this script rows are ticked one by one, and "Go" does the same.

const form = document.getElementById("changelist-form");
const boxes = [...form.querySelectorAll(".action-select")];
const toggle = document.getElementById("action-toggle");
const across = form.querySelector(".select-across"); // only where one action takes all rows
const part = (name) => form.querySelector(`.actions .${name}`);

let last = null; // where a range begins

function show() {
  const ticked = boxes.filter((box) => box.checked).length;
  const all = ticked === boxes.length;
  if (across && !all) across.checked = false;
  const everything = across?.checked ?? false;
  toggle.checked = all;
  toggle.indeterminate = ticked > 0 && !all;
  part("action-counter").hidden = everything;
  part("ticked").textContent = String(ticked);
  for (const [name, isShown] of [["question", all && !everything], ["all", everything], ["clear", everything]]) {
    const element = part(name);
    if (element) element.hidden = !isShown;
  }
}

function tickAll(isTicked) {
  for (const box of boxes) box.checked = isTicked;
  if (across) across.checked = false;
  show();
}

function tick(event) {
  const place = boxes.indexOf(event.target);
  if (event.shiftKey && last !== null && last !== place) {
    const [from, to] = [Math.min(last, place), Math.max(last, place)];
    for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
  }
  last = place;
  show();
}

toggle.hidden = false;
const label = part("across"); // what there is without this script
if (label) label.hidden = true;
toggle.addEventListener("click", () => tickAll(toggle.checked));
for (const box of boxes) box.addEventListener("click", tick);
part("question")?.querySelector("button")?.addEventListener("click", () => {
  across.checked = true;
  show();
  part("clear").querySelector("button").focus();
});
part("clear")?.querySelector("button").addEventListener("click", () => {
  tickAll(false);
  toggle.focus();
});
// Back in the history, browsers tick what was ticked.
window.addEventListener("pageshow", show);
show();
