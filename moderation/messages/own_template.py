"""Templates that a team wrote itself: plain text with names in double braces, and nothing else. Filled in by replacing, never run. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from listener.errors import NotAllowed
from moderation.messages.fill import NAME, names_in
from moderation.messages.render import forgotten_blanks, tidy
from moderation.model.reply import VARIABLES

MOST_TEXT, MOST_TITLE = 4_000, 80


def must_be_template(title: str, text: str) -> None:
    """Raise `NotAllowed` when a template has no title or text, names what is not known, or holds a mark that would be left over."""
    if not title.strip() or not text.strip():
        raise NotAllowed("A template needs a title and a text.", key="template_empty")
    if len(title) > MOST_TITLE or len(text) > MOST_TEXT:
        fields = {"title": MOST_TITLE, "text": MOST_TEXT}
        raise NotAllowed(f"A title has at most {MOST_TITLE} characters, a text {MOST_TEXT}.", key="template_long", fields=fields)
    if unknown := [name for name in names_in(text) if name not in VARIABLES]:
        known = {"found": ", ".join(unknown), "known": ", ".join(VARIABLES)}
        raise NotAllowed(f"A template cannot name {known['found']}; it may name {known['known']}.", key="template_unknown", fields=known)
    if left := forgotten_blanks(NAME.sub("", text)):
        found = ", ".join(left)
        raise NotAllowed(
            f"A template holds names in double braces and plain text only; not {found}.", key="template_marks", fields={"found": found}
        )


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a template with its names replaced. A value is a value: what it holds is never read again (RULES I13).

    A name without a value is left empty; callers ask for those that may not be.
    """
    return tidy(NAME.sub(lambda found: values.get(found[1], "").strip(), text))
