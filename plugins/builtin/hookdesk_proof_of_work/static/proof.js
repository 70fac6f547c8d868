// Solves the challenge of a form in a worker while the person fills it in. Whatever fails here, the form is sent all the same:
// the server takes some forms without a solution.
for (const box of document.querySelectorAll("[data-proof]")) {
  const form = box.closest("form");
  const answer = box.querySelector("[name=proof_answer]");
  const words = box.querySelector("[data-proof-words]");
  let worker = null, ended = false, waiting = null;

  const end = (found) => {
    if (ended) return;
    ended = true;
    answer.value = found;
    words.hidden = true;
    worker?.terminate();
    if (waiting) form.requestSubmit(waiting.submitter);
  };
  const begin = () => {
    if (worker || ended) return;
    try {
      worker = new Worker(box.dataset.worker);
      worker.onmessage = (event) => end(event.data);
      worker.onerror = () => end("");
      worker.postMessage(box.dataset.proof);
    } catch {
      end("");
    }
  };

  form.addEventListener("focusin", begin, { once: true });
  form.addEventListener("submit", (event) => {
    if (ended) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { submitter: event.submitter };
    words.hidden = false;
    begin();
  }, { capture: true });
}
