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
  const versions = sheet.forms.map((one) => `${one.key} ${one.version}`).join();
  // What was answered longer ago than this is asked anew: it is not how somebody is now.
  const DRAFT_LONGEST_MS = 3600 * 1000;
  const A_LITTLE_MS = 300 * 1000;
  let row = null;
  // Under which name the answers of this page wait once they are finished.
  let sent = null;
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
    if (value === "") return "";
    if (one.question.form === "INSTANT") {
      const latest = Date.now() + Math.max(ahead, 0) + A_LITTLE_MS;
      return Date.parse(value) > latest ? form.dataset.later : "";
    }
    if (one.question.form !== "NUMBER") return "";
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
    OUTCOMES.show(kind);
    form.hidden = true;
    part("red").classList.remove("known");
    part("go-on").hidden = true;
  }

  // Only what is asked: a question whose reason has gone has no answer any more. The clock
  // of the phone may be a little fast: nothing was measured after it was told.
  function bodyOf(given) {
    const forms = sheet.forms.map((one) => ({ key: one.key, version: one.version, answers: {} }));
    for (const one of order()) {
      const value = SIGNS.valueOf(answers(), one.form, one.question.key);
      if (value === null) continue;
      const isLater = one.question.form === "INSTANT" && Date.parse(value) > given.getTime();
      const { answers: of } = forms.find((each) => each.key === one.form);
      of[one.question.key] = isLater ? given.toISOString() : value;
    }
    return {
      id: row.clientId, given_at: given.toISOString(), language: form.dataset.language, forms,
    };
  }

  function saidOf() {
    return order().flatMap((one) => {
      const value = SIGNS.valueOf(answers(), one.form, one.question.key);
      const option = one.question.options.find((each) => each.key === value);
      const shown = one.question.form === "INSTANT" && value
        ? new Date(value).toLocaleString(form.dataset.language) : value;
      if (value === null) return [];
      return [[one.question.text[language()], option ? option.text[language()] : shown]];
    });
  }

  async function finish() {
    const asked = new Set(order().map(nameOf));
    Object.assign(row, {
      state: "waits", at: Date.now(), url: form.dataset.send, tells: id,
      body: bodyOf(new Date(Date.now() + ahead)), said: saidOf(),
      photos: row.photos.filter((one) => asked.has(one.question)),
    });
    // Something else can be told while this still waits.
    sent = id.startsWith("tell:") ? `sent:${row.clientId}` : id;
    await WAITING.put(sent, row);
    if (sent !== id) await WAITING.drop(id);
    outcome("waits");
    await SENDING.sendAll();
  }

  // The answers were not taken for one of them: it is asked again, with the reason.
  async function askAgain(problem) {
    const [{ field, detail } = {}] = problem.errors || [];
    const n = problem.code === "nothing_answered" ? 0
      : order().findIndex((one) => one.question.key === field);
    if (problem.status !== 422 || n < 0 || !goesOn(row)) return false;
    const old = sent;
    Object.assign(row, { state: "draft", isAgain: true });
    for (const name of ["refused", "body", "url", "at"]) delete row[name];
    await WAITING.put(id, row);
    if (old && old !== id) await WAITING.drop(old);
    sent = null;
    at = n;
    OUTCOMES.show("");
    form.hidden = false;
    ready();
    show();
    const error = sections.get(nameOf(order()[n])).querySelector(".error");
    error.textContent = detail || problem.detail;
    error.hidden = false;
    return true;
  }

  async function heard(of, from, what) {
    const isThis = of === sent;
    if (!isThis && from.tells !== id) return;
    // The page that is kept has no token to send with: the service gives another one.
    if (isOld && what.status === 403) return void setTimeout(() => location.reload(), 1000);
    if (isThis && what.kind === "refused" && await askAgain(what.problem)) return;
    OUTCOMES.tell(of, from, what);
    if (what.kind === "received" && what.result.colour === "RED") part("red").hidden = false;
    if (!isThis) return;
    form.hidden = true;
    part("red").classList.remove("known");
    part("go-on").hidden = true;
  }

  // --- The beginning -----------------------------------------------------------------

  function fresh() {
    return {
      state: "draft", answers: {}, passed: [], photos: [], begunAt: Date.now(), versions,
      clientId: isOld ? crypto.randomUUID() : form.dataset.clientId,
    };
  }

  // A draft of other questions, or of earlier, is no answer to these.
  function goesOn(found) {
    const isNew = Date.now() - found.begunAt < DRAFT_LONGEST_MS;
    return found.versions === versions && isNew;
  }

  let isReady = false;

  function ready() {
    if (isReady) return;
    isReady = true;
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
  }

  // What was finished here before and still waits, or was not taken.
  async function waitsStill() {
    row = (await WAITING.get(id)) || fresh();
    if (row.state !== "waits") return false;
    sent = id;
    showSigns();
    outcome("waits");
    if (row.received) OUTCOMES.tell(id, row, { kind: "received", result: row.received });
    if (row.received) OUTCOMES.tell(id, row, { kind: "photo-waits" });
    if (row.refused && !(await askAgain(row.refused))) OUTCOMES.refused(id, row);
    return sent !== null;
  }

  async function showEarlier() {
    const found = (await WAITING.all()).filter(([of, each]) => of !== id && each.tells === id);
    const refused = found.find(([, each]) => each.refused);
    if (refused) OUTCOMES.refused(...refused);
    else if (found.some(([, each]) => !each.received)) OUTCOMES.show("waits");
  }

  async function begin() {
    document.documentElement.classList.add("stepwise");
    for (const section of [...sections.values(), part("finish")]) section.hidden = true;
    if (isOld) ahead = await WAITING.lastAhead().catch(() => 0);
    else WAITING.noteAhead(ahead).catch(() => null);
    SENDING.listen(heard);
    WAITING.whenUnsafe(() => { part("kept").hidden = false; });
    const isWaiting = await waitsStill();
    part("kept").hidden = WAITING.isKept();
    if (isWaiting) return SENDING.sendAll();
    if (isReady) return null;
    if (!goesOn(row)) {
      part("anew").hidden = !row.passed.length;
      row = fresh();
    }
    await showEarlier();
    ready();
    const asked = order();
    while (at < asked.length && row.passed.includes(nameOf(asked[at]))) at += 1;
    showSigns();
    show();
    return null;
  }

  begin();
})();
