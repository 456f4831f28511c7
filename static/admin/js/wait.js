// A sign-in that must wait: the seconds run down, and at their end the page says that it is over.
// Without this script the page names the moment itself, as it does for those who hear it read.

const wait = document.querySelector(".wait");
const left = wait?.querySelector("[data-seconds]");

function words(seconds) {
  return `${seconds} ${seconds === 1 ? "second" : "seconds"}`;
}

if (left) {
  const over = performance.now() + Number(left.dataset.seconds) * 1000;
  const timer = setInterval(() => {
    const seconds = Math.ceil((over - performance.now()) / 1000);
    if (seconds > 0) left.textContent = words(seconds);
    else {
      clearInterval(timer);
      wait.textContent = "You can try again now.";
    }
  }, 250);
}
