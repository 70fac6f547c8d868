/* The command palette: what is on the page is found here, everything else by the server. The link in the rail says where to ask. */
(() => {
  "use strict";
  const link = document.querySelector('.rail a[href$="/agent/palette/"]');
  if (!link) return;
  const pause = 120;
  const mostHere = 8;
  let frame = null;
  let coming = false;
  let asking = null;
  let timer = 0;

  const part = async (query, signal) => {
    const answer = await fetch(`${link.href}?${new URLSearchParams(query)}`, { signal, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return document.createRange().createContextualFragment(await answer.text());
  };

  // What is typed while the frame comes is meant for it, not for the page, where single letters do things.
  async function fetched() {
    let typed = "";
    const keep = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.key.length === 1) typed += event.key;
      else if (event.key === "Backspace") typed = typed.slice(0, -1);
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener("keydown", keep, true);
    try {
      document.body.append(await part({ part: "frame" }));
    } finally {
      window.removeEventListener("keydown", keep, true);
    }
    frame = document.getElementById("palette");
    listen();
    return typed;
  }

  async function show() {
    if (coming) return;
    let typed = "";
    if (!frame) {
      coming = true;
      try {
        typed = await fetched();
      } finally {
        coming = false;
      }
    }
    if (frame.open) return;
    field().value = typed;
    list().replaceChildren();
    frame.showModal();
    field().focus();
    look();
  }
  const field = () => frame.querySelector("input");
  const list = () => frame.querySelector(".palette-list");
  const options = () => [...list().querySelectorAll(".option")];

  // What can be done here: the toolbar's buttons, the two ways to write, and each value that a property offers.
  const name = (element) => (element.getAttribute("aria-label") || element.textContent).replace(/\s+/g, " ").trim();
  const named = (element) => ({ label: name(element), run: () => element.click() });
  function* here() {
    for (const mode of document.querySelectorAll("[name=composer-mode]")) {
      const label = mode.closest("label").textContent.trim();
      yield { label, run: () => { mode.click(); document.getElementById(mode.id.replace("mode-", "") + "-message").focus(); } };
    }
    for (const element of document.querySelectorAll(".toolbar :is(a.btn-primary, form button, .menu-item)")) yield named(element);
    for (const select of document.querySelectorAll("#props form select")) {
      for (const option of select.options) {
        if (option.selected || option.disabled) continue;
        const run = () => { select.value = option.value; select.dispatchEvent(new Event("change", { bubbles: true })); };
        yield { label: `${name(select)}: ${option.textContent.trim()}`, run, quiet: true };
      }
    }
  }
  const fits = (label, words) => words.every((word) => label.toLocaleLowerCase().includes(word));
  const begins = (label, words) => words.every((word) => ` ${label.toLocaleLowerCase()}`.includes(` ${word}`));

  function local(words) {
    const seen = new Set();
    const found = [...here()].filter((one) => one.label && (words.length ? fits(one.label, words) : !one.quiet) && !seen.has(one.label) && seen.add(one.label));
    if (!found.length) return null;
    found.sort((a, b) => begins(b.label, words) - begins(a.label, words));
    const group = Object.assign(document.createElement("div"), { className: "palette-group" });
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", frame.dataset.here);
    group.append(Object.assign(document.createElement("h3"), { textContent: frame.dataset.here }));
    for (const one of found.slice(0, mostHere)) {
      const option = Object.assign(document.createElement("div"), { className: "option" });
      option.setAttribute("role", "option");
      option.append(Object.assign(document.createElement("bdi"), { textContent: one.label, className: "cut" }));
      option.firstChild.dataset.words = "";
      option.addEventListener("click", () => { frame.close(); one.run(); });
      group.append(option);
    }
    return group;
  }

  // The words that were typed stand out in what was found.
  function mark(words) {
    for (const label of words.length ? list().querySelectorAll("[data-words]") : []) {
      const text = label.textContent;
      const folded = text.toLocaleLowerCase();
      if (folded.length !== text.length) continue; // a letter that changes its length would move the marks
      const ends = words.map((word) => [folded.indexOf(word), word.length]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0]);
      label.replaceChildren();
      let done = 0;
      for (const [at, length] of ends) {
        if (at < done) continue;
        label.append(text.slice(done, at), Object.assign(document.createElement("mark"), { textContent: text.slice(at, at + length) }));
        done = at + length;
      }
      label.append(text.slice(done));
    }
  }

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (!option) return field().removeAttribute("aria-activedescendant");
    field().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  const chosen = () => list().querySelector('[aria-selected="true"]');

  function fill(parts, words, isDone) {
    list().replaceChildren(...parts.filter(Boolean));
    options().forEach((option, place) => (option.id = `palette-${place}`));
    if (isDone && !options().length) list().append(Object.assign(document.createElement("p"), { className: "palette-none", textContent: frame.dataset.nothing }));
    if (isDone) frame.querySelector("[data-count]").textContent = String(options().length);
    mark(words);
    choose(options()[0]);
  }

  async function look() {
    const typed = field().value.trim();
    const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    if (asking) asking.abort();
    asking = new AbortController();
    const mine = asking;
    try {
      const found = await part({ q: typed, part: "1" }, mine.signal);
      if (mine === asking) fill([local(words), found], words, true);
    } catch (error) {
      if (error.name === "AbortError" || mine !== asking) return;
      fill([local(words)], words, false);
      list().append(Object.assign(document.createElement("p"), { className: "palette-none", textContent: frame.dataset.failed }));
    }
  }

  function listen() {
    field().addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, pause); });
    frame.addEventListener("click", (event) => { if (event.target === frame) frame.close(); });
    frame.addEventListener("mousemove", (event) => {
      const option = event.target.closest(".option");
      if (option && option !== chosen()) choose(option);
    });
    field().addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const all = options();
      const at = all.indexOf(chosen());
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && all.length) {
        event.preventDefault();
        choose(all[(at + step + all.length) % all.length]);
      } else if (event.key === "Enter") {
        event.preventDefault();
        clearTimeout(timer);
        if (chosen()) chosen().click();
      }
    });
  }

  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show().catch(() => location.assign(link.href));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    show().catch(() => location.assign(link.href));
  });
})();
