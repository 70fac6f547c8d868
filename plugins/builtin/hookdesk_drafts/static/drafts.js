/* Drafts: what is being written is kept on the server two seconds after the last key, three at most, with the files that are chosen, and put
   back when the page is opened. */
(() => {
  "use strict";
  const PAUSE = 1500;
  const LONGEST = 3000;

  const called = (file) => [file.name, file.size, file.lastModified].join();

  class Draft {
    constructor(form, url, unsaved, state) {
      Object.assign(this, { form, url, unsaved, state, timer: 0, since: 0, going: null, sent: false, tried: new Set() });
      form.addEventListener("input", () => this.touched());
      form.addEventListener("change", () => this.touched());
      form.addEventListener("submit", (event) => this.leaves(event));
      addEventListener("pagehide", () => this.timer && this.save(true));
    }

    // Files that are chosen are stored at once and travel as tokens from then on; what cannot be stored stays chosen.
    async store(input, url, name = "kept") {
      const files = [...input.files].filter((file) => !this.tried.has(called(file)));
      for (const file of files) this.tried.add(called(file));
      for (const file of files) {
        const data = new FormData();
        data.append("attachments", file);
        data.append("csrf_token", document.querySelector("meta[name=csrf-token]").content);
        const answer = await fetch(url, { method: "POST", body: data, redirect: "error" }).catch(() => null);
        if (this.sent || !answer || !answer.ok) continue;
        this.keep([await answer.json()], name);
        this.tried.delete(called(file));
        const rest = new DataTransfer();
        for (const other of input.files) if (called(other) !== called(file)) rest.items.add(other);
        input.files = rest.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }

    keep(files, name) {
      this.form.dispatchEvent(new CustomEvent("hookdesk:keep", { bubbles: true, detail: { files, name } }));
    }

    put(draft) {
      const area = this.form.querySelector("[name=message]");
      if (!draft || !area || area.value) return;
      const beside = (draft.files || []).filter((file) => !(file.cid && draft.html.includes(`cid:${file.cid}`)));
      if (area.rich) area.rich.refill(draft.text, draft.html, draft.files);
      else area.value = draft.text;
      for (const [name, value] of Object.entries(draft.fields || {})) {
        const found = this.form.elements[name];
        const field = found instanceof RadioNodeList ? found[0] : found;
        if (field && field.type === "radio") found.value = value;
        else if (field && field.rich && !field.value) field.rich.refill(value, "", []);
        else if (field && !field.value) field.value = value;
      }
      this.keep(beside, "kept");
      this.keep(draft.given || [], "attachments");
      const composer = this.form.closest(".composer");
      if (composer) composer.classList.add("is-open");
      this.say(draft.saved);
    }

    say(words) {
      if (this.state) this.state.textContent = words;
    }

    touched() {
      if (this.sent) return;
      const now = Date.now();
      this.since ||= now;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), Math.max(0, Math.min(PAUSE, this.since + LONGEST - now)));
    }

    async save(leaving = false) {
      clearTimeout(this.timer);
      Object.assign(this, { timer: 0, since: 0 });
      const data = new FormData(this.form);
      const stored = data.getAll("attachments").filter((one) => typeof one === "string");
      data.delete("attachments");
      for (const token of stored) data.append("attachments", token);
      if (this.going) this.going.abort();
      this.going = new AbortController();
      try {
        const signal = leaving ? undefined : this.going.signal;
        const answer = await fetch(this.url, { method: "POST", body: data, redirect: "error", keepalive: leaving, signal });
        const told = await answer.json();
        this.say(answer.ok ? told.saved : this.unsaved);
      } catch (error) {
        if (error.name !== "AbortError") this.say(this.unsaved);
      }
    }

    // What is being sent is no draft: nothing that is on its way may arrive after it.
    leaves(event) {
      setTimeout(() => {
        if (event.defaultPrevented) return;
        this.sent = true;
        clearTimeout(this.timer);
        this.timer = 0;
        if (this.going) this.going.abort();
      });
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const states = document.querySelector("[data-draft-state]");
    for (const mark of document.querySelectorAll("[data-draft-url]")) {
      const state = states && states.appendChild(Object.assign(document.createElement("span"), { className: `if-${mark.closest("form").id}` }));
      const draft = new Draft(mark.closest("form"), mark.dataset.draftUrl, mark.dataset.unsaved, state);
      if (mark.dataset.draft) draft.put(JSON.parse(mark.dataset.draft));
      for (const input of mark.closest("form").querySelectorAll("input[type=file][name=attachments]")) input.addEventListener("change", () => draft.store(input, mark.dataset.uploads));
    }
    const form = document.querySelector("form.new-ticket");
    if (!form) return;
    const url = "/agent/drafts/new";
    const draft = new Draft(form, url, "", null);
    for (const input of form.querySelectorAll("input[type=file][name=attachments]")) input.addEventListener("change", () => draft.store(input, "/agent/uploads", "attachments"));
    if (!form.querySelector("[role=alert]")) fetch(url).then((answer) => answer.json()).then(({ draft: kept }) => draft.put(kept), () => {});
  });
})();
