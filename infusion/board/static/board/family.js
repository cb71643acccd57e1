"use strict";
// Says how many answers wait on this phone, sends them, and tells what became of them.

(() => {
  async function show() {
    const rows = await WAITING.all();
    const waits = rows.some(([, row]) => row.state === "waits" && !row.refused && !row.received);
    document.getElementById("waiting-here").hidden = !waits;
    const refused = rows.find(([, row]) => row.refused);
    if (refused) OUTCOMES.refused(...refused);
  }

  function heard(id, row, what) {
    // That it waits stands above already.
    if (what.kind !== "waits") OUTCOMES.tell(id, row, what);
    show();
  }

  // What is asked soon lies on this phone, for when it has no network.
  async function keep() {
    const { now } = document.getElementById("waiting-here").dataset;
    await WAITING.noteAhead(Date.parse(now) - Date.now()).catch(() => null);
    const paths = JSON.parse(document.getElementById("to-keep").textContent);
    if (!navigator.serviceWorker || !paths.length) return;
    await navigator.serviceWorker.register("/my/worker.js", { scope: "/my/" });
    const { active } = await navigator.serviceWorker.ready;
    const { owner } = document.querySelector("[data-owner]").dataset;
    active.postMessage({ keep: paths, language: document.documentElement.lang, owner });
  }

  SENDING.listen(heard);
  keep().catch(() => null);
  document.addEventListener("DOMContentLoaded", show);
  setInterval(show, 5000);
})();
