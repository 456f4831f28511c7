// The box in the header: "/" leads there from anywhere that is not a field.

const box = document.getElementById("site-search");

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  event.preventDefault();
  box?.focus();
  box?.select();
});
