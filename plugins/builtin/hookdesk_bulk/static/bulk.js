/* What an action asks is asked in a dialog, above the list; without this script it is a page. */
(() => {
  "use strict";
  const bar = () => document.getElementById("bulk");
  if (!bar()) return;
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog" });
  dialog.setAttribute("aria-labelledby", "bulk-title");
  document.body.append(dialog);

  async function ask(form, button) {
    const data = new FormData(form, button);
    data.append("part", "1");
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (answer.redirected) return location.assign(answer.url); // it says there why nothing was done
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    dialog.replaceChildren(...page.body.childNodes);
    for (const open of bar().querySelectorAll("details[open]")) open.open = false;
    dialog.showModal();
    const first = dialog.querySelector(".menu-item, select, textarea, input:not([type=hidden])");
    if (first) first.focus();
  }

  let isPlain = false;
  const whole = () => bar().querySelector("[data-bulk-whole]");
  document.addEventListener("submit", (event) => {
    const asks = event.submitter && event.submitter.dataset.bulkAsks !== undefined;
    const leads = event.submitter && event.submitter.hasAttribute("formaction"); // to a page of its own
    if (isPlain || leads || event.target !== bar() || !(asks || (whole() && whole().checked))) return;
    event.preventDefault();
    ask(bar(), event.submitter).catch(() => {
      isPlain = true;
      bar().requestSubmit(event.submitter);
    });
  });
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-bulk-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = [...dialog.querySelectorAll(".menu-item")];
    if (!step || !items.length) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  });

  // All of the list is meant: the number says so, as long as the box is ticked.
  document.addEventListener("change", (event) => {
    const box = event.target.closest("[data-bulk-whole], .c-check .check");
    if (!box || !whole()) return;
    if (box !== whole() && !box.checked) whole().checked = false;
    if (whole().checked) setTimeout(() => (bar().querySelector("[data-selected]").textContent = whole().dataset.bulkWhole || "…"));
    else if (box === whole()) bar().querySelector("[data-selected]").textContent = document.querySelectorAll("tbody .c-check .check:checked").length;
  });
})();
