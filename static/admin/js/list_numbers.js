// What a list comes to, and how far it is from what it was saved from: where that takes too long to stand in the page, the
// server is asked for it once the page is there. Without this script links lead to pages that count it.

import { parse } from "./preview.js";

const place = document.querySelector("#list-numbers[data-url]");

async function count() {
  const headers = { Accept: "text/html", "X-Requested-With": "fetch" };
  const response = await fetch(place.dataset.url, { headers, credentials: "same-origin" });
  const counted = response.ok && !response.redirected ? parse(await response.text()).getElementById("list-numbers") : null;
  // Whoever is at one of its links just now stays there.
  if (counted && !place.contains(document.activeElement)) place.replaceWith(document.adoptNode(counted));
}

if (place) count().catch(() => {}); // the links are there
