/* The search box offers tickets and people while one types: arrows choose, Enter goes there, Escape closes. Without it, Enter searches. */
(() => {
  "use strict";
  const field = document.querySelector("[data-suggest]");
  if (!field) return;
  const list = Object.assign(document.createElement("div"), { className: "menu search-options", id: "search-options", popover: "manual" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.getAttribute("aria-label"));
  field.form.append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) field.setAttribute(name, value);

  let chosen = -1;
  let asked = null;
  let timer = 0;
  const options = () => [...list.children];
  const isOpen = () => list.matches(":popover-open");
  const show = (on) => {
    const wanted = on && list.children.length > 0;
    if (wanted !== isOpen()) list.togglePopover(wanted);
    field.setAttribute("aria-expanded", String(wanted));
    if (!wanted) return choose(-1);
    const box = field.form.getBoundingClientRect();
    Object.assign(list.style, { left: `${box.left}px`, top: `${box.bottom + 4}px` });
  };
  const choose = (at) => {
    chosen = at;
    options().forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (at < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", options()[at].id);
    options()[at].scrollIntoView({ block: "nearest" });
  };

  async function look() {
    if (asked) asked.abort();
    const typed = field.value.trim();
    if (typed.length < 2) return show(false);
    asked = new AbortController();
    const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`, { redirect: "error", signal: asked.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceChildren(...page.body.children);
    choose(-1);
    show(document.activeElement === field);
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => look().catch(() => {}), 80); // overtaken by the next letter, or offline for a moment
  });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = list.children.length;
    if (step && isOpen()) {
      event.preventDefault();
      choose((chosen + step + count) % count);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      options()[chosen].click();
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      show(false);
    }
  });
  field.addEventListener("focus", () => show(true));
  field.addEventListener("blur", () => setTimeout(() => list.contains(document.activeElement) || show(false), 150));
})();
