"""What a digest says, in both languages and all three forms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from listener.digest.discord import MOST_CHARACTERS, MOST_EMBEDS, digest_discord
from listener.digest.markdown import digest_markdown
from listener.digest.terminal import digest_terminal
from listener.digest.words import Words
from listener.model.figures import BlindWindow, DigestFigures, IssueFigures, Quote, SourceCoverage
from listener.model.issue import IssueState, Signal
from listener.model.recheck import Looked, RecheckCoverage

ZONE = ZoneInfo("Europe/Amsterdam")
SEEN = datetime(2026, 3, 10, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATE = RecheckCoverage(
    every_hours=24, young_days=7, then_hours=168, kept=1_200, overdue=200, state="capped", note="", today=Looked(asked=9)
)
Templates = Callable[[str], dict[str, str]]
FORMS = (digest_markdown, digest_terminal)


def discord_text(payload: dict[str, Any]) -> str:
    return "\n".join([payload.get("content", ""), *(f"{one['title']}\n{one['description']}" for one in payload["embeds"])])


def every_form(figures: DigestFigures, templates: Templates, language: str) -> list[str]:
    given: dict[str, Any] = {"language": language, "zone": ZONE, "templates": templates(language)}
    return [*(form(figures, **given) for form in FORMS), discord_text(digest_discord(figures, **given))]


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def test_both_languages_have_the_same_wording_to_give(templates: Templates) -> None:
    macros = {language: re.findall(r"{% macro (\w+\(.*?\))", templates(language)["digest.j2"]) for language in ("nl", "en")}
    assert macros["nl"] == macros["en"]
    assert macros["nl"]


def test_a_digest_says_what_is_new_growing_and_fading(figures: Callable[..., DigestFigures], templates: Templates) -> None:
    for text in every_form(figures(), templates, "nl"):
        said = unwrapped(text)
        for words in (
            "Overzicht van Stroomwerk",
            "Van di 10 mrt 2026 09:00 tot wo 11 mrt 2026 09:00",
            "2.831 berichten van 1.204 mensen. 310 daarvan horen bij geen kwestie.",
            "Inloggen in de app lukt niet",
            "34 berichten van 29 mensen (daarvoor 3)",
            "▁▂▄█",
            "17 verschillende mensen schreven hier in 12 uur over",
            "De app laat me niet meer inloggen",
            "https://forum.example/t/7",
            "Storing in het noorden",
            "Geen nieuwe berichten (daarvoor 3)",
            "Lang in de wacht: 1 bericht van 1 persoon (daarvoor 3)",
            "Zet de storing op een kaart",
            "Snel geholpen, dank!",
            "tweakers: op orde; 312 berichten; 4 minuten geleden gelezen.",
            "reddit: blind sinds wo 11 mrt 04:00; 312 berichten; 2 gaten, daar kan iets gemist zijn.",
        ):
            assert words in said


def test_english_says_the_same(figures: Callable[..., DigestFigures], templates: Templates) -> None:
    for text in every_form(figures(), templates, "en"):
        said = unwrapped(text)
        for words in (
            "Digest for Stroomwerk",
            "2,831 mentions by 1,204 people. 310 of them belong to no issue.",
            "34 mentions by 29 people (before that 3)",
            "1 mention by 1 person",
            "17 different people wrote about this within 12 hours",
            "reddit: blind since Wed 11 Mar 04:00; 312 mentions; 2 gaps, something may have been missed there.",
        ):
            assert words in said


@pytest.mark.parametrize(("language", "mark"), [("nl", "VERZONNEN GEGEVENS"), ("en", "INVENTED DATA")])
def test_invented_data_are_marked_at_the_top(figures: Callable[..., DigestFigures], templates: Templates, language: str, mark: str) -> None:
    """Nobody may take the demo for news about a real company."""
    for marked, unmarked in zip(
        every_form(figures(invented=True), templates, language), every_form(figures(), templates, language), strict=True
    ):
        assert mark in "\n".join(marked.splitlines()[:4])
        assert mark not in unmarked


@pytest.mark.parametrize(("language", "line"), [("nl", "leren, dag 2 van 7:"), ("en", "learning, day 2 of 7:")])
def test_learning_is_said_until_there_is_a_baseline(
    figures: Callable[..., DigestFigures], templates: Templates, language: str, line: str
) -> None:
    for learning, learned in zip(
        every_form(figures(learning_day=2), templates, language), every_form(figures(), templates, language), strict=True
    ):
        assert line in unwrapped(learning)
        assert line not in unwrapped(learned)


def test_mentions_without_author_are_confessed(figures: Callable[..., DigestFigures], templates: Templates) -> None:
    for text in every_form(figures(nameless=3), templates, "nl"):
        assert "Van 3 berichten is de schrijver onbekend; elk daarvan telt als één persoon." in unwrapped(text)
    for text in every_form(figures(nameless=1), templates, "nl"):
        assert "Van 1 bericht is de schrijver onbekend; het telt als één persoon." in unwrapped(text)


def test_posts_on_x_are_a_link_under_our_own_title(
    figures: Callable[..., DigestFigures], issue: Callable[..., IssueFigures], quote: Callable[..., Quote], templates: Templates
) -> None:
    """X allows its posts outside X only whole and attributed; we show where to find them instead."""
    on_x = quote("geheime tekst van iemand", platform="x", url="https://x.example/i/7")
    for text in every_form(figures(new=(issue(quotes=(on_x,)),)), templates, "nl"):
        said = unwrapped(text)
        assert "geheime tekst" not in said
        assert "Bericht op X over “Inloggen in de app lukt niet”, wo 11 mrt 07:00" in said
        assert "https://x.example/i/7" in said


def test_a_quiet_day_says_so(figures: Callable[..., DigestFigures], templates: Templates) -> None:
    nothing: dict[str, Any] = dict.fromkeys(("new", "growing", "steady", "fading", "ideas", "compliments", "coverage"), ())
    for text in every_form(figures(mentions=0, authors=0, loose=0, **nothing), templates, "nl"):
        said = unwrapped(text)
        assert "Geen berichten in deze periode." in said
        assert "Er is niets nieuws, er groeit niets en er zakt niets weg." in said
        assert "Er is nog geen bron." in said


def test_an_old_reason_is_not_told_as_news(
    figures: Callable[..., DigestFigures], issue: Callable[..., IssueFigures], templates: Templates
) -> None:
    """A fading issue was flagged days ago; without a date the sentence would read as of today."""
    fading = issue(state=IssueState.FADING)
    assert fading.signal is not None
    for text in every_form(figures(fading=(fading,)), templates, "nl"):
        assert "Opgemerkt wo 11 mrt 08:00: 17 verschillende mensen" in unwrapped(text)


def test_a_brand_or_a_source_as_a_whole_comes_first(
    figures: Callable[..., DigestFigures], signal: Callable[..., Signal], templates: Templates
) -> None:
    """Much more talk than usual, and a source that fell silent, belong to no issue and are told all the same."""
    loud = signal(kind="volume", issue_id=None, about="Stroomwerk", seen=128, window_hours=3.0)
    silent = signal(kind="silence", issue_id=None, about="reddit", seen=0, usual=12.0, window_hours=20.0)
    for text in every_form(figures(whole=(loud, silent)), templates, "nl"):
        said = unwrapped(text)
        assert "128 verschillende mensen schreven in 3 uur over het merk als geheel" in said
        assert "Deze bron antwoordde, maar gaf 20 uur lang geen enkel bericht" in said
        assert said.lower().index("als geheel") < said.lower().index("nieuw")
    assert not any("Als geheel" in text for text in every_form(figures(), templates, "nl"))


def test_issues_left_out_are_counted(figures: Callable[..., DigestFigures], templates: Templates) -> None:
    for text in every_form(figures(left_out=3), templates, "en"):
        assert "3 other issues did not fit into this digest" in unwrapped(text)


def test_an_issue_that_came_back_is_named_so(
    figures: Callable[..., DigestFigures], issue: Callable[..., IssueFigures], templates: Templates
) -> None:
    for text in every_form(figures(new=(issue(state=IssueState.CAME_BACK),)), templates, "nl"):
        assert "Deze kwestie is terug." in unwrapped(text)


HOSTILE = "@everyone <@123456789012345678> [klik](https://slecht.example) ```x``` ||y|| <script>z</script> {{7*7}} \x1b]8;;https://slecht.example\x07"


def hostile(figures: DigestFigures) -> DigestFigures:
    """Put hostile words wherever words of others can stand."""
    from dataclasses import replace

    def bad_quote(one: Quote) -> Quote:
        return replace(one, text=HOSTILE, author=HOSTILE, platform="forum <@1>", url="https://a.example/)](https://slecht.example)")

    def bad_issue(one: IssueFigures) -> IssueFigures:
        return replace(one, title=HOSTILE, quotes=tuple(map(bad_quote, one.quotes)))

    return replace(
        figures,
        brand=HOSTILE,
        new=tuple(map(bad_issue, figures.new)),
        steady=tuple(map(bad_issue, figures.steady)),
        ideas=tuple(map(bad_quote, figures.ideas)),
        coverage=tuple(replace(line, source=HOSTILE, note=HOSTILE) for line in figures.coverage),
    )


@pytest.mark.parametrize("language", ["nl", "en"])
def test_words_of_others_have_no_effect_anywhere(figures: Callable[..., DigestFigures], templates: Templates, language: str) -> None:
    """Titles come from mentions, source names from feeds: every one of them is data (I11, I12, I13, I16)."""
    given: dict[str, Any] = {"language": language, "zone": ZONE, "templates": templates(language)}
    figures_with_hostile_words = hostile(figures())
    markdown = digest_markdown(figures_with_hostile_words, **given)
    discord = digest_discord(figures_with_hostile_words, **given)
    terminal = digest_terminal(figures_with_hostile_words, **given)
    for text in (markdown, discord_text(discord)):
        assert not re.search(r"@everyone|@here|<@[!&]?\d+>", text)
        assert not re.search(r"(?<!\\)<script", text)
        assert not re.search(r"(?<!\\)\]\(http", text)
        assert not re.search(r"\]\((?!<https://(forum|a)\.example)", text.replace("\\]", ""))
        assert "49" not in text
    assert discord["allowed_mentions"] == {"parse": []}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", terminal)
    assert "{{7*7}}" in terminal


def test_discord_stays_within_its_limits_and_counts_what_did_not_fit(
    figures: Callable[..., DigestFigures],
    issue: Callable[..., IssueFigures],
    quote: Callable[..., Quote],
    coverage: Callable[..., SourceCoverage],
    templates: Templates,
) -> None:
    """Discord refuses a message of 6,001 characters whole; then nobody gets a digest."""
    long = "😀 **lang** " * 60
    many = tuple(issue(issue_id=at, title=long, quotes=(quote(long), quote(long))) for at in range(1, 51))
    crowded = figures(
        brand=long,
        new=many,
        growing=many,
        fading=many,
        steady=many,
        ideas=(quote(long),) * 5,
        compliments=(quote(long),) * 5,
        coverage=tuple(coverage(source=f"bron-{at}", note=long) for at in range(60)),
        invented=True,
        learning_day=2,
        left_out=12,
    )
    payload = digest_discord(crowded, language="nl", zone=ZONE, templates=templates("nl"))
    embeds = payload["embeds"]
    sizes = [len(one["title"].encode("utf-16-le")) // 2 + len(one["description"].encode("utf-16-le")) // 2 for one in embeds]
    assert sum(sizes) <= MOST_CHARACTERS
    assert len(embeds) <= MOST_EMBEDS
    assert all(len(one["title"]) <= 256 and 0 < len(one["description"]) <= 4096 for one in embeds)
    assert len(payload["content"]) <= 2000
    text = discord_text(payload)
    shown = len(re.findall(r"· kwestie \d+", text))
    assert "Nieuw" in text
    assert "Wat we zagen, en wat niet" in text
    assert re.search(r"… en nog \d+", text)
    assert 0 < shown < 150
    json.dumps(payload)


def test_the_moment_of_a_signal_follows_the_settings_clock(
    figures: Callable[..., DigestFigures], issue: Callable[..., IssueFigures], signal: Callable[..., Signal], templates: Templates
) -> None:
    late = figures(new=(issue(signal=signal(at=figures().as_of - timedelta(hours=12))),))
    text = digest_markdown(late, language="en", zone=ZoneInfo("America/New_York"), templates=templates("en"))
    assert "Noticed Tue 10 Mar 16:00:" in text


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    ("changed", "nl", "en"),
    [
        ({"state": "capped"}, "het maximum van vandaag is bereikt", "today's cap is reached"),
        ({"state": "refused", "cause": "token_expired"}, "verlopen of ingetrokken", "expired or was revoked"),
        ({"state": "refused", "cause": "scope_missing"}, "mag dit niet lezen", "may not read this"),
        ({"state": "refused", "cause": "approval_revoked"}, "de toestemming ingetrokken", "took back its approval"),
        ({"state": "refused", "cause": "no such cause"}, "iemand iets aan doen; 312", "somebody has to act; 312"),
        (
            {"windows": (BlindWindow(since=SEEN - HOUR, until=SEEN),)},
            "; blind van di 10 mrt 08:00 tot di 10 mrt 09:00",
            "; blind from Tue 10 Mar 08:00",
        ),
        ({"windows": (BlindWindow(since=SEEN - HOUR, until=SEEN),) * 7}, "en nog 4 keer", "and 4 more"),
        ({"windows": (BlindWindow(since=SEEN - HOUR, until=None),)}, "op orde; 312", "fine; 312"),  # told by blind_since
        ({"again_at": SEEN}, "volgende poging is di 10 mrt", "next try is Tue 10 Mar"),
        ({"seen": 300, "missed": 900}, "toonde 300 van 1.200", "showed 300 of 1,200"),
        (
            {"micro_usd": 400_000, "most_micro_usd": 1_000_000},
            "kostte vandaag $ 0,40 van hoogstens $ 1,00",
            "cost $0.40 today of at most $1.00",
        ),
        ({"requests": 900, "most_requests": 1_000}, "900 van 1.000 verzoeken", "900 of 1,000 requests"),
        (
            {"recheck": LATE},
            "; 200 van 1.200 bewaarde berichten zijn niet op tijd opnieuw bekeken (binnen 24 uur, na 7 dagen binnen 168): wat daar",
            "; 200 of 1,200 kept posts were not looked at again in time (within 24 hours, after 7 days within 168): what was deleted",
        ),
        ({"recheck": replace(LATE, overdue=0)}, "geleden gelezen.", "read 4 minutes ago."),  # a promise that is kept is no news
        ({"silent_since": SEEN - HOUR}, "stil sinds di 10 mrt 08:00, langer dan", "silent since Tue 10 Mar 08:00, longer than"),
        ({"silent_since": SEEN - HOUR, "canary": "empty"}, "waarschijnlijk zien we hier niets", "most likely we see nothing"),
        ({"silent_since": SEEN - HOUR, "canary": "found"}, "het is er echt stil", "it really is quiet"),
    ],
)
def test_a_line_about_a_source_tells_the_truth_about_it(
    coverage: Callable[..., SourceCoverage], templates: Templates, language: str, changed: dict[str, Any], nl: str, en: str
) -> None:
    """Blind from when to when, why it is refused, what was left out, what it cost, and whether its silence is one (L6)."""
    words = Words(templates(language), language, ZONE)
    assert (nl if language == "nl" else en) in words("coverage", coverage(**changed))
