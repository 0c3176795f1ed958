// Papers: files are dropped on a place, or elsewhere and a place is proposed. They are sent one after the other.
import { address, element, finding, send, words as shared } from "./desk.js";
import { read } from "./reading.js";

const any = document.getElementById("any");
const words = JSON.parse(any.dataset.words);
const list = document.getElementById("proposals");
const live = document.getElementById("status");

const say = (text) => { live.textContent = text; };
const filled = (text, parts) => text.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
const button = (text, unseen = "") => element("button", { type: "button" }, text, element("span", { class: "unseen" }, unseen));

// What waits, and what became of the files since nothing waited. Each has a row beside its place.
const waiting = [];
const done = { added: [], refused: [], proposed: [] };
let sent = 0;
let works = false;

function line_up(files, list_of_rows, work) {
  for (const file of files) {
    const row = element("li", { class: "waiting" }, element("span", { class: "name" }, file.name), element("small", {}, words.queue_waiting));
    list_of_rows.append(row);
    waiting.push({ file, row, work });
  }
  run();
}

async function run() {
  if (works) return;
  works = true;
  while (waiting.length) {
    const { file, row, work } = waiting.shift();
    sent += 1;
    row.querySelector("small").textContent = words.uploading;
    row.setAttribute("aria-busy", "true");
    say(filled(words.queue_now, { number: sent, count: sent + waiting.length, name: file.name }));
    await work(file, row);
  }
  const counted = Object.entries(done).filter(([, files]) => files.length);
  say(counted.map(([name, files]) => `${words[`queue_${name}`]} ${files.length}`).join(" · "));
  if (sent === 1 && done.added.length) show_added(done.added[0]);
  for (const files of Object.values(done)) files.length = 0;
  sent = 0;
  works = false;
}
window.addEventListener("beforeunload", (event) => { if (works) event.preventDefault(); });

// Send a file. What keeps it from being taken comes as findings.
async function upload(path, file) {
  const answer = await send("POST", `${address}/papers${path}`, file, { "X-File-Name": encodeURIComponent(file.name) });
  if (answer.ok || answer.data.problems) return { ...answer, findings: answer.data.problems || [] };
  const is_there = await file.slice(0, 1).arrayBuffer().catch(() => null);
  const message = answer.status ? words.read_failed : is_there ? words.no_upload : words.no_file;
  return { ...answer, findings: [{ severity: "error", message }] };
}

// A file that could not be added stays beside its place with the reason, until the person removes the line.
function refuse(file, row, findings) {
  done.refused.push(file);
  const away = button(words.forget, `: ${file.name}`);
  away.addEventListener("click", () => { const place = row.closest("[data-place], #any"); row.remove(); place.querySelector("input[type=file]").focus(); });
  row.className = "refused";
  row.removeAttribute("aria-busy");
  row.replaceChildren(element("span", { class: "name" }, file.name), element("ul", { class: "findings" }, ...findings.map((found) => finding(found))), away);
}

async function put(place, file, row) {
  const { ok, data, findings } = await upload(`?place=${place}`, file);
  if (!ok) { refuse(file, row, findings); return; }
  row.remove();
  done.added.push(data.number);
  await refresh();
}

const shown = (root) => JSON.stringify([...root.querySelectorAll("li[id^=paper-]")].map((each) => [each.id, each.querySelector(".file").textContent]));

// Show what is in the places now. A place stays as it is if its papers do.
async function refresh() {
  const answer = await fetch(`${address}/papers`).catch(() => null);
  if (!answer?.ok) { location.reload(); return; }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [old, now] = [document, fresh].map((root) => [...root.querySelectorAll("[data-place], [data-others]")]);
  if (old.length !== now.length || old.some((each, index) => each.dataset.place !== now[index].dataset.place)) { location.reload(); return; }
  for (const [index, place] of old.entries()) {
    if (shown(place) === shown(now[index])) continue;
    place.className = now[index].className;
    place.querySelector("[data-about]")?.replaceWith(now[index].querySelector("[data-about]"));
    place.querySelector("ul.files").replaceWith(now[index].querySelector("ul.files"));
  }
  document.body.dataset.etag = fresh.body.dataset.etag;
}

function show_added(number) {
  const paper = document.getElementById(`paper-${number}`);
  paper?.scrollIntoView({ block: "center" });
  paper?.focus({ preventScroll: true });
  const reading = paper?.querySelector("[data-read]");
  if (reading) read(reading);
}

