"use strict";
// The notice after an act goes when its ten seconds are over, and the bar for many cases says how many are ticked. Without this script
// the notice stays until the next page, and the page after the bar says how many there are.
(() => {
  const SHOWN_MS = 10000;
  const did = document.querySelector("[data-did]");
  if (did) {
    const address = new URL(location.href);
    for (const name of ["did", "undone", "left"]) address.searchParams.delete(name);
    history.replaceState(null, "", address);
    setTimeout(() => {
      if (did.contains(document.activeElement)) document.getElementById("main").focus({ preventScroll: true });
      did.remove();
    }, SHOWN_MS);
  }
  const bar = document.getElementById("bulk");
  const told = bar && bar.querySelector("[data-ticked]");
  if (told) {
    const tell = () => {
      const ticked = document.querySelectorAll('input[name="case"]:checked').length;
      told.hidden = !ticked;
      told.textContent = `(${ticked})`;
    };
    document.addEventListener("change", tell);
    tell();
  }
})();
