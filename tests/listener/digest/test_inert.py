"""RULES I11 and I12: whatever people write, a digest shows it and nothing happens."""

from __future__ import annotations

import re

import pytest

from listener.digest.inert import inert, one_line, safe_url

PINGS = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|</[\w -]+:\d+>|<t:-?\d+(?::\w)?>|<a?:\w+:\d+>|<id:\w+>")
UNESCAPED_MARKUP = re.compile(r"(?<!\\)(?:\\\\)*([`*_\[\]<>|~])")


@pytest.mark.parametrize(
    "text",
    [
        "@everyone kijk hier",
        "@here nu",
        "<@123456789012345678> en <@!123456789012345678>",
        "<@&123456789012345678> rol",
        "<#123456789012345678> kanaal",
        "</ban:123456789012345678> opdracht",
        "<t:1618953630:R> tijd",
        "<:kappa:123456789012345678> <a:dans:123456789012345678>",
        "<id:customize>",
        "[gratis geld](https://slecht.example)",
        "![baken](https://slecht.example/p.png)",
        "[a]: https://slecht.example",
        "```\nontsnapt\n``` en `code`",
        "||spoiler|| ~~weg~~ **vet** __onder__ *schuin*",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "&lt;b&gt; &#64;everyone",
        "<https://slecht.example> en <mailto:a@slecht.example>",
        "a | b | c",
        "\\@everyone \\<@123456789012345678>",
        "\\\\[a](https://slecht.example)",
        "@\u200beveryone \u202e@everyone",
        "$x^2$ en x^(y)",
    ],
)
def test_no_ping_link_or_markup_survives(text: str) -> None:
    made = inert(one_line(text, 280))
    assert not PINGS.search(made)
    assert not UNESCAPED_MARKUP.search(made)
    assert "](" not in made.replace("\\]", "")


@pytest.mark.parametrize("text", ["https://slecht.example/x", "zie HTTP://slecht.example", "www.slecht.example", "mailto:a@slecht.example"])
def test_addresses_in_texts_do_not_become_links(text: str) -> None:
    """GitHub, Reddit and Discord link bare addresses; a quote must not lead anybody anywhere."""
    made = inert(one_line(text, 280))
    assert not re.search(r"https?://|www\.|mailto:|\w@\w", made, re.IGNORECASE)


@pytest.mark.parametrize("text", ["# kop", "> citaat", "- punt", "+ punt", "1. een", "12) twaalf", "=====", "---"])
def test_a_text_does_not_start_a_block(text: str) -> None:
    assert inert(text)[0] in "\\\u200b"


@pytest.mark.parametrize("text", ["u/iemand", "/r/thenetherlands", "zie #123"])
def test_names_and_numbers_are_not_turned_into_links(text: str) -> None:
    assert not re.search(r"\b[ur]/\w|#\d", inert(text))


def test_what_people_wrote_can_still_be_read() -> None:
    """Escapes vanish when rendered: taking backslashes and invisible spaces away gives the text back."""
    text = "Al 3x gebeld (2 uur!) & *niks* [0] #fail @zoemvolt"
    assert re.sub(r"\\(.)", r"\1", inert(text)).replace("\u200b", "") == text


def test_a_quote_is_one_line_without_controls_and_cut_between_characters() -> None:
    family = "👨‍👩‍👧‍👦"
    made = one_line(f"regel een\nregel\x1b[31m twee\x00 {family * 40}", 60)
    assert made.startswith("regel een regel twee ")
    assert made.endswith(f"{family}…")
    assert one_line("a\u202eb", 60) == "a⟨U+202E⟩b"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//geen.example/x",
        "ftp://geen.example/x",
        "https://",
        "https://iemand:geheim@geen.example/",
        "https://geen example/",
        "https://a.example/" + "x" * 600,
        "https://[::1/",
        "",
    ],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    assert safe_url(url) == ""


def test_characters_that_end_a_link_are_encoded() -> None:
    assert safe_url('https://a.example/x)>(<b>|`*\u202e" y?q=1&r=é#f') == (
        "https://a.example/x%29%3E%28%3Cb%3E%7C%60%2A%E2%80%AE%22%20y?q=1&r=%C3%A9#f"
    )
