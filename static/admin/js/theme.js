// The round button: auto -> dark -> light (auto -> light -> dark where the system is dark).
// Kept in localStorage "theme"; without it, or without JavaScript, the system decides.

const KEY = "theme";
const THEMES = ["auto", "light", "dark"];
const root = document.documentElement;

function stored() {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.includes(value) ? value : "auto";
  } catch {
    return "auto";
  }
}

function show(theme) {
  root.dataset.theme = theme;
  for (const button of document.querySelectorAll(".theme-toggle")) {
    button.hidden = false;
    button.querySelector(".theme-label").textContent = `Toggle theme (current theme: ${theme})`;
  }
}

function next(theme) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const order = dark ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
  return order[(order.indexOf(theme) + 1) % order.length];
}

function turn() {
  const theme = next(stored());
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Private windows may refuse: then it holds for this page only.
  }
  show(theme);
}

function start() {
  show(stored());
  for (const button of document.querySelectorAll(".theme-toggle")) button.addEventListener("click", turn);
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) show(stored());
  });
}

root.dataset.theme = stored(); // before the first paint
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
