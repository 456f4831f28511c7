// A box to type in with a list of choices below it (WAI-ARIA 1.2, combobox with list autocomplete): the list, its keys, and
// what a screen reader hears. What is in the list and what choosing means is for whoever makes one (autocomplete.js).

export function element(name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

// `on` is told what happens: ask() for choices, choose(one of them), cancel(); isTyped() says whether Enter is for the list.
export function combobox(id, plural, on) {
  const list = element("ul", { id: `${id}_list`, role: "listbox", class: "combobox-list", "aria-label": plural, hidden: "" });
  const status = element("div", { role: "status", class: "visually-hidden" });
  const input = element("input", { type: "text", id, class: "vTextField", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, placeholder: `Search ${plural}…` });
  const box = element("div", { class: "combobox" });
  box.append(input, list, status);

  let choices = [];
  let active = -1; // the one that Enter takes
  const options = () => list.querySelectorAll("[role=option]");

  function close() {
    point(-1);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  }

  function point(to) {
    active = to;
    for (const [index, option] of options().entries()) option.setAttribute("aria-selected", String(index === active));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", options()[active].id);
  }

  function move(to) {
    const all = options();
    if (!all.length) return;
    point((to + all.length) % all.length);
    all[active].scrollIntoView({ block: "nearest" });
  }

  // Each choice has a text and perhaps a detail, which tells it from others of the same text.
  function show(found, note) {
    choices = found;
    const rows = found.map(({ text, detail }, index) => {
      const option = element("li", { role: "option", id: `${list.id}_${index}`, "aria-selected": "false", "data-index": index }, text);
      if (detail) option.append(" ", element("span", { class: "combobox-detail" }, detail));
      return option;
    });
    if (note) rows.push(element("li", { role: "presentation", class: "combobox-note" }, note));
    list.replaceChildren(...rows);
    point(-1);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (on.isTyped()) move(0); // what was typed names the first of them best
    status.textContent = `${found.length} ${found.length === 1 ? "result" : "results"}. ${note}`;
  }

  function fail(sentence) {
    close();
    list.replaceChildren();
    status.textContent = sentence;
  }

  // What is listed answers what was typed before: Enter takes none of it unseen.
  input.addEventListener("input", () => point(-1));
  input.addEventListener("keydown", (event) => {
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) move(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
      else on.ask();
    } else if (event.key === "Enter" && (isOpen || on.isTyped())) {
      event.preventDefault();
      if (choices[active]) on.choose(choices[active]);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      on.cancel();
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) on.choose(choices[Number(option.dataset.index)]);
  });

  return { box, input, close, show, fail };
}
