"""What colleagues type for each other, made fit to keep. Nothing here knows drafts, and no draft knows this."""

from __future__ import annotations

from listener.errors import NotAllowed
from listener.text.storable import storable
from moderation.model.conversation import MOST_NOTE


def inside_words(typed: str, *, most: int = MOST_NOTE) -> str:
    """Return a text as it is kept. Raises `NotAllowed` when it says nothing or is too long: it is never cut."""
    text = storable(typed.replace("\r\n", "\n"))[0].strip()
    if not text:
        raise NotAllowed("There are no words in it; write something first.", key="talk_empty")
    if len(text) > most:
        raise NotAllowed(
            f"The text has {len(text)} characters; at most {most} fit.", key="talk_too_long", fields={"n": len(text), "most": most}
        )
    return text


def one_line(typed: str, *, most: int) -> str:
    """Return a text on one line as it is kept; empty stays empty. Raises `NotAllowed` when it is too long."""
    text = " ".join(storable(typed)[0].split())
    if len(text) > most:
        raise NotAllowed(
            f"The text has {len(text)} characters; at most {most} fit.", key="talk_too_long", fields={"n": len(text), "most": most}
        )
    return text
