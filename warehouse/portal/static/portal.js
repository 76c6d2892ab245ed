// What CSS and HTML can't do: a key for every verdict, and the place of the reader after a part of the page was exchanged.
"use strict";

const typing = (element) => element.matches("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!wanted) return;
  event.preventDefault();
  const button = wanted.matches("button") ? wanted : wanted.querySelector("button");
  if (!button.disabled) button.click();
});

// A verdict is sent once, however often the key is struck.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.closest("#desk")) return;
  for (const button of document.querySelectorAll("#desk button")) button.disabled = true;
});

// A finding that was answered is exchanged: whoever reads by ear or keyboard goes on from there.
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.matches(".finding")) event.detail.elt.focus({ preventScroll: true });
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "desk") return;
  const heading = event.detail.target.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
});

// A refusal is a page of its own, not a part of this one.
document.addEventListener("htmx:responseError", () => {
  window.location.reload();
});
