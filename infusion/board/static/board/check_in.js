"use strict";
// One question a screen. Without this file the page is one long form that is sent as such.

(() => {
  const sheet = JSON.parse(document.getElementById("sheet").textContent);
  const form = document.getElementById("check-in");
  const part = (id) => document.getElementById(id);
  // This page lay on the phone: the time on it is old, and its id may have been used.
  const isOld = "kept" in form.dataset;
  let ahead = Date.parse(form.dataset.now) - Date.now();
  const id = form.dataset.checkIn;
  let row = null;
  let at = 0;
  let wasRed = false;

  const sections = new Map(
    [...form.querySelectorAll(".question")].map((one) => [one.dataset.name, one]));

  function nameOf(one) {
    return `${one.form}.${one.question.key}`;
  }

  function answers() {
    return row.answers;
  }

  function order() {
    return SIGNS.asked(sheet, answers());
  }

  // --- Reading and showing one answer -----------------------------------------------

  function instantOf(text) {
    const found = new Date(text);
    return Number.isNaN(found.getTime()) ? "" : found.toISOString();
  }

  function localOf(instant) {
    const found = new Date(instant);
    const local = new Date(found.getTime() - found.getTimezoneOffset() * 60000);
    return local.toISOString().slice(0, 16);
  }

  function read(one, section) {
    const kind = one.question.form;
    if (kind === "CHOICE") {
      const chosen = section.querySelector("input:checked");
      return chosen ? chosen.value : "";
    }
    if (kind === "PHOTO") return "";
    const text = section.querySelector("input, textarea").value.trim();
    if (kind === "INSTANT") return text ? instantOf(text) : "";
    return kind === "NUMBER" ? text.normalize("NFKC").replace(/[,。]/, ".") : text;
  }

  function fill(one, section) {
    const value = SIGNS.valueOf(answers(), one.form, one.question.key);
    if (value === null || one.question.form === "PHOTO") return;
    if (one.question.form === "CHOICE") {
      for (const input of section.querySelectorAll("input")) {
        input.checked = input.value === value;
      }
    } else {
      const input = section.querySelector("input, textarea");
      input.value = one.question.form === "INSTANT" ? localOf(value) : value;
    }
  }

  function problemWith(one, value) {
    if (one.question.form !== "NUMBER" || value === "") return "";
    const { least, most } = one.question;
    const isNumber = /^[0-9]{1,4}(\.[0-9]{1,4})?$/.test(value);
    const fits = isNumber && Number(value) >= Number(least) && Number(value) <= Number(most);
    return fits ? "" : form.dataset.slip.replace("{least}", least).replace("{most}", most);
  }

  function keep(one) {
    const section = sections.get(nameOf(one));
    const value = read(one, section);
    const error = section.querySelector(".error");
    const problem = problemWith(one, value);
    error.textContent = problem;
    error.hidden = !problem;
    if (problem) return false;
    const of = (answers()[one.form] = answers()[one.form] || {});
    if (value === "") delete of[one.question.key];
    else of[one.question.key] = value;
    WAITING.put(id, row);
    return true;
  }

  // --- The red sign ------------------------------------------------------------------

  function language() {
    return document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  }

  function showSigns() {
    const passed = new Set(row.passed);
    const found = SIGNS.fired(sheet, answers(), (of, key) => passed.has(`${of}.${key}`));
    const isRed = SIGNS.colourOf(sheet, found) === "RED";
    if (isRed && !row.redAt) row.redAt = new Date(Date.now() + ahead).toISOString();
    part("red").hidden = !isRed;
    const texts = new Set(found.map((one) => one.text[language()]));
    // Seen once, it makes room for the questions and stays in sight.
    part("red").classList.toggle("known", isRed && wasRed);
    wasRed = isRed;
    part("red-signs").replaceChildren(...[...texts].map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
  }

  // --- Going from one to the next ----------------------------------------------------

  function show() {
    const asked = order();
    const one = asked[at];
    for (const [name, section] of sections) section.hidden = !one || name !== nameOf(one);
    part("finish").hidden = Boolean(one);
    part("back").hidden = at === 0;
    form.querySelector(".steps").hidden = !one;
    part("how-far").textContent = one
      ? form.dataset.far.replace("{at}", at + 1).replace("{of}", asked.length) : "";
    if (one) {
      fill(one, sections.get(nameOf(one)));
      label(one);
      sections.get(nameOf(one)).focus();
    } else {
      listLeftOut(asked);
      part("finish").focus();
    }
    window.scrollTo(0, 0);
  }

  function label(one) {
    const isEmpty = read(one, sections.get(nameOf(one))) === "";
    const isOpen = isEmpty && !one.question.is_optional;
    part("next").textContent = isOpen ? form.dataset.skip : form.dataset.next;
    part("next").classList.toggle("main", !isOpen);
  }

  function listLeftOut(asked) {
    const open = asked.filter((one) => !one.question.is_optional
      && SIGNS.valueOf(answers(), one.form, one.question.key) === null);
    part("left-out").hidden = !open.length;
    part("left-out-list").replaceChildren(...open.map((one) => {
      const item = document.createElement("li");
      item.textContent = one.question.text[language()];
      return item;
    }));
  }

  function next() {
    const one = order()[at];
    if (!keep(one)) return;
    const name = nameOf(one);
    if (!row.passed.includes(name)) row.passed.push(name);
    WAITING.put(id, row);
    showSigns();
    at += 1;
    show();
  }

  function back() {
    at = Math.max(at - 1, 0);
    show();
  }

  // --- Photographs -------------------------------------------------------------------

  const LONGEST_SIDE = 1600;

  async function shrunk(file) {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", 0.85).split(",")[1];
  }

  async function take(event) {
    const section = event.target.closest(".question");
    const file = event.target.files[0];
    const question = section.dataset.name;
    row.photos = row.photos.filter((one) => one.question !== question);
    const error = section.querySelector(".error");
    error.hidden = true;
    if (file) {
      try {
        row.photos.push({ question, type: "image/jpeg", data: await shrunk(file) });
      } catch {
        error.textContent = form.dataset.noPicture;
        error.hidden = false;
        event.target.value = "";
      }
    }
    await WAITING.put(id, row);
  }

  // --- Sending -----------------------------------------------------------------------

  function outcome(kind) {
    for (const one of document.querySelectorAll("[data-outcome]")) {
      one.hidden = one.dataset.outcome !== kind;
    }
    form.hidden = true;
    part("red").classList.remove("known");
    part("go-on").hidden = true;
  }

  async function finish() {
    const given = new Date(Date.now() + ahead).toISOString();
    row.state = "waits";
    row.at = Date.now();
    row.url = form.dataset.send;
    row.body = {
      id: row.clientId, given_at: given, language: form.dataset.language,
      forms: sheet.forms.map((one) => ({
        key: one.key, version: one.version, answers: answers()[one.key] || {},
      })),
    };
    await WAITING.put(id, row);
    outcome("waits");
    await SENDING.sendAll();
  }

  function heard(of, sent, what) {
    if (of !== id) return;
    // The service was reached: the page it gives can send.
    if (isOld && what.kind !== "waits") return void setTimeout(() => location.reload(), 1000);
    if (what.kind === "received") return received(what.result);
    if (what.kind === "photo") {
      part("photo-refused").hidden = false;
      return;
    }
    outcome(what.kind);
    if (what.kind === "refused") {
      part("problem").textContent = (what.problem && what.problem.detail) || "";
    }
  }

  function received(result) {
    outcome(`received-${result.colour.toLowerCase()}`);
    part("red").hidden = result.colour !== "RED" && part("red").hidden;
    // Unsigned words are the page's own: they stand on it already.
    const isSigned = result.advice && result.advice.is_signed;
    const advice = isSigned && result.advice[language() === "zh" ? "zh_hans" : "en"];
    part("advice").textContent = advice || "";
    part("advice").hidden = !advice;
    const by = document.querySelector("[data-outcome=received-amber] time");
    if (by && result.look_by) {
      const at_ = new Date(result.look_by);
      by.textContent = at_.toLocaleTimeString(form.dataset.language,
        { hour: "2-digit", minute: "2-digit", timeZone: form.dataset.zone });
    }
  }

  // --- The beginning -----------------------------------------------------------------

  function fresh() {
    return {
      state: "draft", answers: {}, passed: [], photos: [],
      clientId: isOld ? crypto.randomUUID() : form.dataset.clientId,
    };
  }

  async function begin() {
    document.documentElement.classList.add("stepwise");
    if (isOld) ahead = await WAITING.lastAhead();
    else WAITING.noteAhead(ahead);
    row = (await WAITING.get(id).catch(() => null)) || fresh();
    part("kept").hidden = WAITING.isKept();
    SENDING.listen(heard);
    if (row.state === "waits") {
      showSigns();
      outcome(row.refused ? "refused" : "waits");
      if (row.refused) part("problem").textContent = row.refused.detail || "";
      return SENDING.sendAll();
    }
    for (const section of sections.values()) {
      section.addEventListener("change", (event) => {
        if (event.target.type === "file") take(event);
        else label(order()[at]);
      });
      section.addEventListener("input", () => label(order()[at]));
    }
    part("next").addEventListener("click", next);
    part("back").addEventListener("click", back);
    part("finish-back").addEventListener("click", back);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (order()[at]) next();
      else finish();
    }, true);
    const asked = order();
    while (at < asked.length && row.passed.includes(nameOf(asked[at]))) at += 1;
    showSigns();
    show();
    return null;
  }

  begin();
})();
