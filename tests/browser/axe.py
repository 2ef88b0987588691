"""axe-core, run on a page in a real browser: what keeps people who see, hear or move differently out."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
GRAVE = frozenset({"serious", "critical"})
_RUN = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


def grave_violations(page: Page) -> list[str]:
    """Return every serious or critical finding of axe's own rules (WCAG and good practice) on a page, with where it stands."""
    page.evaluate(AXE)
    found = page.evaluate(_RUN)
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in GRAVE]
