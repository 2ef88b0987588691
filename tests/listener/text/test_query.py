"""Brand queries catch what people really type, and leave alone what only looks like it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from listener.errors import SettingsError
from listener.model.mention import BrandHit, Mention
from listener.settings.schema import BrandSettings
from listener.text.query import compile_brand
from tests.patience import work_seconds


def brand(**written: Any) -> BrandSettings:
    return BrandSettings.model_validate({"name": "Stroomwerk"} | written)


BRAND = brand(
    aliases=["Stroom Werk", "SW Energie"],
    handles=["@stroomwerk", "@stroomwerk_help"],
    hashtags=["#stroomdag"],
    products=["SlimmeMeter*"],
    exclude=["vacature"],
)


def match(text: str, of: BrandSettings = BRAND, title: str = "") -> BrandHit | None:
    return compile_brand(of).match(
        Mention(platform="x", realm="x", native_id="1", text=text, title=title, posted_at=datetime(2026, 3, 2, tzinfo=UTC))
    )


@pytest.mark.parametrize(
    "text",
    [
        "stroomwerk ligt eruit",
        "STROOMWERK!!!",
        "bij Stroómwerk",  # accent
        "Str\u200boom\u00adwerk",  # zero-width space and soft hyphen inside
        "\u0405tr\u043e\u043emwerk doet het weer niet",  # Cyrillic look-alikes
        "ｓｔｒｏｏｍｗｅｒｋ",  # full width
        "Stroomwerks klantenservice",  # Dutch genitive
        "Stroomwerk's app",
        "#stroomwerk",
        "#Stroomwerkfail, alweer",
        "#stroomwerkfaal",
        "ik zit bij stroom werk",
        "zie stroomwerk.nl/storing",
        "leuk, #stroomdag",
        "mijn slimmemeterapp is stuk",  # a prefix term
        "reply to @Stroomwerk: nee",
        "post van info@stroomwerk.nl gekregen",
    ],
)
def test_the_brand_is_caught(text: str) -> None:
    assert match(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stroomwerkplaats zoekt hout",  # another word that begins alike
        "bovenstroomwerk",
        "stroom is duur werk",  # the words apart
        "vacature bij Stroomwerk",  # excluded
        "@stroomwerkt is iemand anders",
        "stroomdag zonder hekje",
        "#fail",  # kin of #fail alone says nothing about this brand
    ],
)
def test_other_things_are_left_alone(text: str) -> None:
    assert match(text) is None


def test_naming_a_handle_is_speaking_to_the_brand() -> None:
    assert match("@STROOMWERK_help hallo?") == BrandHit(brand="Stroomwerk", directed=True, terms=("@stroomwerk_help",))
    spoken_of = match("dat gedoe met stroomwerk")
    assert spoken_of is not None
    assert not spoken_of.directed


def test_an_email_address_is_not_a_handle() -> None:
    found = match("mail naar info@stroomwerk.nl")
    assert found is not None
    assert not found.directed


def test_a_fail_tag_beside_the_brand_is_told() -> None:
    found = match("Stroomwerk weer eens #FAIL, nooit meer")
    assert found is not None
    assert found.terms == ("Stroomwerk", "#fail", "nooit meer")


def test_the_title_counts_as_text() -> None:
    assert match("wie nog meer?", title="Storing bij Stroomwerk") is not None


def test_boolean_queries_nest() -> None:
    heat_pump = brand(query={"all": ["warmtepomp", {"any": ["storing", "lawaai"]}], "none": ["te koop"]})
    assert match("warmtepomp maakt lawaai", heat_pump) == BrandHit(brand="Stroomwerk", directed=False, terms=("warmtepomp", "lawaai"))
    assert match("warmtepomp gekocht", heat_pump) is None
    assert match("warmtepomp met storing, te koop", heat_pump) is None


@pytest.mark.parametrize("broken", [{"aliases": ["!!!"]}, {"query": {"none": ["x"]}}])
def test_a_term_that_can_match_nothing_or_everything_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="brands"):
        compile_brand(brand(**broken))


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "#" * 100_000, "@s" * 50_000, "stroom " * 15_000, "é" * 100_000, "\u200b" * 100_000, "-" * 100_000]
)
def test_a_hostile_text_of_100_kb_takes_a_tenth_of_a_second_at_most(text: str) -> None:
    """RULES I18: no pattern may be made slow by its input."""
    query = compile_brand(BRAND)
    mention = Mention(platform="x", realm="x", native_id="1", text=text, posted_at=datetime(2026, 3, 2, tzinfo=UTC))
    assert work_seconds(lambda: query.match(mention), within=0.1) <= 0.1
