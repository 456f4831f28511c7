// The list: which filters are folded. Their box is open where there is room, and where
// counts were asked for in it; without this script the style sheet shows what is
// in it all the same.

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

function openBox() {
  const box = document.querySelector(".filter-box");
  // Whoever asked for the counts in it goes on there.
  if (box) box.open = Boolean(box.querySelector(".hidecounts")) || matchMedia("(min-width: 1024px)").matches;
}

rememberFilters();
openBox();
