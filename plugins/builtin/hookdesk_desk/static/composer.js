/* What one writes in: a text outlives the page, a picker puts in what is kept elsewhere, files that are stored travel as tokens.
   Works on any form with a text named "message"; the page works without it.
   For other scripts: dispatch `hookdesk:insert` on the form with the detail {html, text, files}, `hookdesk:keep` with {files} alone, or with
   the {name} of another field that they belong to. */
(() => {
  "use strict";
  const node = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });
  const field = (form) => form && (form.querySelector("[data-write]") || form.querySelector("[name=message]"));

  // A place to write: the plain one. An editor puts one with the same five functions on its textarea, as `place`.
  const plain = (area) => ({
    focus: () => area.focus(),
    before: () => area.value.slice(0, area.selectionStart),
    remember: () => [area.selectionStart, area.selectionEnd],
    restore: (range) => area.setSelectionRange(...range),
    insert({ text, html }, back = 0) {
      const words = text === undefined ? new DOMParser().parseFromString(html || "", "text/html").body.innerText : text;
      area.setRangeText(words, Math.max(0, area.selectionStart - back), area.selectionEnd, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  const place = (area) => area.place || plain(area);

  // Files that are stored: shown with what is to be attached, sent as tokens.
  const size = (bytes) => {
    const [divisor, unit] = bytes < 1e6 ? [1e3, "kilobyte"] : [1e6, "megabyte"];
    const shown = { style: "unit", unit, maximumFractionDigits: 1 };
    return new Intl.NumberFormat(document.documentElement.lang || "en", shown).format(bytes / divisor);
  };
  const changed = (form) => field(form).dispatchEvent(new Event("input", { bubbles: true }));
  function dress(line, file) {
    const list = line.parentElement;
    const remove = Object.assign(node("button", "btn btn-quiet btn-icon btn-sm", "×"), { type: "button" });
    remove.setAttribute("aria-label", `${list.dataset.remove} ${file.name}`);
    remove.addEventListener("click", () => {
      const form = line.closest("form");
      line.remove();
      list.hidden = !list.children.length;
      changed(form);
    });
    line.append(remove);
  }
  function keep(form, files, name = "kept") {
    const list = form.querySelector(`[data-kept-list="${name}"]`);
    for (const file of list ? files || [] : []) {
      const line = node("li", "file");
      const what = node("span", "cut");
      const dot = file.name.lastIndexOf(".");
      what.append(node("bdi", "fname", file.name), node("span", "meta", size(file.size)));
      const token = Object.assign(document.createElement("input"), { type: "hidden", name, value: file.token });
      line.append(token, node("span", "kind", dot > 0 ? file.name.slice(dot + 1, dot + 5).toUpperCase() : "?"), what);
      line.dataset.kept = JSON.stringify(file);
      list.append(line);
      dress(line, file);
      list.hidden = false;
    }
  }
  for (const line of document.querySelectorAll("[data-kept]")) dress(line, JSON.parse(line.dataset.kept));

  function insert(form, what, back = 0) {
    const inline = (what.files || []).filter((file) => file.cid && field(form).place);
    place(field(form)).insert(what, back, inline);
    keep(form, (what.files || []).filter((file) => !inline.includes(file)));
    changed(form);
  }
  document.addEventListener("hookdesk:keep", (event) => keep(event.target, event.detail.files, event.detail.name));
  document.addEventListener("hookdesk:insert", (event) => field(event.target) && insert(event.target, event.detail));

  // A reply that speaks of an attachment, in a few languages, and has none.
  const speaks = /(?<!\p{L})(attach(ed|ments?|ing)?|enclosed|anh[aä]ng\p{L}*|angehängt\p{L}*|anbei|anlagen?|beigefügt\p{L}*|pièces? jointes?|ci-joint\p{L}*|adjunt\p{L}*|allegat\p{L}*|bijlagen?|bijgevoegd\p{L}*|załącz\p{L}*)(?!\p{L})/iu;
  for (const hint of document.querySelectorAll("[data-attach-hint]")) {
    const form = hint.closest("form");
    const judge = () => {
      const own = field(form).value.replace(/^>.*$/gm, "");
      const has = form.querySelector("[name=kept]") || [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
      hint.hidden = Boolean(has) || !speaks.test(own);
    };
    form.addEventListener("input", judge);
    form.addEventListener("change", judge);
  }

  // Words of the thread that are selected when a reply is begun are what it answers.
  let picked = "";
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    const within = chosen.anchorNode && chosen.anchorNode.parentElement && chosen.anchorNode.parentElement.closest(".entry-body");
    if (within) picked = chosen.isCollapsed ? "" : chosen.toString().trim();
  });
  async function quote() {
    const area = document.getElementById("reply-message");
    const words = picked;
    picked = "";
    if (!area || !words) return;
    if (area.rich) await area.rich.start(true);
    const text = `${words.replace(/^/gm, "> ")}\n\n`;
    const html = node("blockquote", "", words).outerHTML.replace(/\n+/g, "<br>");
    insert(area.form, area.place ? { html: `${html}<div><br></div>` } : { text });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "r" && picked && !event.target.closest("input, textarea, select, [contenteditable]")) setTimeout(quote);
  });
  for (const tab of document.querySelectorAll("#mode-reply")) tab.addEventListener("click", () => quote());

  // The picker: one for all that can be put in.
  const picker = document.querySelector("[data-picker]");
  if (picker) {
    const search = picker.querySelector("input");
    const list = picker.querySelector("[role=listbox]");
    const none = picker.querySelector("[data-picker-none]");
    let open = null;
    let asked = 0;
    const get = async (url, body) => {
      const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers: { Accept: "application/json" }, redirect: "error" });
      return answer.json();
    };
    const token = () => new URLSearchParams({ csrf_token: document.querySelector("meta[name=csrf-token]").content });
    const options = () => [...list.children];
    const chosen = () => list.querySelector("[aria-selected=true]");
    function mark(option) {
      for (const one of options()) one.setAttribute("aria-selected", one === option);
      if (option) option.scrollIntoView({ block: "nearest" });
      search.setAttribute("aria-activedescendant", option ? option.id : "");
    }
    function line({ label, hint, url, is_post }, index) {
      const option = node("li", "menu-item");
      option.append(node("span", "cut", label), node("span", "push small muted cut", hint || ""));
      Object.assign(option, { id: `picker-${index}`, role: "option" });
      option.dataset.url = url;
      if (is_post) option.dataset.post = "";
      return option;
    }
    async function look() {
      const turn = (asked += 1);
      const url = new URL(open.button.dataset.insertSource, location.href);
      url.searchParams.set("q", search.value);
      const { items } = await get(url);
      if (turn !== asked || !open) return;
      list.replaceChildren(...items.map(line));
      none.hidden = items.length > 0;
      mark(list.firstElementChild);
    }
    function show(button, back = 0) {
      const form = button.form || button.closest("form");
      open = { button, form, back, range: place(field(form)).remember() };
      search.value = "";
      list.replaceChildren();
      picker.setAttribute("aria-label", button.textContent.trim() || button.getAttribute("aria-label"));
      picker.showPopover();
      const [box, own] = [button.getBoundingClientRect(), picker.getBoundingClientRect()];
      picker.style.left = `${Math.max(8, Math.min(box.left, innerWidth - own.width - 8))}px`;
      picker.style.bottom = `${Math.max(8, innerHeight - box.top + 4)}px`;
      search.focus();
      look().catch(() => (none.hidden = false));
    }
    async function choose(option) {
      const { form, back, range } = open;
      const what = await get(option.dataset.url, "post" in option.dataset ? token() : undefined);
      picker.hidePopover();
      place(field(form)).restore(range);
      insert(form, what, back);
      place(field(form)).focus();
    }
    search.addEventListener("input", () => look().catch(() => (none.hidden = false)));
    search.addEventListener("keydown", (event) => {
      const at = options().indexOf(chosen());
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        mark(options()[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), options().length - 1)]);
      } else if (event.key === "Enter" && chosen()) {
        choose(chosen()).catch(() => picker.hidePopover());
      } else return;
      event.preventDefault();
    });
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose(option).catch(() => picker.hidePopover());
    });
    picker.addEventListener("toggle", (event) => {
      if (event.newState !== "closed" || !open) return;
      const { form, range } = open;
      open = null;
      if (!picker.contains(document.activeElement) && document.activeElement !== document.body) return;
      place(field(form)).focus();
      place(field(form)).restore(range);
    });
    document.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("[data-insert-source]");
      if (button) show(button);
    });
    // A key typed at the start of a word opens it as well.
    let typed = "";
    document.addEventListener("beforeinput", (event) => (typed = event.data || ""), true);
    document.addEventListener("input", (event) => {
      const form = event.target instanceof Element && event.target.closest("form");
      const key = typed;
      if (!form || event.target !== field(form) || key.length !== 1) return;
      typed = "";
      const button = form.querySelector(`[data-insert-key="${CSS.escape(key)}"]`);
      if (button && /(^|\s)\S$/.test(place(field(form)).before())) show(button, 1);
    });
  }

  // A text being written outlives the page until it was sent; whether it was, the thread's own state says. (Where the plugin drafts is
  // switched off: it keeps more, elsewhere.)
  const load = (key) => JSON.parse(sessionStorage.getItem(key) || "null");
  const store = (key, value) => sessionStorage.setItem(key, JSON.stringify(value));
  const ticket = document.querySelector("[data-draft]");
  const state = () => (document.getElementById("seen") || { value: "" }).value;
  for (const area of ticket && !document.querySelector("[data-draft-url]") ? ticket.querySelectorAll(".composer textarea") : []) {
    const key = `draft.${ticket.dataset.draft}.${area.id}`;
    const kept = load(key);
    if (kept && kept.sent !== undefined && kept.sent !== state()) sessionStorage.removeItem(key);
    else if (kept && !area.value) area.value = kept.text;
    area.addEventListener("input", () => (area.value ? store(key, { text: area.value }) : sessionStorage.removeItem(key)));
    area.form.addEventListener("submit", () => store(key, { text: area.value, sent: state() }));
  }
})();
