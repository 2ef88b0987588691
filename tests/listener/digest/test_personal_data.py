"""What customers write of themselves does not leave with a digest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from listener.digest.discord import digest_discord
from listener.digest.markdown import digest_markdown
from listener.digest.terminal import digest_terminal
from listener.model.figures import DigestFigures, Quote

TELLING = "Ik ben Sanne de Vries, mail sanne@voorbeeld.nl of bel 06-12345678(https://slecht.example) over NL91 ABNA 0417 1643 00"
SECRETS = ("Sanne", "sanne", "12345678", "0417")


@pytest.mark.parametrize("form", [digest_markdown, digest_terminal, lambda *given, **named: str(digest_discord(*given, **named))])
def test_quotes_are_masked_in_every_form(
    form: Callable[..., str], figures: Callable[..., DigestFigures], quote: Callable[..., Quote], templates: Callable[[str], dict[str, str]]
) -> None:
    """A digest goes to a channel that more people read than the inbox."""
    given: dict[str, Any] = {"language": "nl", "zone": ZoneInfo("Europe/Amsterdam"), "templates": templates("nl")}
    said = form(figures(ideas=(quote(TELLING, language="nl"),), idea_count=1), **given)
    assert "telefoon" in said
    assert "e-mail" in said
    assert not any(secret in said for secret in SECRETS)


def test_a_mask_makes_no_link_of_what_follows_it(
    figures: Callable[..., DigestFigures], quote: Callable[..., Quote], templates: Callable[[str], dict[str, str]]
) -> None:
    """ "[telefoon](https://…)" would be a link that a customer made in our name."""
    said = digest_markdown(
        figures(ideas=(quote(TELLING, language="nl"),), idea_count=1),
        language="nl",
        zone=ZoneInfo("Europe/Amsterdam"),
        templates=templates("nl"),
    )
    assert "[telefoon](" not in said.replace("\\[telefoon\\](", "")
