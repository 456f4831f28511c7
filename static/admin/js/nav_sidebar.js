// The navigation at the left: folds away (kept in localStorage), filters while typing (kept in sessionStorage).

const OPEN = "admin.navSidebarIsOpen";
const TYPED = "admin.navSidebarFilter";

const sidebar = document.getElementById("nav-sidebar");
const toggle = document.getElementById("toggle-nav-sidebar");
const filter = document.getElementById("nav-filter");

function read(store, key) {
  try {
    return window[store].getItem(key);
  } catch {
    return null;
  }
}

function write(store, key, value) {
  try {
    window[store].setItem(key, value);
  } catch {
    // Not remembered, otherwise no harm.
  }
}

function fold(open) {
  sidebar.hidden = !open;
  toggle.setAttribute("aria-expanded", String(open));
  toggle.querySelector("span").textContent = open ? "«" : "»";
}

function apply() {
  const words = filter.value.trim().toLowerCase();
  let found = 0;
  for (const row of sidebar.querySelectorAll("tbody tr")) {
    const name = row.querySelector("th").textContent.trim().toLowerCase();
    row.hidden = !name.includes(words);
    if (!row.hidden) found += 1;
  }
  for (const module of sidebar.querySelectorAll(".module")) {
    module.hidden = !module.querySelector("tbody tr:not([hidden])");
  }
  filter.classList.toggle("no-results", found === 0);
  write("sessionStorage", TYPED, filter.value);
}

if (sidebar && toggle) {
  fold(read("localStorage", OPEN) !== "false");
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    const open = sidebar.hidden;
    fold(open);
    write("localStorage", OPEN, String(open));
  });
}

if (sidebar && filter) {
  filter.hidden = false;
  filter.value = read("sessionStorage", TYPED) ?? "";
  filter.addEventListener("input", apply);
  filter.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    filter.value = "";
    apply();
  });
  apply();
}
