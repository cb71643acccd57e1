"use strict";
// Which questions follow, and how urgent some answers are, worked out on the phone alone:
// no network is asked. The rules come with the form; trends are left to the service.

const SIGNS = (() => {
  const WORST = ["GREEN", "AMBER", "RED"];

  // Answers stand by form and question: {"daily-adult": {"chills": "YES"}}.
  function valueOf(answers, form, question) {
    const value = (answers[form] || {})[question];
    return value === undefined || value === "" ? null : value;
  }

  function isAsked(form, question, answers) {
    const after = question.asked_when;
    return !after || after.answers.includes(valueOf(answers, form.key, after.question));
  }

  function asked(sheet, answers) {
    return sheet.forms.flatMap((form) =>
      form.questions
        .filter((one) => isAsked(form, one, answers))
        .map((one) => ({ form: form.key, question: one })));
  }

  function isUnknown(question, value) {
    if (value === null) return true;
    if (!question.options.length) return false;
    return !question.options.some((one) => one.key === value && one.is_known);
  }

  function overlaps(limits, low, high) {
    const end = (name) => (limits[name] === null ? null : Number(limits[name]));
    if (end("at_least") !== null && high < end("at_least")) return false;
    if (end("above") !== null && high <= end("above")) return false;
    if (end("at_most") !== null && low > end("at_most")) return false;
    return end("below") === null || low < end("below");
  }

  // Whatever was left out, the sum lies within these ends.
  function isWithin(limits, low, high) {
    return overlaps(limits, low, low) && overlaps(limits, high, high);
  }

  function firedBy(sign, question, answers) {
    const value = valueOf(answers, sign.form, sign.question);
    if (isUnknown(question, value)) return sign.unknown;
    const number = Number(value);
    const fires = sign.answers.includes(value)
      || sign.limits.some((one) => overlaps(one, number, number));
    return fires ? sign.colour : null;
  }

  function firedBySum(sum, seen, answers) {
    const parts = sum.parts.map((part) => {
      const question = seen.get(`${part.form} ${part.question}`);
      return { part, question, value: valueOf(answers, part.form, part.question) };
    });
    if (!parts.some((one) => one.question)) return null;
    const isOpen = parts.some((one) => one.question && isUnknown(one.question, one.value));
    // What nobody asked counts as right, unless something asked is not known.
    let low = isOpen ? 0 : Number(sum.elsewhere);
    let high = Number(sum.elsewhere);
    for (const { part, question, value } of parts) {
      const points = question && value !== null ? part.points[value] : undefined;
      low += Number(points !== undefined ? points : isOpen ? 0 : part.most);
      high += Number(points !== undefined ? points : part.most);
    }
    const fires = sum.limits.length
      ? sum.limits.some((one) => overlaps(one, low, high)) : isOpen;
    if (!fires) return null;
    const isSure = sum.limits.some((one) => isWithin(one, low, high));
    return isOpen && !isSure ? sum.unknown : sum.colour;
  }

  // "until" limits the look to the questions that were already passed.
  function fired(sheet, answers, isPassed = () => true) {
    const passed = asked(sheet, answers).filter((one) => isPassed(one.form, one.question.key));
    const seen = new Map(passed.map((one) => [`${one.form} ${one.question.key}`, one.question]));
    const found = [];
    for (const sign of sheet.signs.answers) {
      const question = seen.get(`${sign.form} ${sign.question}`);
      const colour = question ? firedBy(sign, question, answers) : null;
      if (colour) found.push({ topic: sign.topic, colour, text: sign.text, sign });
    }
    for (const sum of sheet.signs.sums) {
      const isWhole = sum.parts.every(
        (part) => seen.has(`${part.form} ${part.question}`)
          || !isOnSheet(sheet, part.form, part.question));
      const colour = isWhole ? firedBySum(sum, seen, answers) : null;
      if (colour) found.push({ topic: sum.topic, colour, text: sum.text, sign: sum });
    }
    return found;
  }

  function isOnSheet(sheet, form, question) {
    return sheet.forms.some((one) =>
      one.key === form && one.questions.some((each) => each.key === question));
  }

  function colourOf(sheet, found) {
    if (found.some((one) => one.colour === "RED")) return "RED";
    const topics = new Set(found.map((one) => one.topic));
    if (topics.size >= sheet.signs.ambers_that_make_red) return "RED";
    return topics.size ? "AMBER" : "GREEN";
  }

  return { WORST, asked, colourOf, fired, valueOf };
})();
