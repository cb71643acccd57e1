"use strict";
// Sends what waits on this phone: at once, when the network is back, and twice a minute.

const SENDING = (() => {
  const EVERY_MS = 30000;
  const listeners = [];
  let isBusy = false;

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
      if (status >= 500 || status === 401 || status === 403 || status === 429) return false;
      if (status >= 400) tell(id, row, { kind: "photo", status });
      row.photos.shift();
      await WAITING.put(id, row);
    }
    return true;
  }

  async function send(id, row) {
    if (!row.received) {
      const { status, json } = await post(
        row.url, JSON.stringify(row.body), { "Content-Type": "application/json" });
      if (status === 401 || status === 403) return tell(id, row, { kind: "login" });
      if (status >= 500 || status === 429) return tell(id, row, { kind: "waits" });
      if (status >= 400) {
        row.refused = json;
        // Kept there for a person to read: the questions are asked anew.
        if (json && json.code === "answers_unread") await WAITING.drop(id);
        else await WAITING.put(id, row);
        return tell(id, row, { kind: "refused", problem: json });
      }
      row.received = json;
      await WAITING.put(id, row);
      tell(id, row, { kind: "received", result: json });
    }
    if (await sendPhotos(id, row, row.received.photos_url)) await WAITING.drop(id);
  }

  async function sendAll() {
    if (isBusy) return;
    isBusy = true;
    try {
      for (const [id, row] of await WAITING.all()) {
        if (row.state !== "waits" || row.refused) continue;
        try {
          await send(id, row);
        } catch {
          tell(id, row, { kind: "waits" });
        }
      }
    } finally {
      isBusy = false;
    }
  }

  window.addEventListener("online", sendAll);
  setInterval(sendAll, EVERY_MS);
  document.addEventListener("DOMContentLoaded", sendAll);

  return { listen: (one) => listeners.push(one), sendAll };
})();
