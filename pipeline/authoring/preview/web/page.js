"use strict";
// Without this script all pages are below one another; with it, one page is visible at a time.
(() => {
  const body = document.body;
  const sheets = [...document.querySelectorAll(".sheet")];
  const links = [...document.querySelectorAll("nav a")];
  const papers = [...document.querySelectorAll(".paper")];
  const place = document.querySelector(".place");
  const label = document.querySelector(".label");
  const contents = document.querySelector("nav details");
  const previous = document.querySelector("[data-go='-1']");
  const next = document.querySelector("[data-go='1']");
  const change = document.querySelector("[data-change]");
  let shown = 0;

  const isChange = (sheet) => ["changed", "added", "gone"].some((state) => sheet.classList.contains(state));
  const nextChange = () => {
    const order = [...sheets.keys()].map((step) => (shown + 1 + step) % sheets.length);
    return order.find((index) => isChange(sheets[index]));
  };

  function show(index) {
    shown = Math.max(0, Math.min(sheets.length - 1, index));
    const sheet = sheets[shown];
    sheets.forEach((other) => { other.hidden = other !== sheet; });
    links.forEach((link) => {
      const isDocument = link.dataset.document === sheet.dataset.document;
      if (link.hash === `#${sheet.id}`) link.setAttribute("aria-current", "page");
      else if (isDocument) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    place.textContent = `${shown + 1} / ${sheets.length}`;
    label.textContent = sheet.dataset.label;
    previous.disabled = shown === 0;
    next.disabled = shown === sheets.length - 1;
    if (change) change.disabled = nextChange() === undefined;
  }

  function go(index) {
    show(index);
    history.replaceState(null, "", `#${sheets[shown].id}`);
    window.scrollTo(0, 0);
    const current = document.querySelector("nav [aria-current]");
    if (current && contents.open && isWide.matches) current.scrollIntoView({ block: "nearest" });
  }

  function fromAddress() {
    show(sheets.findIndex((sheet) => `#${sheet.id}` === location.hash));
    window.scrollTo(0, 0);
  }

  document.querySelectorAll("[data-go]").forEach((button) => {
    button.addEventListener("click", () => go(shown + Number(button.dataset.go)));
  });
  if (change) change.addEventListener("click", () => go(nextChange()));
  document.querySelectorAll("[data-view]").forEach((button) => {
    button.addEventListener("click", () => {
      body.dataset.view = button.dataset.view;
      document.querySelectorAll("[data-view]").forEach((other) => {
        if (other !== body) other.setAttribute("aria-pressed", String(other === button));
      });
    });
  });
  document.querySelectorAll("[data-toggle]").forEach((button) => {
    button.addEventListener("click", () => {
      const isOn = body.classList.toggle(button.dataset.toggle);
      button.setAttribute("aria-pressed", String(isOn));
      papers.forEach((paper) => { paper.tabIndex = body.classList.contains("larger") ? 0 : -1; });
    });
  });
  // Scroll both versions to the same part of the page.
  papers.forEach((paper) => {
    paper.addEventListener("scroll", () => {
      const pictures = paper.closest(".pictures");
      pictures.querySelectorAll(".paper").forEach((other) => { other.scrollLeft = paper.scrollLeft; });
    });
  });

  const keys = {
    ArrowLeft: () => shown - 1,
    ArrowRight: () => shown + 1,
    Home: () => 0,
    End: () => sheets.length - 1,
  };
  document.addEventListener("keydown", (event) => {
    const isOther = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    const scrolls = event.target.closest(".larger .paper:focus");
    if (isOther || scrolls || !(event.key in keys)) return;
    event.preventDefault();
    go(keys[event.key]());
  });
  window.addEventListener("hashchange", fromAddress);

  // On a wide screen the list of documents is at the side; on a narrow one it is folded.
  const isWide = matchMedia("(min-width: 60rem)");
  const fold = () => { contents.open = isWide.matches; };
  isWide.addEventListener("change", fold);
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && !isWide.matches) contents.open = false;
  });

  // The list of documents stays below the header, whose height depends on its text.
  const head = document.querySelector("header");
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--head", `${head.offsetHeight}px`);
  }).observe(head);

  body.classList.add("leafing", "marked");
  body.dataset.view = "both";
  document.querySelectorAll(".tools, .leaf").forEach((part) => { part.hidden = false; });
  fold();
  fromAddress();
})();
