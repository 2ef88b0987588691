"""One message in every form: what others wrote is shown and never obeyed, nothing is fetched, and nothing is longer than it may be."""

from __future__ import annotations

import html.parser
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from listener.settings.wording import templates
from moderation.messages.chat_form import SLACK_BLOCKS, SLACK_TEXT, TEAMS_BYTES, json_body, slack_body, teams_body
from moderation.messages.discord_form import discord_payload
from moderation.messages.mail_form import Foot, mail_html, mail_text, subject_of
from moderation.messages.told import SignalTold, Speech, digest_message, signals_message, trial_message
from moderation.messages.week_told import week_message
from moderation.model.delivery import TOLD, Line, Message, Part, Picture, What
from moderation.workflows.load_wording import load_words
from tests.fakes.deliveries import NOON, ZONE, Telling, issue, report, signal
from tests.hostile.corpus import controls, graphemes, naughty, scripts, surrogates, unseen

FOOT = Foot(why="Hierom.", stop="Stoppen", stop_url="https://klankbord.example/u/x")
CHAT = (
    "@everyone @here <@123> <@&9> <#4> <!channel> <!here> <@U024BE7LH> <at>iemand</at>",
    "[klik](https://evil.example) ![x](https://evil.example/a.png) <https://evil.example|hier> `a` **b** _c_ ~~d~~ ||e||",
    "&lt;!channel&gt; javascript:alert(1) data:text/html,x \u202egnp.exe https://evil.example/x",
)
Strings = tuple[str, ...]


def speech(language: str = "nl") -> Speech:
    return Speech(
        language=language,
        words=load_words(language, "delivery"),
        templates=templates(language),
        zone=ZONE,
        brand="Zoemvolt",
        base_url="https://klankbord.zoemvolt.example",
    )


def hostile() -> Strings:
    """Enough of every kind of the corpus; the whole of it goes through the words and forms of digests in their own tests."""
    return (*CHAT, *scripts(), *controls()[::2], *unseen()[::2], *surrogates()[::2], *graphemes(), *naughty()[::4])


def with_text(text: str) -> Message:
    """Return a message that says a text of others wherever one can stand."""
    line = Line(bold=text, text=text, small=text, url=text)
    return Message(
        key="k-1",
        what=What.SIGNAL,
        language="nl",
        title=text,
        opening=(text,),
        parts=(Part(heading=text, lines=(line, replace(line, quoted=True))),),
        closing=(text,),
        link="https://klankbord.zoemvolt.example/issues",
        link_text="Verder lezen",
        pictures=(Picture(name="trend.png", png=b"x", alt=text),),
    )


FETCHES = ("src", "href", "action", "background", "poster", "srcset")


class Reader(html.parser.HTMLParser):
    """Keeps what a page would do: elements, and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.events: list[str] = []
        self.addresses: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.events += [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [
            (tag, value or "") for name, value in attrs if name in ("src", "href", "action", "background", "poster", "srcset")
        ]


PLAIN = {"html", "head", "meta", "title", "style", "body", "div", "main", "h1", "h2", "p", "strong", "span", "br", "a", "img", "footer"}


def test_an_email_shows_what_others_wrote_and_does_nothing_with_it() -> None:
    """No element but ours, no event, nothing fetched: a picture lies inside, and the only links are web addresses."""
    for text in hostile():
        page = mail_html(with_text(text), FOOT, picture_url=lambda one: f"cid:{one.name}")
        found = Reader()
        found.feed(page.encode("utf-8", "replace").decode())
        assert found.elements <= PLAIN, text
        assert found.events == []
        assert {value for tag, value in found.addresses if tag == "img"} == {"cid:trend.png"}
        assert all(value.startswith(("https://", "http://")) for tag, value in found.addresses if tag == "a"), text
        style = page.partition("<style>")[2].partition("</style>")[0]
        assert "prefers-color-scheme" in style
        assert not re.search(r"url\(|@import|evil", style)
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", page + mail_text(with_text(text), FOOT))
        assert "\n" not in subject_of(with_text(text))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_email_reads_on_a_telephone_in_the_dark_and_without_pictures(language: str) -> None:
    page = mail_html(digest(language), FOOT, picture_url=lambda _: "cid:x")
    assert f'<html lang="{language}">' in page
    assert 'name="viewport"' in page
    assert "prefers-color-scheme:dark" in page
    assert "max-width:600px" in page
    assert page.count("<h1>") == 1
    assert "Geen stroom in Zuid" in mail_text(digest(language), FOOT)


def digest(language: str = "nl") -> Message:
    figures = Telling._figures(Telling(ledger=None), None, NOON, NOON)  # type: ignore[arg-type]  # figures need no ledger
    return digest_message(figures, speech(language), key="k-1")


@pytest.mark.parametrize("body", [slack_body, teams_body, json_body, discord_payload])
def test_every_body_can_be_written_as_json(body: Any) -> None:
    for text in hostile():
        assert json.loads(json.dumps(body(with_text(text)), ensure_ascii=False).encode("utf-8")), text


def test_slack_gets_blocks_in_which_nothing_is_markup() -> None:
    """Only elements of the kinds text and link; their addresses are web addresses; within Slack's limits. Its fallback escapes."""
    for text in hostile():
        made = slack_body(with_text(text))
        assert made["mrkdwn"] is False
        assert not re.search(r"<|>", made["text"])
        assert 1 <= len(made["blocks"]) <= SLACK_BLOCKS
        assert made["blocks"][0]["type"] == "header"
        assert made["blocks"][0]["text"] | {"text": ""} == {"type": "plain_text", "text": "", "emoji": False}
        assert 1 <= len(made["blocks"][0]["text"]["text"]) <= 150
        for block in made["blocks"][1:]:
            assert block["type"] == "rich_text"
            for element in leaves(block):
                assert element["type"] in ("text", "link")
                assert 1 <= len(element["text"]) <= SLACK_TEXT
                assert element["type"] == "text" or element["url"].startswith(("https://", "http://"))


