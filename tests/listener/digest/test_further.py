"""What the answering half adds stands in every form of a digest, in its language, and is as harmless as everything else."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from listener.digest.discord import digest_discord
from listener.digest.markdown import digest_markdown
from listener.digest.terminal import digest_terminal
from listener.model.figures import DigestFigures, Further

ZONE = ZoneInfo("Europe/Amsterdam")
FURTHER = Further(
    heading={"nl": "Wat wij zeiden", "en": "What we said"},
    lines={
        "nl": (("@everyone <b>storing</b>", "om 15.00 uur weer bericht."), ("", "3 berichten geplaatst.")),
        "en": (("@everyone <b>storing</b>", "next word at 15:00."), ("", "3 posts.")),
    },
)


@pytest.mark.parametrize(
    ("language", "heading", "line"), [("nl", "Wat wij zeiden", "3 berichten geplaatst."), ("en", "What we said", "3 posts.")]
)
def test_it_is_in_every_form(
    language: str, heading: str, line: str, figures: Callable[..., DigestFigures], templates: Callable[[str], dict[str, str]]
) -> None:
    made = figures(further=(FURTHER,))
    words = templates(language)
    given = {"language": language, "zone": ZONE, "templates": words}
    payload = digest_discord(made, language=language, zone=ZONE, templates=words)
    discord = "\n".join(f"{one['title']}\n{one['description']}" for one in payload["embeds"])
    forms = [digest_markdown(made, **given), digest_terminal(made, **given), discord]  # type: ignore[arg-type]  # keywords by name
    for form in forms:
        assert heading.casefold() in form.casefold()
        assert line in form


def test_names_in_it_do_nothing(figures: Callable[..., DigestFigures], templates: Callable[[str], dict[str, str]]) -> None:
    made, words = figures(further=(FURTHER,)), templates("nl")
    markdown = digest_markdown(made, language="nl", zone=ZONE, templates=words)
    assert "@everyone" not in markdown
    assert "<b>" not in markdown.replace("\\<", "")
    assert "@everyone" not in str(digest_discord(made, language="nl", zone=ZONE, templates=words))


def test_without_it_nothing_is_said(figures: Callable[..., DigestFigures], templates: Callable[[str], dict[str, str]]) -> None:
    assert "Wat wij zeiden" not in digest_markdown(figures(), language="nl", zone=ZONE, templates=templates("nl"))
