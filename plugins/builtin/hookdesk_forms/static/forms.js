/* Forms of a site's own fields: what is asked for only sometimes comes and goes while others are filled in, and long lists are searched.
   The server decides the same again; without this file, all fields are shown and those that do not apply are left out. */
(() => {
  "use strict";
  const parse = (text) => JSON.parse(text || "null");
  const lower = (value) => (typeof value === "string" ? value.toLowerCase() : value);

  // What stands in a field: a list of values; none for one that is not asked for or not on the page.
  function values(form, name, hidden, known) {
    const id = name.replace(":", "-");
    if (hidden.has(id)) return [];
    const controls = [...form.querySelectorAll(`[name="${CSS.escape(id)}"]`)].filter((one) => one.type !== "hidden");
    if (!controls.length) return known[name] || [];
    const row = controls[0].closest("[data-form-type]");
    const type = row ? row.dataset.formType : "text";
    if (type === "boolean") return [controls[0].checked];
    const given = controls.flatMap((one) => {
      if (one.type === "checkbox" || one.type === "radio") return one.checked ? [one.value] : [];
      return one.value.trim() ? [one.value.trim()] : [];
    });
    if (type === "number") return given.map((text) => Number(text.replace(",", ".")));
    return type === "moment" ? given.map((text) => Date.parse(text)) : given;
  }
  const one = {
    is: (actual, wanted) => actual === wanted,
    in: (actual, wanted) => wanted.includes(actual),
    contains: (actual, wanted) => actual.includes(wanted),
    contains_any: (actual, wanted) => wanted.some((word) => actual.includes(word)),
    starts_with: (actual, wanted) => actual.startsWith(wanted),
    ends_with: (actual, wanted) => actual.endsWith(wanted),
    matches: (actual, wanted) => new RegExp(wanted, "iu").test(actual),
    is_not_empty: () => true,
    less: (actual, wanted) => actual < wanted,
    more: (actual, wanted) => actual > wanted,
    before: (actual, wanted) => actual < Date.parse(wanted),
    after: (actual, wanted) => actual > Date.parse(wanted),
  };
  const opposite = { is_not: "is", not_in: "in", not_contains: "contains", not_matches: "matches", is_empty: "is_not_empty" };
  function holds(part, read) {
    if (part.parts) {
      if (!part.parts.length) return true;
      const each = part.parts.map((inner) => holds(inner, read));
      return part.mode === "all" ? each.every(Boolean) : each.some(Boolean) !== (part.mode === "none");
    }
    const wanted = Array.isArray(part.value) ? part.value.map(lower) : lower(part.value);
    const test = one[opposite[part.operator] || part.operator];
    const met = read(part.field).map(lower).some((actual) => test(actual, wanted));
    return met !== part.operator in opposite;
  }

  function update(form) {
    const rows = [...form.querySelectorAll("[data-form-when]")];
    const holder = form.querySelector("[data-form-known]");
    const known = holder ? parse(holder.dataset.formKnown) : {};
    let hidden = new Set();
    for (let round = 0; round <= rows.length; round += 1) {
      const read = (name) => values(form, name, hidden, known);
      const now = new Set(rows.filter((row) => !safely(row, read)).map((row) => row.dataset.formField));
      const same = now.size === hidden.size && [...now].every((id) => hidden.has(id));
      hidden = now;
      if (same) break;
    }
    for (const row of rows) row.toggleAttribute("data-form-hidden", hidden.has(row.dataset.formField));
  }
  // A condition that this browser cannot test leaves its field where it is.
  function safely(row, read) {
    try {
      return holds(parse(row.dataset.formWhen), read);
    } catch {
      return true;
    }
  }
  const all = () => new Set([...document.querySelectorAll("[data-form-when]")].map((row) => row.closest("form"))).forEach(update);
  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => {
      const form = event.target.form;
      if (form && form.querySelector("[data-form-when]")) update(form);
    });
  }
  document.addEventListener("htmx:afterSettle", all);
  all();

  // The names of a long list that fit what was written so far.
  let waiting;
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-form-search]");
    if (!field || event.inputType === undefined || !field.value.trim()) return;
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const answer = await fetch(`${field.dataset.formSearch}?q=${encodeURIComponent(field.value.trim())}`).catch(() => null);
      if (!answer || !answer.ok) return;
      const names = await answer.json();
      field.list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
    }, 200);
  });
})();
