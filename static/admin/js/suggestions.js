// Values that a text field holds already, with how many rows have each, offered while one types (input[data-suggests]).
// Without this script one types without.

const PAUSE = 150; // milliseconds without a key before the server is asked

let timer = 0;
let running = null; // the newest request; an older answer never overwrites a newer one

async function ask(input) {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  const url = new URL(document.getElementById("builder").dataset.valuesUrl, location.href);
  url.searchParams.set("field", input.dataset.suggests);
  url.searchParams.set("entity", document.getElementById("criteria_entity").value);
  url.searchParams.set("q", input.value);
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin", signal: mine.signal });
    if (!response.ok || response.redirected || running !== mine) return;
    const { results } = await response.json();
    const options = results.map(({ value, count }) => {
      const option = new Option("", value);
      option.label = `${value} (${count.toLocaleString("en")})`;
      return option;
    });
    document.getElementById(input.getAttribute("list"))?.replaceChildren(...options);
  } catch {
    // What cannot be suggested can be typed.
  }
}

export function suggest() {
  const isOurs = (target) => target instanceof HTMLInputElement && target.dataset.suggests;
  document.addEventListener("focusin", ({ target }) => {
    if (isOurs(target)) ask(target);
  });
  document.addEventListener("input", ({ target }) => {
    if (!isOurs(target)) return;
    clearTimeout(timer);
    timer = setTimeout(() => ask(target), PAUSE);
  });
}
