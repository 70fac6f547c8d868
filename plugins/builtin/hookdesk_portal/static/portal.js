// Shows what the chosen topic needs to know. Without this script the page says it after the choice was sent.
for (const list of document.querySelectorAll("select[data-topics]")) {
  const intros = document.querySelectorAll("[data-topic-intro]");
  const show = () => {
    for (const intro of intros) intro.hidden = intro.dataset.topicIntro !== list.value;
  };
  list.addEventListener("change", show);
  show();
}
