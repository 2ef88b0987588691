"""`klankbord query test`: what fits, what only just does not and why, and how much of it in which language."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from listener.cli import listener_group
from listener.errors import InputError
from listener.ledger.ledger import open_ledger
from listener.text.one_edit import is_one_edit
from tests.listener.ledger.making import add, mention

TEXTS = (
    "Al de hele dag een storing bij mij in de straat, en niemand die er iets aan doet",
    "Het is een stroing van niets, zei de man aan de deur tegen mij",
    "Wij hebben een vacature: los jij elke storing op met ons team van mensen?",
    "Es gibt schon wieder eine Störung, nein, storing heißt das hier, und wir haben keine Ahnung warum",
    "There is an outage in our street again and nobody knows what it is about",
    "De zon schijnt en het is een mooie dag voor een wandeling in het bos",
)
LINE = "(storing OR outage) NOT vacature"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: nothing below changes it."""
    made = tmp_path_factory.mktemp("query") / "home"
    made.mkdir(mode=0o700)
    settings = "brands:\n- {name: Stroomwerk, exclude: [vacature]}\n- {name: Zonnedak, query: 'zonnepaneel* AND (dak OR dakraam)'}\n"
    (made / "klankbord.yaml").write_text(settings, encoding="utf-8")
    with open_ledger(f"sqlite:///{made / 'ledger.db'}") as ledger:
        add(ledger, *(replace(mention(str(number), text), title="") for number, text in enumerate(TEXTS)))
    return made


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(listener_group, ["--home", str(home), "query", "test", *words], catch_exceptions=True)


def told(home: Path, *words: str) -> Any:
    said = run(home, *words, "--json")
    assert said.exit_code == 0, said.output
    return json.loads(said.output)


def test_hits_and_near_misses_are_shown_with_why(home: Path) -> None:
    """A slip of the pen, one excluded word, or only the language: what a better query would have caught, or rightly did not."""
    found = told(home, LINE)
    assert {one["text"] for one in found["fits"]} == {TEXTS[0], TEXTS[4]}
    near = {one["text"]: (one["why"], one["term"], one["stands"]) for one in found["near"]}
    assert near == {
        TEXTS[1]: ("one slip", "storing", "stroing"),
        TEXTS[2]: ("excluded word", "vacature", "vacature"),
        TEXTS[3]: ("another language", "storing", ""),
    }
    counts = {one["language"]: (one["read"], one["fits"], one["near"]) for one in found["languages"]}
    assert counts == {"nl": (4, 1, 2), "en": (1, 1, 0), "de": (1, 0, 1)}
    shown = run(home, LINE).output
    assert "only just does not" in shown
    assert "stroing for storing" in shown
    assert "6 texts read" in shown


def test_files_and_texts_take_the_place_of_what_is_stored(home: Path, tmp_path: Path) -> None:
    """What no source kept can be tried too: the miss that was never stored is the one to find."""
    plain, lines = tmp_path / "texts.txt", tmp_path / "texts.jsonl"
    plain.write_text("\n".join((*TEXTS, "")), encoding="utf-8")
    lines.write_text("".join(json.dumps({"text": one}) + "\n" for one in TEXTS), encoding="utf-8")
    stored = told(home, LINE)
    for file in (plain, lines):
        found = told(home, LINE, "--file", str(file))
        assert (found["read"], sorted(one["text"] for one in found["near"])) == (6, sorted(one["text"] for one in stored["near"]))
    assert told(home, LINE, "--text", "een storing")["read"] == 1
    assert "\n1 text read." in run(home, LINE, "--text", "een storing").output
    missing = CliRunner().invoke(listener_group, ["--home", str(home), "query", "test", LINE, "--file", str(tmp_path / "no.txt")])
    assert (missing.exit_code, "does not exist" in missing.output) == (2, True)
    lines.write_text('{"text": "een storing"}\n{"title": "x"}\n', encoding="utf-8")
    assert "Line 2 of the file has no text" in str(run(home, LINE, "--file", str(lines)).exception)


def test_a_brand_is_tried_with_its_own_lists_and_query(home: Path) -> None:
    """Names, exclusions and the line in its settings all count; look-alike letters do not hide it."""
    texts = (
        "Str\u200boomw\u0435rk doet niets",
        "Stroomwrek doet niets",
        "vacature bij Stroomwerk",
        "stroom werk",
        "zonnepanelen op mijn dak",
    )
    given = [part for one in texts for part in ("--text", one)]
    found = told(home, "--brand", "stroomwerk", *given)
    assert [one["text"] for one in found["fits"]] == [texts[0]]
    near = {one["text"]: (one["why"], one["stands"]) for one in found["near"]}
    assert near == {
        texts[1]: ("one slip", "stroomwrek"),
        texts[2]: ("excluded word", "vacature"),
        texts[3]: ("one slip", "stroom werk"),
    }
    assert [one["text"] for one in told(home, "--brand", "Zonnedak", "--text", "zonnepaneeltje op mijn dakraam")["fits"]] == [
        "zonnepaneeltje op mijn dakraam"
    ]
    assert not told(home, "--brand", "Zonnedak", "--text", "zonnepaneel gekocht")["fits"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("(storing",), "character 1: this ( is never closed; accepted here: a ) behind it"),
        (("storing or outage",), "character 9: 'or' in small letters"),
        (("storing", "--brand", "Stroomwerk"), "name one"),
        (("--brand", "Elders"), "there are: Stroomwerk, Zonnedak"),
        (("a", "--text", "b", "--file", __file__), "name one"),
    ],
)
def test_what_cannot_be_tried_is_the_askers_to_mend(home: Path, words: tuple[str, ...], said: str) -> None:
    """With the character where it goes wrong, or the names there are."""
    failed = run(home, *words)
    assert isinstance(failed.exception, InputError)
    assert said in str(failed.exception)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("storing", "storing", False),
        ("storing", "storig", True),
        ("storing", "storring", True),
        ("storing", "staring", True),
        ("storing", "sotring", True),
        ("storing", "tsorin", False),
        ("storing", "stirong", False),
        ("storing", "storingen", False),
        ("ab", "ba", True),
        ("", "a", True),
        ("abc", "", False),
    ],
)
def test_one_slip_is_one_letter(one: str, other: str, near: bool) -> None:
    """Too many, too few, another, or two changed over; the same from both sides."""
    assert is_one_edit(one, other) is near
    assert is_one_edit(other, one) is near
