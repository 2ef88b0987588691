"""Every command, button, menu and form, in both languages: within Discord's limits, and done by the workflows of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from listener.errors import StoreLocked
from listener.model.issue import IssueState
from moderation.bot.asked import Kind
from moderation.bot.call import bot_words
from moderation.bot.commands import commands
from moderation.bot.doors import COMMANDS
from moderation.ledger.bot_presses import PressLedger
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Role
from tests.fakes.bot_house import BASE_URL, COLLEAGUE, LANGUAGES, ROLES, BotHouse, ids_in, links_in, text_of
from tests.fakes.discord_wire.checks import command_errors
from tests.fakes.house import AUTHOR, OURS, THEIRS, WORDS

ISSUE, CASE = ObjectKind.ISSUE, ObjectKind.CASE
# command, options (of our brand), a word that its answer holds in each language
SHOWN: tuple[tuple[str, Mapping[str, ObjectKind | str], Mapping[str, str]], ...] = (
    ("issues", {}, {"nl": "Kwesties", "en": "Issues"}),
    ("issues", {"state": "resolved", "brand": OURS}, {"nl": "Geen kwestie", "en": "No issue"}),
    ("issue", {"issue": ISSUE}, {"nl": "we zoeken het uit", "en": "finding out"}),
    ("mentions", {"issue": ISSUE}, {"nl": "vandaag", "en": "today"}),
    ("mentions", {"brand": OURS}, {"nl": "vandaag", "en": "today"}),
    ("claim", {"case": CASE}, {"nl": "Gesprek", "en": "Conversation"}),
    ("reply", {"case": CASE}, {"nl": "Jouw antwoord", "en": "Your reply"}),
    ("status", {"issue": ISSUE}, {"nl": "Wat we weten", "en": "What we know"}),
    ("digest", {"period": "now"}, {"nl": "Overzicht", "en": "Digest"}),
    ("digest", {"period": "day"}, {"nl": "kwestie", "en": "issue"}),
    ("digest", {"period": "week"}, {"nl": "kwestie", "en": "issue"}),
    ("sources", {}, {"nl": "Bronnen", "en": "Sources"}),
    ("outbox", {}, {"nl": "Verzending gaat door", "en": "Sends go on"}),
    ("actions", {}, {"nl": "nog niet af", "en": "not done yet"}),
    ("privacy", {}, {"nl": "Wat Klankbord bewaart", "en": "What Klankbord keeps"}),
    ("forget-me", {}, {"nl": "Lees mij niet", "en": "Do not read me"}),
)


def options_of(house: BotHouse, given: Mapping[str, ObjectKind | str]) -> dict[str, Any]:
    return {name: house.house.things[one][OURS] if isinstance(one, ObjectKind) else one for name, one in given.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("name", "given", "holds"), SHOWN, ids=lambda one: one if isinstance(one, str) else None)
def test_a_command_answers_in_the_language_of_whoever_asks(
    bot_house: BotHouse, lang: str, name: str, given: Mapping[str, ObjectKind | str], holds: Mapping[str, str]
) -> None:
    """Colleagues read Discord in their own language; the bot speaks that one, whatever the house's is."""
    said = bot_house.command(name, lang=lang, **options_of(bot_house, given))
    assert holds[lang] in text_of(said)


def test_each_command_is_tried_above() -> None:
    assert {name for name, _, _ in SHOWN} == set(COMMANDS)


def test_discord_takes_the_commands_in_both_languages() -> None:
    """A name that Discord refuses keeps all commands of a server from being known."""
    made = commands()
    assert [one["name"] for one in made] == list(COMMANDS)
    assert list(command_errors(made)) == []
    assert [one["name"] for one in made if "nl" not in one["name_localizations"] or "nl" not in one["description_localizations"]] == []


def test_an_issue_is_opened_from_the_list_and_its_messages_from_there(bot_house: BotHouse) -> None:
    """Who sees a list wants the one that hurts: one press, no number typed."""
    listed = bot_house.command("issues")
    opened = bot_house.press(listed, "issue_open", choose=str(bot_house.house.things[ISSUE][THEIRS]))
    assert WORDS[THEIRS] in text_of(opened)
    assert WORDS[THEIRS] in text_of(bot_house.press(opened, "mentions_page"))
    assert f"{BASE_URL}/issues/{bot_house.house.things[ISSUE][THEIRS]}" in links_in(opened)


