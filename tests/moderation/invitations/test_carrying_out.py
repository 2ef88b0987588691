"""What becomes of a decision to ask: once, whatever is killed when, and through shadow, draft and standing approval in that order."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from moderation.inviting import inviting_on
from moderation.model.leave import Consent, OptOut
from moderation.model.outbox import DraftState, StandingApproval
from moderation.model.post import PostKind
from moderation.model.shadow import Judged, ShadowKind
from moderation.model.status import IssueStatus, NewUpdate
from moderation.workflows import ask_people, decide_invitations
from moderation.workflows.invitation_ports import Around
from tests.fakes.desk import HOUSE, MORNING, Desk
from tests.fakes.invited import BASE, DAYS, SETUP, Invited, issue_of, open_invited, rigged, rule, said

MANY = rule(community_per_day=40, community_per_week=60)


class Killed(BaseException):
    """The process is gone: nobody catches this."""


class KilledAt:
    """Passes calls on to `inside`, and dies before or after the n-th of all calls that change something."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0

    def around(self, inside: Any, names: set[str]) -> Any:
        return _Watched(inside, names, self)

    def step(self) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise Killed


class _Watched:
    def __init__(self, inside: Any, names: set[str], killer: KilledAt) -> None:
        self._inside, self._names, self._killer = inside, names, killer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inside, name)
        if name not in self._names:
            return found

        def called(*given: Any, **named: Any) -> Any:
            self._killer.step()
            done = found(*given, **named)
            self._killer.step()
            return done

        return called


def breakable(invited: Invited, killer: KilledAt) -> None:
    """Let a killer watch every change that a look makes."""
    decide = invited.inviting.decide
    ledger = killer.around(decide._ledger, {"add_events", "start", "finish", "decide"})
    decide._ledger = decide._asking._ledger = ledger
    decide._asking._drafts = killer.around(decide._asking._drafts, {"add"})
    decide._visits = killer.around(decide._visits, {"count"})
    around = decide._around
    shadow, outbox = killer.around(around.shadow, {"record"}), killer.around(around.outbox, {"approve_standing"})
    decide._around = decide._asking._around = replace(around, shadow=shadow, outbox=outbox)


def graduate(invited: Invited, ids: list[int]) -> None:
    """Let every template that is in shadow go live, as people would: checked one by one, then graduated."""
    shadow = invited.desk.shadow
    for item in shadow.items(kind=ShadowKind.INVITATION):
        shadow.review(item.shadow_id, Judged.RIGHT, "carla")
    for figures in shadow.figures():
        if figures.holds and figures.graduation is None:
            shadow.graduate(figures.kind, figures.subject, "carla")
    assert ids


def in_shadow(invited: Invited, number: int = 60) -> None:
    """Let so many people be asked in shadow, each in a community of their own."""
    ids = invited.talk(*(said(f"s{one}", realm=f"forum{one}.example") for one in range(number)), answered=False)
    invited.wait(3 * DAYS)
    invited.look()
    graduate(invited, ids)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Invited]:
    """A desk whose invitations graduated."""
    with open_invited(tmp_path / "live", setup=MANY) as invited:
        in_shadow(invited)
        yield invited


def give_standing(desk: Desk, invited: Invited) -> StandingApproval:
    version = SETUP.wording["nl"].version("invitation_thread")
    name, _, digest = version.partition("@")
    return invited.standing.give(
        StandingApproval(
            standing_id=0,
            kind=PostKind.INVITATION,
            template=name,
            template_hash=digest,
            variables=("brand", "link", "signature"),
            audience_rule="journey events",
            accounts=(desk.account.account.key,),
            most_per_hour=5,
            most_per_day=9,
            given_by="carla",
            given_at=desk.clock.now(),
            expires_at=desk.clock.now() + 30 * DAYS,
        )
    )


