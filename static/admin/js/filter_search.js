// The search in a filter of a list: a combobox that searches on the server while one types and leads to the list with what is
// chosen. Without this script the box and its button show what was found as choices of the filter.

import { combobox } from "./combobox.js";

const PAUSE = 200; // milliseconds without a key before the server is asked

function enhance(form) {
  const { parameter, plural, autocompleteUrl } = form.dataset;
  const plain = form.querySelector("input[type=search]");
  let asked = null; // the newest request; an older answer never overwrites a newer one
  let timer = 0;

  const { box, input, close, show, fail } = combobox(plain.id, plural, {
    ask,
    choose,
    isTyped: () => input.value.trim() !== "",
    cancel: () => {
      clearTimeout(timer);
      asked?.abort();
      close();
      input.value = "";
    },
  });

  // The list as it is, with this choice: from its first page.
  function choose({ id }) {
    const parameters = new URLSearchParams();
    for (const { name, value } of form.querySelectorAll("input[type=hidden]")) {
      if (name !== parameter) parameters.append(name, value);
    }
    parameters.append(parameter, id);
    location.search = parameters;
  }

  async function ask() {
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    try {
      const url = new URL(autocompleteUrl, location.href);
      url.searchParams.set("term", input.value.trim());
      const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin", signal: mine.signal });
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      const { results, pagination } = await response.json();
      show(results, pagination.more ? "More match: go on typing." : results.length ? "" : `No ${plural} match.`);
    } catch (error) {
      if (error.name !== "AbortError") fail("The search failed. What you typed is still here.");
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asked?.abort();
    close();
  });

  input.value = plain.value;
  plain.before(box);
  plain.remove();
  form.querySelector("button").remove();
}

for (const form of document.querySelectorAll(".filter-search")) enhance(form);
