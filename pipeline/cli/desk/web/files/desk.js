// The desk in the browser: sends what a person changes, and shows what the rules find.
export const words = JSON.parse(document.getElementById("words").textContent);
export const address = document.body.dataset.case;
const live = document.getElementById("status");
const CHECK_AFTER = 400;

const say = (text) => { live.textContent = text; };

export async function send(method, path, body, headers = {}) {
  const content = typeof body === "object" && !(body instanceof Blob) ? JSON.stringify(body) : body;
  const answer = await fetch(path, { method, headers, body: content }).catch(() => null);
  if (!answer) return { status: 0, ok: false, data: {} };
  const kind = answer.headers.get("content-type") || "";
  return { status: answer.status, ok: answer.ok, data: kind.includes("json") ? await answer.json() : {} };
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function finding(found, link) {
  const place = found.field ? [element("span", { class: "at" }, found.field), " "] : [];
  const message = link ? element("a", { href: link }, ...place, found.message) : found.message;
  const hint = found.hint && found.severity !== "question" ? [element("p", { class: "hint" }, found.hint)] : [];
  const way = found.leads_to ? [element("p", {}, element("a", { href: address + found.leads_to }, words.build_packet_first))] : [];
  return element("li", { class: found.severity }, element("p", {}, message), ...hint, ...way);
}

// The form of a case.
const form = document.getElementById("case-form");
if (form) {
  const first = new Map();
  const inputs = [...form.querySelectorAll("[name]")];
  for (const input of inputs) first.set(input.name, input.value);
  const save = form.querySelector(".saving button");
  const saving = document.getElementById("saving");
  let waiting = 0;
  let asked = 0;
  let isSaving = false;

  const changes = () => Object.fromEntries(inputs.filter((input) => input.value !== first.get(input.name)).map((input) => [input.name, input.value]));

  const inputOf = (pointer) => {
    for (let at = pointer || ""; at; at = at.slice(0, at.lastIndexOf("/"))) {
      const exact = form.querySelector(`[name="${CSS.escape(at)}"]`);
      if (exact) return exact;
      const group = form.querySelector(`fieldset[data-pointer="${CSS.escape(at)}"] :is([name], [data-longer])`);
      if (group) return group;
    }
    return null;
  };

  // Papers have a screen of their own.
  const linkOf = (pointer) => {
    const [, list, number] = (pointer || "").split("/");
    return list === "attachments" ? `${address}/papers${number ? `#paper-${number}` : ""}` : null;
  };

  const show = (findings) => {
    for (const list of form.querySelectorAll(".found")) list.replaceChildren();
    for (const input of inputs) input.removeAttribute("aria-invalid");
    const list = document.getElementById("findings");
    const counts = new Map();
    const items = findings.map((found) => {
      const input = inputOf(found.pointer);
      const section = "/" + (found.pointer || "").split("/")[1];
      if (found.severity !== "info") counts.set(section, (counts.get(section) || 0) + 1);
      if (input && found.severity !== "question" && found.severity !== "info") {
        document.getElementById(input.id + "-found").append(finding(found));
        if (found.severity === "error") input.setAttribute("aria-invalid", "true");
      }
      return finding(found, input ? "#" + input.id : linkOf(found.pointer));
    });
    list.replaceChildren(...items.filter((item) => !item.classList.contains("info")));
    showSigned(findings);
    document.getElementById("findings-count").textContent = list.children.length || "";
    document.getElementById("no-findings").hidden = list.children.length > 0;
    for (const place of document.querySelectorAll("[data-section]")) place.textContent = counts.get(place.dataset.section) || "";
  };

  const again = document.getElementById("signed-again");
  const showSigned = (findings) => {
    if (!again) return;
    const count = findings.filter((found) => found.code === "desk-signed").length;
    const is_unknown = findings.some((found) => found.code === "desk-signed-unknown");
    again.textContent = count ? `${words.signed_again} ${count}` : words.signed_unknown;
    again.hidden = !count && !is_unknown;
  };

  const check = async () => {
    const mine = ++asked;
    const answer = await send("POST", address + "/check", changes());
    if (mine === asked && answer.ok) show(answer.data);
  };

  const mark = () => {
    const is_changed = Object.keys(changes()).length > 0;
    save.disabled = isSaving || !is_changed;
    saving.textContent = is_changed ? words.unsaved : "";
  };

  // An entry of a list may be another one by now, so its fields are not merged.
  const isInList = (pointer) => /\/\d+(\/|$)/.test(pointer);
  const isOnlyMine = (values) => Object.entries(values).every(([pointer, value]) => !isInList(pointer) && String(value ?? "") === first.get(pointer));

  const conflict = (values, etag) => {
    const box = document.getElementById("conflict");
    const mine = changes();
    const keep = box.querySelector("[data-keep]");
    keep.hidden = !etag || Object.keys(values).some(isInList);
    keep.onclick = () => { document.body.dataset.etag = etag; box.hidden = true; form.requestSubmit(); };
    box.querySelector("dl").replaceChildren(...Object.keys(values).flatMap((pointer) => [
      element("dt", {}, form.querySelector(`label[for="${CSS.escape(pointer.slice(1).replaceAll("/", "."))}"]`)?.firstChild.textContent || pointer),
      element("dd", {}, `${words.yours}: ${mine[pointer]}`), element("dd", {}, `${words.theirs}: ${values[pointer] ?? ""}`),
    ]));
    box.hidden = false;
    box.scrollIntoView({ block: "center" });
    say(box.querySelector("p").textContent);
  };

  // The file has no gap where a value of a list was emptied: the values behind it have moved up.
  const closeGaps = () => {
    for (const list of form.querySelectorAll("fieldset.values")) {
      const fields = [...list.querySelectorAll("[name]")];
      const former = fields.map((input) => first.get(input.name));
      const now = former.filter((value) => value.trim());
      for (const [index, input] of fields.entries()) {
        if (input.value === former[index]) input.value = now[index] ?? "";
        first.set(input.name, now[index] ?? "");
      }
    }
  };

  const report = () => form.dispatchEvent(new CustomEvent("paused", { detail: changes() }));
  form.addEventListener("input", () => {
    mark();
    clearTimeout(waiting);
    waiting = setTimeout(() => { check(); report(); }, CHECK_AFTER);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSaving) return;
    save.disabled = isSaving = true;
    const sent = changes();
    const put = () => send("PUT", address, sent, { "If-Match": document.body.dataset.etag });
    let answer = await put();
    if (answer.status === 412 && isOnlyMine(answer.data.values)) {
      document.body.dataset.etag = answer.data.etag;
      answer = await put();
    }
    isSaving = false;
    if (answer.ok) {
      document.body.dataset.etag = answer.data.etag;
      const wrong = new Set(answer.data.wrong.map((found) => found.pointer));
      for (const [name, value] of Object.entries(sent)) if (!wrong.has(name)) first.set(name, value);
      closeGaps();
      mark();
      if (save.disabled) saving.textContent = words.saved;
      else if (wrong.size) saving.textContent = words.saved_rest;
      check().then(() => { if (wrong.size) form.querySelector('[aria-invalid="true"]')?.focus(); });
      report();
    } else if (answer.status === 412) {
      conflict(answer.data.values, answer.data.etag);
    } else {
      mark();
      saving.textContent = answer.data.problems ? words.not_saved : words.no_answer;
      if (answer.data.problems) show(answer.data.problems);
      form.querySelector('[aria-invalid="true"]')?.focus();
    }
  });
  // Where a person goes on: in the new entry, in that which follows a removed one, or before it.
  const entriesOf = (list) => form.querySelectorAll(`fieldset[data-pointer="${CSS.escape(list)}"] > fieldset.entry`).length;
  const next = (longer, shorter) => {
    if (longer) return `${longer}/${entriesOf(longer)}`;
    const [, list, number] = /^(.*)\/(\d+)$/.exec(shorter);
    const last = entriesOf(list) - 2;
    return last < 0 ? list : `${list}/${Math.min(Number(number), last)}`;
  };
  form.addEventListener("click", async (event) => {
    const { longer, shorter, question } = event.target.closest("button")?.dataset || {};
    if (!longer && !shorter) return;
    if (Object.keys(changes()).length) { saving.textContent = words.save_first; save.focus(); return; }
    if (shorter && !window.confirm(`${event.target.closest("fieldset").querySelector("legend").textContent}: ${question}`)) return;
    const answer = await send("POST", address + "/length", { pointer: longer || shorter, longer: Boolean(longer) }, { "If-Match": document.body.dataset.etag });
    if (answer.ok) { history.replaceState(null, "", `#${next(longer, shorter)}`); location.reload(); }
    else if (answer.status === 412) conflict({});
    else saving.textContent = (answer.data.problems || []).map((each) => each.message).join(" ") || words.no_answer;
  });
  const reach = (input) => {
    for (let up = input; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    input?.focus();
    input?.scrollIntoView({ block: "center" });
  };
  document.getElementById("findings").addEventListener("click", (event) => {
    const link = event.target.closest("a")?.getAttribute("href");
    if (!link?.startsWith("#")) return;
    event.preventDefault();
    reach(document.getElementById(link.slice(1)));
  });
  // A printed value leads here, as #/patient/phone.
  const fromPage = () => { if (location.hash.startsWith("#/")) reach(inputOf(decodeURI(location.hash.slice(1)))); };
  window.addEventListener("hashchange", fromPage);
  window.addEventListener("beforeunload", (event) => { if (Object.keys(changes()).length) event.preventDefault(); });
  show(JSON.parse(document.getElementById("first-findings").textContent));
  fromPage();
}

// A new case, and the list of cases.
document.getElementById("new-case")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await send("POST", "/cases", Object.fromEntries(new FormData(event.target)));
  if (answer.ok) location.href = answer.data.case;
  else document.getElementById("new-findings").replaceChildren(...(answer.data.problems || []).map((found) => finding(found)));
});
const search = document.getElementById("search");
const filter = () => {
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const sought = plain(search.value).split(/\s+/);
  for (const row of document.querySelectorAll("table.cases tbody tr")) {
    const text = plain(row.textContent);
    row.hidden = !sought.every((word) => text.includes(word));
  }
};
search?.addEventListener("input", filter);
async function refresh() {
  const answer = await fetch("/cases");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("table.cases tbody");
  const focused = document.activeElement.closest("table.cases tbody a")?.getAttribute("href");
  document.querySelector("table.cases tbody").replaceWith(fresh);
  if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  document.getElementById("checked").textContent = page.getElementById("checked").textContent;
  filter();
  if (fresh.querySelector("[data-waiting]")) setTimeout(refresh, 1000);
}
if (document.querySelector("[data-waiting]")) setTimeout(refresh, 500);

