"use strict";
// What became of answers, shown on the page of the questions and on the first page alike.

const OUTCOMES = (() => {
  const part = (id) => document.getElementById(id);
  const isChinese = () => document.documentElement.lang.startsWith("zh");

  const URGENCY = ["GREEN", "AMBER", "RED"];
  let worst = -1;

  // Several may arrive at once: what is urgent is not hidden by what is not.
  function show(kind) {
    for (const one of document.querySelectorAll("[data-outcome]")) {
      const isRed = worst === 2 && one.dataset.outcome === "received-red";
      one.hidden = one.dataset.outcome !== kind && !isRed;
    }
  }

  function received(result) {
    const urgency = URGENCY.indexOf(result.colour);
    if (urgency < worst) return;
    worst = urgency;
    show(`received-${result.colour.toLowerCase()}`);
    // Unsigned words are the page's own: they stand on it already.
    const isSigned = result.advice && result.advice.is_signed;
    const advice = isSigned && result.advice[isChinese() ? "zh_hans" : "en"];
    part("advice").textContent = advice || "";
    part("advice").hidden = !advice;
    const by = document.querySelector("[data-outcome=received-amber] time");
    if (!result.look_by) return;
    const { zone, language } = part("outcomes").dataset;
    by.textContent = new Date(result.look_by).toLocaleTimeString(language,
      { hour: "2-digit", minute: "2-digit", timeZone: zone });
  }

  // They stay on this phone, for somebody to read out: the person who answered or helps.
  function refused(id, row) {
    show("refused");
    part("problem").textContent = (row.refused && row.refused.detail) || "";
    part("said").replaceChildren(...(row.said || []).flatMap(([question, answer]) => {
      const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = question;
      detail.textContent = answer;
      return [term, detail];
    }));
    part("told").onclick = async () => {
      await WAITING.drop(id);
      show("");
    };
  }

  // Returns whether it was about a picture alone: the answers stand as they were shown.
  function picture(kind) {
    if (kind !== "photo" && kind !== "photo-waits") return false;
    part(kind === "photo" ? "photo-refused" : "photo-waits").hidden = false;
    return true;
  }

  function tell(id, row, what) {
    if (picture(what.kind)) return;
    if (what.kind === "received") received(what.result);
    else if (what.kind === "refused") refused(id, row);
    else show(what.kind);
  }

  return { refused, show, tell };
})();
