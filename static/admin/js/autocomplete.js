// The object of a foreign key: a combobox that searches on the server while one types (WAI-ARIA 1.2, list autocomplete).
// Without this script a search box and its button do the same by sending the form; the select below is what is sent either way.

const PAUSE = 200; // milliseconds without a key before the server is asked

function element(name, attributes) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function enhance(related) {
  const select = related.querySelector("select");
  const id = select.id;
  const list = element("ul", { id: `${id}_list`, role: "listbox", class: "combobox-list", "aria-label": related.dataset.plural });
  const status = element("div", { role: "status", class: "visually-hidden" });
  const input = element("input", { type: "text", id, class: "vTextField", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, placeholder: `Search ${related.dataset.plural}…` });
  for (const name of ["aria-describedby", "aria-invalid", "autofocus"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  if (select.required) input.setAttribute("aria-required", "true");
  const hadFocus = document.activeElement === select;
  select.removeAttribute("id");
  select.required = false;
  select.hidden = true;
  list.hidden = true;
  const search = related.querySelector(".related-search");
  search.hidden = true;
  for (const control of search.querySelectorAll("input, button")) control.disabled = true;
  related.querySelector("p.help")?.remove();
  const box = element("div", { class: "combobox" });
  box.append(input, list, status);
  select.before(box);
  if (hadFocus) input.focus();

  let active = -1;
  let asked = null; // the newest request; an older answer never overwrites a newer one
  let timer = 0;

  const options = () => list.querySelectorAll("[role=option]");
  const chosen = () => (select.value ? select.selectedOptions[0].textContent : "");
  input.value = chosen();

  function close() {
    clearTimeout(timer);
    asked?.abort();
    active = -1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function move(to) {
    const all = options();
    if (!all.length) return;
    active = (to + all.length) % all.length;
    for (const [index, option] of all.entries()) option.setAttribute("aria-selected", String(index === active));
    input.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  function choose(key, text) {
    if (key && ![...select.options].some((option) => option.value === key)) select.add(new Option(text, key));
    if (!key && !select.querySelector('option[value=""]')) select.add(new Option("---------", ""));
    if (select.value !== key) related.querySelector(".related-link")?.remove();
    select.value = key;
    input.value = chosen();
    close();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function show({ results, pagination }) {
    const rows = results.map(({ id: key, text }, index) => {
      const option = element("li", { role: "option", id: `${list.id}_${index}`, "aria-selected": "false", "data-key": key });
      option.textContent = text;
      return option;
    });
    const note = pagination.more ? "More match: go on typing." : results.length ? "" : `No ${related.dataset.plural} match.`;
    if (note) {
      const row = element("li", { role: "presentation", class: "combobox-note" });
      row.textContent = note;
      rows.push(row);
    }
    list.replaceChildren(...rows);
    active = -1;
    list.hidden = false;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", "true");
    status.textContent = `${results.length} ${results.length === 1 ? "result" : "results"}. ${note}`;
  }

  async function ask() {
    asked?.abort();
    const mine = new AbortController();
    asked = mine;
    const url = new URL(related.dataset.autocompleteUrl, location.href);
    url.searchParams.set("term", input.value === chosen() ? "" : input.value);
    try {
      const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin", signal: mine.signal });
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      show(await response.json());
    } catch (error) {
      if (error.name === "AbortError") return;
      list.replaceChildren();
      status.textContent = "The search failed. What you typed is still here.";
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) move(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
      else ask();
    } else if (event.key === "Enter" && (isOpen || input.value !== chosen())) {
      event.preventDefault();
      const option = options()[active];
      if (option) choose(option.dataset.key, option.textContent);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      input.value = chosen();
      close();
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option.dataset.key, option.textContent);
  });
  input.addEventListener("blur", () => {
    if (!input.value.trim() && select.value) choose("", "");
    input.value = chosen();
    close();
  });
}

for (const related of document.querySelectorAll(".related[data-autocomplete-url]")) enhance(related);
