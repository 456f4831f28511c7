// The object of a foreign key: a combobox that searches on the server while one types. Without this script a search box and
// its button do the same by sending the form; the select below is what is sent either way. What was typed and not chosen is
// sent too, as the search that it is: the server then asks, as this does, instead of taking what was chosen before.

import { combobox, element } from "./combobox.js";

const PAUSE = 200; // milliseconds without a key before the server is asked

const fold = (text) => text.normalize().toLowerCase();

// The one that was meant, if there can be no doubt: the only one of this name, or all that was found, by its name. What was
// found by its place or its e-mail may be any that is there.
function sole(typed, { results, more }) {
  const meant = fold(typed);
  const alike = results.filter(({ text }) => fold(text) === meant);
  if (alike.length === 1) return alike[0];
  return results.length === 1 && !more && fold(results[0].text).includes(meant) ? results[0] : null;
}

function enhance(related) {
  const { plural, typed: typedBefore } = related.dataset;
  const select = related.querySelector("select");
  const search = related.querySelector(".related-search");
  const term = search.querySelector("input[type=search]");
  const isRefused = select.getAttribute("aria-invalid") === "true"; // the page says so already
  const problem = element("p", { id: `${select.id}_choose`, class: "combobox-problem", role: "alert", hidden: "" }, related.dataset.choose);

  const option = () => (select.value ? select.selectedOptions[0] : null);
  const chosen = () => option()?.dataset.name ?? "";
  const isTyped = () => input.value.trim() !== chosen();
  const { box, input, close, show, fail } = combobox(select.id, plural, { ask, choose, isTyped, cancel: back });

  let answer = null; // the newest one, and what it answers
  let asked = null; // the newest request; an older answer never overwrites a newer one
  let timer = 0;

  // Whether what is typed is what is chosen; of what is not, whoever has left the box is told.
  function settle(hasLeft = false) {
    const isOpen = isTyped();
    term.disabled = !isOpen;
    term.value = isOpen ? input.value.trim() : "";
    const link = related.querySelector(".related-link"); // it leads to what is chosen, which is not what is typed
    if (link) link.hidden = isOpen;
    problem.hidden = !isOpen || !hasLeft || isRefused;
    input.toggleAttribute("aria-invalid", false);
    if (isRefused || !problem.hidden) input.setAttribute("aria-invalid", "true");
    const describing = [select.getAttribute("aria-describedby"), problem.hidden ? null : problem.id].filter(Boolean);
    if (describing.length) input.setAttribute("aria-describedby", describing.join(" "));
    else input.removeAttribute("aria-describedby");
  }

  function stop() {
    clearTimeout(timer);
    asked?.abort();
    close();
  }

  function back() {
    stop();
    input.value = chosen();
    settle();
  }

  function choose(found) {
    const key = found?.id ?? "";
    if (![...select.options].some(({ value }) => value === key)) {
      const added = new Option(found ? found.text : "---------", key);
      if (found) added.dataset.name = found.text;
      select.add(added);
    }
    if (select.value !== key) related.querySelector(".related-link")?.remove();
    select.value = key;
    back();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function find() {
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    const typed = isTyped() ? input.value.trim() : "";
    const url = new URL(related.dataset.autocompleteUrl, location.href);
    url.searchParams.set("term", typed);
    const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin", signal: mine.signal });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const { results, pagination } = await response.json();
    answer = { typed, results, more: pagination.more };
    return answer;
  }

  async function ask() {
    try {
      const { results, more } = await find();
      show(results, more ? "More match: go on typing." : results.length ? "" : `No ${plural} match.`);
    } catch (error) {
      if (error.name !== "AbortError") fail("The search failed. What you typed is still here.");
    }
  }

  async function leave() {
    stop();
    const typed = input.value.trim();
    if (!typed && select.value) choose(null);
    else if (!isTyped()) back();
    else {
      settle();
      const found = answer?.typed === typed ? answer : await find().catch(() => null);
      if (document.activeElement === input || input.value.trim() !== typed) return;
      const meant = found && sole(typed, found);
      if (meant) choose(meant);
      else settle(true);
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
    settle();
  });
  input.addEventListener("blur", leave);

  if (select.required) input.setAttribute("aria-required", "true");
  if (select.hasAttribute("autofocus")) input.setAttribute("autofocus", "");
  const hadFocus = document.activeElement === select;
  select.removeAttribute("id");
  select.required = false;
  select.hidden = true;
  search.hidden = true;
  for (const control of search.querySelectorAll("input, button")) control.disabled = true;
  related.querySelector("p.help")?.remove();
  select.before(box);
  related.append(problem);
  input.value = typedBefore ?? chosen();
  settle(true);
  if (hadFocus) input.focus();
}

for (const related of document.querySelectorAll(".related[data-autocomplete-url]")) enhance(related);
