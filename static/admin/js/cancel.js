// "No, take me back" leads back to the list as it was left, with its ticks. Without this script, and where one came from
// elsewhere, the link leads to the list.

for (const link of document.querySelectorAll(".cancel-link")) {
  link.addEventListener("click", (event) => {
    if (document.referrer !== link.href || history.length < 2) return;
    event.preventDefault();
    history.back();
  });
}
