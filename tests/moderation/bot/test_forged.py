"""Presses that somebody made up, made twice, or filled with what they like: nothing happens by them (RULES S15, S22, S23, F5)."""

from __future__ import annotations

import random
import secrets

from moderation.bot.answers import ON_FORM, ON_PRESS, OPENS_FORM
from moderation.bot.asked import Kind
from moderation.bot.buttons import MARK, Buttons
from moderation.bot.doors import OPEN, PRESSES
from moderation.bot.said import EPHEMERAL, Said, message_of
from moderation.model.object_kind import ObjectKind
from moderation.model.status import IssueStatus
from tests.fakes.bot_house import COLLEAGUE, DISABLED, NOBODY, OURS_ONLY, BotHouse, a_press, ids_in, ledger_hash
from tests.fakes.discord_wire.checks import pings
from tests.fakes.house import AUTHOR, OURS, THEIRS


def test_500_forged_presses_do_nothing(bot_house: BotHouse) -> None:
    """Ids that were never made, ids of another kind, values that name what is not theirs, old ids, other servers: 0 effects (RULES S23).

    The ledger is the same byte for byte, but for what was shown to be pressed before the first of them.
    """
    drawn = random.Random(20260302)
    real = [ids_in(a_press(bot_house, verb))[0] for verb in PRESSES]
    theirs = [ids_in(a_press(bot_house, verb, THEIRS))[0] for verb in PRESSES if PRESSES[verb] is not OPEN]
    menu, buttons = [], Buttons()
    for verb in ("issue_open", "alarm_seen"):
        row = buttons.menu(verb, "kies", [("a", "1", "")], chosen="issue" if verb == "issue_open" else "alarm")
        menu.append(row["components"][0]["custom_id"])
    bot_house.bot.presses.keep(buttons.made, at=bot_house.house.clock.now(), until=None)
    tries: list[tuple[Kind, str, str, str, tuple[str, ...]]] = []
    for _ in range(150):  # an id that nobody made, by somebody with every right
        made = drawn.choice(
            [MARK + secrets.token_urlsafe(18), secrets.token_urlsafe(20), "k2." + "a" * 24, "claim:1", "issue_mute", MARK, ""]
        )
        tries.append((drawn.choice([Kind.PRESS, Kind.FORM]), made, AUTHOR, "", ()))
    for _ in range(150):  # a real id, changed by one sign
        at, one = drawn.randrange(3, 20), drawn.choice(real)
        tries.append((Kind.PRESS, one[:at] + ("A" if one[at] != "A" else "B") + one[at + 1 :], AUTHOR, "", ()))
    for _ in range(100):  # a real id by somebody who is nobody, is shut out, or is of another brand
        who = drawn.choice([NOBODY, DISABLED, OURS_ONLY])
        tries.append((Kind.PRESS, drawn.choice(theirs), who, "", ()))
    for _ in range(50):  # a real id as the wrong kind: a form pressed, a button sent as a form
        verb = drawn.choice([*ON_FORM, *(set(ON_PRESS) - OPENS_FORM)])
        at = list(PRESSES).index(verb)
        tries.append((Kind.PRESS if verb in ON_FORM else Kind.FORM, real[at], AUTHOR, "", ()))
    for _ in range(50):  # a menu of ours with a value that it does not have
        value = drawn.choice(["0", "-1", "1e9", "1 or 1=1", "../1", "9" * 30, "", "２", "x" * 100])
        tries.append((Kind.PRESS, drawn.choice(menu), drawn.choice([AUTHOR, OURS_ONLY]), "", (value,)))
    assert len(tries) == 500
    before = ledger_hash(bot_house)
    for kind, name, who, _, values in tries:
        said = bot_house.asked(kind, name, who, "nl", values=values)
        assert said.form is None
        assert not said.embeds or who == AUTHOR  # somebody with every right may look; nothing is done all the same
    assert ledger_hash(bot_house) == before


def test_a_double_press_is_one_act(bot_house: BotHouse) -> None:
    """Impatient fingers and a slow line: the second press finds it done (RULES F5)."""
    issue_id, case_id = bot_house.house.things[ObjectKind.ISSUE][THEIRS], bot_house.new_case()
    shown = bot_house.command("issue", issue=issue_id)
    acts = len(bot_house.desk.ledger.issues.acts(issue_id))
    for _ in range(3):
        bot_house.press(shown, "issue_mute")
    assert len(bot_house.desk.ledger.issues.acts(issue_id)) == acts + 1
    bot_house.press(bot_house.command("issue", issue=issue_id), "issue_unmute")
    claim = a_press(
        bot_house, "case_claim", case=case_id, issue="", draft="", update="", alarm="", version=bot_house.desk.cases.get(case_id).version
    )
    for _ in range(3):
        bot_house.press(claim, "case_claim", as_=COLLEAGUE)
    assert len(bot_house.desk.queueing.acts.acts(case_id)) == 1
    assert bot_house.holder(case_id) == COLLEAGUE


def test_what_is_typed_in_a_form_names_nothing_of_ours(bot_house: BotHouse) -> None:
    """A form that is sent with fields of its own making acts on what it was opened for, and on nothing else (RULES S15)."""
    theirs = bot_house.desk.status.publish.draft(
        bot_house.house.things[ObjectKind.ISSUE][THEIRS],
        IssueStatus.SEEN,
        {},
        AUTHOR,
    )
    issue_id = bot_house.house.things[ObjectKind.ISSUE][OURS]

    def drafts(issue: int) -> dict[int, str]:
        return {one.update_id: one.made_by for one in bot_house.desk.status.line(issue).drafts}

    before, ours_before = drafts(bot_house.house.things[ObjectKind.ISSUE][THEIRS]), drafts(issue_id)
    form = bot_house.command("status", as_=OURS_ONLY, issue=issue_id, state="seen")
    assert form.form is not None
    forged = {"subject": "de storing", "instead": str(theirs.update_id), "issue": str(bot_house.house.things[ObjectKind.ISSUE][THEIRS])}
    between = bot_house.asked(Kind.FORM, form.form["custom_id"], OURS_ONLY, "nl", fields=forged)
    second = bot_house.press(between, "status_next", as_=OURS_ONLY)
    assert second.form is not None
    bot_house.asked(Kind.FORM, second.form["custom_id"], OURS_ONLY, "nl", fields={**forged, "subject": "the outage"})
    assert drafts(bot_house.house.things[ObjectKind.ISSUE][THEIRS]) == before
    assert before[theirs.update_id] == AUTHOR
    mine = drafts(issue_id).keys() - ours_before.keys()
    assert {drafts(issue_id)[one] for one in mine} == {OURS_ONLY}
    assert len(mine) == 1
    for update_id in (theirs.update_id, *mine):
        bot_house.desk.status.publish.discard(update_id, AUTHOR)


def test_nothing_that_leaves_rings_anybody() -> None:
    """Whatever an answer says: Discord is told to ring nobody (RULES S22)."""
    said = message_of(Said(text="@everyone @here <@1160000000000000001> <@&1>"))
    assert pings(said) == []
    assert said["flags"] == EPHEMERAL
