"use strict";
// The report of a build: the result of each case, with its packet and findings.
(() => {
  const { data, rows, words, number, one, all, text, say, count, make, findingList, compare } = list;
  const { rules, roles, states } = data;
  const person = (key) => (key === "patient" ? words.patient : say("companion", key.replace("companion-", "")));

  // ---- values for filtering and sorting, computed once
  const severities = ["error", "warning", "info"];
  for (const row of rows) {
    row.bundles ||= [];
    row.missing ||= [];
    row.apart ||= [];
    row.levels = severities.map((level) => row.findings.filter((found) => found[1] === level).length);
    row.codes = [...new Set(row.findings.map((found) => found[0]))];
    row.pages = row.bundles.reduce((sum, bundle) => sum + bundle[2], 0);
    row.unsigned = row.bundles.flatMap((bundle) => bundle[3]).filter((part) => part[3]).length;
    row.label = row.id || say("no_id", number.format(row.number));
    row.haystack = [row.label, row.file || "", ...(row.name || []), states[row.state] || "", ...row.codes].join("\n").toLowerCase();
  }
  const order = { failed: 0, built: 1, current: 2 };
  const steps = Object.keys(states);
  const badge = (name, label) => make("span", { class: `badge ${name}` }, label);
  const figure = (value) => [value ? number.format(value) : "–"];
  const columns = [
    { key: "number", by: (row) => row.number, cell: (row) => figure(row.number) },
    { key: "case", by: (row) => row.label, cell: nameOf },
    { key: "status", by: (row) => order[row.status], cell: (row) => [badge(row.status, words[row.status])] },
    { key: "state", by: (row) => steps.indexOf(row.state), cell: (row) => [row.state ? badge(row.state, states[row.state]) : "–"] },
    { key: "findings", by: (row) => row.levels[0] * 1e8 + row.levels[1] * 1e4 + row.levels[2], down: true, cell: chips },
    { key: "missing", by: (row) => row.missing.length, down: true, cell: (row) => figure(row.missing.length) },
    { key: "unsigned", by: (row) => row.unsigned, down: true, cell: (row) => figure(row.unsigned) },
    { key: "pages", by: (row) => row.pages, down: true, cell: (row) => figure(row.pages) },
    { key: "seconds", by: (row) => row.seconds, down: true, cell: (row) => [row.seconds.toFixed(1)] },
  ];
  const hasLevel = {
    error: (row) => row.levels[0] > 0,
    warning: (row) => row.levels[1] > 0,
    clean: (row) => row.levels[0] + row.levels[1] === 0,
    missing: (row) => row.missing.length > 0,
    unsigned: (row) => row.unsigned > 0,
  };

  function nameOf(row) {
    const name = row.name
      ? make("span", { class: "name" }, row.name[0], " ", make("span", { lang: "zh-CN" }, row.name[1]))
      : null;
    const file = row.file && !row.id ? make("span", { class: "name" }, row.file) : null;
    return [name, file].filter(Boolean);
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
  function details(row) {
    const viewer = make("div", { class: "viewer" });
    const parts = [row.bundles.length ? papers(row, viewer) : null, findings(row)];
    return [make("div", { class: "sides" }, ...parts.filter(Boolean)), viewer];
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
            unsigned ? make("span", { class: "to-sign" }, ` ${states.to_be_signed}`) : ""),
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
    side.append(...findingList(row.findings));
    return side;
  }

  const named = new Map();
  for (const row of rows) for (const code of row.codes) named.set(code, (named.get(code) || 0) + 1);
  for (const code of [...named.keys()].sort(compare)) {
    const title = rules[code] ? ` ${rules[code].title}` : "";
    one("#rule").append(make("option", { value: code }, `${code} (${number.format(named.get(code))})${title}`));
  }

  list.start({
    columns,
    first: "status",
    filters: {
      status: (row, value) => row.status === value,
      severity: (row, value) => hasLevel[value](row),
      rule: (row, value) => row.codes.includes(value),
    },
    mark: (row) => row.status,
    details,
  });
})();
