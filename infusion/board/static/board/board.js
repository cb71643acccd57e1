"use strict";
// The page works without this file; it adds the age of the data, the place of the ribbon
// and a guard against a second click.

// Two polls of 15 s missed, and a little patience.
const STALE_AFTER_MS = 33000;
let lastContact = performance.now();

function live() {
  return document.getElementById("live");
}

function showStale(stale) {
  const banner = document.getElementById("stale");
  if (banner.hidden === !stale) return;
  banner.hidden = !stale;
  banner.textContent = stale ? banner.dataset.text : "";
}

function checkAge() {
  if (live()) showStale(performance.now() - lastContact > STALE_AFTER_MS);
}

function scrollToNow() {
  for (const box of document.querySelectorAll(".ribbon")) {
    const picture = box.querySelector("svg[data-now]");
    if (picture) box.scrollLeft = Number(picture.dataset.now) - box.clientWidth / 3;
  }
}

let kept = {};

function keepScroll() {
  for (const box of document.querySelectorAll(".ribbon[id]")) kept[box.id] = box.scrollLeft;
}

function restoreScroll() {
  for (const [id, left] of Object.entries(kept)) {
    const box = document.getElementById(id);
    if (box) box.scrollLeft = left;
  }
}

document.addEventListener("htmx:configRequest", (event) => {
  const part = live();
  if (part && event.target === part && part.dataset.etag) {
    event.detail.headers["If-None-Match"] = part.dataset.etag;
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  const answer = event.detail.xhr;
  const asOf = answer && answer.getResponseHeader("X-Data-As-Of");
  if (!asOf) return;
  lastContact = performance.now();
  const place = document.getElementById("as-of");
  if (place) place.textContent = asOf;
  checkAge();
});

document.addEventListener("htmx:beforeSwap", keepScroll);
document.addEventListener("htmx:afterSwap", restoreScroll);

document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || event.defaultPrevented) return;
  // After the browser has read which button was pressed.
  setTimeout(() => {
    for (const button of event.target.querySelectorAll("button")) button.disabled = true;
  }, 0);
});

// A page that the browser kept in memory is never shown as if it were fresh.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

document.addEventListener("DOMContentLoaded", () => {
  scrollToNow();
  const errors = document.getElementById("errors");
  if (errors) errors.focus();
});

setInterval(checkAge, 1000);
