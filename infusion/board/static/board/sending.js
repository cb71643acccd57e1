"use strict";
// Sends what waits on this phone: at once, when the network is back, and twice a minute.

const SENDING = (() => {
  const EVERY_MS = 30000;
  const listeners = [];
  let running = null;
  let isWanted = false;

  function token() {
    const field = document.querySelector("[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  }

  function tell(id, row, outcome) {
    for (const listener of listeners) listener(id, row, outcome);
  }

  async function post(url, body, headers) {
    const options = {
      method: "POST", body, credentials: "same-origin", redirect: "error",
      headers: { "X-CSRFToken": token(), ...headers },
    };
    const answer = await fetch(url, options);
    const text = await answer.text();
    let json = null;
    try { json = JSON.parse(text); } catch { /* A proxy may answer with a page. */ }
    return { status: answer.status, json };
  }

  function blobOf(photo) {
    const bytes = Uint8Array.from(atob(photo.data), (one) => one.charCodeAt(0));
    return new Blob([bytes], { type: photo.type });
  }

  async function sendPhotos(id, row, url) {
    while (row.photos && row.photos.length) {
      const photo = row.photos[0];
      const form = new FormData();
      form.append("question", photo.question);
      form.append("photo", blobOf(photo), "photo");
      const { status } = await post(url, form, {});
      // Refused for good is said, and the answers stand; anything else is tried again.
      if (status >= 500 || [401, 403, 429].includes(status)) return false;
      if (status >= 400) tell(id, row, { kind: "photo", status });
      row.photos.shift();
      await WAITING.put(id, row);
    }
    return true;
  }

  async function sendAnswers(id, row) {
    const { status, json } = await post(
      row.url, JSON.stringify(row.body), { "Content-Type": "application/json" });
    if (status === 401 || status === 403) return tell(id, row, { kind: "login", status });
    // Without a reason it was not the service that answered, but something before it.
    if (status >= 500 || status === 429 || (status >= 400 && !json)) {
      return tell(id, row, { kind: "waits" });
    }
    if (status >= 400 && json.code === "answers_unread") {
      // Kept there for a person to read: the questions are asked anew.
      await WAITING.drop(id);
      if ((row.photos || []).length) tell(id, row, { kind: "photo", status });
      return tell(id, row, { kind: "unread" });
    }
    row[status >= 400 ? "refused" : "received"] = json;
    await WAITING.put(id, row);
    return tell(id, row, status >= 400
      ? { kind: "refused", problem: json } : { kind: "received", result: json });
  }

  async function send(id, row) {
    if (!row.received) await sendAnswers(id, row);
    if (!row.received) return;
    if (await sendPhotos(id, row, row.received.photos_url)) await WAITING.drop(id);
    else tell(id, row, { kind: "photo-waits" });
  }

  async function run() {
    try {
      while (isWanted) await sendEach();
    } finally {
      running = null;
    }
  }

  // Who asks while it goes on waits for the same, and for what has come since.
  function sendAll() {
    isWanted = true;
    running = running || run();
    return running;
  }

  async function sendEach() {
    isWanted = false;
    for (const [id, row] of await WAITING.all()) {
      if (row.state !== "waits" || row.refused) continue;
      try {
        await send(id, row);
      } catch {
        tell(id, row, { kind: row.received ? "photo-waits" : "waits" });
      }
    }
  }

  // Who logs out erases what waits here: first it is sent, then the person is asked.
  async function leave(event) {
    event.preventDefault();
    const form = event.target;
    await sendAll();
    const waits = (await WAITING.all()).some(([, row]) => row.state === "waits");
    if (waits && !window.confirm(document.querySelector("[data-leave]").dataset.leave)) return;
    await WAITING.forget().catch(() => null);
    form.submit();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form.who");
    if (form) form.addEventListener("submit", leave);
  });
  window.addEventListener("online", sendAll);
  setInterval(sendAll, EVERY_MS);
  document.addEventListener("DOMContentLoaded", sendAll);

  return { listen: (one) => listeners.push(one), sendAll };
})();