async def test_after_graduation_a_draft_waits_for_one_person(live: Invited) -> None:
    live.talk(said("new"), answered=False)
    live.wait(3 * DAYS)
    live.look()
    kept = live.latest()[-1]
    draft = live.desk.outbox.draft(kept.draft_id or 0)
    assert (draft.state, draft.kind, draft.text) == (DraftState.OPEN, PostKind.INVITATION, kept.text)
    assert draft.case_id is None, "an invitation is no answer to a case"
    await live.desk.settle()
    assert live.desk.platform.posts() == []
    live.desk.outbox.approve(draft.draft_id, "carla")
    await live.desk.settle()
    assert [post.kind for post in live.desk.platform.posts()] == ["invitation"]


async def test_under_a_standing_approval_it_leaves_by_itself(live: Invited) -> None:
    given = give_standing(live.desk, live)
    live.talk(said("new"), answered=False)
    live.wait(3 * DAYS)
    live.look()
    (entry,) = live.desk.entries.entries()
    assert entry.standing_id == given.standing_id
    await live.desk.settle()
    (post,) = live.desk.platform.posts()
    assert post.text == live.latest()[-1].text


async def test_a_void_standing_approval_lets_nothing_leave(live: Invited) -> None:
    given = give_standing(live.desk, live)
    live.standing.make_void(given.standing_id, reason="template", who="carla", at=live.desk.clock.now())
    live.talk(said("new"), answered=False)
    live.wait(3 * DAYS)
    live.look()
    assert live.desk.entries.entries() == []
    assert live.latest()[-1].draft_id is not None


def test_looking_again_and_starting_again_change_nothing(tmp_path: Path) -> None:
    with open_invited(tmp_path, setup=MANY) as invited:
        invited.talk(*(said(str(number)) for number in range(5)), answered=False)
        invited.wait(3 * DAYS)
        invited.look()
        before = invited.latest()
        lines = len(invited.desk.audit.lines())
        invited.look()
        again = rigged(invited.desk, setup=MANY)
        again.look()
        assert again.latest() == before
        assert len(invited.desk.audit.lines()) == lines
        assert len(invited.desk.shadow.items()) == 5


def runs(tmp_path: Path, at: int, *, standing: bool) -> tuple[Invited, bool, Counter[str]]:
    """Let a look be killed at its n-th change, start again, and return what there is then, and whether it was killed at all."""
    home = tmp_path / f"kill{at}"
    shutil.copytree(tmp_path / "before", home)
    with open_invited(home, setup=MANY, start=MORNING + 6 * DAYS) as invited:
        ids = [one.mention_id for one in invited.desk.ledger.mentions.latest(3)]
        breakable(invited, KilledAt(at))
        killed = False
        try:
            invited.look()
        except Killed:
            killed = True
        again = rigged(invited.desk, setup=MANY)
        again.look()
        again.look()
        mine = {one.event.mention_id: one for one in again.latest() if one.event.mention_id in ids}
        assert len(mine) == len(ids)
        assert {one.event.state for one in mine.values()} == {"asked"}
        items = Counter(item.post.target.parent_id for item in again.desk.shadow.items() if item.post.target.mention_id in ids)
        drafts = Counter(one.target.parent_id for one in again.desk.drafts.all() if one.kind is PostKind.INVITATION)
        entries = Counter(one.post.target.parent_id for one in again.desk.entries.entries())
        assert set(items.values()) == {1}
        assert drafts == entries == (Counter({"a": 1, "b": 1, "c": 1}) if standing else Counter())
        return again, killed, entries


@pytest.mark.parametrize("standing", [False, True], ids=["shadow", "standing"])
def test_killed_at_any_step_everybody_is_asked_once(tmp_path: Path, standing: bool) -> None:
    """Every change a look makes is a place to die, before and after it: nobody is asked twice and nobody is lost."""
    with open_invited(tmp_path / "before", setup=MANY) as invited:
        if standing:
            in_shadow(invited)
            give_standing(invited.desk, invited)
        invited.desk.clock.advance(MORNING + 3 * DAYS - invited.desk.clock.now())
        invited.talk(said("a"), said("b"), said("c"), answered=False)
    died, at = 0, 1
    while True:
        _, killed, _ = runs(tmp_path, at, standing=standing)
        if not killed:
            break
        died, at = died + 1, at + 1
    assert died >= (16 if not standing else 28), died


