// The knowledge base on the portal: articles while one types, an article above the form for a new ticket, and that one was read.
(() => {
  "use strict";
  const WAIT = 300;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const post = (url, values) =>
    fetch(url, { method: "POST", keepalive: true, headers: { "X-CSRFToken": token }, body: new URLSearchParams(values) });
  const later = (act) => {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(act, WAIT);
    };
  };
  // What a box says comes from the server, for what stands in its field now: an answer that comes too late is dropped.
  const filler = (box, url) => {
    let turn = 0;
    return async () => {
      const mine = (turn += 1);
      const answer = await fetch(url(), { headers: { Accept: "text/html" } }).catch(() => null);
      if (mine !== turn || !answer || !answer.ok) return;
      box.innerHTML = answer.status === 200 ? await answer.text() : "";
      box.hidden = !box.firstElementChild;
      box.dispatchEvent(new CustomEvent("kb:filled", { bubbles: true }));
    };
  };

  // The search box: a list of links below it; arrows walk through them, Escape closes it.
  for (const form of document.querySelectorAll("[data-kb-search]")) {
    const input = form.querySelector("input[type=search]");
    const box = form.querySelector("[data-kb-found]");
    const fill = filler(box, () => `${form.dataset.kbSearch}?q=${encodeURIComponent(input.value)}`);
    const look = later(() => {
      if (input.value.trim().length > 1) fill();
      else box.hidden = true;
    });
    input.addEventListener("input", look);
    form.addEventListener("keydown", (event) => {
      const links = [...box.querySelectorAll("a")];
      if (event.key === "Escape" && !box.hidden) {
        box.hidden = true;
        input.focus();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !box.hidden) {
        const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
        (at < 0 ? input : links[Math.min(at, links.length - 1)]).focus();
      } else return;
      event.preventDefault();
    });
    document.addEventListener("click", (event) => {
      if (!form.contains(event.target)) box.hidden = true;
    });
  }

  // Below the subject of a new ticket: what was shown and read there is counted once a form, and who is helped needs no ticket.
  const box = document.querySelector("[data-kb-answers]");
  const form = box && box.closest("form");
  const subject = form && form.querySelector("[name=subject]");
  if (subject) {
    const dialog = document.querySelector("[data-kb-dialog]");
    const topic = () => (form.querySelector("[name=topic]") || {}).value || "";
    const fill = filler(
      box, () => `${box.dataset.kbAnswers}?q=${encodeURIComponent(subject.value)}&topic=${encodeURIComponent(topic())}`
    );
    const look = later(() => {
      if (subject.value.trim().length > 3 || topic()) fill();
      else box.hidden = true;
    });
    const told = { shown: new Set(), read: new Set() };
    const count = (step, ids) => {
      const fresh = ids.filter((id) => !told[step].has(id));
      if (!fresh.length) return;
      const values = [["step", step], ["first", told[step].size ? "0" : "1"], ...fresh.map((id) => ["article", id])];
      fresh.forEach((id) => told[step].add(id));
      post(box.dataset.kbCounted, values);
    };
    subject.addEventListener("input", look);
    form.addEventListener("change", (event) => event.target.name === "topic" && look());
    if (subject.value || topic()) look();
    box.addEventListener("kb:filled", () => count("shown", [...box.querySelectorAll("[data-kb-article]")].map((one) => one.dataset.kbArticle)));
    box.addEventListener("click", async (event) => {
      const link = event.target.closest("[data-kb-article]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const answer = await fetch(link.dataset.kbAnswer).catch(() => null);
      if (!answer || !answer.ok) return void window.open(link.href, "_blank");
      dialog.querySelector("[data-kb-body]").innerHTML = await answer.text();
      dialog.showModal();
      dialog.querySelector("h2").focus();
      count("read", [link.dataset.kbArticle]);
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-kb-close]")) dialog.close();
    });
  }

  // An article counts as read after some seconds in sight.
  const article = document.querySelector("[data-kb-seen]");
  if (article) setTimeout(() => document.visibilityState === "visible" && post(article.dataset.kbSeen, []), 4000);
})();
