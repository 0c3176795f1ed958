// Papers: which place a dropped file seems to belong to, and which values a paper shows. A person decides.
const address = document.body.dataset.case;
const any = document.getElementById("any");
const words = JSON.parse(any.dataset.words);
const live = document.getElementById("status");
const list = document.getElementById("proposals");

const say = (text) => { live.textContent = text; };
const put = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });
const problems = (data) => (data.problems || []).map((each) => {
  const item = document.createElement("li");
  item.className = each.severity;
  item.append(put("p", each.message), put("p", each.hint, "hint"));
  return item;
});

async function send(path, options) {
  const answer = await fetch(`${address}${path}`, options);
  const is_json = (answer.headers.get("content-type") || "").includes("json");
  return { ok: answer.ok, status: answer.status, data: is_json ? await answer.json() : {} };
}
const upload = (path, file) => send(path, { method: "POST", body: file, headers: { "X-File-Name": encodeURIComponent(file.name) } });

// A file that was dropped outside of a place.
async function propose(file) {
  const item = document.getElementById("proposal").content.cloneNode(true).firstElementChild;
  const [name, why] = item.querySelectorAll("p");
  const [choice, findings] = [item.querySelector("select"), item.querySelector(".findings")];
  name.textContent = file.name;
  why.textContent = words.reading;
  list.append(item);
  item.querySelector("[data-leave]").addEventListener("click", () => { item.remove(); any.querySelector("input").focus(); });
  item.querySelector(".main").addEventListener("click", async () => {
    if (!choice.value) { choice.focus(); return; }
    if (item.hasAttribute("aria-busy")) return;
    item.setAttribute("aria-busy", "true");
    const { ok, data } = await upload(`/papers?place=${choice.value}`, file);
    item.removeAttribute("aria-busy");
    if (!ok) { findings.replaceChildren(...problems(data)); return; }
    item.remove();
    if (!list.children.length) { location.hash = `paper-${data.number}`; location.reload(); }
  });
  const { ok, data } = await upload("/papers/place", file);
  why.textContent = ok ? data.why.join(" · ") || words.any_unknown : "";
  findings.replaceChildren(...problems(data));
  choice.value = data.place ?? "";
  for (const each of data.candidates || []) choice.querySelector("option").after(choice.querySelector(`[value="${each}"]`));
}
const take = async (files) => { for (const file of files) await propose(file); };
any.querySelector("input").addEventListener("change", async (event) => { const files = [...event.target.files]; event.target.value = ""; await take(files); });
document.addEventListener("dragover", (event) => { event.preventDefault(); any.classList.toggle("over", !event.target.closest?.("[data-place]")); });
document.addEventListener("dragleave", () => any.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  any.classList.remove("over");
  if (!event.target.closest("[data-place]")) { any.scrollIntoView({ block: "start" }); take([...event.dataTransfer.files]); }
});

// The values that a paper shows.
function value(found, number) {
  const item = document.createElement("li");
  const sure = found.proved ? words.proved : `${words.confidence} ${found.confidence}%`;
  const where = words.where.replace("{page}", found.page).replace("{left}", found.left).replace("{top}", found.top);
  const picture = put("img", "");
  Object.assign(picture, { alt: "", src: `${address}/papers/${number}/line.png?page=${found.page}&box=${found.box}` });
  item.append(put("b", found.title), put("span", found.shown, "value"), picture, put("small", `${where} · ${sure}`));
  if (found.agrees) { item.append(put("span", words.agrees, "good")); return item; }
  const button = put("button", words.use_value);
  button.type = "button";
  button.append(put("span", `: ${found.title}`, "unseen"));
  button.addEventListener("click", async () => {
    const headers = { "If-Match": document.body.dataset.etag };
    const { ok, status, data } = await send("", { method: "PUT", body: JSON.stringify({ [found.pointer]: found.answer }), headers });
    if (ok) { document.body.dataset.etag = data.etag; item.setAttribute("tabindex", "-1"); item.focus(); button.replaceWith(put("span", words.saved, "good")); say(words.saved); }
    else if (status === 412) location.reload();
    else item.append(...problems(data).map((each) => put("p", each.textContent, "bad")));
  });
  item.append(put("small", `${words.in_case} ${found.now || words.in_case_nothing}`), button);
  return item;
}
async function read(button) {
  const number = button.dataset.read;
  const shown = document.getElementById(`values-${number}`);
  button.setAttribute("aria-disabled", "true");
  shown.replaceChildren(put("p", words.reading, "quiet"));
  const { ok, data } = await send(`/papers/${number}/values`);
  button.removeAttribute("aria-disabled");
  if (!ok) {
    const needs = (data.problems || []).some((each) => each.code === "extra-missing");
    shown.replaceChildren(put("p", needs ? `${words.read_extra} pip install 'visa-packet[read]'` : words.read_failed, "quiet"));
    return;
  }
  const values = document.createElement("ul");
  values.append(...data.map((each) => value(each, number)));
  shown.replaceChildren(put("p", data.length ? words.read_compare : words.read_nothing, "quiet"), values);
}
for (const button of document.querySelectorAll("[data-read]")) {
  button.addEventListener("click", () => { if (!button.hasAttribute("aria-disabled")) read(button); });
}
const added = location.hash.match(/^#paper-[0-9]+$/)?.[0];
if (added) {
  history.replaceState(null, "", location.pathname);
  const button = document.querySelector(`${added} [data-read]`);
  if (button) read(button);
}
