// The coach looks along while a reply is typed. Without this script a button asks for the same.
"use strict";
(() => {
  const box = document.querySelector("[data-coach]");
  const text = document.getElementById("reply-text");
  if (!box || !text || !text.form) return;
  const form = text.form;
  let timer = 0;
  let asked = 0;

  function put(words) {
    const before = text.value.trimEnd();
    text.value = before ? before + "\n\n" + words : words;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  }

  async function look() {
    const mine = ++asked;
    if (!text.value.trim()) return;
    const given = new URLSearchParams();
    for (const name of ["csrf", "language"]) given.set(name, form.elements[name] ? form.elements[name].value : "");
    given.set("text", text.value);
    given.set("fragment", "1");
    try {
      const answer = await fetch(box.dataset.coach, { method: "POST", body: given, credentials: "same-origin" });
      if (!answer.ok || mine !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      box.replaceChildren(...page.body.childNodes);
      for (const button of box.querySelectorAll("[data-coach-put]")) button.hidden = false;
    } catch {
      return; // away for a moment: the next key asks again
    }
  }

  text.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, 700);
  });
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-coach-put]");
    if (button) put(button.dataset.coachPut);
  });
  for (const button of document.querySelectorAll("[data-coach-do]")) button.hidden = true;
  look();
})();