async def test_what_a_rule_refuses_is_never_asked_and_names_the_rule(tmp_path: Path) -> None:
    """The brand's own words may steer: "Win-korting" as a link."""
    steering = replace(SETUP, signature="Win een cadeaubon!")
    with open_invited(tmp_path, setup=steering) as invited:
        invited.talk(said("1"), answered=False)
        invited.wait(3 * DAYS)
        invited.look()
        assert invited.answers() == ["never"]
        assert invited.why_not() == {"rule.not_neutral"}
        assert invited.desk.shadow.items() == []


def test_a_message_that_went_away_is_not_asked_about(invited: Invited) -> None:
    from listener.model.mention import Removal

    invited.talk(said("1"), answered=False)
    invited.look()
    gone = Removal(platform="feed", realm="forum.example", native_id="1")
    invited.desk.ledger.mentions.remove([gone], source="feed", at=invited.desk.clock.now())
    invited.wait(3 * DAYS)
    invited.look()
    assert invited.answers() == ["never"]
    assert "gone" in invited.why_not()


def resolved(invited: Invited, issue_id: int, *, promise: bool = False, status: IssueStatus = IssueStatus.RESOLVED) -> None:
    """Publish a status about an issue, with or without a promise to come back."""
    now = invited.desk.clock.now()
    words = {"nl": "de storing", "en": "the outage"}
    update = NewUpdate(
        issue_id=issue_id,
        status=status,
        subjects=words,
        texts=words,
        templates=words,
        made_by="carla",
        made_at=now,
        next_update_at=now + timedelta(hours=100) if promise else None,
    )
    invited.statuses.publish(invited.statuses.add(update).update_id, who="carla", at=now)


def test_a_solved_status_is_a_moment_for_each_of_its_threads(tmp_path: Path) -> None:
    with open_invited(tmp_path, setup=MANY) as invited:
        ids = invited.desk.hear(said("1", thread="a"), said("2", thread="a"), said("3", thread="b"), directed=False)
        issue = issue_of(invited.desk, ids)
        resolved(invited, issue)
        invited.look()
        assert [one.event.kind.value for one in invited.latest()] == ["status_resolved"] * 2
        assert invited.answers() == ["wait", "wait"]
        invited.wait(4 * DAYS)
        invited.look()
        assert invited.answers() == ["ask", "ask"]
        assert all("opgelost" in one.text or "solved" in one.text for one in invited.latest())
        assert f"{BASE}/o/{issue}-feed-nl" in invited.latest()[0].text


def test_a_status_that_is_no_longer_solved_invites_nobody(tmp_path: Path) -> None:
    with open_invited(tmp_path, setup=MANY) as invited:
        issue = issue_of(invited.desk, invited.desk.hear(said("1", thread="a"), directed=False))
        resolved(invited, issue)
        invited.look()
        resolved(invited, issue, status=IssueStatus.INVESTIGATING)
        invited.wait(4 * DAYS)
        invited.look()
        assert invited.why_not() == {"talked_on"}


def test_while_we_owe_people_word_nobody_is_asked_about_it(invited: Invited) -> None:
    """Never while a promise is open; a promise that went by without a word is still owed."""
    ids = invited.talk(said("1"), answered=False)
    issue = issue_of(invited.desk, ids)
    resolved(invited, issue, promise=True, status=IssueStatus.FIXING)
    invited.wait(3 * DAYS)
    invited.look()
    assert "promise_open" in invited.why_not()
    invited.wait(2 * DAYS)
    invited.statuses.break_promises(at=invited.desk.clock.now())
    invited.look()
    assert invited.why_not() == {"promise_open"}
    resolved(invited, issue, status=IssueStatus.FIXING)
    invited.look()
    assert invited.answers() == ["ask"]


