/* A ticket's page says every few seconds that somebody looks at it, or writes, and shows who else does; a list shows at which of its
   tickets anybody is. Without it nothing is amiss. */
(() => {
  "use strict";
  const every = 8000;
  const writesFor = 20000;
  const idle = 30 * 60000;
  let typed = 0;
  let touched = Date.now();
  let said = "";
  for (const type of ["pointermove", "keydown"]) addEventListener(type, () => (touched = Date.now()), { passive: true });
  const isAway = () => document.hidden || Date.now() - touched > idle;

  const list = document.querySelector("[data-presence-list]");
  async function mark() {
    if (isAway()) return;
    const answer = await fetch(list.dataset.presenceList, { redirect: "error" });
    const marks = answer.ok ? await answer.json() : {};
    for (const row of document.querySelectorAll(".queue tbody tr")) {
      const box = row.querySelector("[name=selected]");
      const html = (box && marks[box.value]) || "";
      const old = row.querySelector(".presence-mark");
      if (old && old.outerHTML === html) continue;
      if (old) old.remove();
      if (html) row.querySelector(".subject").insertAdjacentHTML("afterend", html);
    }
  }
  if (list) setInterval(() => mark().catch(() => {}), every);

  const place = () => document.getElementById("presence");
  if (!place() || !place().dataset.presence) return;
  const url = place().dataset.presence;
  const body = (state) => {
    const form = new FormData();
    form.append("state", state);
    form.append("csrf_token", document.querySelector('meta[name="csrf-token"]').content);
    return form;
  };
  function show(html) {
    const now = place();
    if (now.innerHTML !== html) now.innerHTML = html;
    const writer = now.querySelector(".is-writing");
    for (const mark of document.querySelectorAll("[data-presence-writing]")) {
      mark.hidden = !writer;
      mark.title = mark.textContent = writer ? writer.lastElementChild.textContent : "";
    }
  }
  async function report() {
    if (isAway()) return;
    said = Date.now() - typed < writesFor ? "write" : "view";
    const answer = await fetch(url, { method: "POST", body: body(said), redirect: "error" });
    if (answer.ok) show(await answer.text());
  }
  const quietly = () => report().catch(() => {}); // offline for a moment: the next one will tell
  document.addEventListener("input", (event) => {
    if (!event.target.closest(".composer")) return;
    typed = Date.now();
    if (said !== "write") quietly();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? navigator.sendBeacon(url, body("leave")) : quietly()));
  addEventListener("pagehide", () => navigator.sendBeacon(url, body("leave")));
  setInterval(quietly, every);
  quietly();
})();
