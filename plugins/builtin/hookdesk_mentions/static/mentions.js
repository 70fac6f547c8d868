/* Mentions: the names of those who were called stand out in the thread. */
(() => {
  "use strict";

  function highlight(body, pattern) {
    const texts = [];
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (walker.currentNode.data.includes("@")) texts.push(walker.currentNode);
    for (const text of texts) {
      const parts = text.data.split(pattern);
      if (parts.length < 2) continue;
      text.replaceWith(...parts.map((part, place) => (place % 2 ? Object.assign(document.createElement("span"), { className: "mention", textContent: part }) : part)));
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const mark = document.querySelector("[data-mentioned]");
    if (!mark) return;
    const names = JSON.parse(mark.dataset.mentioned).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(`(@(?:${names.join("|")})(?![\\p{L}\\p{N}]))`, "iu");
    for (const body of document.querySelectorAll("#thread .entry-body")) highlight(body, pattern);
  });
})();
