"use strict";
// The keyboard: keys stand in the page itself (data-key on a link, button or field), so that "?" tells exactly what this page has.
// Without this script every one of them is still a link, a button or a field.
(() => {
  const OFF = "klankbord.keys";
  const WAIT_MS = 1500;
  let first = "";
  let timer = 0;

  const dialog = () => document.getElementById("keys");
  const off = () => document.documentElement.dataset.keys === "off" || localStorage.getItem(OFF) === "off";
  const rows = () => [...document.querySelectorAll("[data-row]")].filter(seen);
  const rowOf = (one) => (one && one.closest ? one.closest("[data-row]") : null);
  const seen = (one) => !one.disabled && one.getClientRects().length > 0;

  const typing = (one) =>
    one instanceof HTMLTextAreaElement ||
    one instanceof HTMLSelectElement ||
    one.isContentEditable ||
    (one instanceof HTMLInputElement && !["button", "submit", "checkbox", "radio", "reset", "file"].includes(one.type));

  // What a key means now: the one in the row where the reader is, else the one of the page, else the first row's.
  const meant = (key) => {
    const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter((one) => seen(one) || one.closest(".menu-more"));
    const here = rowOf(document.activeElement);
    return found.find((one) => here && rowOf(one) === here) || found.find((one) => !rowOf(one)) || found[0];
  };

  const act = (key) => {
    const one = meant(key);
    if (!one) return false;
    if (typing(one)) {
      one.focus();
      if (one instanceof HTMLInputElement) one.select(); // the whole of a reply must not go by one press
    } else one.click();
    return true;
  };

  const step = (by) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(rowOf(document.activeElement));
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
    const link = next.matches("a[href]") ? next : next.querySelector("[data-open], a[href]");
    if (!link) return false;
    link.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  };

  const words = (one) => one.dataset.keySays || one.getAttribute("aria-label") || one.textContent.trim().replace(/\s+/g, " ");

  const line = (key, says) => {
    const term = document.createElement("dt");
    for (const part of key.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = part;
      term.append(cap, " ");
    }
    const told = document.createElement("dd");
    told.textContent = says;
    const both = document.createElement("div");
    both.append(term, told);
    return both;
  };

  const fill = (box) => {
    const told = new Map();
    for (const one of document.querySelectorAll("[data-key]")) {
      if (one.closest("dialog") || told.has(one.dataset.key) || !(seen(one) || one.closest(".menu-more"))) continue;
      told.set(one.dataset.key, rowOf(one) && one.dataset.keySays ? one.dataset.keySays : words(one));
    }
    const page = box.querySelector("[data-keys-page]");
    const going = box.querySelector("[data-keys-going]");
    const always = [...box.querySelectorAll("[data-keys-always] > *")].filter((one) => !one.dataset.rows || rows().length);
    page.replaceChildren(...always.map((one) => line(one.dataset.keys, one.textContent)));
    going.replaceChildren();
    for (const [key, says] of told) (key.startsWith("g ") ? going : page).append(line(key, says));
    box.querySelector("[data-keys-switch]").setAttribute("aria-pressed", String(off()));
  };

  const open = () => {
    const box = dialog();
    if (!box || box.open) return false;
    fill(box);
    box.showModal();
    return true;
  };

  const forget = () => {
    first = "";
    clearTimeout(timer);
  };

  const pressed = (key, at) => {
    if (first) {
      const both = `${first} ${key}`;
      forget();
      return act(both);
    }
    if (key === "g") {
      first = "g";
      timer = setTimeout(forget, WAIT_MS);
      return true;
    }
    if (key === "?") return open();
    if (key === "j" || (key === "ArrowDown" && rowOf(at))) return step(1);
    if (key === "k" || (key === "ArrowUp" && rowOf(at))) return step(-1);
    return key.length === 1 && act(key);
  };

  addEventListener("keydown", (event) => {
    const at = event.target instanceof Element ? event.target : document.body;
    if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key === "Enter" && !event.repeat && !dialog()?.open && act("Ctrl+Enter")) event.preventDefault();
      return;
    }
    if (typing(at)) {
      if (event.key === "Escape" && !(at.type === "search" && at.value)) at.blur();
      return;
    }
    if (off() || dialog()?.open) return;
    if (pressed(event.key, at)) event.preventDefault();
  });

  addEventListener("click", (event) => {
    const at = event.target instanceof Element ? event.target : null;
    if (at?.closest("[data-keys-open]")) open();
    const turn = at?.closest("[data-keys-switch]");
    if (turn) {
      if (off()) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "off");
      turn.setAttribute("aria-pressed", String(off()));
    }
  });

  for (const one of document.querySelectorAll("[data-keys-open]")) one.hidden = false;
})();
