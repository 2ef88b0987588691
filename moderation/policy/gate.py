"""May this leave now? One small function per rule, each naming the rule it refuses by; config/policy.yaml holds their words and sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from moderation.model.policy import House, Policy, PolicyRule, Question, Verdict
from moderation.model.post import FEDIVERSE, PostKind, place_names
from moderation.model.thread import ANSWERED_IN_PRIVATE
from moderation.policy.content import CONTENT_CHECKS, PROMPTS, spend_is_capped

SIMULATED = "simulated"
_UNASKED = frozenset({PostKind.STATUS_UPDATE, PostKind.INVITATION})
BROADCASTS = frozenset({PostKind.STATUS_UPDATE, PostKind.ANSWER})
"""Kinds in which one text goes to many threads: the caps count them."""
ADDRESSED_ONLY = {"x": "x_summoned", "bluesky": "bluesky_addressed", "mastodon": "mastodon_addressed"}
"""Platforms on which a program answers only those who spoke to the brand, and the rule that says so."""
OLD = timedelta(days=180)
"""A rule that nobody looked up for this long is shown to the administrator (RULES section 5)."""

_ALL_OF_REDDIT = "reddit.com"
Check = Callable[[Question, Policy, House], Iterator[str]]


def account_is_ours(question: Question, _policy: Policy, house: House) -> Iterator[str]:
    """The account that the platform names is the one that was approved, and one that this house lets post (RULES F31, S25)."""
    approved, actual = question.post.account, question.whoami
    if approved.key != actual.key:
        yield "account_swapped"
    if f"{actual.platform}:{actual.name}" not in house.account_names:
        yield "account_not_listed"


def target_fits_account(question: Question, _policy: Policy, house: House) -> Iterator[str]:
    """A post goes to the account's own platform and to a listed place; an empty list opens every place to a simulated account only."""
    target, account = question.post.target, question.whoami
    if account.platform not in (SIMULATED, target.platform):
        yield "target_other_platform"
    if not _is_listed(question, house) and (house.allowed_targets or account.platform != SIMULATED):
        yield "target_not_listed"


def subreddit_is_listed(question: Question, _policy: Policy, house: House) -> Iterator[str]:
    """P13: on Reddit only where the subreddit is listed by name, for a simulated account too; the list is empty until somebody fills it."""
    if question.post.target.platform == "reddit" and not _is_listed(question, house):
        yield "reddit_not_listed"


def _is_listed(question: Question, house: House) -> bool:
    """Tell whether the place is among those this house names. All of Reddit is never one place: each subreddit has rules of its own.

    Whomever an account on Mastodon answers, its post stands on its own server: that is the place to name. Direct rooms of Matrix are
    listed by the name of the account that is in them.
    """
    target = question.post.target
    if target.platform != "reddit":
        return not place_names(target, question.whoami).isdisjoint(house.allowed_targets) or (
            target.realm == FEDIVERSE and question.whoami.platform == target.platform and question.whoami.realm in house.allowed_targets
        )
    place = question.target.community or target.realm
    return place != _ALL_OF_REDDIT and _subreddit(place) in {_subreddit(one) for one in house.allowed_targets}


def _subreddit(name: str) -> str:
    return name.strip().lower().removeprefix("/").removeprefix("r/")


def only_when_addressed(question: Question, _policy: Policy, _house: House) -> Iterator[str]:
    """P1, P18, P20: on X, Mastodon and Bluesky a program answers those who named or quoted the brand, and nobody else."""
    rule = ADDRESSED_ONLY.get(question.post.target.platform)
    if rule and not question.target.addressed:
        yield rule


def one_reply_on_x(question: Question, _policy: Policy, _house: House) -> Iterator[str]:
    """P2: one automated reply per interaction on X."""
    if question.post.target.platform == "x" and question.facts.to_same_mention > 0:
        yield "x_one_reply"


def nobody_is_answered_twice(question: Question, _policy: Policy, _house: House) -> Iterator[str]:
    """F30: one answer to many goes nowhere where a colleague, or another plan, answered the same message in the meantime."""
    if question.post.kind is PostKind.ANSWER and question.facts.to_same_mention > 0 and not question.post.edits:
        yield "answered_meanwhile"


def announcements_are_few(question: Question, policy: Policy, _house: House) -> Iterator[str]:
    """P18: on Mastodon at most three announcements a day on one server."""
    post = question.post
    if post.target.platform == "mastodon" and post.kind in _UNASKED and question.facts.announced_day >= policy.announcements_per_day:
        yield "mastodon_announcements"


def private_stays_private(question: Question, _policy: Policy, _house: House) -> Iterator[str]:
    """What was said to us in private is answered to whoever said it, there, and nowhere else; no plan tells anything below it."""
    private_to, target = question.target.private_to, question.post.target
    if not private_to:
        return
    there = target.platform in ANSWERED_IN_PRIVATE and target.person == private_to
    if not there or question.post.kind in (PostKind.STATUS_UPDATE, PostKind.YOU_SAID):
        yield "private_stays_private"


