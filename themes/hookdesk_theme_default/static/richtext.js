/* Formatted text: a plain text field becomes an editor (Trix) when it is first used, or at once if what stands in it is formatted.
   The field goes on holding the words; beside it a hidden one of the same name carries the HTML, if anything is formatted at all.
   Pictures that are pasted are stored at once, and stand in the HTML by their Content-ID. See the macro `rich_text`. */
(() => {
  "use strict";
  const WELL = /^image\/(png|jpeg|gif|webp)$/;
  const parsed = (html) => new DOMParser().parseFromString(html, "text/html").body;
  // Before anything is parsed: a browser would complain of styles even there.
  const unstyled = (html) =>
    html.replace(/<style\b[\s\S]*?<\/style\s*>/gi, "").replace(/(<[^<>]*?)\sstyle\s*=\s*("[^"]*"|'[^']*'|[^\s<>]+)/gi, "$1");
  const escaped = (text) => Object.assign(document.createElement("p"), { textContent: text }).innerHTML.replaceAll("\n", "<br>");
  let loading = null;

  function library(url) {
    loading ||= new Promise((done, failed) => {
      const script = Object.assign(document.createElement("script"), { src: url, onload: done, onerror: failed });
      document.head.append(script);
    });
    return loading;
  }

  function say(text) {
    const toast = Object.assign(document.createElement("div"), { className: "toast toast-danger" });
    toast.append(Object.assign(document.createElement("span"), { textContent: text }));
    document.getElementById("toasts").append(toast);
    setTimeout(() => toast.remove(), 15000);
  }

  class Rich {
    constructor(box) {
      this.box = box;
      this.area = box.querySelector("textarea");
      this.html = box.querySelector("[data-rich-html]");
      this.files = new Map(JSON.parse(box.dataset.files || "[]").map((file) => [file.url, file]));
      this.bar = document.getElementById(box.dataset.bar);
      this.area.rich = this;
      if (this.bar) {
        this.bar.hidden = false;
        this.bar.addEventListener("click", (event) => this.pressed(event));
        this.bar.addEventListener("keydown", (event) => this.walk(event));
      }
      if (this.html.value) this.html.disabled = false;
      if (this.html.value) this.start().catch(() => {});
      else this.area.addEventListener("focus", () => this.start().catch(() => {}), { once: true });
    }

    // Trix listens to the mouse alone. A button that is pressed before there is an editor brings it, then does its work.
    async pressed(event) {
      const button = event.target.closest("button");
      if (!button || (this.editor && event.detail)) return;
      await this.start(true);
      button.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
    }

    // One stop for the Tab key; the arrows go on from there.
    walk(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const buttons = [...this.bar.querySelectorAll(":scope > button")];
      const next = step && buttons[buttons.indexOf(event.target) + step];
      if (!next) return;
      event.preventDefault();
      for (const one of buttons) one.tabIndex = one === next ? 0 : -1;
      next.focus();
    }

    start(focused = false) {
      this.started ||= this.dress(focused);
      return this.started;
    }

    async dress(focused) {
      await library(this.box.dataset.rich);
      this.configure();
      const element = document.createElement("trix-editor");
      const { area } = this;
      element.className = "editor rich-editor";
      for (const name of ["aria-label", "aria-describedby", "aria-labelledby", "placeholder"]) {
        if (area.hasAttribute(name)) element.setAttribute(name, area.getAttribute(name));
      }
      if (!element.hasAttribute("aria-label") && area.labels && area.labels[0]) {
        element.setAttribute("aria-label", area.labels[0].firstChild.textContent.trim());
      }
      if (this.bar) element.setAttribute("toolbar", this.bar.id);
      if (this.box.dataset.upload) element.dataset.uploads = "";
      const ready = new Promise((done) => element.addEventListener("trix-initialize", done, { once: true }));
      element.addEventListener("paste", (event) => this.pasted(event), true);
      element.addEventListener("trix-file-accept", (event) => {
        event.preventDefault(); // it would be shown from memory, which the content security policy blocks
        if (this.box.dataset.upload && WELL.test(event.file.type)) this.upload(event.file);
      });
      area.after(element);
      await ready;
      this.element = element;
      this.editor = element.editor;
      this.letGo(element);
      // Who typed a key that opens the picker before there was an editor is in the picker by now; who has left the field is elsewhere.
      const wanted = document.activeElement === area || (focused && !document.activeElement.closest("[popover]"));
      const cursor = area.selectionStart; // the editor takes it over while it is filled
      this.load(this.html.value || escaped(area.value));
      const end = this.editor.getDocument().toString().length - 1;
      const at = this.html.value ? end : Math.min(cursor, end);
      element.addEventListener("trix-change", () => this.changed());
      if (area.form) area.form.addEventListener("submit", () => this.changed(), true); // the last keys may not have been told of yet
      area.hidden = true;
      area.required = false;
      area.focus = () => element.focus();
      area.place = this;
      for (const label of area.labels) label.addEventListener("click", () => element.focus());
      if (wanted) {
        element.focus();
        this.editor.setSelectedRange(at);
      }
    }

    // Trix draws what is typed a frame later, and with the cursor it takes the focus: who has gone elsewhere by then goes on there.
    letGo(element) {
      let elsewhere = null;
      element.addEventListener("blur", (event) => {
        elsewhere = event.relatedTarget;
        requestAnimationFrame(() => elsewhere && document.activeElement === element && elsewhere.focus());
      });
      element.focus = () => {
        elsewhere = null;
        HTMLElement.prototype.focus.call(element);
      };
    }

    configure() {
      const words = this.box.dataset;
      const { config } = window.Trix;
      Object.assign(config.lang, { remove: words.remove, captionPlaceholder: words.caption, urlPlaceholder: words.address });
      config.attachments.preview.caption = { name: false, size: false };
      config.blockAttributes.heading1.tagName = "h2";
      config.textAttributes.frozen = { tagName: "mark" }; // what is to become a link; Trix's own is a style, which is copied as one
    }

    load(html, files = []) {
      this.learn(files);
      this.editor.loadHTML(this.harmless(html));
    }

    // Put back what was being written, before or after there is an editor.
    refill(text, html, files = []) {
      this.learn(files);
      this.area.value = text;
      this.html.value = html;
      this.html.disabled = !html;
      if (this.editor) this.load(html || escaped(text));
      else if (html) this.start().catch(() => {});
    }

    learn(files) {
      for (const file of files) this.files.set(file.url, file);
    }

    // No styles and no pictures from elsewhere: the content security policy would block both. Ours are shown from where they are stored.
    harmless(html) {
      const body = parsed(unstyled(html));
      for (const image of body.querySelectorAll("img")) {
        const source = image.getAttribute("src") || "";
        const file = source.startsWith("cid:") ? [...this.files.values()].find((one) => `cid:${one.cid}` === source) : this.files.get(source);
        if (file) image.replaceWith(this.figure(file));
        else image.replaceWith(image.alt);
      }
      return body.innerHTML;
    }

    // A picture in the shape in which Trix keeps all that it is told of it; of a plain one it would forget what it shows.
    figure(file) {
      const figure = document.createElement("figure");
      figure.dataset.trixAttachment = JSON.stringify(this.attachment(file));
      return figure;
    }
    attachment(file) {
      return { url: file.url, contentType: file.content_type || "image", filename: file.name, alt: file.name };
    }

    // Formatted text from elsewhere; Trix would look at its styles.
    pasted(event) {
      const html = unstyled(event.clipboardData.getData("text/html"));
      if (!html || (event.clipboardData.files.length && !parsed(html).textContent.trim())) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.editor.insertHTML(this.harmless(html));
    }

    async upload(given) {
      const { upload, failed } = this.box.dataset;
      const data = new FormData();
      data.append("attachments", given, given.name || "image.png");
      data.append("inline", "1");
      data.append("csrf_token", document.querySelector("meta[name=csrf-token]").content);
      this.element.ariaBusy = "true";
      try {
        const answer = await fetch(upload, { method: "POST", body: data, redirect: "error" });
        const file = await answer.json();
        if (!answer.ok) throw new Error(file.error || failed);
        this.learn([file]);
        this.editor.insertAttachment(new window.Trix.Attachment(this.attachment(file)));
      } catch (error) {
        say(error instanceof TypeError || !error.message ? failed : error.message);
      }
      this.element.ariaBusy = null;
    }

    // What is sent: figures become plain pictures that name their file by its Content-ID.
    serialized() {
      const body = parsed(this.element.value);
      const used = [];
      for (const mark of body.querySelectorAll("mark")) mark.replaceWith(...mark.childNodes);
      for (const figure of body.querySelectorAll("figure")) {
        const image = figure.querySelector("img");
        const file = image && this.files.get(image.getAttribute("src"));
        if (!file) {
          figure.remove();
          continue;
        }
        used.push(file);
        image.setAttribute("src", `cid:${file.cid}`);
        image.setAttribute("alt", file.name);
        figure.replaceWith(image);
      }
      // Empty lines at the end say nothing.
      for (let last = body.lastChild; last && !last.textContent.trim() && !body.querySelector(":scope > :last-child img"); last = body.lastChild) last.remove();
      return { html: body.innerHTML, used, plain: !body.querySelector(":not(div):not(br)") };
    }

    changed() {
      const { html, used, plain } = this.serialized();
      this.html.value = html;
      this.html.disabled = plain && !html.includes("&lt;"); // else markup in words would be taken for the real thing
      this.area.value = this.editor.getDocument().toString().replaceAll("\uFFFC", "").replace(/\n$/, "");
      for (const old of this.box.querySelectorAll("[name=kept]")) old.remove();
      for (const file of used) {
        const kept = Object.assign(document.createElement("input"), { type: "hidden", name: "kept", value: file.token });
        kept.dataset.kept = JSON.stringify(file);
        this.box.append(kept);
      }
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    // A place to write, as composer.js knows it.
    focus() {
      this.element.focus();
    }
    before() {
      return this.editor.getDocument().toString().slice(0, this.editor.getSelectedRange()[0]);
    }
    remember() {
      return this.editor.getSelectedRange();
    }
    restore(range) {
      this.editor.setSelectedRange(range);
    }
    insert({ html, text }, back = 0, files = []) {
      this.learn(files);
      const [at] = this.editor.getSelectedRange();
      if (back) {
        this.editor.setSelectedRange([Math.max(0, at - back), at]);
        this.editor.deleteInDirection("backward");
      }
      if (html) this.editor.insertHTML(this.harmless(html));
      else this.editor.insertString(text || "");
    }
  }

  for (const box of document.querySelectorAll("[data-rich]")) new Rich(box);
  // Parts of a page that htmx brings in.
  document.addEventListener("htmx:load", (event) => {
    for (const box of event.target.querySelectorAll("[data-rich]")) if (!box.querySelector("textarea").rich) new Rich(box);
  });
})();
