"use strict";
// The reply while it is typed: kept after a quiet moment, measured and looked at as the service does. Without this the buttons do the same.
(() => {
  const SAVE_MS = 1200;
  const LOOK_MS = 700;
  const AGAIN_MS = 5000;
  const form = document.querySelector("form[data-reply]");
  const text = document.getElementById("reply-text");
  if (!form || !text) return;
  const where = form.getAttribute("action");
  const saved = document.getElementById("reply-saved");
  const count = document.getElementById("reply-count");
  const look = document.getElementById("reply-look");
  let dirty = false;
  let saving = null;
  let stopped = false;
  let saveAt = 0;
  let lookAt = 0;
  let looked = 0;

  const fields = () => new URLSearchParams(new FormData(form));
  const ask = (path, more = {}) =>
    fetch(path, { method: "POST", body: fields(), headers: { "X-Klankbord-Part": "1" }, cache: "no-store", redirect: "error", ...more });

  const save = async (more = {}) => {
    clearTimeout(saveAt);
    if (stopped || !dirty) return;
    if (saving) await saving;
    if (!dirty) return;
    dirty = false;
    saving = (async () => {
      try {
        const answer = await ask(where, more);
        const said = await answer.json();
        if (answer.status === 409) {
          stopped = true;
          saved.textContent = said.said;
          saved.className = "reply-over";
          return;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        form.elements.version.value = said.version;
        saved.textContent = form.dataset.saved;
        saved.className = "";
        if (count && said.meter) {
          count.textContent = said.meter;
          count.className = said.over ? "reply-over" : "";
        }
      } catch {
        dirty = true;
        saved.textContent = form.dataset.lost;
        saveAt = setTimeout(save, AGAIN_MS);
      }
    })();
    await saving;
    saving = null;
  };

  const check = async () => {
    clearTimeout(lookAt);
    if (!look) return;
    if (!text.value.trim()) {
      look.replaceChildren();
      return;
    }
    const mine = (looked += 1);
    try {
      const answer = await ask(`${where}/check`);
      if (!answer.ok || mine !== looked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("reply-found");
      if (found) look.replaceChildren(document.importNode(found, true));
    } catch {
      // the button asks again
    }
  };

  const typed = () => {
    dirty = true;
    if (!stopped) saved.textContent = "";
    clearTimeout(saveAt);
    clearTimeout(lookAt);
    saveAt = setTimeout(save, SAVE_MS);
    lookAt = setTimeout(check, LOOK_MS);
  };

  // Positions are counted in code points there and in UTF-16 units here.
  const unit = (points) => [...text.value].slice(0, points).join("").length;

  const put = (button) => {
    const words = button.dataset.words;
    text.setRangeText(words, unit(Number(button.dataset.start)), unit(Number(button.dataset.end)), "end");
    text.focus();
    typed();
    check();
  };

  text.addEventListener("input", typed);
  text.addEventListener("blur", () => save());
  for (const name of ["language", "signature"]) form.elements[name].addEventListener("change", typed);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=put]");
    if (!button || !look || !look.contains(button)) return;
    event.preventDefault();
    put(button);
  });
  const button = document.getElementById("reply-check");
  if (button) button.addEventListener("click", (event) => { event.preventDefault(); save(); check(); });
  // A press that takes the form along carries the newest text and the newest version.
  form.addEventListener("submit", (event) => {
    clearTimeout(saveAt);
    if (!saving) {
      dirty = false;
      return;
    }
    event.preventDefault();
    const by = event.submitter;
    saving.finally(() => { dirty = false; form.requestSubmit(by); });
  });
  addEventListener("pagehide", () => { if (dirty) save({ keepalive: true }); });
})();
