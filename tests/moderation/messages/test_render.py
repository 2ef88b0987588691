"""Public texts from templates: complete, or refused before anybody can approve them (RULES F32, I13)."""

from __future__ import annotations

import pytest

from listener.errors import NotAllowed
from moderation.messages.render import PublicWording, forgotten_blanks, tidy
from moderation.model.languages import LANGUAGES
from moderation.workflows.load_wording import load_public_wording

WORDING = load_public_wording()
EVERY = [(language, name) for language in LANGUAGES for name in sorted(WORDING[language].names)]
VALUE = "de storing in Zuid"


def full(language: str, name: str) -> dict[str, str]:
    needed, optional = WORDING[language].variables(name)
    return dict.fromkeys(needed | optional, VALUE)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_template_fills_in(language: str, name: str) -> None:
    text = WORDING[language].render(name, full(language, name))
    assert VALUE in text
    assert not forgotten_blanks(text)
    assert "\n\n\n" not in text


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_optional_parts_may_stay_away(language: str, name: str) -> None:
    needed, _ = WORDING[language].variables(name)
    text = WORDING[language].render(name, dict.fromkeys(needed, VALUE))
    assert text == tidy(text)
    assert "None" not in text


MISSING = [(language, name, one) for language, name in EVERY for one in sorted(WORDING[language].variables(name)[0])]


@pytest.mark.parametrize("value", [None, "", "   ", "\n"], ids=["missing", "empty", "blank", "newline"])
@pytest.mark.parametrize(("language", "name", "left_out"), MISSING)
def test_a_missing_or_empty_variable_is_named(language: str, name: str, left_out: str, value: str | None) -> None:
    given = full(language, name)
    if value is None:
        del given[left_out]
    else:
        given[left_out] = value
    with pytest.raises(NotAllowed, match=left_out):
        WORDING[language].render(name, given)


def test_a_variable_the_template_does_not_have_is_named() -> None:
    """A misspelt name would leave its sentence out silently."""
    given = full("nl", "status_update_resolved") | {"apologie": "Sorry."}
    with pytest.raises(NotAllowed, match="apologie"):
        WORDING["nl"].render("status_update_resolved", given)


HOSTILE = ("{{ 7*7 }}", "{0.__class__}", "%(x)s", "%s", "${x}", "{% if 1 %}", "{{ subject.__class__.__mro__ }}", "{naam}", "}")


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(("language", "name"), EVERY)
def test_a_value_is_never_read_as_a_template(language: str, name: str, value: str) -> None:
    """RULES I13 and F32: whatever looks like a template is refused in a value, and would come out as it went in."""
    needed, _ = WORDING[language].variables(name)
    with pytest.raises(NotAllowed, match="sign of a template"):
        WORDING[language].render(name, full(language, name) | {sorted(needed)[0]: value})


def test_a_percentage_is_no_blank() -> None:
    given = full("nl", "status_update_investigating") | {"known": "95% van de huizen heeft weer stroom."}
    assert "95%" in WORDING["nl"].render("status_update_investigating", given)


def test_signs_are_not_escaped() -> None:
    """Plain text for platforms: R&D must not become R&amp;D."""
    given = full("en", "status_update_seen") | {"subject": "R&D's <new> app"}
    assert "R&D's <new> app" in WORDING["en"].render("status_update_seen", given)


def test_a_template_cannot_reach_into_python() -> None:
    """Templates come from files or administrators; the sandbox is a second wall."""
    sly = PublicWording("en", {"a": "{{ ''.__class__.__mro__[1].__subclasses__() }}{{ subject }}"})
    with pytest.raises(NotAllowed, match="cannot be filled in"):
        sly.render("a", {"subject": "x"})


def test_a_changed_template_has_another_version() -> None:
    """A standing approval is void when its template changes."""
    one, two = (PublicWording("en", {"a": text}).version("a") for text in ("Hello", "Hello "))
    assert one != two
    assert one.startswith("a@")


def test_an_unknown_template_names_those_there_are() -> None:
    with pytest.raises(NotAllowed, match="status_update_seen"):
        WORDING["nl"].render("status_update_sen", {})


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("Dag {{ naam }}, tot zo.", ("{{", "}}")),
        ("Dag [naam], tot zo.", ("[naam]",)),
        ("Dag %s, tot zo.", ("%s",)),
        ("Dag {naam}.", ("{naam}",)),
        ("Het is 100% opgelost.", ()),
        ("Kies optie {1}.", ()),  # a digit is no name
        ("Zie [onze site].", ()),
    ],
)
def test_a_forgotten_blank_in_what_a_person_typed_is_seen(text: str, blanks: tuple[str, ...]) -> None:
    assert forgotten_blanks(text) == blanks
