// The segment form: choosing a type opens the section that defines its members and folds the other one away.
// Without this script both stay as they are; either can be opened by hand.

const type = document.getElementById("id_segment_type");

function sectionOf(selector) {
  return document.querySelector(selector)?.closest("fieldset.collapse > details");
}

const sections = { dynamic: sectionOf(".criteria"), static: sectionOf(".selector-block") };

type?.addEventListener("change", () => {
  for (const [name, section] of Object.entries(sections)) {
    // A section that shows what is wrong stays open.
    if (section) section.open = name === type.value || section.querySelector(".errors") !== null;
  }
});