def leaves(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the innermost elements of a block; every one around them is of a kind that Slack documents."""
    found = []
    for element in block["elements"]:
        if "elements" in element:
            assert element["type"] in ("rich_text_section", "rich_text_list", "rich_text_quote")
            found += leaves(element)
        else:
            found.append(element)
    return found


def test_teams_gets_a_card_in_which_nothing_is_markup() -> None:
    """Runs of rich text are no Markdown and know no <at>; nobody is in `entities`, so nobody is pinged; at most 28 KB in all."""
    for text in hostile():
        made = teams_body(with_text(text))
        [attachment] = made["attachments"]
        card = attachment["content"]
        assert (made["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
        assert (card["type"], card["version"], card["msteams"]) == ("AdaptiveCard", "1.4", {"width": "Full"})
        assert {one["type"] for one in card["body"]} == {"RichTextBlock"}
        for run in (run for block in card["body"] for run in block["inlines"]):
            assert run["type"] == "TextRun"
            assert run["text"]
            assert run.get("selectAction", {"url": "https://"})["url"].startswith(("https://", "http://"))
        assert [one["type"] for one in card["actions"]] == ["Action.OpenUrl"]
        assert len(json.dumps(made, ensure_ascii=False).encode("utf-8", "replace")) <= TEAMS_BYTES


def test_a_long_message_is_cut_and_says_so() -> None:
    many = replace(with_text("kort"), parts=tuple(Part(heading=f"Deel {n}", lines=[Line(text="woord " * 300)] * 4) for n in range(60)))
    assert len(slack_body(many)["blocks"]) <= SLACK_BLOCKS
    assert "…" in json.dumps(slack_body(many)["blocks"][-2], ensure_ascii=False)
    made = teams_body(many)
    assert made["attachments"][0]["content"]["body"][-1]["inlines"][0]["text"] == "…"
    assert len(json.dumps(made, ensure_ascii=False).encode()) <= TEAMS_BYTES


def test_discord_pings_nobody_and_links_nowhere_we_did_not_mean() -> None:
    for text in hostile():
        made = discord_payload(with_text(text))
        assert made["allowed_mentions"] == {"parse": []}
        said = json.dumps([made["content"], made["embeds"]], ensure_ascii=False)  # a description of a picture is shown, never obeyed
        assert not re.search(r"@(everyone|here)|<@[!&]?\d|<#\d|<t:\d|(?<!\\)\]\(http", said), text
        assert sum(len(one.get("title", "") + one.get("description", "")) for one in made["embeds"]) <= 6000
        assert made["attachments"] == [{"id": 0, "filename": "trend.png", "description": made["attachments"][0]["description"]}]


def test_what_cannot_go_along_is_said_instead() -> None:
    """A webhook of a chat takes no picture; what it shows is a sentence there."""
    told = replace(digest(), pictures=(Picture(name="trend.png", png=b"x", alt="9 berichten, de meeste om elf"),))
    for body in (slack_body, teams_body):
        assert "9 berichten, de meeste om elf" in json.dumps(body(told), ensure_ascii=False)
    assert json_body(told)["pictures"][0]["png_base64"] == "eA=="


def test_the_first_page_of_a_report_stands_in_every_form() -> None:
    """Its figures with their links; nothing of page two; and no word of others is more than a word."""
    for words in ("Geen stroom", *CHAT, *scripts()[::9]):
        made = week_message(report("2026-W10", words=words), speech(), key="k", period="2026-W10", file=None)
        found = Reader()
        found.feed(mail_html(made, FOOT, picture_url=lambda _: ""))
        assert found.elements <= PLAIN
        assert ("a", "https://klankbord.zoemvolt.example/report/2026-W10/issue-7") in found.addresses
        assert "bladzijde twee" not in mail_text(made, FOOT)
        for body in (slack_body, teams_body, json_body, discord_payload):
            assert json.dumps(body(made), ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_kind_of_message_has_its_words(language: str) -> None:
    said = speech(language)
    one = SignalTold(signal=signal(1, NOON), subject="Geen stroom")
    assert signals_message([one], said, key="k").link == "https://klankbord.zoemvolt.example/issues/7"
    assert signals_message([one] * 8, said, key="k").parts[0].lines[-1].text == said.count("more", 3)
    assert said.listed(frozenset(TOLD)) in trial_message(frozenset(TOLD), said, key="k").opening[1]
    assert "{" not in json.dumps([json_body(signals_message([one], said, key="k")), json_body(digest(language))]).replace('{"', "").replace(
        "[{", ""
    )


def test_an_invented_house_says_so_in_every_message() -> None:
    """Nobody may take the demo's crisis for a real one, in a mailbox least of all."""
    said = replace(speech(), invented=True)
    made = signals_message([SignalTold(signal=signal(1, NOON), subject="Geen stroom")], said, key="k")
    assert subject_of(made).startswith("[VERZONNEN GEGEVENS]")
    for form in (mail_html(made, FOOT, picture_url=lambda _: ""), json.dumps(slack_body(made)), json.dumps(teams_body(made))):
        assert "VERZONNEN GEGEVENS" in form
    assert discord_payload(made)["content"].startswith("**VERZONNEN GEGEVENS")


def test_issues_of_a_digest_stand_in_all_forms() -> None:
    made = digest()
    assert issue().title in json.dumps(slack_body(made), ensure_ascii=False)
    assert issue().title in json.dumps(teams_body(made), ensure_ascii=False)
    assert issue().title in json.dumps(discord_payload(made), ensure_ascii=False)