@pytest.fixture
def by_mail(tmp_path: Path) -> Iterator[Invited]:
    """A desk that may ask by e-mail, as far as its table of places goes."""
    with open_invited(tmp_path / "mail", house=replace(HOUSE, sender_names=("Stroomwerk",))) as invited:
        policy = invited.desk.precheck.policy
        allowed = {"email": {"invitation": "allowed"}, "mail": {"invitation": "allowed"}}
        invited.desk.precheck.policy = replace(policy, places={**policy.places, **allowed})
        yield invited


def test_where_the_law_asks_for_consent_nobody_is_asked_without(by_mail: Invited) -> None:
    """RULES P34: a direct message needs prior consent, its sender named, and a way out."""
    by_mail.talk(said("1", platform="email", realm="mail"), answered=False)
    by_mail.wait(3 * DAYS)
    by_mail.look()
    assert by_mail.why_not() == {"no_consent"}


@pytest.mark.parametrize("platform", ["email", "mail"])
def test_with_consent_one_person_gets_a_link_of_their_own(by_mail: Invited, platform: str) -> None:
    """What colleagues note is consent to e-mail; mails that are read come on a platform called mail."""
    desk = by_mail.desk
    (one,) = by_mail.talk(said("1", platform=platform, realm="mail", person="jan"), answered=False)
    key = desk.ledger.mentions.by_ids([one])[0].mention.author.key  # type: ignore[union-attr]  # `said` names one
    by_mail.leave.add_consent(Consent(person_key=key, channel="email", wording="w1", given_at=desk.clock.now(), noted_by="anna"))
    by_mail.wait(3 * DAYS)
    by_mail.look()
    (kept,) = by_mail.latest()
    assert kept.decision.answer == "ask", kept.decision.why_not
    (item,) = desk.shadow.items()
    assert item.post.target.person == "jan"
    assert f"{BASE}/f/conversation-" in item.post.text
    assert "Stroomwerk" in item.post.text
    assert "AFMELDEN" in item.post.text


def test_consent_does_not_outweigh_an_opt_out(by_mail: Invited) -> None:
    desk = by_mail.desk
    (one,) = by_mail.talk(said("1", platform="email", realm="mail"), answered=False)
    key = desk.ledger.mentions.by_ids([one])[0].mention.author.key  # type: ignore[union-attr]  # `said` names one
    by_mail.leave.add_consent(Consent(person_key=key, channel="email", wording="w1", given_at=desk.clock.now(), noted_by="anna"))
    by_mail.leave.add_opt_out(OptOut(person_key=key, at=desk.clock.now(), how="words", noted_by="schedule"))
    by_mail.wait(3 * DAYS)
    by_mail.look()
    assert by_mail.why_not() == {"opted_out"}


def test_without_a_page_the_thread_itself_is_the_place(tmp_path: Path) -> None:
    with open_invited(tmp_path, setup=replace(SETUP, base_url="")) as invited:
        invited.talk(said("1"), answered=False)
        invited.wait(3 * DAYS)
        invited.look()
        (kept,) = invited.latest()
        assert kept.decision.answer == "ask"
        assert kept.decision.ability == 0.6
        assert "in dit gesprek" in kept.text
        assert invited.links.made == []


def test_switched_off_nothing_is_even_looked_at(tmp_path: Path) -> None:
    with open_invited(tmp_path, setup=replace(SETUP, enabled=False)) as invited:
        invited.talk(said("1"), answered=False)
        invited.wait(3 * DAYS)
        invited.look()
        assert invited.latest() == []


def test_these_are_the_parts_that_are_watched() -> None:
    """The killer above names them by their attributes; renamed, it would watch nothing."""
    assert {"_ledger", "_drafts", "_around"} <= set(ask_people.AskPeople.__init__.__code__.co_names)
    assert {"_ledger", "_asking", "_visits", "_around"} <= set(decide_invitations.DecideInvitations.__init__.__code__.co_names)
    assert inviting_on.__annotations__["around"] == "Around" == Around.__name__
