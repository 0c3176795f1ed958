"use strict";
// A list of cases: filtered, sorted, and shown one page at a time. The page contains all cases as data.
// What a row shows is the matter of the script that follows this one.
const list = (() => {
  const PAGE = 50; // rows in the document at once
  const PRINTED = 1000; // rows on paper at most
  const data = JSON.parse(document.getElementById("data").textContent);
  const { rows, rules, words, language } = data;
  const number = new Intl.NumberFormat(language);
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  const text = (ref) => (typeof ref === "number" ? data.texts[ref] : ref);
  const say = (key, ...values) => words[key].replace(/\{(\d)\}/g, (_, place) => values[place]);
  const count = (key, value) => say(value === 1 ? `${key}_one` : key, number.format(value));

  // Insert everything as text, never as markup.
  function make(tag, given, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(given || {})) {
      if (typeof value === "function") node.addEventListener(name, value);
      else if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  }

  // One finding of a rule, with its place and source.
  function finding([code, severity, message, hint, place, lineNumber, column]) {
    const rule = rules[code];
    const where = [place, lineNumber ? say("line", lineNumber, column || 1) : ""].filter(Boolean).join("  ");
    return make("li", { class: severity },
      make("p", { class: "head" }, make("span", { class: `chip ${severity}` }, words[`is_${severity}`]), " ",
        make("b", null, code), rule ? ` ${rule.title}` : ""),
      make("p", null, text(message)),
      text(hint) ? make("p", { class: "hint" }, text(hint)) : null,
      where ? make("p", { class: "where" }, make("code", null, where)) : null,
      rule ? make("p", { class: "source" }, say("source", rule.source, rule.as_of)) : null);
  }

  // Errors and warnings, and the notes, which are folded if there are others.
  function findingList(found) {
    const levels = ["error", "warning", "info"];
    const sorted = [...found].sort((a, b) => levels.indexOf(a[1]) - levels.indexOf(b[1]));
    const [grave, notes] = [sorted.filter((each) => each[1] !== "info"), sorted.filter((each) => each[1] === "info")];
    return [
      grave.length ? make("ul", { class: "findings" }, ...grave.map(finding)) : null,
      notes.length ? make("details", grave.length ? null : { open: "" },
        make("summary", null, count("info", notes.length)), make("ul", { class: "findings" }, ...notes.map(finding))) : null,
    ].filter(Boolean);
  }

  // ---- the list
  const compare = new Intl.Collator(language, { numeric: true }).compare;
  const wanted = { search: "" };
  const sorting = { column: null, down: false };
  let given = null; // columns, filters, mark and details of the rows
  let found = [];
  let page = 0;
  let open = null;

  function filter() {
    const parts = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
    const filters = Object.entries(given.filters).filter(([name]) => wanted[name]);
    found = rows.filter((row) => filters.every(([name, fits]) => fits(row, wanted[name]))
      && parts.every((part) => row.haystack.includes(part)));
    const { column, down } = sorting;
    const sign = down ? -1 : 1;
    const values = new Map(found.map((row) => [row, column.by(row)]));
    found.sort((a, b) => {
      const [one, two] = [values.get(a), values.get(b)];
      const order = typeof one === "string" ? compare(one, two) : one - two;
      return sign * order || a.number - b.number;
    });
    page = 0;
    show();
  }

  const table = one("table");
  const body = one("tbody");
  const status = one(".shown");
  const tiles = one(".tiles").dataset.filter;

  function show(printed = 0) {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    page = Math.max(0, Math.min(pages - 1, page));
    const first = printed ? 0 : page * PAGE;
    const shown = found.slice(first, first + (printed || PAGE));
    body.replaceChildren(...shown.flatMap(line));
    table.hidden = shown.length === 0;
    one(".nothing").hidden = shown.length > 0;
    const range = shown.length ? `${number.format(first + 1)}–${number.format(first + shown.length)}` : "0";
    const isAll = found.length === rows.length;
    status.textContent = say(isAll ? "shown_all" : "shown", range, number.format(found.length), number.format(rows.length));
    one(".pager").hidden = pages === 1;
    one(".place").textContent = say("place", number.format(page + 1), number.format(pages));
    one("#back").setAttribute("aria-disabled", String(page === 0));
    one("#forward").setAttribute("aria-disabled", String(page === pages - 1));
    one("#clear").hidden = !Object.values(wanted).some(Boolean);
    for (const tile of all(".tile")) tile.setAttribute("aria-pressed", String(tile.dataset.value === wanted[tiles]));
    for (const head of all("th[data-key]")) {
      const current = head.dataset.key === sorting.column.key;
      if (current) head.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    one("#sort").value = `${sorting.column.key}${sorting.down ? "-down" : ""}`;
  }

  function line(row) {
    const isOpen = row === open;
    const button = make("button", {
      type: "button", class: "opener", id: `case-${row.number}`,
      "aria-expanded": String(isOpen), "aria-controls": isOpen ? `details-${row.number}` : null,
      click: () => toggle(row),
    }, row.label);
    const cells = given.columns.map(({ key, cell }) => (key === "case"
      ? make("th", { role: "rowheader", scope: "row" }, button, ...cell(row))
      : make("td", { role: "cell", class: key, "data-label": words[`column_${key}`] }, ...cell(row))));
    const node = make("tr", { role: "row", class: `line ${given.mark(row)}${isOpen ? " open" : ""}` }, ...cells);
    return isOpen ? [node, details(row)] : [node];
  }

  // ---- an open case
  function toggle(row) {
    const former = open;
    open = former === row ? null : row;
    const address = open && open.id ? `#/${encodeURIComponent(open.id)}` : location.pathname + location.search;
    history.replaceState(null, "", address);
    for (const each of [former, open]) if (each) redraw(each);
  }

  // Redraw only this case, so that focus and scroll position do not change.
  function redraw(row) {
    const button = document.getElementById(`case-${row.number}`);
    if (!button) return;
    const isOpen = row === open;
    const node = button.closest("tr");
    button.setAttribute("aria-expanded", String(isOpen));
    node.classList.toggle("open", isOpen);
    const below = document.getElementById(`details-${row.number}`);
    if (below) below.remove();
    if (isOpen) {
      button.setAttribute("aria-controls", `details-${row.number}`);
      node.after(details(row));
    } else button.removeAttribute("aria-controls");
  }

  function details(row) {
    return make("tr", { role: "row", class: "details", id: `details-${row.number}` },
      make("td", { role: "cell", colspan: String(given.columns.length) },
        make("section", { "aria-label": say("details", row.label) }, ...given.details(row))));
  }

  // ---- table header, filters, keys
  function makeHeader() {
    one("thead tr").append(...given.columns.map((column) => make("th", { scope: "col", class: column.key, "data-key": column.key },
      make("button", { type: "button", click: () => sortBy(column) }, words[`column_${column.key}`]))));
    for (const node of all("table, thead, tbody, thead tr, thead th")) {
      const role = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TH: "columnheader" }[node.tagName];
      node.setAttribute("role", role); // on a narrow screen CSS turns rows into blocks; keep their role
    }
    for (const column of given.columns) {
      for (const down of [false, true]) {
        one("#sort").append(make("option", { value: `${column.key}${down ? "-down" : ""}` },
          `${words[`column_${column.key}`]} ${down ? "↓" : "↑"}`));
      }
    }
  }

  function sortBy(column) {
    sorting.down = sorting.column === column ? !sorting.down : Boolean(column.down);
    sorting.column = column;
    filter();
  }

  function turn(step) {
    page += step;
    show();
    one(".shown").scrollIntoView({ block: "start" });
  }

  const search = one("#search");
  search.addEventListener("input", () => { wanted.search = search.value; filter(); });
  for (const select of all("select[data-filter]")) {
    select.addEventListener("change", () => { wanted[select.dataset.filter] = select.value; filter(); });
  }
  one("#sort").addEventListener("change", (event) => {
    const [key, down] = event.target.value.split("-");
    sorting.column = given.columns.find((column) => column.key === key);
    sorting.down = Boolean(down);
    filter();
  });
  for (const tile of all(".tile")) {
    tile.addEventListener("click", () => { wanted[tiles] = tile.dataset.value; filter(); });
  }
  one("#clear").addEventListener("click", () => { clear(); search.focus(); });
  one("form").addEventListener("submit", (event) => event.preventDefault());
  one("#back").addEventListener("click", () => page > 0 && turn(-1));
  one("#forward").addEventListener("click", () => (page + 1) * PAGE < found.length && turn(1));

  function clear() {
    for (const key of Object.keys(wanted)) wanted[key] = "";
    search.value = "";
    for (const select of all("select[data-filter]")) select.value = "";
    filter();
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const field = event.target.closest("input, select");
    if (event.key === "/" && !field) {
      event.preventDefault();
      search.focus();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && event.target.matches("button.opener")) {
      const cases = all("button.opener");
      const next = cases[cases.indexOf(event.target) + step];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
  window.addEventListener("beforeprint", () => show(PRINTED));
  window.addEventListener("afterprint", () => show());

  // A URL such as report.html#/case-0042 opens that case.
  function fromAddress() {
    const id = location.hash.startsWith("#/") ? decodeURIComponent(location.hash.slice(2)) : null;
    const row = id && rows.find((each) => each.id === id);
    if (!row) return;
    if (!found.includes(row)) clear();
    open = row;
    page = Math.floor(found.indexOf(row) / PAGE);
    show();
    document.getElementById(`case-${row.number}`).scrollIntoView({ block: "center" });
  }
  window.addEventListener("hashchange", fromAddress);

  // Show the rows. Each column has a key, a value to sort by and the contents of a cell; each filter decides by its
  // value whether a row fits. The list begins in the order of the column with the key `first`.
  function start(settings) {
    given = settings;
    for (const name of Object.keys(given.filters)) wanted[name] = "";
    sorting.column = given.columns.find((column) => column.key === given.first);
    makeHeader();
    document.documentElement.classList.add("ready");
    one("form").hidden = false;
    filter();
    fromAddress();
  }

  return { data, rows, words, number, one, all, text, say, count, make, findingList, compare, start };
})();