// Builds: started here, and asked about until they end.
for (const button of document.querySelectorAll("[data-build]")) {
  const path = `${address}/build`;
  const stop = document.querySelector("[data-stop]");
  const stages = document.querySelector(".stages");
  const show = ({ stage, seconds }) => {
    for (const item of stages.children) {
      const took = seconds[item.dataset.stage];
      const is_now = item.dataset.stage === stage && took === undefined;
      if (is_now && !item.hasAttribute("aria-current")) say(item.firstChild.textContent);
      item.toggleAttribute("data-ended", took !== undefined);
      if (is_now) item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current");
      item.querySelector(".number").textContent = took === undefined ? "" : `${took.toFixed(1)} s`;
    }
  };
  const follow = async () => {
    const { data } = await send("GET", path);
    if (!data.works) { location.reload(); return; }
    show(data);
    setTimeout(follow, 300);
  };
  const begin = () => { button.setAttribute("aria-disabled", "true"); stop.hidden = stages.hidden = false; say(button.dataset.working); setTimeout(follow, 300); };
  button.addEventListener("click", async () => { if (!button.hasAttribute("aria-disabled")) { await send("POST", path); begin(); } });
  stop.addEventListener("click", () => send("DELETE", path));
  send("GET", path).then(({ data }) => { if (data.works) begin(); });
}
