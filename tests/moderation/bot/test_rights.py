"""Who may do what in Discord, asked at the moment of the press from our own table: the same as on the pages (RULES S2, S3, S12, S23)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from moderation.bot.answers import ON_COMMAND, ON_FORM, ON_PRESS, OPENS_FORM
from moderation.bot.asked import Kind
from moderation.bot.doors import COMMANDS, OPEN, PRESSES
from moderation.inbox.rights import ROUTES
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Right, Role
from tests.fakes.bot_house import (
    BASE_URL,
    DISABLED,
    KINDS,
    LANGUAGES,
    NOBODY,
    OTHER_GUILD,
    OURS_ONLY,
    ROLES,
    BotHouse,
    a_press,
    ids_in,
    kind_of,
    ledger_hash,
    links_in,
    text_of,
)
from tests.fakes.house import AUTHOR, OURS, THEIRS, WORDS

NEEDS = {
    "issues": Right.READ,
    "issue": Right.READ,
    "mentions": Right.READ,
    "claim": Right.ANSWER,
    "reply": Right.ANSWER,
    "status": Right.ANSWER,
    "digest": Right.READ,
    "sources": Right.READ,
    "outbox": Right.READ,
    "actions": Right.READ,
    "issues_page": Right.READ,
    "issue_open": Right.READ,
    "mentions_page": Right.READ,
    "case_open": Right.READ,
    "outbox_open": Right.READ,
    "actions_open": Right.READ,
    "issue_mute": Right.ANSWER,
    "issue_unmute": Right.ANSWER,
    "issue_resolve": Right.ANSWER,
    "issue_reopen": Right.ANSWER,
    "signal_seen": Right.ANSWER,
    "case_next": Right.ANSWER,
    "case_claim": Right.ANSWER,
    "case_release": Right.ANSWER,
    "reply_write": Right.ANSWER,
    "reply_preview": Right.ANSWER,
    "reply_send": Right.ANSWER,
    "reply_ask": Right.ANSWER,
    "reply_approve": Right.APPROVE,
    "status_write": Right.ANSWER,
    "status_words": Right.ANSWER,
    "status_next": Right.ANSWER,
    "status_open": Right.READ,
    "status_take_over": Right.ANSWER,
    "status_publish": Right.APPROVE,
    "status_discard": Right.ANSWER,
    "outbox_stop": Right.ANSWER,
    "outbox_resume": Right.APPROVE,
    "alarm_seen": Right.ANSWER,
}
"""What each command and press needs, written down a second time: a slip in the table of doors shows here."""
FRESH_ONLY = {"reply_approve", "status_publish", "outbox_resume"}
NO = {
    "right": {"nl": "jouw rol", "en": "Your role"},
    "fresh": {"nl": "opnieuw blijken", "en": "who you are again"},
    "nobody": {"nl": "bij geen collega", "en": "not linked"},
    "disabled": {"nl": "gesloten", "en": "closed"},
    "missing": {"nl": "niet zien", "en": "not yours to see"},
    "guild": {"nl": "eigen team", "en": "own server"},
    "stale": {"nl": "te oud", "en": "too old"},
}


def test_every_door_is_a_route_of_the_pages_and_needs_what_is_written_here() -> None:
    """A door without a route would have rights of its own, which nobody looks after."""
    doors = {**COMMANDS, **PRESSES}
    assert {name for name, door in doors.items() if door is not OPEN} == set(NEEDS)
    assert {name: door.needs for name, door in doors.items() if door is not OPEN} == NEEDS
    assert [name for name, door in doors.items() if door.path and (door.method, door.path) not in ROUTES] == []
    assert {name for name, door in doors.items() if door.fresh} == FRESH_ONLY


def test_everything_that_has_a_door_has_somebody_behind_it() -> None:
    """What asks for a fresh sign-in never gets as far as a handler."""
    assert set(ON_COMMAND) == {name for name, door in COMMANDS.items() if door is not OPEN}
    assert set(ON_PRESS) | set(ON_FORM) == {name for name, door in PRESSES.items() if door is not OPEN and not door.fresh}
    assert set(ON_PRESS) >= OPENS_FORM


@pytest.mark.parametrize("role", list(Role))
def test_a_role_does_in_discord_what_it_does_on_the_pages(bot_house: BotHouse, role: Role) -> None:
    """The whole matrix: each command and each press for each role. What is refused for the role says so, and changes nothing."""
    name, before = ROLES[role], ledger_hash(bot_house)
    person = bot_house.house.people.named(name).person
    refused = [one for one, needs in NEEDS.items() if not person.may(needs)]
    for lang, verb in zip(itertools.cycle(LANGUAGES), refused):
        if verb in COMMANDS:
            given: dict[str, Any] = {key: bot_house.house.things[kind][OURS] for key, kind in KINDS.items()}
            said = bot_house.command(verb, as_=name, lang=lang, **given)
            assert NO["right"][lang] in said.text, verb
    assert ledger_hash(bot_house) == before
    for lang, verb in zip(itertools.cycle(LANGUAGES), refused):
        if verb in PRESSES:
            shown = a_press(bot_house, verb)
            before = ledger_hash(bot_house)
            said = bot_house.asked(kind_of(verb), ids_in(shown)[0], name, lang)
            assert NO["right"][lang] in said.text, verb
            assert ledger_hash(bot_house) == before, verb
    assert {one for one in NEEDS if one not in refused} == {one for one, needs in NEEDS.items() if person.may(needs)}
    for verb in FRESH_ONLY - set(refused):
        said = bot_house.asked(Kind.PRESS, ids_in(a_press(bot_house, verb))[0], name, "en")
        assert NO["fresh"]["en"] in said.text
        assert links_in(said)[0].startswith(BASE_URL)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("who", "why"), [(NOBODY, "nobody"), (DISABLED, "disabled")])
def test_who_is_nobody_here_or_was_shut_out_gets_nowhere(bot_house: BotHouse, lang: str, who: str, why: str) -> None:
    """Whoever owns the server at Discord is still nobody here."""
    presses = {verb: a_press(bot_house, verb) for verb in PRESSES if PRESSES[verb] is not OPEN}
    before = ledger_hash(bot_house)
    for name in ON_COMMAND:
        assert NO[why][lang] in bot_house.command(name, as_=who, lang=lang, issue=1, case=1).text
    for verb, shown in presses.items():
        assert NO[why][lang] in bot_house.asked(kind_of(verb), ids_in(shown)[0], who, lang).text
    assert bot_house.hint("issue", "issue", "", as_=who, lang=lang) == ()
    assert ledger_hash(bot_house) == before


def test_somebody_who_is_shut_out_after_the_message_was_shown_presses_in_vain(bot_house: BotHouse) -> None:
    """Rights are asked at the press, not when the button was made (RULES S11, S23)."""
    bot_house.house.people.add("even hier", Role.AGENT, by=AUTHOR)
    bot_house.ids["even hier"] = "1160000000000000077"
    shown = bot_house.command("issue", as_="even hier", issue=bot_house.house.things[ObjectKind.ISSUE][OURS])
    account = bot_house.house.people.named("even hier")
    bot_house.house.people.set_role(account.person_id, Role.VIEWER, by=AUTHOR)
    assert NO["right"]["nl"] in bot_house.press(shown, "issue_mute", as_="even hier").text
    bot_house.house.people.disable(account.person_id, by=AUTHOR)
    assert NO["disabled"]["nl"] in bot_house.press(shown, "issue_mute", as_="even hier").text
    assert not bot_house.desk.ledger.issues.get(bot_house.house.things[ObjectKind.ISSUE][OURS]).muted


@pytest.mark.parametrize("lang", LANGUAGES)
def test_things_of_another_brand_are_not_there(bot_house: BotHouse, lang: str) -> None:
    """An admin of one brand asks for each thing of the other by number, and presses what was shown to a colleague (RULES S3)."""
    theirs: dict[str, Any] = {name: bot_house.house.things[kind][THEIRS] for name, kind in KINDS.items()}
    presses = {verb: a_press(bot_house, verb, THEIRS) for verb in PRESSES if PRESSES[verb] is not OPEN}
    before = ledger_hash(bot_house)
    for name in ("issue", "mentions", "claim", "reply", "status"):
        said = bot_house.command(name, as_=OURS_ONLY, lang=lang, **theirs)
        assert NO["missing"][lang] in said.text
    for verb, shown in presses.items():
        said = bot_house.asked(kind_of(verb), ids_in(shown)[0], OURS_ONLY, lang)
        assert said.form is None
        assert any(word[lang] in said.text for word in (NO["missing"], NO["right"], {"nl": "alle merken", "en": "every brand"})), verb
    assert ledger_hash(bot_house) == before
    assert "merk" in bot_house.command("mentions", as_=OURS_ONLY, brand=THEIRS).text


@pytest.mark.parametrize(("name", "given"), [("issues", {}), ("digest", {"period": "week"}), ("outbox", {}), ("actions", {})])
def test_nothing_of_another_brand_is_in_a_list(bot_house: BotHouse, name: str, given: dict[str, str]) -> None:
    """Lists are cut where the pages cut them."""
    said = text_of(bot_house.command(name, as_=OURS_ONLY, **given))
    assert WORDS[OURS] in said
    assert WORDS[THEIRS] not in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_about_every_brand_at_once_is_for_who_works_for_all(bot_house: BotHouse, lang: str) -> None:
    """What a source saw cannot be split by brand; letting sends go on lets those of every brand go on."""
    for said in (
        bot_house.command("sources", as_=OURS_ONLY, lang=lang),
        bot_house.asked(Kind.PRESS, ids_in(a_press(bot_house, "outbox_resume"))[0], OURS_ONLY, lang),
    ):
        assert {"nl": "alle merken", "en": "every brand"}[lang] in said.text
        assert not said.embeds


def test_nothing_of_another_brand_is_offered_while_typing(bot_house: BotHouse) -> None:
    offered = [*bot_house.hint("issue", "issue", "", as_=OURS_ONLY), *bot_house.hint("claim", "case", "", as_=OURS_ONLY)]
    offered += bot_house.hint("issues", "brand", "", as_=OURS_ONLY)
    assert offered
    assert [name for name, _ in offered if WORDS[THEIRS] in name or THEIRS in name] == []


def test_a_server_that_is_not_ours_gets_no_answers(bot_house: BotHouse) -> None:
    """A bot can be invited into any server by whoever has its link; a colleague's right holds in ours only (RULES S25)."""
    for name in ON_COMMAND:
        assert NO["guild"]["nl"] in bot_house.command(name, guild=OTHER_GUILD, issue=1, case=1).text
    shown = bot_house.command("issue", issue=bot_house.house.things[ObjectKind.ISSUE][OURS])
    assert NO["guild"]["nl"] in bot_house.press(shown, "issue_mute", guild=OTHER_GUILD).text
    assert NO["guild"]["nl"] in bot_house.press(shown, "issue_mute", guild="").text


def test_a_colleague_who_asks_too_often_waits(bot_house: BotHouse) -> None:
    """Searching is counted here as on the pages: a night of it would take the whole house out (RULES S14)."""
    said = [bot_house.command("mentions", as_=ROLES[Role.VIEWER], brand="Nergens") for _ in range(70)]
    assert "vaak" in said[-1].text
    bot_house.restart()
