/* The desk's own script: the list tells that there is news, and a place in it survives going elsewhere.
   Each part looks for its own attributes and does nothing where there are none; every page works without it. */
(() => {
  "use strict";
  const load = (key) => JSON.parse(sessionStorage.getItem(key) || "null");
  const store = (key, value) => sessionStorage.setItem(key, JSON.stringify(value));

  // Back in a list, one stands where one was.
  const list = document.querySelector("[data-keep-place]");
  const here = location.pathname + location.search;
  if (list) {
    const arrived = performance.getEntriesByType("navigation")[0];
    const place = load("desk-list");
    if (place && place.url === here && (place.wayBack || (arrived && arrived.type === "back_forward"))) list.scrollTop = place.top;
    addEventListener("pagehide", () => store("desk-list", { url: here, path: location.pathname, top: list.scrollTop }));
  }
  const back = document.querySelector("[data-way-back]");
  if (back) {
    const place = load("desk-list");
    if (place && place.path === back.pathname) {
      back.href = place.url;
      back.addEventListener("click", () => store("desk-list", { ...place, wayBack: true }));
    }
  }

  // News in the list: shown at once if nobody is at work in it, else told.
  const live = document.querySelector("[data-live]");
  const pause = 8000;
  const idle = 30 * 60000;
  let touched = Date.now();
  for (const type of ["pointermove", "keydown"]) addEventListener(type, () => (touched = Date.now()), { passive: true });
  const busy = () => document.querySelector("tr.cursor, .c-check .check:checked, details[open], dialog[open]");
  async function look() {
    if (document.hidden || Date.now() - touched > idle) return;
    const answer = await fetch(live.dataset.live, { redirect: "error" });
    if (answer.status !== 200) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(live.id);
    if (!fresh) return;
    if (busy()) {
      document.querySelector("[data-fresh]").hidden = false;
      return;
    }
    live.dataset.live = fresh.dataset.live;
    for (const part of ["#list tbody", ".sidebar"]) {
      const [old, now] = [document.querySelector(part), page.querySelector(part)];
      if (old && now) old.replaceChildren(...now.childNodes);
    }
    if (!document.querySelector("#list tbody") || !fresh.querySelector("tbody")) location.reload();
  }
  if (live) setInterval(() => look().catch(() => {}), pause); // offline for a moment: the next look will tell

  // The menu of an entry comes when it is opened; what of it would hang below the thread is scrolled into sight.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.matches(".entry .menu")) event.target.scrollIntoView({ block: "nearest" });
  });
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

  // Properties are saved by htmx: what it brings in is a toast that leaves again, or a word on why nothing was saved.
  const say = (text) => {
    const toast = Object.assign(document.createElement("div"), { className: "toast toast-danger" });
    toast.append(Object.assign(document.createElement("span"), { textContent: text }));
    document.getElementById("toasts").append(toast);
    setTimeout(() => toast.remove(), 15000);
  };
  for (const type of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(type, (event) => {
      const form = event.target.closest("form");
      const failed = event.target.closest("[data-failed]");
      if (form) form.reset();
      if (failed) say(failed.dataset.failed);
    });
  }
})();
