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

async function keepOne(cache, path, language) {
  const before = await cache.match(path);
  if (before && ageOf(before) < FRESH_MS) {
    const text = await before.clone().text();
    if (text.includes(`<html lang="${language}"`)) return partsOf(text);
  }
  const page = await fetch(path, { credentials: "same-origin", redirect: "error" });
  if (!page.ok) return [];
  const html = await page.clone().text();
  await cache.put(path, page);
  return partsOf(html);
}

async function keep(paths, language) {
  const cache = await caches.open(NAME);
  const wanted = new Set(paths);
  for (const path of paths) {
    for (const part of await keepOne(cache, path, language)) wanted.add(part);
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
  try {
    return await inTime(request);
  } catch {
    return kept(new URL(request.url).pathname);
  }
}

async function partOf(request) {
  try {
    return await fetch(request);
  } catch {
    const cache = await caches.open(NAME);
    return (await cache.match(request)) || Response.error();
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (event.data && event.data.keep) {
    event.waitUntil(keep(event.data.keep, event.data.language));
  }
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname.startsWith("/my/")) {
    event.respondWith(pageOf(request));
  } else if (/\.(js|css)$/.test(pathname)) {
    event.respondWith(partOf(request));
  }
});
