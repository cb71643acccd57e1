"use strict";
// Says how many answers wait on this phone; they are sent by themselves.

(() => {
  async function show() {
    const rows = await WAITING.all().catch(() => []);
    const waits = rows.some(([, row]) => row.state === "waits");
    document.getElementById("waiting-here").hidden = !waits;
  }

  // What is asked soon lies on this phone, for when it has no network.
  async function keep() {
    const { now } = document.getElementById("waiting-here").dataset;
    await WAITING.noteAhead(Date.parse(now) - Date.now());
    const paths = JSON.parse(document.getElementById("to-keep").textContent);
    if (!navigator.serviceWorker || !paths.length) return;
    await navigator.serviceWorker.register("/my/worker.js", { scope: "/my/" });
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ keep: paths, language: document.documentElement.lang });
  }

  SENDING.listen(show);
  keep().catch(() => null);
  document.addEventListener("DOMContentLoaded", show);
  setInterval(show, 5000);
})();
