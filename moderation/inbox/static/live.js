"use strict";
// Keeps what is shown up to date: the service tells what changed, and only those parts of the page are asked for again. Without the
// stream (too many pages open, an old proxy) the page asks every 15 s; without this script, reloading does the same.
(() => {
  const EVERY_MS = 15000;
  const SOON_MS = { queue: 60, issues: 400, outbox: 60, case: 60 };
  const AGAIN_MS = { queue: 600, issues: 5000, outbox: 1000, case: 500 };
  const MISSED_MS = 250;
  const NEAR_TOP = 120;
  const note = document.querySelector("[data-live-note]");
  const stale = document.querySelector("[data-live-stale]");
  const bar = document.querySelector("[data-live-bar]");
  const shown = new Map();
  let pointer = null;
  let lastAt = 0;
  let planned = 0;
  let held = null;

  const regions = (root) => [...root.querySelectorAll("[data-live]")].filter((one) => !one.parentElement.closest("[data-live]"));
  const keyOf = (region) => region.id || region.tagName;
  const topics = () => {
    const named = regions(document).flatMap((one) => one.dataset.live.split(/\s+/)).filter(Boolean);
    return named.length ? [...new Set(named)] : ["queue", "issues", "outbox"];
  };

  const inside = (region, one) => Boolean(one) && one !== region && region.contains(one);
  // Nothing is taken from under somebody who types, chooses, reads an opened part or selects words.
  const busy = (region) => {
    const at = document.activeElement;
    const picked = document.getSelection();
    return (
      (inside(region, at) && !at.matches("a, button, summary")) ||
      (inside(region, at) && at.matches("button") && at.matches(":active")) ||
      Boolean(region.querySelector("details[open]:not([data-live-keeps])")) ||
      [...region.querySelectorAll("input[type=checkbox]")].some((box) => box.checked !== box.defaultChecked) ||
      [...region.querySelectorAll("textarea, input[type=text]")].some((box) => box.value !== box.defaultValue) ||
      Boolean(picked && !picked.isCollapsed && region.contains(picked.anchorNode))
    );
  };

  const rowsOf = (region) => [...region.querySelectorAll("[data-row]")].map((row) => row.dataset.row || row.id || row.querySelector("a[href]")?.getAttribute("href") || "");
  // Rows must not jump where somebody reads or points: then a bar says how many there are, and the reader decides.
  const jumps = (region, next) => {
    const before = rowsOf(region);
    const after = rowsOf(next);
    if (before.join("\n") === after.join("\n")) return 0;
    const reading = scrollY > NEAR_TOP || inside(region, document.activeElement) || (pointer && region.contains(pointer) && pointer.closest("[data-row]"));
    return reading ? Math.max(1, after.filter((row) => !before.includes(row)).length) : 0;
  };

  const swap = (region, next) => {
    const at = document.activeElement;
    const inRegion = inside(region, at);
    const mark = inRegion ? { id: at.id, href: at.getAttribute("href"), row: at.closest("[data-row]")?.dataset.row, key: at.dataset.key } : null;
    const unfolded = [...region.querySelectorAll("details[data-live-keeps]")].map((one) => one.open);
    region.replaceChildren(...document.importNode(next, true).childNodes);
    region.querySelectorAll("details[data-live-keeps]").forEach((one, at) => { one.open = unfolded[at] ?? one.open; });
    if (!mark) return;
    const row = mark.row ? [...region.querySelectorAll("[data-row]")].find((one) => one.dataset.row === mark.row) : null;
    const again =
      (mark.id && document.getElementById(mark.id)) ||
      (mark.href && [...region.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === mark.href)) ||
      (row && mark.key && row.querySelector(`[data-key="${CSS.escape(mark.key)}"]`)) ||
      (row && row.querySelector("a[href], button"));
    if (again) again.focus({ preventScroll: true });
  };

  const tell = (count) => {
    if (!bar) return;
    bar.hidden = !count;
    if (count) bar.querySelector("button").textContent = (count === 1 ? bar.dataset.one : bar.dataset.many).replace("{n}", String(count));
  };

  const place = (page, willing) => {
    let fresh = 0;
    for (const region of regions(document)) {
      const next = regions(page).find((one) => keyOf(one) === keyOf(region));
      if (!next) continue;
      const key = keyOf(region);
      if (next.innerHTML === (shown.get(key) ?? region.innerHTML)) continue;
      if (busy(region)) continue;
      const moved = willing ? 0 : jumps(region, next);
      if (moved) {
        fresh += moved;
        continue;
      }
      swap(region, next);
      shown.set(key, next.innerHTML);
    }
    held = fresh ? page : null;
    tell(fresh);
  };

  const refresh = async () => {
    if (!regions(document).length || document.hidden) return;
    const answer = await fetch(location.href, { headers: { "X-Klankbord-Live": "1" }, cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place(page, false);
    const words = page.querySelector("[data-live-note]");
    if (note && words) note.textContent = words.textContent;
    if (stale) stale.hidden = true;
    if (note) note.hidden = false;
  };

  const round = () => {
    planned = 0;
    lastAt = Date.now();
    refresh().catch(() => {
      if (stale) stale.hidden = false;
      if (note) note.hidden = true;
    });
  };

  const soon = (topic) => {
    const kind = topic.split(":")[0];
    const wait = Math.max(SOON_MS[kind] ?? 60, lastAt + (AGAIN_MS[kind] ?? 1000) - Date.now());
    const due = Date.now() + wait;
    if (planned && planned <= due) return;
    planned = due;
    setTimeout(() => { if (planned === due) round(); }, wait);
  };

  const listen = () => {
    const asked = topics();
    const one = asked.find((topic) => topic.startsWith("case:"));
    const query = new URLSearchParams();
    query.set("watch", asked.filter((topic) => !topic.startsWith("case:")).join(","));
    if (one) query.set("case", one.slice(5));
    const stream = new EventSource(`/events?${query}`);
    stream.addEventListener("changed", (event) => event.data.split(" ").forEach(soon));
    // Ended by the service: this session has newer pages, or it ended. From here on this page asks by itself.
    stream.addEventListener("ended", () => stream.close());
    // Whatever changed between the making of this page and now, or during a break, was told to nobody: one look makes up for it.
    stream.addEventListener("open", () => setTimeout(() => soon("queue"), MISSED_MS));
    addEventListener("pagehide", () => stream.close());
    return stream;
  };

  const streams = "EventSource" in window && Boolean(document.querySelector("main[data-stream]"));
  if (regions(document).length) {
    let stream = streams ? listen() : null;
    const timer = setInterval(() => { if (!stream || stream.readyState !== 1) round(); }, EVERY_MS);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) round(); });
    document.addEventListener("pointermove", (event) => { pointer = event.target; }, { passive: true });
    document.addEventListener("pointerleave", () => { pointer = null; });
    addEventListener("pagehide", () => clearInterval(timer));
    addEventListener("pageshow", (event) => { if (event.persisted) { stream = streams ? listen() : null; round(); } });
    bar?.querySelector("button").addEventListener("click", () => {
      if (held) place(held, true);
      round();
    });
  }
})();
