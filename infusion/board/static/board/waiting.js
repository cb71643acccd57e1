"use strict";
// Answers that have not reached the service yet, on this phone only: encrypted with a key
// that cannot be read out of the browser, deleted once the service has them, and after 72
// hours. They are no record until the service says so.

const WAITING = (() => {
  const LONGEST_MS = 72 * 3600 * 1000;
  const NAME = "check-ins";
  let opened = null;
  // Without a secure context there is nothing to encrypt with: memory alone, for this page.
  const memory = new Map();
  const isKept = () => Boolean(window.indexedDB && window.crypto && window.crypto.subtle);

  function done(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  async function open() {
    const request = window.indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys");
      request.result.createObjectStore("rows");
    };
    const base = await done(request);
    const found = await done(base.transaction("keys").objectStore("keys").get("key"));
    if (found) return { base, key: found };
    const key = await window.crypto.subtle.generateKey(
      { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await done(base.transaction("keys", "readwrite").objectStore("keys").put(key, "key"));
    return { base, key };
  }

  function box() {
    opened = opened || open();
    return opened;
  }

  async function put(id, row) {
    if (!isKept()) return void memory.set(id, { ...row, at: row.at || Date.now() });
    const { base, key } = await box();
    const iv = window.crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(row));
    const body = await window.crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain);
    const kept = { iv, body, at: row.at || Date.now() };
    await done(base.transaction("rows", "readwrite").objectStore("rows").put(kept, id));
  }

  async function read(base, key, id) {
    const kept = await done(base.transaction("rows").objectStore("rows").get(id));
    if (!kept) return null;
    if (Date.now() - kept.at > LONGEST_MS) {
      await drop(id);
      return null;
    }
    const plain = await window.crypto.subtle.decrypt(
      { name: "AES-GCM", iv: kept.iv }, key, kept.body);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  async function get(id) {
    if (!isKept()) return memory.get(id) || null;
    const { base, key } = await box();
    return read(base, key, id);
  }

  async function all() {
    if (!isKept()) return [...memory.entries()];
    const { base, key } = await box();
    const ids = await done(base.transaction("rows").objectStore("rows").getAllKeys());
    const found = [];
    for (const id of ids) {
      const row = await read(base, key, id);
      if (row) found.push([id, row]);
    }
    return found;
  }

  async function drop(id) {
    if (!isKept()) return void memory.delete(id);
    const { base } = await box();
    await done(base.transaction("rows", "readwrite").objectStore("rows").delete(id));
  }

  // How far the clock of the service is ahead of this phone's, as of the last contact.
  async function noteAhead(ahead) {
    if (!isKept()) return;
    const { base } = await box();
    await done(base.transaction("keys", "readwrite").objectStore("keys").put(ahead, "ahead"));
  }

  async function lastAhead() {
    const { base } = await box();
    return (await done(base.transaction("keys").objectStore("keys").get("ahead"))) || 0;
  }

  return { all, drop, get, isKept, lastAhead, noteAhead, put };
})();
