"""Ask, wait or never: three numbers with their reasons, and rules that no number outweighs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.messages.asked import against, in_favour, weighed_sentence
from moderation.model.invitation import Answer, AskFacts, AskRule, Decision, Factor, JourneyKind, Weighed
from moderation.model.languages import LANGUAGES
from moderation.prompts.decide import decide
from moderation.workflows.load_wording import load_words

RULE = AskRule()
GOOD = AskFacts(
    kind=JourneyKind.CONVERSATION_CLOSED,
    number=0,
    answered=True,
    direct=False,
    opted_out=False,
    staff=False,
    place_allowed=True,
    account_connected=True,
    consent=True,
    link=True,
    fits=True,
    language="nl",
    speaks=("nl", "en"),
    local_hour=12,
    talking=False,
    talked_on=False,
    gone=False,
    promise_open=False,
    going_on=0,
    quiet_for=timedelta(hours=30),
    quiet_needed=timedelta(hours=30),
    person_asked=None,
    thread_asked=None,
    community_today=0,
    community_this_week=0,
)


def keys(decision: Decision) -> set[str]:
    return {one.key for one in decision.why_not}


def test_when_everything_speaks_for_it_somebody_is_asked() -> None:
    decision = decide(GOOD, RULE)
    assert decision.answer is Answer.ASK
    assert (decision.motivation, decision.ability, decision.prompt) == (1.0, 1.0, 1.0)
    assert {one.key for one in decision.why} >= {"ended_with_answer", "place_allows", "link", "language", "awake", "quiet"}
    assert decision.why_not == ()


NEVER = (
    ({"opted_out": True}, "opted_out"),
    ({"staff": True}, "staff"),
    ({"place_allowed": False}, "place_forbids"),
    ({"direct": True, "consent": False}, "no_consent"),
    ({"direct": True, "link": False}, "no_link"),
    ({"fits": False}, "too_long"),
    ({"language": "de"}, "language_missing"),
    ({"gone": True}, "gone"),
    ({"talked_on": True}, "talked_on"),
    ({"person_asked": timedelta(days=89)}, "person_asked"),
    ({"thread_asked": timedelta(days=29)}, "thread_asked"),
    ({"quiet_for": timedelta(days=20)}, "too_late"),
)
WAIT = (
    ({"account_connected": False}, "no_account"),
    ({"local_hour": 8}, "night"),
    ({"local_hour": 21}, "night"),
    ({"talking": True}, "talking"),
    ({"promise_open": True}, "promise_open"),
    ({"going_on": 1}, "going_on"),
    ({"community_today": 3}, "community_day"),
    ({"community_this_week": 10}, "community_week"),
    ({"quiet_for": timedelta(hours=29)}, "not_quiet"),
    ({"quiet_for": timedelta(hours=-5)}, "not_quiet"),  # a platform's clock ahead of ours
)
ASK = (
    {"person_asked": timedelta(days=90)},
    {"thread_asked": timedelta(days=30)},
    {"local_hour": 9},
    {"local_hour": 20},
    {"link": False},  # in a thread people can write below it
    {"language": ""},  # then in our own
    {"answered": False},
    {"direct": True},
    {"kind": JourneyKind.STATUS_RESOLVED},
    {"kind": JourneyKind.NTH_VISIT, "number": 25},
    {"quiet_for": timedelta(days=15)},
)


@pytest.mark.parametrize(("changes", "key"), NEVER, ids=[key for _, key in NEVER])
def test_some_things_cannot_be_waited_away(changes: dict[str, object], key: str) -> None:
    decision = decide(replace(GOOD, **changes), RULE)  # type: ignore[arg-type]  # fields by name
    assert decision.answer is Answer.NEVER
    assert keys(decision) == {key}
    assert min(decision.motivation, decision.ability, decision.prompt) < RULE.bar


@pytest.mark.parametrize(("changes", "key"), WAIT, ids=[f"{key}-{number}" for number, (_, key) in enumerate(WAIT)])
def test_some_things_pass_by_themselves(changes: dict[str, object], key: str) -> None:
    decision = decide(replace(GOOD, **changes), RULE)  # type: ignore[arg-type]  # fields by name
    assert decision.answer is Answer.WAIT
    assert keys(decision) == {key}


@pytest.mark.parametrize("changes", ASK, ids=str)
def test_at_their_bounds_these_do_not_stand_in_the_way(changes: dict[str, object]) -> None:
    assert decide(replace(GOOD, **changes), RULE).answer is Answer.ASK  # type: ignore[arg-type]  # fields by name


def test_whoever_opted_out_is_not_even_weighed() -> None:
    """RULES P2: before anything else."""
    decision = decide(replace(GOOD, opted_out=True, place_allowed=False, going_on=3), RULE)
    assert [one.key for one in (*decision.why, *decision.why_not)] == ["opted_out"]
    assert (decision.motivation, decision.ability, decision.prompt) == (0.0, 0.0, 0.0)


FACTS = st.builds(
    AskFacts,
    kind=st.sampled_from(JourneyKind),
    number=st.integers(0, 10_000),
    language=st.sampled_from(["nl", "en", "de", "", "xx"]),
    speaks=st.just(("nl", "en")),
    local_hour=st.integers(0, 23),
    going_on=st.integers(0, 9),
    quiet_for=st.timedeltas(timedelta(days=-2), timedelta(days=60)),
    quiet_needed=st.timedeltas(timedelta(hours=1), timedelta(days=14)),
    person_asked=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    thread_asked=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    community_today=st.integers(0, 20),
    community_this_week=st.integers(0, 60),
)


@given(facts=FACTS)
def test_numbers_answer_and_reasons_say_the_same(facts: AskFacts) -> None:
    decision = decide(facts, RULE)
    numbers = {
        Factor.MOTIVATION: decision.motivation,
        Factor.ABILITY: decision.ability,
        Factor.PROMPT: decision.prompt,
    }
    assert all(0.0 <= value <= 1.0 for value in numbers.values())
    assert (decision.answer is Answer.ASK) == (not decision.why_not) == (min(numbers.values()) >= RULE.bar)
    assert all(numbers[one.factor] <= one.value for one in (*decision.why, *decision.why_not))
    assert all(one.value < RULE.bar for one in decision.why_not)


@given(facts=FACTS)
def test_what_forbids_holds_whatever_else_is_true(facts: AskFacts) -> None:
    """No number makes up for an opt-out, missing consent, a barred place, an open promise, or something that goes on."""
    decision = decide(facts, RULE)
    if facts.opted_out or facts.staff or not facts.place_allowed or (facts.direct and not facts.consent):
        assert decision.answer is Answer.NEVER
    if facts.promise_open or facts.going_on or facts.talking or facts.quiet_for < facts.quiet_needed:
        assert decision.answer is not Answer.ASK


@pytest.mark.parametrize("language", LANGUAGES)
@given(facts=FACTS)
def test_every_reason_has_words(language: str, facts: AskFacts) -> None:
    words = load_words(language, "invitations")
    decision = decide(facts, RULE)
    assert all(sentence.endswith((".", "]")) for sentence in (*against(decision, words), *in_favour(decision, words)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_that_refuses_is_named(language: str) -> None:
    refused = Weighed(factor=Factor.ABILITY, key="rule.target_not_listed", value=0.0)
    assert "[target_not_listed]" in weighed_sentence(refused, load_words(language, "invitations"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_answer_and_factor_has_words(language: str) -> None:
    words = load_words(language, "invitations")
    wanted = {f"kind.{kind.value}" for kind in JourneyKind} | {f"answer.{one.value}" for one in Answer}
    wanted |= {f"factor.{one.value}" for one in Factor} | {f"state.{one}" for one in ("waiting", "asking", "asked", "never")}
    assert wanted <= set(words)
