"""Ask now, wait, or never: behaviour = motivation x ability x prompt, three numbers between 0 and 1 with their reasons. Pure.

Nothing that goes in tells what somebody feels, what went wrong or how they score: a complaint and a compliment give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from moderation.model.invitation import Answer, AskFacts, AskRule, Decision, Factor, JourneyKind, Weighed

ENOUGH = 1.0
FAIR = 0.7
BARELY = 0.6
NOTHING = 0.0
_MOTIVES = {JourneyKind.STATUS_RESOLVED: ("status_resolved", 0.9), JourneyKind.NTH_VISIT: ("regular_visit", FAIR)}


def decide(facts: AskFacts, rule: AskRule) -> Decision:
    """Return whether to ask now, with what speaks for it and what against it.

    Somebody who opted out, and our own staff, are never weighed at all. Each number is the least of its parts, for a chain is as strong
    as its weakest link; all three have to reach `rule.bar`. What is below it says itself whether waiting helps.
    """
    barred = tuple(_before_anything(facts))
    weighed = barred or (*_motivation(facts, rule), *_ability(facts), *_prompt(facts, rule))
    lacking = tuple(one for one in weighed if one.value < rule.bar)
    hopeless = any(one.otherwise is Answer.NEVER for one in lacking)
    answer = Answer.NEVER if hopeless else Answer.WAIT if lacking else Answer.ASK

    def least(factor: Factor) -> float:
        return min((one.value for one in weighed if one.factor is factor), default=NOTHING)

    return Decision(
        answer=answer,
        motivation=least(Factor.MOTIVATION),
        ability=least(Factor.ABILITY),
        prompt=least(Factor.PROMPT),
        why=tuple(one for one in weighed if one.value >= rule.bar),
        why_not=lacking,
    )


def _before_anything(facts: AskFacts) -> Iterator[Weighed]:
    if facts.opted_out:
        yield Weighed(factor=Factor.MOTIVATION, key="opted_out", value=NOTHING)
    elif facts.staff:
        yield Weighed(factor=Factor.MOTIVATION, key="staff", value=NOTHING)


def _motivation(facts: AskFacts, rule: AskRule) -> Iterator[Weighed]:
    """Whether the journey gives a reason to answer: something ended, was solved, or somebody comes more often."""
    if facts.kind is JourneyKind.CONVERSATION_CLOSED:
        key, value = ("ended_with_answer", ENOUGH) if facts.answered else ("ended", FAIR)
    else:
        key, value = _MOTIVES[facts.kind]
    yield Weighed(factor=Factor.MOTIVATION, key=key, value=value, number=facts.number)
    if facts.person_asked is not None and facts.person_asked < rule.person_every:
        yield Weighed(factor=Factor.MOTIVATION, key="person_asked", value=NOTHING, number=facts.person_asked.days)


def _ability(facts: AskFacts) -> Iterator[Weighed]:
    """Whether this person can do it here: the place allows it, the link works, the words are theirs."""

    def part(good: bool, yes: str, no: str, otherwise: Answer = Answer.NEVER) -> Weighed:
        key, value = (yes, ENOUGH) if good else (no, NOTHING)
        return Weighed(factor=Factor.ABILITY, key=key, value=value, otherwise=otherwise)

    yield part(facts.place_allowed, "place_allows", "place_forbids")
    yield part(facts.account_connected, "account_there", "no_account", Answer.WAIT)
    if facts.direct:
        yield part(facts.consent, "consent", "no_consent")
        yield part(facts.link, "link", "no_link")
    else:
        yield Weighed(
            factor=Factor.ABILITY, key="link" if facts.link else "thread_only", value=ENOUGH if facts.link else BARELY, number=0.0
        )
    yield part(facts.fits, "fits", "too_long")
    yield _language(facts)


def _language(facts: AskFacts) -> Weighed:
    if not facts.language:
        return Weighed(factor=Factor.ABILITY, key="language_unknown", value=BARELY)
    known = facts.language in facts.speaks
    return Weighed(factor=Factor.ABILITY, key="language" if known else "language_missing", value=ENOUGH if known else NOTHING)


def _prompt(facts: AskFacts, rule: AskRule) -> Iterator[Weighed]:
    """Whether this is the moment: the talk is over but not forgotten, nothing is going on, and this place was not asked lately."""

    def stands_in_the_way(key: str, number: float = 0.0, otherwise: Answer = Answer.WAIT) -> Weighed:
        return Weighed(factor=Factor.PROMPT, key=key, value=NOTHING, number=number, otherwise=otherwise)

    if facts.gone:
        yield stands_in_the_way("gone", otherwise=Answer.NEVER)
    if facts.talked_on:
        yield stands_in_the_way("talked_on", otherwise=Answer.NEVER)
    if facts.thread_asked is not None and facts.thread_asked < rule.thread_every:
        yield stands_in_the_way("thread_asked", facts.thread_asked.days, Answer.NEVER)
    if facts.talking:
        yield stands_in_the_way("talking")
    if facts.promise_open:
        yield stands_in_the_way("promise_open")
    if facts.going_on:
        yield stands_in_the_way("going_on", facts.going_on)
    if facts.community_today >= rule.community_per_day:
        yield stands_in_the_way("community_day", facts.community_today)
    if facts.community_this_week >= rule.community_per_week:
        yield stands_in_the_way("community_week", facts.community_this_week)
    awake = rule.from_hour <= facts.local_hour < rule.to_hour
    yield Weighed(factor=Factor.PROMPT, key="awake" if awake else "night", value=ENOUGH if awake else NOTHING, otherwise=Answer.WAIT)
    yield _quiet(facts, rule)


def _quiet(facts: AskFacts, rule: AskRule) -> Weighed:
    """Too early the talk is not over, too late the customer has moved on."""
    quiet_hours = facts.quiet_for / timedelta(hours=1)
    if facts.quiet_for < facts.quiet_needed:
        share = max(0.0, facts.quiet_for / facts.quiet_needed)
        return Weighed(factor=Factor.PROMPT, key="not_quiet", value=share * rule.bar * 0.99, number=quiet_hours, otherwise=Answer.WAIT)
    over = (facts.quiet_for - facts.quiet_needed) / rule.late
    if over > 1.0:
        return Weighed(factor=Factor.PROMPT, key="too_late", value=NOTHING, number=quiet_hours)
    return Weighed(factor=Factor.PROMPT, key="quiet", value=1.0 - (1.0 - rule.bar) * over, number=quiet_hours)
