// The values that a paper shows. A person decides which of them the case gets.
const address = document.body.dataset.case;
const any = document.getElementById("any");
const words = JSON.parse(any.dataset.words);
const live = document.getElementById("status");

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
export async function read(button) {
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
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-read]");
  if (button && !button.hasAttribute("aria-disabled")) read(button);
});
