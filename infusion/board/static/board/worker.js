"use strict";
// Answers for the pages of a family where there is no network, from what it was told to
// keep: questions and the hotline. No name, no answer and no token is among it; logging out
// clears it.

const NAME = "kept-pages";
const HOME = "/my/kept";
const LONGEST_MS = 72 * 3600 * 1000;
const FRESH_MS = 3600 * 1000;
const PATIENCE_MS = 8000;

function ageOf(page) {
  return Date.now() - Date.parse(page.headers.get("Date"));
}

function partsOf(html) {
  const found = html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g);
  return [...new Set([...found].map((one) => one[1]))];
}

async function keepOne(cache, path, { language, owner }) {
  const before = await cache.match(path);
  if (before && ageOf(before) < FRESH_MS) {
    const text = await before.clone().text();
    const isOurs = text.includes(`data-owner="${owner}"`);
    if (isOurs && text.includes(`<html lang="${language}"`)) return partsOf(text);
  }
  const page = await fetch(path, { credentials: "same-origin", redirect: "error" });
  if (!page.ok) return [];
  const html = await page.clone().text();
  await cache.put(path, page);
  return partsOf(html);
}

async function keep(paths, reader) {
  const cache = await caches.open(NAME);
  const wanted = new Set(paths);
  for (const path of paths) {
    for (const part of await keepOne(cache, path, reader)) wanted.add(part);
  }
  for (const path of wanted) {
    if (!(await cache.match(path))) await cache.add(path);
  }
  for (const request of await cache.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}

async function kept(path) {
  const cache = await caches.open(NAME);
  const page = await cache.match(`${path.replace(/\/$/, "")}/kept`);
  // Old questions may be other ones by now; the hotline is still the hotline.
  if (page && !(ageOf(page) > LONGEST_MS)) return page;
  return (await cache.match(HOME)) || Response.error();
}

function inTime(request) {
  return new Promise((resolve, reject) => {
    setTimeout(reject, PATIENCE_MS);
    fetch(request).then(resolve, reject);
  });
}

async function pageOf(request) {
  const page = await inTime(request).catch(() => null);
  // A service that is down is of no more use than none; the hotline is here.
  if (page && page.status < 500) return page;
  const own = await kept(new URL(request.url).pathname);
  return own.type === "error" && page ? page : own;
}

// A button such as "Please ring me": where it could not be sent, the page has to say so.
async function sent(request) {
  const page = await fetch(request).catch(() => null);
  if (page && page.status < 500) return page;
  return Response.redirect("/my/#nobody-told", 303);
}

async function partOf(request) {
  const part = await fetch(request).catch(() => null);
  if (part && part.ok) return part;
  const cache = await caches.open(NAME);
  return (await cache.match(request)) || part || Response.error();
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (event.data && event.data.keep) {
    event.waitUntil(keep(event.data.keep, event.data));
  }
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname.startsWith("/my/")) {
    event.respondWith(request.method === "GET" ? pageOf(request) : sent(request));
  } else if (request.method !== "GET") {
    // Whatever else is sent is no business of this file.
  } else if (/\.(js|css)$/.test(pathname)) {
    event.respondWith(partOf(request));
  }
});
