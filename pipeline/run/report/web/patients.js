"use strict";
// All patients: state, what is next and by whom, the last day to file, and what is missing or unsigned.
(() => {
  const { data, rows, words, number, text, say, make, findingList, start } = list;
  const { states, people } = data;
  const LATEST = "9999-12-31";

  // ---- values for filtering and sorting, computed once
  const order = Object.keys(states);
  for (const row of rows) {
    row.label = row.id || say("no_id", number.format(row.number));
    row.haystack = [row.label, states[row.state], people[row.who], text(row.next)].join("\n").toLowerCase();
    // A closed window comes before all days, an unknown one after them.
    row.due = row.day || (row.isKnown ? "" : LATEST);
  }
  const figure = (value) => [value ? number.format(value) : "–"];
  const columns = [
    { key: "number", by: (row) => row.number, cell: (row) => figure(row.number) },
    { key: "case", by: (row) => row.label, cell: () => [] },
    { key: "state", by: (row) => order.indexOf(row.state), cell: (row) => [make("span", { class: `badge ${row.state}` }, states[row.state])] },
    { key: "next", by: (row) => people[row.who], cell: nextOf },
    { key: "deadline", by: (row) => row.due, cell: deadlineOf },
    { key: "done", by: (row) => row.share, cell: (row) => [row.done] },
    { key: "questions", by: (row) => row.questions, down: true, cell: (row) => figure(row.questions) },
    { key: "missing", by: (row) => row.missing, down: true, cell: (row) => figure(row.missing) },
    { key: "unsigned", by: (row) => row.unsigned, down: true, cell: (row) => figure(row.unsigned) },
  ];

  function nextOf(row) {
    const more = row.more > 0 ? make("small", { class: "more" }, say("more", number.format(row.more))) : null;
    return [make("b", { class: "who" }, people[row.who]), " ", more, make("span", { class: "what" }, text(row.next))].filter(Boolean);
  }

  function deadlineOf(row) {
    if (!row.day) return [make("span", { class: row.isKnown ? "late" : "none" }, row.window)];
    const day = make("span", { class: "day" }, row.isKnown ? row.day : row.window);
    const soon = row.left === null || row.left <= 7 ? " late" : "";
    return [day, " ", row.leftText ? make("small", { class: `left${soon}` }, row.leftText) : ""];
  }

  // ---- an open case
  function details(row) {
    const duties = row.duties.filter(([, texts]) => texts.length);
    const side = make("div", null, make("h2", null, words.duties),
      ...duties.flatMap(([who, texts]) => [
        make("h3", null, people[who], " ", make("small", null, number.format(texts.length))),
        make("ul", { class: "plain duties" }, ...texts.map((each) => make("li", null, text(each)))),
      ]));
    const other = make("div", null, make("h2", null, words.dates),
      make("dl", { class: "dates" },
        make("dt", null, words.window), make("dd", null, row.isKnown ? row.window : "–"),
        make("dt", null, words.planned), make("dd", null, row.planned || "–"),
        make("dt", null, words.column_done), make("dd", null, row.done)),
      make("h2", null, words.column_findings),
      ...(row.findings.length ? findingList(row.findings) : [make("p", { class: "quiet" }, words.no_findings)]));
    return [make("div", { class: "sides" }, ...(duties.length ? [side, other] : [other]))];
  }

  const byDay = {
    7: (row) => row.left !== null && row.left <= 7,
    30: (row) => row.left !== null && row.left <= 30,
    none: (row) => row.left === null && (row.isKnown || row.day !== null),
    unknown: (row) => !row.isKnown && row.day === null,
  };
  start({
    columns,
    first: "number",
    filters: {
      state: (row, value) => row.tile === value,
      who: (row, value) => row.duties.some(([who, texts]) => who === value && texts.length) || row.who === value,
      deadline: (row, value) => byDay[value](row),
      open: (row, value) => row[value] > 0,
    },
    mark: (row) => row.state,
    details,
  });
})();
