// A form: leaving it with changes that are not saved asks first.
// Without this script nothing is asked.

const form = document.querySelector("form[data-unsaved]");

// Ticked rows of a list are quickly ticked again.
function typed() {
  return new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "ticked")).toString();
}

if (form) {
  // As the other scripts of the page leave it, all of which have run by then.
  let opened = typed();
  document.addEventListener("DOMContentLoaded", () => {
    opened = typed();
  });
  // A form that came back has been changed already.
  const cameBack = form.dataset.unsaved === "yes";
  let isSent = false;
  form.addEventListener("submit", () => {
    isSent = true;
  });
  // Back from the page that the form led to.
  window.addEventListener("pageshow", () => {
    isSent = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && (cameBack || typed() !== opened)) event.preventDefault();
  });
}