// A file that was dropped outside of a place: a person decides where it belongs.
async function propose(file, row) {
  const item = document.getElementById("proposal").content.cloneNode(true).firstElementChild;
  const [name, why] = item.querySelectorAll("p");
  const [choice, found] = [item.querySelector("select"), item.querySelector(".findings")];
  const { ok, data, findings } = await upload("/place", file);
  if (!ok) { refuse(file, row, findings); return; }
  name.textContent = file.name;
  why.textContent = data.why.join(" · ") || words.any_unknown;
  choice.value = data.place ?? "";
  for (const each of data.candidates) choice.querySelector("option").after(choice.querySelector(`[value="${each}"]`));
  item.querySelector("[data-leave]").addEventListener("click", () => { item.remove(); any.querySelector("input").focus(); });
  item.querySelector(".main").addEventListener("click", () => {
    if (!choice.value) { found.replaceChildren(finding({ severity: "error", message: words.any_choose })); choice.focus(); return; }
    const place = choice.value;
    item.remove();
    line_up([file], document.querySelector(`[data-place="${place}"] .queue`), (one, line) => put(place, one, line));
  });
  row.replaceWith(item);
  done.proposed.push(file);
}
const take_any = (files) => { if (files.length) line_up(files, list, propose); };

// A place that takes one file, and got several: the person says which, and a place is proposed for each other one.
function ask_which(place, files) {
  const box = element("li", { class: "which", role: "group", tabindex: "-1" }, element("p", {}, filled(words.one_only, { count: files.length })));
  if ("signed" in place.dataset) box.append(element("p", { class: "hint" }, words.one_only_signed));
  const decide = (chosen) => {
    box.remove();
    if (!chosen) { place.querySelector("input[type=file]").focus(); return; }
    take(place, [chosen]);
    take_any(files.filter((file) => file !== chosen));
  };
  const choices = files.map((file) => { const one = button(file.name); one.addEventListener("click", () => decide(file)); return one; });
  const none = button(words.any_leave);
  none.addEventListener("click", () => decide(null));
  box.append(element("p", { class: "actions" }, ...choices, none), element("p", { class: "hint" }, words.one_only_rest));
  place.querySelector(".queue").append(box);
  box.focus();
}
function take(place, files) {
  if (files.length > 1 && "one" in place.dataset) ask_which(place, files);
  else line_up(files, place.querySelector(".queue"), (file, row) => put(place.dataset.place, file, row));
}

document.addEventListener("change", (event) => {
  if (event.target.type !== "file") return;
  const files = [...event.target.files];
  event.target.value = "";
  const place = event.target.closest("[data-place]");
  if (place) take(place, files); else take_any(files);
});
const over = (place) => {
  for (const each of document.querySelectorAll(".over")) if (each !== place) each.classList.remove("over");
  place?.classList.add("over");
};
document.addEventListener("dragover", (event) => { event.preventDefault(); over(event.target.closest?.("[data-place]") || any); });
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(null); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  over(null);
  const place = event.target.closest?.("[data-place]");
  const files = [...event.dataTransfer.files];
  if (place) { take(place, files); return; }
  any.scrollIntoView({ block: "start" });
  take_any(files);
});

async function change(pointer, value) {
  const answer = await send("PUT", address, { [pointer]: value }, { "If-Match": document.body.dataset.etag });
  if (answer.ok) { document.body.dataset.etag = answer.data.etag; return true; }
  if (answer.status === 412) say(shared.changed_papers);
  else say((answer.data.problems || []).map((each) => each.message).join(" ") || shared.no_answer);
  return false;
}
document.addEventListener("click", async (event) => {
  const pressed = event.target.closest("[data-remove]");
  if (!pressed || !window.confirm(shared.remove_question)) return;
  if (await change(pressed.dataset.remove, "")) location.reload();
});

// A day is saved when the person leaves it: while it is typed, each digit makes another day.
document.addEventListener("focusout", async ({ target }) => {
  if (!target.dataset?.issued || target.validity.badInput) return;
  const sent_day = target.value;
  if (sent_day === (target.dataset.saved ?? target.defaultValue)) return;
  if (await change(target.dataset.issued, sent_day)) { target.dataset.saved = sent_day; say(shared.saved); }
});
