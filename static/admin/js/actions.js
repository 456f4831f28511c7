// The list: select all, how many are ticked, all pages at once; and which filters are folded.

const form = document.getElementById("changelist-form");

function setUpActions() {
  const all = document.getElementById("action-toggle");
  const boxes = [...form.querySelectorAll("input.action-select")];
  const across = form.querySelector("input.select-across");
  const counters = [...form.querySelectorAll(".action-counter")];
  const parts = (name) => [...form.querySelectorAll(`.actions .${name}`)];
  if (!all || boxes.length === 0) return;

  const show = (elements, visible) => {
    for (const element of elements) element.hidden = !visible;
  };

  function refresh() {
    const ticked = boxes.filter((box) => box.checked).length;
    const whole = across?.value === "1";
    for (const box of boxes) box.closest("tr").classList.toggle("selected", box.checked);
    for (const counter of counters) {
      const text = `${ticked} of ${boxes.length} selected`;
      if (counter.textContent !== text) counter.textContent = text;
    }
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    show(counters, !whole);
    show(parts("question"), !whole && ticked === boxes.length);
    show(parts("all"), whole);
    show(parts("clear"), whole);
  }

  function acrossPages(on) {
    if (across) across.value = on ? "1" : "0";
  }

  all.closest(".action-checkbox-column").querySelector("[hidden]")?.removeAttribute("hidden");
  all.hidden = false;

  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    acrossPages(false);
    refresh();
  });

  form.addEventListener("change", (event) => {
    if (!boxes.includes(event.target)) return;
    acrossPages(false);
    refresh();
  });

  // "Select all 500 Customer Segments" and "Clear selection" are buttons that need this script; they start hidden.
  for (const question of form.querySelectorAll(".actions .question button")) {
    question.addEventListener("click", () => {
      acrossPages(true);
      refresh();
      form.querySelector(".actions .clear button")?.focus();
    });
  }
  for (const clear of form.querySelectorAll(".actions .clear button")) {
    clear.addEventListener("click", () => {
      for (const box of boxes) box.checked = false;
      acrossPages(false);
      refresh();
      all.focus();
    });
  }

  window.addEventListener("pageshow", refresh); // the browser may restore ticks on "back"
  refresh();
}

function rememberFilters() {
  const key = (details) => `admin.filter.${location.pathname}.${details.dataset.filterTitle}`;
  for (const details of document.querySelectorAll("#changelist-filter details[data-filter-title]")) {
    try {
      const kept = sessionStorage.getItem(key(details));
      if (kept !== null) details.open = kept === "true";
      details.addEventListener("toggle", () => sessionStorage.setItem(key(details), String(details.open)));
    } catch {
      // Not remembered, otherwise no harm.
    }
  }
}

if (form) setUpActions();
rememberFilters();
