"use strict";
// Says how many answers wait on this phone; they are sent by themselves.

(() => {
  async function show() {
    const rows = await WAITING.all().catch(() => []);
    const waits = rows.some(([, row]) => row.state === "waits");
    document.getElementById("waiting-here").hidden = !waits;
  }

  SENDING.listen(show);
  document.addEventListener("DOMContentLoaded", show);
  setInterval(show, 5000);
})();
