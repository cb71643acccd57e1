"use strict";
// Answers that have not reached the service yet, on this phone only: encrypted with a key
// that cannot be read out of the browser, deleted once the service has them, and after 72
// hours. They are no record until the service says so. Each account has rows of its own:
// nobody sends or sees what another person answered on the same phone.

const WAITING = (() => {
  const LONGEST_MS = 72 * 3600 * 1000;
  const NAME = "check-ins";
  const PATIENCE_MS = 3000;
  const owner = document.querySelector("[data-owner]").dataset.owner;
  const listeners = [];
  let opened = null;
  let last = Promise.resolve();
  let isSafe = Boolean(window.indexedDB && window.crypto && window.crypto.subtle);
  // What the browser does not keep: no secure context, no room, or a store that is gone.
  const memory = new Map();

  function done(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  // A write counts once it is on the disk, not when it was asked for.
  function written(transaction) {
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  }

  async function open() {
    const request = window.indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys");
      request.result.createObjectStore("rows");
    };
    const base = await done(request);
    base.onclose = () => { opened = null; };
    base.onversionchange = () => { base.close(); opened = null; };
    const fresh = await window.crypto.subtle.generateKey(
      { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    // Looked up and stored in one step: two pages that open at once share a key.
    const keys = base.transaction("keys", "readwrite");
    const end = written(keys);
    const found = await done(keys.objectStore("keys").get("key"));
    if (!found) keys.objectStore("keys").put(fresh, "key");
    await end;
    return { base, key: found || fresh };
  }

  // Some browsers never answer: then it is as if there were no store.
  function inTime(promise) {
    const late = new Promise((_, reject) => { setTimeout(reject, PATIENCE_MS); });
    return Promise.race([promise, late]);
  }

  async function box() {
    opened = opened || open();
    try {
      return await inTime(opened);
    } catch (error) {
      opened = null;
      throw error;
    }
  }

  function own(id) {
    return `${owner} ${id}`;
  }

  async function store(id, row, at, plain) {
    const { base, key } = await box();
    const iv = window.crypto.getRandomValues(new Uint8Array(12));
    const body = await window.crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain);
    const rows = base.transaction("rows", "readwrite");
    const end = written(rows);
    const before = await done(rows.objectStore("rows").get(own(id)));
    // Another page has finished it: an old draft does not come back over it.
    const isOlder = before && before.state === "waits" && row.state === "draft" && !row.isAgain;
    if (!isOlder) rows.objectStore("rows").put({ iv, body, at, state: row.state }, own(id));
    await end;
  }

  async function putNow(id, row, at, plain) {
    try {
      if (!isSafe) throw new Error("nothing is kept here");
      await store(id, row, at, plain);
      memory.delete(id);
    } catch {
      memory.set(id, JSON.parse(new TextDecoder().decode(plain)));
      isSafe = false;
      for (const listener of listeners) listener();
    }
  }

  // Never fails: what can't be stored stays on this page, which then says so. One after the
  // other, as the row is now: an earlier state never lands on a later one.
  function put(id, row) {
    const at = row.at || Date.now();
    const plain = new TextEncoder().encode(JSON.stringify(row));
    const now = { state: row.state, isAgain: row.isAgain };
    last = last.then(() => putNow(id, now, at, plain));
    return last;
  }

  async function readable(key, kept) {
    const plain = await window.crypto.subtle.decrypt(
      { name: "AES-GCM", iv: kept.iv }, key, kept.body);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  async function get(id) {
    const found = await all();
    const row = found.find(([each]) => each === id);
    return row ? row[1] : null;
  }

  // One that can't be read, such as after its key is gone, does not hold back the others.
  async function stored() {
    const { base, key } = await box();
    const rows = base.transaction("rows").objectStore("rows");
    const [ids, bodies] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
    const found = [];
    for (const [n, id] of ids.entries()) {
      if (Date.now() - bodies[n].at > LONGEST_MS) await erase(id);
      else if (id.startsWith(own(""))) {
        const row = await readable(key, bodies[n]).catch(() => null);
        if (row) found.push([id.slice(own("").length), row]);
      }
    }
    return found;
  }

  async function all() {
    await last;
    const found = window.indexedDB ? await stored().catch(() => []) : [];
    const other = found.filter(([id]) => !memory.has(id));
    return [...other, ...memory.entries()];
  }

  async function erase(id) {
    const { base } = await box();
    const rows = base.transaction("rows", "readwrite");
    const end = written(rows);
    rows.objectStore("rows").delete(id);
    await end;
  }

  async function drop(id) {
    memory.delete(id);
    await erase(own(id)).catch(() => null);
  }

  // How far the clock of the service is ahead of this phone's, as of the last contact.
  async function noteAhead(ahead) {
    const { base } = await box();
    const keys = base.transaction("keys", "readwrite");
    const end = written(keys);
    keys.objectStore("keys").put(ahead, "ahead");
    await end;
  }

  async function lastAhead() {
    const { base } = await box();
    return (await done(base.transaction("keys").objectStore("keys").get("ahead"))) || 0;
  }

  // Everything that this phone keeps: for who logs out.
  async function forget() {
    await last;
    memory.clear();
    const found = await (opened || Promise.resolve(null)).catch(() => null);
    if (found) found.base.close();
    opened = null;
    if (window.indexedDB) window.indexedDB.deleteDatabase(NAME);
    if (window.caches) {
      for (const name of await caches.keys()) await caches.delete(name);
    }
    if (!navigator.serviceWorker) return;
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  }

  return {
    all, drop, forget, get, lastAhead, noteAhead, put,
    isKept: () => isSafe,
    whenUnsafe: (one) => listeners.push(one),
  };
})();
