/* What the pages do beyond links and forms. Each part looks for its own attributes and does nothing where there are none;
   every page works without this file. No inline handlers and no eval, as the content security policy demands. */
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const hit = event.target instanceof Element && event.target.closest(selector);
      if (hit) act(event, hit);
    });

  // Light or dark: pinned by data-theme and a cookie that the server reads, so that no page flashes.
  on("click", "[data-scheme]", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  });

  // Menus close on a press elsewhere and on Escape, which gives the focus back.
  document.addEventListener("click", (event) => {
    for (const menu of all("details.pop[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all("details.pop[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Forms: send on change, on Ctrl+Enter, once only, and after a question where one is due.
  on("change", "[data-autosubmit]", (event, field) => field.form.requestSubmit());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.form) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const asked = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
    if (asked && !form.dataset.agreed) {
      event.preventDefault();
      ask(asked, () => {
        form.dataset.agreed = "yes";
        form.requestSubmit(event.submitter);
        delete form.dataset.agreed;
      });
    } else if (form.method === "post" && !event.defaultPrevented) {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, Number(form.dataset.busy) || 5000);
    }
  });

  function ask(text, agreed) {
    const dialog = document.getElementById("confirm");
    dialog.querySelector("[data-confirm-text]").textContent = text;
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => dialog.returnValue === "yes" && agreed(), { once: true });
    dialog.showModal();
  }

  // Toasts leave after eight seconds, not while they are looked at; those that offer something for a time leave when it is over.
  const watch = (toast) => {
    if (toast.dataset.stays !== undefined) return;
    const limit = Number(toast.dataset.toast);
    let left = limit || 8;
    const shown = toast.querySelector("[data-left]");
    if (shown && limit) shown.textContent = `${left} s`;
    const timer = setInterval(() => {
      if (!limit && toast.matches(":hover, :focus-within")) return;
      left -= 1;
      if (shown) shown.textContent = `${left} s`;
      if (left <= 0) {
        clearInterval(timer);
        toast.remove();
      }
    }, 1000);
  };
  all("[data-toast]").forEach(watch);
  on("click", "[data-print]", () => print());
  on("click", "[data-dismiss]", (event, button) => button.closest("[data-toast]").remove());

  // Relative times, in the page's language and in the server's words: "4 min" when past, "in 4 min" when to come.
  const steps = [[60, "second"], [60, "minute"], [24, "hour"], [7, "day"], [4.35, "week"], [12, "month"], [Infinity, "year"]];
  const ahead = new Intl.RelativeTimeFormat(root.lang || "en", { style: "short" });
  const past = (unit) => new Intl.NumberFormat(root.lang || "en", { style: "unit", unit, unitDisplay: "short" });
  const refresh = () => {
    for (const time of all("time[data-rel]")) {
      let away = (new Date(time.dateTime) - Date.now()) / 1000;
      for (const [size, unit] of steps) {
        if (Math.abs(away) < size) {
          const whole = Math.round(away);
          if (unit !== "second") time.textContent = whole > 0 ? ahead.format(whole, unit) : past(unit).format(-whole);
          break;
        }
        away /= size;
      }
    }
  };
  setInterval(refresh, 60000);

  // Files: drop on it, see what was chosen, take one out again.
  const dress = (input) => {
    const box = input.closest("[data-files]");
    const list = box && box.querySelector("[data-file-list]");
    if (!list) return;
    list.hidden = !input.files.length;
    list.replaceChildren(...[...input.files].map((file, index) => fileLine(input, file, index)));
  };
  const node = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });
  function fileLine(input, file, index) {
    const line = node("li", "file");
    const what = node("span", "cut");
    const dot = file.name.lastIndexOf(".");
    what.append(node("bdi", "fname", file.name), node("span", "meta", size(file.size)));
    const remove = Object.assign(node("button", "btn btn-quiet btn-icon btn-sm", "×"), { type: "button" });
    remove.setAttribute("aria-label", `${input.dataset.remove || "Remove"} ${file.name}`);
    remove.addEventListener("click", () => keep(input, [...input.files].filter((_, other) => other !== index)));
    line.append(node("span", "kind", dot > 0 ? file.name.slice(dot + 1, dot + 5).toUpperCase() : "?"), what, remove);
    return line;
  }
  const size = (bytes) => {
    const [divisor, unit] = bytes < 1e6 ? [1e3, "kilobyte"] : [1e6, "megabyte"];
    return new Intl.NumberFormat(root.lang || "en", { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / divisor);
  };
  function keep(input, files) {
    const carrier = new DataTransfer();
    files.forEach((file) => carrier.items.add(file));
    input.files = carrier.files;
    dress(input);
  }
  const add = (input, files) => {
    keep(input, input.multiple ? [...input.files, ...files] : [...files].slice(0, 1));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  on("change", '[data-files] input[type="file"]', (event, input) => dress(input));
  on("dragover", "[data-files]", (event, box) => {
    event.preventDefault();
    const area = box.querySelector(".drop");
    if (area) area.classList.add("is-over");
  });
  on("dragleave", ".drop", (event, area) => area.classList.remove("is-over"));
  // An editor takes pictures into its text.
  const attachable = (event, files) => [...files].filter((file) => !(event.target.closest("[data-uploads]") && file.type.startsWith("image/")));
  on("drop", "[data-files]", (event, box) => {
    event.preventDefault();
    all(".is-over", box).forEach((area) => area.classList.remove("is-over"));
    const files = attachable(event, event.dataTransfer.files);
    if (files.length) add(box.querySelector('input[type="file"]'), files);
  });
  on("paste", "[data-files]", (event, box) => {
    const files = attachable(event, event.clipboardData.files);
    if (files.length) add(box.querySelector('input[type="file"]'), files);
  });

  // Selected rows.
  const count = () => {
    const boxes = all("tbody .c-check .check");
    const chosen = boxes.filter((box) => box.checked).length;
    all("[data-selected]").forEach((place) => (place.textContent = chosen));
    for (const head of all("[data-check-all]")) {
      head.checked = chosen > 0 && chosen === boxes.length;
      head.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  };
  on("change", ".c-check .check", (event, box) => {
    if (box.dataset.checkAll !== undefined) all("tbody .c-check .check").forEach((row) => (row.checked = box.checked));
    count();
  });
  document.addEventListener("reset", () => setTimeout(count));

  // Small buttons.
  const copy = async (text) => {
    await navigator.clipboard.writeText(text);
  };
  on("click", "[data-copy]", async (event, button) => {
    await copy(button.dataset.copy);
    const label = button.querySelector("span") || button;
    const before = label.textContent;
    label.textContent = button.dataset.done;
    setTimeout(() => (label.textContent = before), 2000);
  });
  on("click", "[data-back]", () => history.back());

  // A thread opens at what is new, else at its end.
  const thread = document.querySelector(".thread");
  if (thread && !location.hash) {
    const fresh = thread.querySelector("#new");
    thread.scrollTop = fresh ? fresh.offsetTop - thread.clientHeight / 3 : thread.scrollHeight;
  }

  // A menu longer than the window opens where the page stands in it; on a narrow screen once it is drawn out.
  const here = document.querySelector(".sidebar a[aria-current]");
  const reveal = () => {
    const side = here.closest(".sidebar");
    const below = here.getBoundingClientRect().bottom - side.getBoundingClientRect().bottom;
    if (below > 0) side.scrollTop += below + side.clientHeight / 3;
  };
  if (here) {
    reveal();
    here.closest(".drawer").addEventListener("toggle", reveal);
  }

  // Composer: the tab that is chosen gets the cursor.
  on("change", '[name="composer-mode"]', (event, tab) => write(tab.value));
  function write(mode) {
    const tab = document.getElementById(`mode-${mode}`);
    if (!tab) return;
    tab.checked = true;
    tab.closest(".composer").classList.add("is-open");
    document.getElementById(`${mode}-message`).focus();
  }

  // Escape leaves the composer for the thread, where single keys work again; what was written stays.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && thread && event.target.matches(".editor") && !event.isComposing) thread.focus();
  });

  // Keys.
  const singleKeys = () => (root.dataset.keys || localStorage.getItem("single-keys")) !== "off";
  const cursor = () => document.querySelector("tr.cursor");
  function move(step) {
    const rows = all(".queue tbody tr");
    if (!rows.length) return follow(step > 0 ? "next" : "prev");
    const next = rows[Math.min(Math.max(rows.indexOf(cursor()) + step, 0), rows.length - 1)];
    all("tr.cursor").forEach((row) => row.classList.remove("cursor"));
    next.classList.add("cursor");
    next.scrollIntoView({ block: "nearest" });
    next.querySelector("a").focus({ preventScroll: true });
  }
  const follow = (rel) => {
    const link = document.querySelector(`a[data-${rel}]`);
    if (link) link.click();
  };
  const tick = () => {
    const box = cursor() && cursor().querySelector(".check");
    if (box) box.click();
  };
  const property = (key) => {
    const field = document.querySelector(`[data-key="${key}"] select, button[data-key="${key}"]`);
    if (!field) return;
    const panel = field.closest("[popover]");
    if (panel && !field.offsetParent) panel.showPopover();
    if (field.dataset.keyPresses !== undefined) return field.click();
    field.focus();
  };
  const open = () => cursor() && cursor().querySelector("a").click();
  const keys = {
    j: () => move(1), k: () => move(-1), o: open, x: tick,
    r: () => write("reply"), n: () => write("note"),
    a: () => property("a"), s: () => property("s"), p: () => property("p"), t: () => property("t"),
    c: () => follow("new-ticket"), u: () => follow("way-back"),
    ".": () => {
      const number = document.querySelector("[data-ticket-number]");
      if (number) copy(number.dataset.ticketNumber || number.textContent.trim());
    },
    "/": () => {
      const field = document.querySelector("[data-search]");
      if (field) field.focus();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]")) return;
    const help = document.getElementById("keys");
    if (event.key === "?" && help) {
      help.querySelector("[data-single-keys]").checked = singleKeys();
      help.showModal();
    } else if (help && singleKeys() && Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  on("change", "[data-single-keys]", (event, box) => {
    const keys = box.checked ? "on" : "off";
    localStorage.setItem("single-keys", keys);
    if (!root.dataset.keysUrl) return;
    root.dataset.keys = keys;
    const body = new URLSearchParams({ keys, csrf_token: document.querySelector("meta[name=csrf-token]").content });
    fetch(root.dataset.keysUrl, { method: "POST", body, redirect: "error" }).catch(() => {});
  });

  // The summary of errors is read out first.
  const first = document.querySelector("[data-focus]");
  if (first) first.focus();
})();
