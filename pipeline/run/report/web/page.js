"use strict";
// The page contains all cases as data; the document shows one page of the list at a time.
(() => {
  const PAGE = 50; // rows in the document at once
  const PRINTED = 1000; // rows on paper at most
  const data = JSON.parse(document.getElementById("data").textContent);
  const { rows, rules, roles, words, states } = data;
  const language = data.language;
  const number = new Intl.NumberFormat(language);
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  const text = (ref) => (typeof ref === "number" ? data.texts[ref] : ref);
  const say = (key, ...values) => words[key].replace(/\{(\d)\}/g, (_, place) => values[place]);
  const count = (key, value) => say(value === 1 ? `${key}_one` : key, number.format(value));
  const person = (key) => (key === "patient" ? words.patient : say("companion", key.replace("companion-", "")));

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

  // ---- values for filtering and sorting, computed once
  const severities = ["error", "warning", "info"];
  for (const row of rows) {
    row.bundles ||= [];
    row.missing ||= [];
    row.apart ||= [];
    row.levels = severities.map((level) => row.findings.filter((found) => found[1] === level).length);
    row.codes = [...new Set(row.findings.map((found) => found[0]))];
    row.pages = row.bundles.reduce((sum, bundle) => sum + bundle[2], 0);
    row.label = row.id || say("no_id", number.format(row.number));
    row.haystack = [row.label, row.file || "", ...(row.name || []), states[row.state] || "", ...row.codes].join("\n").toLowerCase();
  }
  const order = { failed: 0, built: 1, current: 2 };
  const steps = Object.keys(states);
  const columns = [
    { key: "number", by: (row) => row.number },
    { key: "case", by: (row) => row.label },
    { key: "status", by: (row) => order[row.status] },
    { key: "state", by: (row) => steps.indexOf(row.state) },
    { key: "findings", by: (row) => row.levels[0] * 1e8 + row.levels[1] * 1e4 + row.levels[2], down: true },
    { key: "missing", by: (row) => row.missing.length, down: true },
    { key: "pages", by: (row) => row.pages, down: true },
    { key: "seconds", by: (row) => row.seconds, down: true },
  ];
  const compare = new Intl.Collator(language, { numeric: true }).compare;

  const wanted = { status: "", severity: "", rule: "", search: "" };
  const sorting = { column: columns[0], down: false };
  let found = [];
  let page = 0;
  let open = null;

  const hasLevel = {
    "": () => true,
    error: (row) => row.levels[0] > 0,
    warning: (row) => row.levels[1] > 0,
    clean: (row) => row.levels[0] + row.levels[1] === 0,
    missing: (row) => row.missing.length > 0,
  };

  function filter() {
    const parts = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
    found = rows.filter((row) => (!wanted.status || row.status === wanted.status)
      && (!wanted.rule || row.codes.includes(wanted.rule))
      && hasLevel[wanted.severity](row)
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

  // ---- the list
  const table = one("table");
  const body = one("tbody");
  const status = one(".shown");

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
    for (const tile of all(".tile")) tile.setAttribute("aria-pressed", String(tile.dataset.status === wanted.status));
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
    const name = row.name
      ? make("span", { class: "name" }, row.name[0], " ", make("span", { lang: "zh-CN" }, row.name[1]))
      : null;
    const file = row.file && !row.id ? make("span", { class: "name" }, row.file) : null;
    const cell = (key, ...children) => make("td", { role: "cell", class: key, "data-label": words[`column_${key}`] }, ...children);
    const node = make("tr", { role: "row", class: `line ${row.status}${isOpen ? " open" : ""}` },
      cell("number", number.format(row.number)),
      make("th", { role: "rowheader", scope: "row" }, button, ...[name, file].filter(Boolean)),
      cell("status", make("span", { class: `badge ${row.status}` }, words[row.status])),
      cell("state", row.state ? make("span", { class: `badge ${row.state}` }, states[row.state]) : "–"),
      cell("findings", ...chips(row)),
      cell("missing", row.missing.length ? number.format(row.missing.length) : "–"),
      cell("pages", row.pages ? number.format(row.pages) : "–"),
      cell("seconds", row.seconds.toFixed(1)));
    return isOpen ? [node, details(row)] : [node];
  }

  function chips(row) {
    const levels = severities.flatMap((level, index) => (
      row.levels[index] ? [make("span", { class: `chip ${level}` }, count(level, row.levels[index])), " "] : []
    ));
    const grave = [...new Set(row.findings.filter((each) => each[1] !== "info").map((each) => each[0]))];
    const named = grave.slice(0, 4).join(" ") + (grave.length > 4 ? " …" : "");
    return levels.length ? [...levels, make("span", { class: "codes" }, named)] : [make("span", { class: "none" }, words.no_findings)];
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
    const viewer = make("div", { class: "viewer" });
    const parts = [row.bundles.length ? papers(row, viewer) : null, findings(row)];
    return make("tr", { role: "row", class: "details", id: `details-${row.number}` },
      make("td", { role: "cell", colspan: String(columns.length) },
        make("section", { "aria-label": say("details", row.label) },
          make("div", { class: "sides" }, ...parts.filter(Boolean)), viewer)));
  }

  const href = (row, path) => [row.id, ...path.split("/")].map(encodeURIComponent).join("/");
  const link = (row, path, label, page) => make("a", {
    href: href(row, path) + (page ? `#page=${page}` : ""), target: "_blank", rel: "noopener noreferrer",
  }, label);

  function papers(row, viewer) {
    const side = make("div", { class: "papers" });
    for (const [whose, path, pages, documents] of row.bundles) {
      const name = whose === "working_file" ? words.working_file : say("bundle", person(whose));
      side.append(
        make("h2", null, link(row, path, name), " ", make("small", null, count("page", pages))),
        make("ol", { class: "documents" }, ...documents.map(([title, first, length, unsigned]) => make("li", null,
          make("span", { class: "first", "aria-label": say("on_page", first) }, String(first)),
          make("span", { class: "title" }, link(row, path, text(title), first),
            unsigned ? make("span", { class: "unsigned" }, ` ${states.to_be_signed}`) : ""),
          make("span", { class: "length" }, count("page", length))))),
        look(row, path, name, viewer));
    }
    if (row.apart.length) {
      side.append(make("h2", null, words.apart),
        make("ul", { class: "plain" }, ...row.apart.map((path) => make("li", null, link(row, path, path.split("/").pop())))));
    }
    if (row.missing.length) {
      side.append(make("h2", null, words.column_missing, " ", make("small", null, number.format(row.missing.length))),
        make("ul", { class: "plain absent" }, ...row.missing.map(([letter, role, whose]) => make("li", null,
          make("b", { lang: "ja" }, letter), " ", roles[role] || role, " ", make("small", null, person(whose))))));
    }
    return side;
  }

  // Show one bundle at a time, and load it only on request.
  function look(row, path, title, viewer) {
    if (navigator.pdfViewerEnabled === false) return make("p", { class: "look quiet" }, words.no_viewer);
    const button = make("button", { type: "button", "aria-pressed": "false", click: () => {
      const wasShown = button.getAttribute("aria-pressed") === "true";
      for (const other of all(".look button")) other.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-pressed", String(!wasShown));
      const shown = wasShown ? [] : [make("iframe", { src: href(row, path), title: `${row.label}: ${title}` })];
      viewer.replaceChildren(...shown);
      if (shown.length) viewer.scrollIntoView({ block: "nearest" });
    } }, words.look);
    return make("p", { class: "look" }, button);
  }

  function findings(row) {
    const side = make("div", { class: "found" }, make("h2", null, words.column_findings));
    if (row.file && row.id) side.append(make("p", { class: "quiet" }, row.file));
    if (row.former) {
      side.append(make("p", { class: "former" }, say("former", row.former[0], states[row.former[1]])));
    }
    if (row.findings.length === 0) side.append(make("p", { class: "quiet" }, words.no_findings));
    const sorted = [...row.findings].sort((a, b) => severities.indexOf(a[1]) - severities.indexOf(b[1]));
    const [grave, notes] = [sorted.filter((each) => each[1] !== "info"), sorted.filter((each) => each[1] === "info")];
    if (grave.length) side.append(make("ul", { class: "findings" }, ...grave.map(finding)));
    if (notes.length) {
      side.append(make("details", grave.length ? null : { open: "" },
        make("summary", null, count("info", notes.length)), make("ul", { class: "findings" }, ...notes.map(finding))));
    }
    return side;
  }

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

  // ---- table header, filters, keys
  one("thead tr").append(...columns.map((column) => make("th", { scope: "col", class: column.key, "data-key": column.key },
    make("button", { type: "button", click: () => sortBy(column) }, words[`column_${column.key}`]))));
  for (const node of all("table, thead, tbody, thead tr, thead th")) {
    const role = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TH: "columnheader" }[node.tagName];
    node.setAttribute("role", role); // on a narrow screen CSS turns rows into blocks; keep their role
  }
  for (const column of columns) {
    for (const down of [false, true]) {
      one("#sort").append(make("option", { value: `${column.key}${down ? "-down" : ""}` },
        `${words[`column_${column.key}`]} ${down ? "↓" : "↑"}`));
    }
  }
  const named = new Map();
  for (const row of rows) for (const code of row.codes) named.set(code, (named.get(code) || 0) + 1);
  for (const code of [...named.keys()].sort(compare)) {
    const title = rules[code] ? ` ${rules[code].title}` : "";
    one("#rule").append(make("option", { value: code }, `${code} (${number.format(named.get(code))})${title}`));
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
  for (const key of ["severity", "rule"]) {
    one(`#${key}`).addEventListener("change", (event) => { wanted[key] = event.target.value; filter(); });
  }
  one("#sort").addEventListener("change", (event) => {
    const [key, down] = event.target.value.split("-");
    sorting.column = columns.find((column) => column.key === key);
    sorting.down = Boolean(down);
    filter();
  });
  for (const tile of all(".tile")) {
    tile.addEventListener("click", () => { wanted.status = tile.dataset.status; filter(); });
  }
  one("#clear").addEventListener("click", () => { clear(); search.focus(); });
  one("form").addEventListener("submit", (event) => event.preventDefault());
  one("#back").addEventListener("click", () => page > 0 && turn(-1));
  one("#forward").addEventListener("click", () => (page + 1) * PAGE < found.length && turn(1));

  function clear() {
    for (const key of Object.keys(wanted)) wanted[key] = "";
    for (const key of ["search", "severity", "rule"]) one(`#${key}`).value = "";
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

  document.documentElement.classList.add("ready");
  one("form").hidden = false;
  filter();
  fromAddress();
})();
