// Importing a table: the browser keeps the file, so that the desk stores nothing before somebody imports it.
const box = document.getElementById("import");
const result = document.getElementById("import-result");
const live = document.getElementById("status");
let table = null;

async function ask(path, headers = {}) {
  box.setAttribute("aria-busy", "true");
  live.textContent = box.dataset.working;
  const encoding = document.getElementById("encoding").value;
  const answer = await fetch(`${path}?encoding=${encoding}`, { method: "POST", body: table, headers: { "X-File-Name": encodeURIComponent(table.name), ...headers } });
  const body = await answer.text();
  box.removeAttribute("aria-busy");
  live.textContent = "";
  if (answer.ok) {
    result.replaceChildren(...new DOMParser().parseFromString(body, "text/html").body.childNodes);
  } else {
    const list = document.createElement("ul");
    list.className = "findings";
    for (const each of answer.headers.get("content-type").includes("json") ? JSON.parse(body).problems : [{ message: body, severity: "error" }]) {
      const item = document.createElement("li");
      item.className = each.severity;
      for (const text of [each.message, each.hint]) item.append(Object.assign(document.createElement("p"), { textContent: text ?? "" }));
      item.lastChild.className = "hint";
      list.append(item);
    }
    result.replaceChildren(list);
  }
  result.focus();
}

const take = (file) => { if (file) { table = file; document.getElementById("import-name").textContent = file.name; ask("/import/plan"); } };
const input = box.querySelector("input[type=file]");
input.addEventListener("change", () => { take(input.files[0]); input.value = ""; });
document.getElementById("encoding").addEventListener("change", () => { if (table) ask("/import/plan"); });
box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("over"); });
box.addEventListener("dragleave", () => box.classList.remove("over"));
box.addEventListener("drop", (event) => { event.preventDefault(); box.classList.remove("over"); take(event.dataTransfer.files[0]); });
result.addEventListener("click", (event) => {
  if (event.target.closest("[data-import]")) ask("/import", { "If-Match": result.querySelector("[data-plan]").dataset.plan });
});
result.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { mapping, version } = event.target.dataset;
  const lines = [...event.target.querySelectorAll("[name=line]:checked")].map((each) => each.value);
  await fetch("/import/mapping", { method: "POST", body: JSON.stringify({ mapping, lines }), headers: { "If-Match": version } });
  ask("/import/plan");
});