def person_may_be_contacted(question: Question, _policy: Policy, _house: House) -> Iterator[str]:
    """P2, P34: who asked to be left alone gets nothing, except a personal answer to what they ask us after that."""
    leave = question.facts.leave
    answers = question.post.kind is PostKind.REPLY and leave.asked_since and not question.facts.standing
    if leave.opted_out and not answers:
        yield "opted_out"


def two_programs_do_not_talk(question: Question, policy: Policy, _house: House) -> Iterator[str]:
    """F34: at most three posts a day in one thread that no person chose singly, and one under a standing approval below one message."""
    facts, kind = question.facts, question.post.kind
    if question.post.edits:
        return
    automatic = facts.standing or kind in BROADCASTS
    if (automatic and facts.automatic_thread_day >= policy.automatic_per_thread_day) or (facts.standing and facts.automatic_to_mention > 0):
        yield "loop_breaker"


def place_allows_kind(question: Question, policy: Policy, _house: House) -> Iterator[str]:
    """The table platform x kind: what nobody asked for only where it is allowed, all else everywhere but where it never is."""
    post = question.post
    leave = policy.places.get(post.target.platform, {}).get(post.kind.value)
    if leave == "never" or (post.kind in PROMPTS and leave != "allowed"):
        yield "invitation_place" if post.kind in PROMPTS else "kind_not_there"


def text_is_new_there(question: Question, _policy: Policy, _house: House) -> Iterator[str]:
    """The same words went to the same place within 30 days (RULES 2.1)."""
    if question.facts.same_text > 0:
        yield "same_text"


def target_still_stands(question: Question, _policy: Policy, _house: House) -> Iterator[str]:
    """The message answered is still there, and still says what it said when the answer was approved (F8, F9)."""
    target = question.post.target
    if not target.mention_id:
        return
    if question.target.gone:
        yield "target_gone"
    elif question.target.content_hash != target.content_hash:
        yield "target_edited"


CHECKS: tuple[Check, ...] = (
    private_stays_private,
    person_may_be_contacted,
    account_is_ours,
    target_fits_account,
    subreddit_is_listed,
    target_still_stands,
    only_when_addressed,
    one_reply_on_x,
    nobody_is_answered_twice,
    announcements_are_few,
    two_programs_do_not_talk,
    place_allows_kind,
    text_is_new_there,
    *CONTENT_CHECKS,
)


def check(question: Question, policy: Policy, house: House, *, checks: Sequence[Check] = CHECKS) -> Verdict:
    """Return everything that keeps a post from leaving. Pure: the same question gives the same verdict.

    Caps hold a post until the hour or day has passed; every other rule refuses. An alarm stops nothing. Taking a post of ours away says
    nothing to anybody: only the account has to be the one that was approved, wherever the post stands and whatever became of its thread.
    """
    if question.post.removes:
        return Verdict(refused=tuple(account_is_ours(question, policy, house)))
    refused = tuple(name for one in checks for name in one(question, policy, house))
    facts, held = question.facts, []
    if (facts.standing or question.post.kind in BROADCASTS) and not question.post.edits:  # an edit is no further post
        if facts.under_caps_hour >= house.most_per_hour:
            held.append("cap_hour")
        if facts.under_caps_day >= house.most_per_day:
            held.append("cap_day")
    held += spend_is_capped(question, policy, house)
    alarms: tuple[tuple[str, str], ...] = ()
    if question.post.kind is PostKind.REPLY and facts.by_person_hour >= house.alarm_per_hour:
        alarms = (("many_replies", str(facts.by_person_hour)),)
    return Verdict(refused=refused, held=tuple(held), alarms=alarms)


def words_of(rule: str, policy: Policy, language: str) -> str:
    """Return a rule's plain words in `language` (English when it has none there), with its row and source."""
    found = policy.rules.get(rule)
    if found is None:
        return rule
    said = found.says.get(language) or found.says["en"]
    return f"{said} [{rule}, {found.row}]" if found.row else f"{said} [{rule}]"


def words_of_note(note: str, policy: Policy, language: str) -> str:
    """Return the words of the rules that an entry's note names with commas, as the gateway notes a refusal; any other note as it stands."""
    names = [name.strip() for name in note.split(",")]
    return " ".join(words_of(name, policy, language) for name in names) if all(name in policy.rules for name in names) else note


def old_rules(policy: Policy, *, today: date) -> list[PolicyRule]:
    """Return the rules that nobody looked up for more than 180 days, by name."""
    return sorted((rule for rule in policy.rules.values() if today - rule.checked > OLD), key=lambda rule: rule.name)
