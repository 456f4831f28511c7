// A form: leaving it with changes that are not saved asks first, and what was sent and takes long says that it goes on.
// Without this script nothing is asked or said.

const form = document.querySelector("form[data-unsaved]");

const LONG = 2000; // milliseconds until what was sent takes long
const note = document.createElement("span");
note.className = "going-on";
note.role = "status";
let timer = 0;

// It is one step of the server's, which no page can look into.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || !event.submitter) return;
  event.submitter.after(note);
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (event.defaultPrevented) return;
    note.textContent = "Still working. This is one step: it is done wholly or not at all, and cannot be stopped half-way.";
  }, LONG);
});
// Back from the page that it led to.
window.addEventListener("pageshow", () => {
  clearTimeout(timer);
  note.textContent = "";
});

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