def test_a_list_is_paged_in_place(bot_house: BotHouse) -> None:
    """A page that came as a new message each time would fill the channel of whoever reads on."""
    for _ in range(6):
        bot_house.new_case()
    first = bot_house.command("mentions", brand=OURS)
    second = bot_house.press(first, "mentions_page")
    assert second.replaces
    assert second.embeds[0]["description"] != first.embeds[0]["description"]
    back = bot_house.press(second, "mentions_page")
    assert back.replaces
    assert back.embeds[0]["description"] == first.embeds[0]["description"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_marks_of_an_issue_are_put_and_taken_off(bot_house: BotHouse, lang: str) -> None:
    """Muting is what a community manager does most; it has to be undone as easily."""
    issue_id = bot_house.house.things[ISSUE][OURS]
    for verb in ("issue_mute", "issue_unmute", "issue_resolve", "issue_reopen"):
        said = bot_house.press(bot_house.command("issue", issue=issue_id), verb, lang=lang)
        assert WORDS[OURS] in said.text
        issue = bot_house.desk.ledger.issues.get(issue_id)
        assert (issue.muted, issue.resolved_at is not None) == (verb == "issue_mute", verb == "issue_resolve")


def test_a_press_on_an_issue_that_changed_says_who_changed_it_and_does_nothing(bot_house: BotHouse) -> None:
    """Two people who look at the same old message must not undo each other's work unseen."""
    issue_id = bot_house.house.things[ISSUE][THEIRS]
    old = bot_house.command("issue", issue=issue_id)
    bot_house.press(bot_house.command("issue", as_=COLLEAGUE, issue=issue_id), "issue_mute", as_=COLLEAGUE)
    said = bot_house.press(old, "issue_resolve")
    assert COLLEAGUE in said.text
    assert bot_house.desk.ledger.issues.get(issue_id).resolved_at is None
    bot_house.press(bot_house.command("issue", issue=issue_id), "issue_unmute")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_people_cannot_hold_one_conversation(bot_house: BotHouse, lang: str) -> None:
    """Two answers to one customer are worse than none; who is second hears who has it."""
    case_id = bot_house.new_case()
    assert "Naam" in text_of(bot_house.command("claim", lang=lang, case=case_id))
    said = bot_house.command("claim", as_=COLLEAGUE, lang=lang, case=case_id)
    assert AUTHOR in said.text
    assert bot_house.holder(case_id) == AUTHOR


def test_the_same_claim_pressed_by_two_goes_to_the_first(bot_house: BotHouse) -> None:
    """Both see the same button; the version that it carries decides."""
    case_id = bot_house.new_case()
    shown = bot_house.command("claim", as_=COLLEAGUE, case=case_id)
    released = bot_house.press(shown, "case_release", as_=COLLEAGUE)
    assert released.replaces
    issue = bot_house.house.things[CASE][OURS]  # held by AUTHOR: nobody else may take it
    assert AUTHOR in bot_house.command("claim", as_=COLLEAGUE, case=issue).text
    bot_house.desk.queueing.acts.claim(case_id, AUTHOR, bot_house.desk.cases.get(case_id).version)
    late = bot_house.press(shown, "case_release", as_=COLLEAGUE)
    assert AUTHOR in late.text
    assert bot_house.holder(case_id) == AUTHOR


def test_without_a_number_the_next_conversation_is_taken_once(bot_house: BotHouse) -> None:
    """ "Give me something to do" is one word; pressed by two at once, each gets another one."""
    bot_house.new_case()
    bot_house.new_case()
    first, second = bot_house.command("claim"), bot_house.command("claim", as_=COLLEAGUE)
    assert first.embeds[0]["title"] != second.embeds[0]["title"]


def test_every_send_is_stopped_from_discord_and_let_go_on_from_the_page_only(bot_house: BotHouse) -> None:
    """Stopping is safe for everybody who answers; letting go on asks who somebody is again (RULES S12)."""
    said = bot_house.press(bot_house.command("outbox", as_=COLLEAGUE), "outbox_stop", as_=COLLEAGUE)
    assert COLLEAGUE in said.text
    assert bot_house.desk.outbox.stopped()
    again = bot_house.press(bot_house.command("outbox"), "outbox_resume")
    assert links_in(again) == [f"{BASE_URL}/outbox"]
    assert bot_house.desk.outbox.stopped()
    bot_house.desk.outbox.resume(AUTHOR)


def test_an_alarm_is_seen_by_whoever_says_so(bot_house: BotHouse) -> None:
    """An alarm stays on everybody's list until one colleague looked."""
    alarms = bot_house.desk.alarms.unseen()
    said = bot_house.press(bot_house.command("outbox"), "alarm_seen", choose=str(alarms[0].alarm_id))
    assert alarms[0].alarm_id not in {one.alarm_id for one in bot_house.desk.alarms.unseen()}
    assert "Wat namens ons vertrekt" in text_of(said)


def test_a_press_is_too_old_after_a_day(bot_house: BotHouse) -> None:
    """What one person was shown yesterday is asked for again, and then seen as it stands."""
    listed = bot_house.command("issues")
    bot_house.house.clock.advance(timedelta(days=1, minutes=1))
    assert "te oud" in bot_house.asked(Kind.PRESS, ids_in(listed)[0], AUTHOR, "nl", values=("1",)).text
    assert bot_house.bot.presses.forget_before(bot_house.house.clock.now()) > 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_options_are_offered_while_somebody_types(bot_house: BotHouse, lang: str) -> None:
    """Nobody knows numbers by heart."""
    issue_id, case_id = bot_house.house.things[ISSUE][OURS], bot_house.new_case(holder=AUTHOR)
    assert issue_id in [value for _, value in bot_house.hint("issue", "issue", WORDS[OURS][:5].upper(), lang=lang)]
    assert bot_house.hint("issue", "issue", "geen enkele kwestie heet zo", lang=lang) == ()
    assert case_id in [value for _, value in bot_house.hint("reply", "case", "", lang=lang)]
    assert [value for _, value in bot_house.hint("issues", "brand", "stroom", lang=lang)] == [OURS]


def test_a_viewer_is_shown_no_buttons_that_their_role_does_not_press(bot_house: BotHouse) -> None:
    """A button that only ever says no is in the way."""
    said = bot_house.command("issue", as_=ROLES[Role.VIEWER], issue=bot_house.house.things[ISSUE][OURS])
    assert bot_house.verbs(said) == ["mentions_page"]


def test_issue_states_are_those_of_the_product() -> None:
    """The choices of /issues are typed nowhere twice."""
    state = next(one for one in commands()[0]["options"] if one["name"] == "state")
    assert [one["value"] for one in state["choices"]] == [one.value for one in IssueState]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_while_the_ledger_is_busy_an_answer_comes_without_its_buttons_and_says_so(
    bot_house: BotHouse, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was claimed is claimed, also when what stands below it cannot be kept; a button that does nothing would be a lie."""
    whole = bot_house.command("issues", lang=lang)
    assert ids_in(whole)
    taken = bot_house.command("claim", lang=lang, case=bot_house.house.things[CASE][OURS])
    monkeypatch.setattr(PressLedger, "keep", busy)
    for said, same in (
        (bot_house.command("issues", lang=lang), whole),
        (bot_house.command("claim", lang=lang, case=bot_house.house.things[CASE][OURS]), taken),
    ):
        assert (said.rows, ids_in(said)) == ((), [])
        assert said.text.endswith(bot_words(lang).text("no.buttons"))
        assert said.embeds == same.embeds
        assert said.text.startswith(same.text)


def test_while_the_ledger_is_busy_a_form_is_not_opened_and_somebody_is_told(bot_house: BotHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form whose words nobody takes would lose what somebody typed."""
    monkeypatch.setattr(PressLedger, "keep", busy)
    said = bot_house.command("reply", case=bot_house.house.things[CASE][OURS])
    assert said.form is None
    assert said.text == bot_words("nl").text("no.failed")


def busy(*_given: object, **_named: object) -> None:
    raise StoreLocked("another process writes")
