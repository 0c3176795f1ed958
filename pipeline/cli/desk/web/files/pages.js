// Pages as they would be printed now. A printed value is a link to its field.
import { address, element, finding, send, words } from "./desk.js";

const form = document.getElementById("case-form");
const here = form ? "" : address;
const channel = new BroadcastChannel("visa-packet-pages");

async function sheet(page, title, number) {
  const label = `${title}, ${words.page} ${number}`;
  const picture = element("img", { src: `${address}/pages/${page.name}.png`, alt: label, width: page.width, height: page.height });
  const links = page.links.map((link) => {
    const shown = `${words.field}: ${link.title}`;
    const made = element("a", { href: `${here}#${encodeURI(link.pointer)}`, "aria-label": shown, title: shown });
    const [left, top, width, height] = link.box.map((each) => `${each}%`);
    Object.assign(made.style, { left, top, width, height });
    return made;
  });
  await new Promise((done) => { picture.onload = picture.onerror = done; });
  return element("div", { class: "sheet" }, picture, ...links);
}

// Put the pages of a part into a place. The former ones stay until the new ones can be seen.
async function draw(place, part, title, answers) {
  place.setAttribute("aria-busy", "true");
  const { ok, data } = await send("POST", `${address}/pages/${part}`, answers);
  const focused = [...place.querySelectorAll("a")].indexOf(document.activeElement);
  const sheets = await Promise.all((data.pages || []).map((page, index) => sheet(page, title, index + 1)));
  const list = (data.findings || data.problems || []).map((found) => finding(found));
  const failure = ok && !list.length ? [] : [element("ul", { class: "findings" }, ...list)];
  place.replaceChildren(...failure, ...sheets);
  if (focused >= 0) place.querySelectorAll("a")[focused]?.focus();
  place.removeAttribute("aria-busy");
}

// Beside the form: one document, drawn again when the person stops typing.
if (form) {
  const choice = document.getElementById("beside");
  const place = document.getElementById("beside-pages");
  let answers = {};
  let works = false;
  let waits = false;
  const redraw = async () => {
    waits = true;
    if (works) return;
    works = true;
    while (waits) {
      waits = false;
      const part = choice.value;
      place.hidden = !part;
      document.querySelector(".columns").classList.toggle("with-page", Boolean(part));
      if (part) await draw(place, part, choice.selectedOptions[0].textContent, answers);
    }
    works = false;
  };
  const tell = () => channel.postMessage({ address, answers });
  choice?.addEventListener("change", () => { place.replaceChildren(); redraw(); });
  form.addEventListener("paused", (event) => { answers = event.detail; tell(); if (choice?.value) redraw(); });
  channel.addEventListener("message", (event) => { if (event.data.asks === address) tell(); });
}

// The screen of all pages: those that can be seen are drawn first, covers last. What a form in another window has is
// shown here too.
const places = [...document.querySelectorAll("[data-part]")];
if (places.length) {
  const seen = new Set();
  const drawn = new Map();
  let answers = {};
  let version = 0;
  let works = false;
  const next = () => {
    const waiting = places.filter((place) => seen.has(place) && drawn.get(place) !== version);
    return waiting.find((place) => !("last" in place.dataset)) || waiting[0];
  };
  const work = async () => {
    if (works) return;
    works = true;
    for (let place = next(); place; place = next()) {
      const now = version;
      await draw(place, place.dataset.part, place.dataset.title, answers);
      drawn.set(place, now);
    }
    works = false;
  };
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) seen.add(entry.target); else seen.delete(entry.target);
    work();
  }, { rootMargin: "50%" });
  for (const place of places) observer.observe(place);
  channel.addEventListener("message", (event) => {
    if (event.data.address !== address) return;
    answers = event.data.answers;
    version += 1;
    work();
  });
  channel.postMessage({ asks: address });
}
