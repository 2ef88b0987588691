"""The policy gate: each rule refuses what it should, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from listener.errors import SettingsError
from moderation.model.policy import GateFacts, House, Question, TargetNow
from moderation.model.post import AccountId, OutgoingPost, PostKind, Target
from moderation.policy.gate import CHECKS, check, old_rules, words_of
from moderation.policy.house import house_of
from moderation.policy.parse import parse_policy
from moderation.settings import OutboxSettings
from moderation.workflows.load_wording import load_policy

POLICY = load_policy()
REAL = AccountId(platform="discourse", realm="forum.example", native_id="7", name="stroom")
SIM = AccountId(platform="simulated", realm="simulated", native_id="stroom", name="stroom")
HOUSE = House(account_names=("discourse:stroom", "simulated:stroom"), allowed_targets=("forum.example", "r/stroom", "x", "m", "b"))


def ask(
    platform: str = "discourse",
    realm: str = "forum.example",
    *,
    kind: PostKind = PostKind.REPLY,
    account: AccountId = REAL,
    whoami: AccountId | None = None,
    addressed: bool = True,
    facts: GateFacts = GateFacts(),  # noqa: B008 - a frozen record
    target: TargetNow | None = None,
    house: House = HOUSE,
) -> tuple[str, ...]:
    """Return the rules that refuse."""
    where = Target(platform=platform, realm=realm, thread_id="t", parent_id="p", mention_id=3, revision=0, content_hash="h")
    post = OutgoingPost(account=account, kind=kind, target=where, text="Dag")
    now = target or TargetNow(gone=False, content_hash="h", addressed=addressed)
    return check(Question(post=post, whoami=whoami or account, target=now, facts=facts), POLICY, house).refused


def test_an_ordinary_reply_passes() -> None:
    assert ask() == ()


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ("account_swapped", {"whoami": replace(REAL, native_id="8")}),
        ("account_not_listed", {"house": replace(HOUSE, account_names=("discourse:other",))}),
        ("target_other_platform", {"platform": "reddit", "realm": "r/stroom"}),
        ("target_not_listed", {"realm": "elsewhere.example"}),
        ("target_not_listed", {"house": replace(HOUSE, allowed_targets=())}),  # a real account needs a list
        ("reddit_not_listed", {"platform": "reddit", "realm": "r/other", "account": SIM, "house": replace(HOUSE, allowed_targets=())}),
        ("target_gone", {"target": TargetNow(gone=True)}),
        ("target_edited", {"target": TargetNow(gone=False, content_hash="other")}),
        ("x_summoned", {"platform": "x", "realm": "x", "account": SIM, "addressed": False}),
        ("mastodon_addressed", {"platform": "mastodon", "realm": "m", "account": SIM, "addressed": False}),
        ("bluesky_addressed", {"platform": "bluesky", "realm": "b", "account": SIM, "addressed": False}),
        ("x_one_reply", {"platform": "x", "realm": "x", "account": SIM, "facts": GateFacts(to_same_mention=1)}),
        (
            "mastodon_announcements",
            {"platform": "mastodon", "realm": "m", "account": SIM, "kind": PostKind.STATUS_UPDATE, "facts": GateFacts(announced_day=3)},
        ),
        ("invitation_place", {"platform": "x", "realm": "x", "account": SIM, "kind": PostKind.INVITATION}),
        ("invitation_place", {"platform": "unheard_of", "account": SIM, "kind": PostKind.INVITATION}),
        ("same_text", {"facts": GateFacts(same_text=1)}),
    ],
)
def test_each_rule_refuses_its_case(rule: str, given: dict[str, object]) -> None:
    assert ask(**given) == (rule,)  # type: ignore[arg-type]  # arguments of `ask` by name


@pytest.mark.parametrize(
    "given",
    [
        {"platform": "x", "realm": "x", "account": SIM},  # named by the author
        {"platform": "reddit", "realm": "r/stroom", "account": SIM},
        {"platform": "feed", "realm": "anywhere", "account": SIM, "house": replace(HOUSE, allowed_targets=())},
        {"kind": PostKind.INVITATION},
        {"platform": "mastodon", "realm": "m", "account": SIM, "kind": PostKind.STATUS_UPDATE, "facts": GateFacts(announced_day=2)},
        {"platform": "mastodon", "realm": "m", "account": SIM, "facts": GateFacts(announced_day=9)},  # replies are no announcements
        {"facts": GateFacts(to_same_mention=4)},  # only X counts answers
    ],
)
def test_what_is_allowed_passes(given: dict[str, object]) -> None:
    assert ask(**given) == ()  # type: ignore[arg-type]  # arguments of `ask` by name


@pytest.mark.parametrize(("server", "refused"), [("social.example", ()), ("elsewhere.example", ("target_not_listed",))])
def test_an_answer_on_mastodon_goes_where_our_own_server_is_listed(server: str, refused: tuple[str, ...]) -> None:
    """Customers are on thousands of servers; what we answer stands on ours, and no list could name theirs (RULES S25)."""
    account = AccountId(platform="mastodon", realm=server, native_id="1", name="stroom")
    house = replace(HOUSE, account_names=("mastodon:stroom",), allowed_targets=("social.example",))
    assert ask("mastodon", "fediverse", account=account, house=house) == refused


def test_of_a_thousand_mixed_messages_on_x_only_those_who_named_us_are_answered() -> None:
    """RULES P1, by its own test: 1,000 mixed mentions."""
    answered = [number for number in range(1000) if not ask("x", "x", account=SIM, addressed=number % 3 == 0)]
    assert answered == list(range(0, 1000, 3))


@pytest.mark.parametrize(
    ("hour", "day", "held"), [(9, 49, ()), (10, 10, ("cap_hour",)), (0, 50, ("cap_day",)), (10, 50, ("cap_hour", "cap_day"))]
)
def test_caps_hold_what_runs_by_itself(hour: int, day: int, held: tuple[str, ...]) -> None:
    facts = GateFacts(under_caps_hour=hour, under_caps_day=day, standing=True)
    where = Target(platform="discourse", realm="forum.example", thread_id="t")
    post = OutgoingPost(account=REAL, kind=PostKind.INVITATION, target=where, text="Dag")
    question = Question(post=post, whoami=REAL, target=TargetNow(gone=False), facts=facts)
    assert check(question, POLICY, HOUSE).held == held
    single = replace(question, facts=replace(facts, standing=False), post=replace(post, kind=PostKind.REPLY))
    assert check(single, POLICY, HOUSE).passes


def test_every_rule_has_words_in_both_languages_and_a_source() -> None:
    """Every name that a check can say, and those that wording checks say."""
    wording = {"not_neutral", "review_link", "issue_is_fresh", "thread_invited", "cap_hour", "cap_day"}
    refusals = {
        "account_swapped",
        "account_not_listed",
        "target_other_platform",
        "target_not_listed",
        "reddit_not_listed",
        "target_gone",
        "target_edited",
        "x_summoned",
        "x_one_reply",
        "mastodon_addressed",
        "mastodon_announcements",
        "bluesky_addressed",
        "invitation_place",
        "same_text",
        "answered_meanwhile",
        "loop_breaker",
        "opted_out",
        "kind_not_there",
        "x_ai_approval",
        "x_similar",
        "spend_day",
        "undisclosed",
        "reddit_footer",
        "private_stays_private",
        "discord_direct",
        "discord_only",
        "no_consent",
        "sender_not_named",
        "no_way_out",
        "promotion_in_reply",
        "reply_with_review_link",
        "invitation_steers",
        "staff_account",
        "unsigned",
        "whatsapp_window",
    }
    assert set(POLICY.rules) == wording | refusals
    assert len(CHECKS) == 24
    for name in POLICY.rules:
        assert words_of(name, POLICY, "nl") != words_of(name, POLICY, "en")
        assert name in words_of(name, POLICY, "de")


def test_a_rule_that_nobody_looked_up_for_half_a_year_is_named() -> None:
    checked = POLICY.rules["x_summoned"].checked
    assert old_rules(POLICY, today=checked + timedelta(days=180)) == []
    assert "x_summoned" in [rule.name for rule in old_rules(POLICY, today=checked + timedelta(days=181))]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda read: read.pop("places"), "places is missing"),
        (lambda read: read["rules"]["a"]["says"].pop("nl"), "needs nl and en"),
        (lambda read: read["rules"]["a"].update(checked="yesterday"), "needs a date"),
        (lambda read: read["rules"]["a"].update(source=""), "source is missing"),
        (lambda read: read["places"]["x"].update(invitation="maybe"), "allowed or never"),
        (lambda read: read["places"]["x"].update(rant="never"), "places.x.rant"),
    ],
)
def test_a_mistake_in_the_file_names_its_key(change: object, says: str) -> None:
    read = {
        "rules": {"a": {"says": {"nl": "n", "en": "e"}, "row": "P1", "source": "s", "checked": date(2026, 11, 21)}},
        "places": {"x": {"invitation": "never"}},
        "invitation_words": {"nl": [], "en": []},
        "review_hosts": [],
        "announcements_per_day": 3,
    }
    assert parse_policy(read).rules["a"].row == "P1"
    change(read)  # type: ignore[operator]  # one of the lambdas above
    with pytest.raises(SettingsError, match=says):
        parse_policy(read)


def test_the_house_is_what_the_settings_say() -> None:
    settings = OutboxSettings.model_validate({"account": "simulated:stroom", "allowed_targets": ["r/stroom"], "most_per_hour": 3})
    assert house_of(settings) == House(account_names=("simulated:stroom",), allowed_targets=("r/stroom",), most_per_hour=3)
