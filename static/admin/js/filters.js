// The list: which filters are folded.

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

rememberFilters();
