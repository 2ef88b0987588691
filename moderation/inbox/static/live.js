"use strict";
// Asks for this page again every 15 s while somebody looks at it, and swaps in what changed. Without it, reloading does the same.
(() => {
  const EVERY_MS = 15000;
  const note = document.querySelector("[data-live-note]");
  const stale = document.querySelector("[data-live-stale]");
  let shown = null;
  let timer = 0;

  const held = (main) => {
    const at = document.activeElement;
    const picked = document.getSelection();
    const working = at && at !== main && main.contains(at) && at.tagName !== "A";
    return working || main.querySelector("details[open]") || (picked && !picked.isCollapsed && main.contains(picked.anchorNode));
  };

  const swap = (main, next) => {
    const at = document.activeElement;
    const address = at && main.contains(at) ? at.getAttribute("href") : null;
    main.replaceChildren(...document.importNode(next, true).childNodes);
    if (address) {
      const again = [...main.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === address);
      if (again) again.focus({ preventScroll: true });
    }
  };

  const refresh = async () => {
    const main = document.querySelector("main[data-live]");
    if (!main || document.hidden || held(main)) return;
    const answer = await fetch(location.href, { headers: { "X-Klankbord-Live": "1" }, cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("main[data-live]");
    if (!next) return;
    if (next.innerHTML !== (shown ?? main.innerHTML)) swap(main, next);
    shown = next.innerHTML;
    const words = page.querySelector("[data-live-note]");
    if (note && words) note.textContent = words.textContent;
    if (stale) stale.hidden = true;
    if (note) note.hidden = false;
  };

  const round = () => {
    refresh().catch(() => {
      if (stale) stale.hidden = false;
      if (note) note.hidden = true;
    });
  };

  if (document.querySelector("main[data-live]")) {
    timer = setInterval(round, EVERY_MS);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) round(); });
    addEventListener("pagehide", () => clearInterval(timer));
  }
})();
