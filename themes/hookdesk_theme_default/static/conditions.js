/* The editor of conditions: builds rows over the text area that carries them as JSON, and writes every change back into it.
   Everything is a native control, so it works by keyboard; a removed row gives the focus to its neighbour. */
(() => {
  "use strict";
  const MOST_IN_SELECT = 300;
  let lists = 0;
  const make = (tag, name = "", text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });

  document.querySelectorAll("[data-conditions]:not(.is-built)").forEach((box) => {
    const known = JSON.parse(box.dataset.conditions);
    const area = box.querySelector("textarea");
    const words = known.words;
    const fields = new Map(known.fields.map((field) => [field.name, field]));
    let state;
    try {
      state = JSON.parse(area.value);
      if (!state || !Array.isArray(state.parts)) return;
    } catch {
      return; // what was sent is no JSON: it stays as text, beside its error
    }

    function icon(name) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
      svg.setAttribute("class", "i");
      svg.setAttribute("aria-hidden", "true");
      use.setAttribute("href", `${box.dataset.sprite}#i-${name}`);
      svg.append(use);
      return svg;
    }
    function button(name, label, act, shown = "") {
      const made = make("button", `btn btn-quiet btn-sm${shown ? "" : " btn-icon"}`);
      made.type = "button";
      made.append(icon(name), shown);
      made.setAttribute("aria-label", label);
      made.addEventListener("click", act);
      return made;
    }
    function select(options, value, label, change) {
      const wrap = make("span", "select");
      const made = make("select", "input");
      made.setAttribute("aria-label", label);
      const groups = new Map();
      for (const [key, text, heading] of options) {
        let place = made;
        if (heading) {
          if (!groups.has(heading)) {
            groups.set(heading, Object.assign(document.createElement("optgroup"), { label: heading }));
            made.append(groups.get(heading));
          }
          place = groups.get(heading);
        }
        place.append(new Option(text, key, false, String(key) === String(value)));
      }
      made.addEventListener("change", () => change(made.selectedIndex, made.value));
      wrap.append(made, icon("down"));
      return wrap;
    }
    const write = () => {
      area.value = JSON.stringify(state);
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };

    const labelOf = (field, value) => {
      const found = field.choices && field.choices.find(([key]) => key === value);
      return found ? found[1] : field.choices ? `${words.gone} (${value})` : String(value);
    };
    const first = (field) => (field.type === "boolean" ? true : field.choices && field.choices.length ? field.choices[0][0] : "");
    function blank() {
      const field = known.fields[0];
      return { field: field.name, operator: field.operators.includes("contains") ? "contains" : field.operators[0], value: "" };
    }

    // A span of time ("24h") is a number and a unit; a period is one of those that have a name.
    function span(part) {
      const made = make("span", "row");
      const input = Object.assign(make("input", "input"), { type: "number", min: 1, max: 9999, step: 1, required: true });
      const [, number, unit] = /^(\d+)([mhdw])$/.exec(part.value) || [null, 24, "h"];
      let now = unit;
      const note = () => { part.value = `${input.value || 1}${now}`; write(); };
      input.value = number;
      input.setAttribute("aria-label", words.value);
      input.addEventListener("input", note);
      made.append(input, select(known.units, unit, words.unit, (index, key) => { now = key; note(); }));
      return made;
    }
    const initial = { none: () => undefined, many: () => [], span: () => "24h", period: () => "today", one: first };

    // One value: a select for few choices, else an input that knows them by their labels.
    function single(part, field) {
      if (field.type === "boolean")
        return select([[true, words.yes], [false, words.no]], part.value, words.value, (index) => { part.value = !index; write(); });
      if (field.choices && field.choices.length <= MOST_IN_SELECT) {
        const options = field.choices.map(([key, text]) => [key, text]);
        if (!options.some(([key]) => key === part.value)) options.unshift([part.value ?? "", part.value ? labelOf(field, part.value) : words.choose]);
        return select(options, part.value, words.value, (index) => { part.value = options[index][0]; write(); });
      }
      const input = make("input", "input");
      input.setAttribute("aria-label", words.value);
      input.dir = "auto";
      input.maxLength = 1000;
      if (field.type === "number") Object.assign(input, { type: "number", step: "any" });
      if (field.type === "moment") input.type = "datetime-local";
      input.value = field.choices ? (part.value ? labelOf(field, part.value) : "") : shown(field, part.value);
      if (field.choices) input.setAttribute("list", choicesOf(field));
      input.addEventListener("input", () => { part.value = typed(field, input.value); write(); });
      return input;
    }
    function shown(field, value) {
      if (field.type !== "moment" || !value) return value ?? "";
      const local = new Date(new Date(value).getTime() - new Date(value).getTimezoneOffset() * 60000);
      return Number.isNaN(local.getTime()) ? "" : local.toISOString().slice(0, 16);
    }
    function typed(field, text) {
      if (field.choices) {
        const found = field.choices.find(([, label]) => label === text);
        return found ? found[0] : text;
      }
      if (field.type === "number") return text === "" ? "" : Number(text);
      if (field.type === "moment") return text ? new Date(text).toISOString() : "";
      return text;
    }
    const listed = new Map();
    function choicesOf(field) {
      if (!listed.has(field.name)) {
        const list = document.createElement("datalist");
        list.id = `conditions-${(lists += 1)}`;
        list.append(...field.choices.map(([, label]) => new Option(label)));
        box.append(list);
        listed.set(field.name, list.id);
      }
      return listed.get(field.name);
    }

    // Several values: each with its button, and an input for the next.
    function several(part, field) {
      const made = make("div", "input cond-words");
      const input = document.createElement("input");
      input.setAttribute("aria-label", words.value);
      input.placeholder = words.add;
      input.dir = "auto";
      if (field.choices) input.setAttribute("list", choicesOf(field));
      const draw = () => {
        made.replaceChildren(...part.value.map((value, place) => {
          const word = make("span", "cond-word");
          const text = make("bdi", "cut", labelOf(field, value));
          const remove = make("button");
          remove.type = "button";
          remove.setAttribute("aria-label", `${words.remove}: ${text.textContent}`);
          remove.append(icon("x"));
          remove.addEventListener("click", () => { part.value.splice(place, 1); write(); draw(); input.focus(); });
          word.append(text, remove);
          return word;
        }), input);
      };
      const take = () => {
        const value = typed(field, input.value.trim());
        if (input.value.trim() === "" || (field.choices && value === input.value.trim() && !field.choices.some(([key]) => key === value))) return;
        if (!part.value.includes(value)) part.value.push(value);
        input.value = "";
        write();
        draw();
      };
      input.addEventListener("keydown", (event) => {
        if (event.isComposing) return;
        if (event.key === "Enter") { event.preventDefault(); take(); input.focus(); }
        if (event.key === "Backspace" && !input.value && part.value.length) { part.value.pop(); write(); draw(); input.focus(); }
      });
      input.addEventListener("change", take);
      input.addEventListener("input", () => { if (field.choices && field.choices.some(([, label]) => label === input.value)) { take(); input.focus(); } });
      draw();
      return made;
    }

    function condition(part, drop) {
      const row = make("div", "cond");
      const draw = () => {
        const field = fields.get(part.field) || { name: part.field, label: `${words.gone} (${part.field})`, type: "text", operators: [part.operator] };
        const options = known.fields.map((one) => [one.name, one.label, one.group]);
        if (!fields.has(part.field)) options.unshift([part.field, field.label]);
        const takes = (known.operators[part.operator] || { takes: "one" }).takes;
        const value = takes === "none" ? make("span") : takes === "many" ? several(part, field) : takes === "span" ? span(part)
          : takes === "period" ? select(known.periods, part.value, words.value, (index, key) => { part.value = key; write(); }) : single(part, field);
        row.replaceChildren(
          select(options, part.field, words.field, (index, name) => change(name)),
          select(field.operators.map((key) => [key, known.operators[key].label]), part.operator, words.operator, (index, key) => compare(key)),
          value,
          button("x", words.remove, drop),
        );
      };
      const change = (name) => {
        const field = fields.get(name);
        part.field = name;
        if (!field.operators.includes(part.operator)) part.operator = field.operators[0];
        part.value = initial[known.operators[part.operator].takes](field);
        write();
        draw();
        row.querySelector("select").focus();
      };
      const compare = (key) => {
        const before = part.value;
        const was = known.operators[part.operator].takes;
        part.operator = key;
        const { takes } = known.operators[key];
        if (takes === "none") delete part.value;
        else if (was !== takes && [was, takes].some((one) => one === "span" || one === "period")) part.value = initial[takes](fields.get(part.field));
        else if (takes === "many") part.value = Array.isArray(before) ? before : before === "" || before == null ? [] : [before];
        else part.value = Array.isArray(before) ? before[0] ?? first(fields.get(part.field)) : before ?? first(fields.get(part.field));
        write();
        draw();
        row.querySelectorAll("select")[1].focus();
      };
      draw();
      return row;
    }

    function group(part, drop) {
      const made = make("div", "cond-group");
      made.setAttribute("role", "group");
      const draw = (focus) => {
        const head = make("div", "cond-head");
        head.append(select(Object.entries(known.modes), part.mode, words.join, (index, mode) => { part.mode = mode; write(); }), words.of);
        if (drop) {
          const remove = button("x", words.removeGroup, drop);
          remove.classList.add("push");
          head.append(remove);
        }
        const rows = part.parts.map((inner, place) => {
          const gone = () => { part.parts.splice(place, 1); write(); draw(Math.max(0, place - 1)); };
          return inner.mode ? group(inner, gone) : condition(inner, gone);
        });
        const foot = make("div", "row");
        const more = (inner) => { part.parts.push(inner); write(); draw(part.parts.length - 1); };
        foot.append(
          button("plus", `${words.condition}`, () => more(blank()), words.condition),
          button("plus", `${words.group}`, () => more({ mode: "any", parts: [blank()] }), words.group),
        );
        made.replaceChildren(head, ...rows, ...(rows.length || drop ? [] : [make("p", "hint", words.empty)]), foot);
        if (focus !== undefined) (rows[focus] || foot).querySelector("select, button").focus();
      };
      draw();
      return made;
    }

    box.classList.add("is-built");
    const root = group(state, null);
    root.setAttribute("aria-label", box.querySelector("label").textContent);
    box.querySelector("label").removeAttribute("for");
    area.after(root);
  });
})();
