"""Whatever people do to issues, in whatever order, between regroupings and restarts: it holds, and taking it back works."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.bootstrap import new_analysis
from listener.embedding.hashed import HashedEmbedder
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import Membership
from listener.settings.schema import ListenerSettings
from tests.fakes.complaints import START, complaint, kept
from tests.long import often

MODEL = HashedEmbedder()
SETTINGS = ListenerSettings.model_validate(
    {"detection": {"regroup_every": 20, "issue_window_days": 4, "baseline_days": 1, "min_authors": 3}}
)
VERBS = ("rename", "merge", "split", "move", "mute", "unmute", "pin", "unpin", "undo", "batch", "regroup", "restart")
PERSON = "anna"
acts = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 99), st.integers(0, 99)), min_size=3, max_size=14)


@dataclass
class Said:
    """What a person said last, kept apart from the ledger, as a person would remember it."""

    titles: dict[int, str] = field(default_factory=dict)
    muted: dict[int, bool] = field(default_factory=dict)
    pinned: dict[int, bool] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    placed: dict[int, int | None] = field(default_factory=dict)

    def home(self, issue_id: int) -> int:
        while issue_id in self.merged:
            issue_id = self.merged[issue_id]
        return issue_id


class Life:
    """One ledger with a stream of complaints, a process that analyses it, and a person who corrects it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.said = Said()
        self.reached = 0
        self.now: datetime = START
        self.restart(0, 0)
        self.batch(40, 0)
        self.regroup(0, 0)

    def act(self, verb: str, one: int, other: int) -> None:
        """Do one thing. What is asked of an issue or mention that does not exist is refused, and changes nothing."""
        self.now += timedelta(minutes=1)
        getattr(self, verb)(one, other)

    def restart(self, _one: int, _other: int) -> None:
        self.workflow = new_analysis(SETTINGS, self.ledger, None, MODEL, batch_size=16)

    def batch(self, one: int, _other: int) -> None:
        numbers = range(self.reached, self.reached + one)
        self.reached += one
        page = kept(*(complaint(number) for number in numbers))
        self.ledger.mentions.add_page(page, source="forum", next_cursor=None, at=START)
        while self.workflow.once().more:
            pass

    def regroup(self, _one: int, _other: int) -> None:
        self.workflow.regroup(self.ledger.analyses.latest_posted_at() or START)

    def rename(self, one: int, other: int) -> None:
        if issue_id := self._issue(one):
            self.ledger.issues.rename(issue_id, f"Titel {other}", by=PERSON, at=self.now)
            self.said.titles[issue_id] = f"Titel {other}"

    def mute(self, one: int, _other: int, *, muted: bool = True) -> None:
        if issue_id := self._issue(one):
            self.ledger.issues.mute(issue_id, muted=muted, by=PERSON, at=self.now)
            self.said.muted[issue_id] = muted

    def unmute(self, one: int, other: int) -> None:
        self.mute(one, other, muted=False)

    def pin(self, one: int, _other: int, *, pinned: bool = True) -> None:
        if issue_id := self._issue(one):
            self.ledger.issues.pin(issue_id, pinned=pinned, by=PERSON, at=self.now)
            self.said.pinned[issue_id] = pinned

    def unpin(self, one: int, other: int) -> None:
        self.pin(one, other, pinned=False)

    def merge(self, one: int, other: int) -> None:
        source, target = self._issue(one), self._issue(other)
        if source and target and source != target:
            self.ledger.issues.merge(source, target, by=PERSON, at=self.now)
            self.said.merged[source] = target

    def split(self, one: int, other: int) -> None:
        issue_id = self._issue(one)
        members = self.ledger.issues.members(issue_id) if issue_id else []
        if issue_id and len(members) > 1:
            chosen = members[: 1 + other % (len(members) - 1)]
            made = self.ledger.issues.split(issue_id, chosen, title="Afgesplitst", title_by=PERSON, by=PERSON, at=self.now)
            self.said.placed.update(dict.fromkeys(chosen, made))
            self.said.titles[made] = "Afgesplitst"

    def move(self, one: int, other: int) -> None:
        mention_id = 1 + one % max(1, self.ledger.mentions.count())
        issue_id = self._issue(other) if other % 4 else None
        self.ledger.issues.move(mention_id, issue_id, by=PERSON, at=self.now)
        self.said.placed[mention_id] = issue_id

    def undo(self, one: int, other: int) -> None:
        """Undo what was just done; the person then believes what they believed before that."""
        issue_id = self._issue(one)
        verb = ("rename", "pin", "mute", "merge", "split")[other % 5]
        if not issue_id:
            return
        everything = (self.ledger.issues.all(include_merged=True), self.ledger.issues.placed(), self.ledger.issues.locked())
        count = len(self.ledger.issues.acts(issue_id))
        said = Said(**{name: dict(value) for name, value in vars(self.said).items()})
        getattr(self, verb)(one, one + 1 + other)
        if len(self.ledger.issues.acts(issue_id)) > count:
            self.ledger.issues.undo(issue_id, by=PERSON, at=self.now)
            self.said = said
            known = {one.issue_id for one in everything[0]}
            after = [one for one in self.ledger.issues.all(include_merged=True) if one.issue_id in known]
            assert (after, self.ledger.issues.placed(), self.ledger.issues.locked()) == everything

    def check(self) -> None:
        """Everything a person said holds in the ledger as it is now."""
        issues = {one.issue_id: one for one in self.ledger.issues.all(include_merged=True)}
        for issue_id, title in self.said.titles.items():
            assert (issues[issue_id].title, issues[issue_id].title_by) == (title, PERSON)
        assert all(issues[issue_id].muted == muted for issue_id, muted in self.said.muted.items())
        assert all(issues[issue_id].pinned == pinned for issue_id, pinned in self.said.pinned.items())
        for source in self.said.merged:
            assert issues[source].merged_into == self.said.home(source), "merged stays merged"
            assert self.ledger.issues.members(source) == []
        locked = self.ledger.issues.locked()
        for mention_id, placed_in in self.said.placed.items():
            wanted = None if placed_in is None else self.said.home(placed_in)
            assert locked[mention_id] == wanted, "a mention stays where a person put it, and so split stays split"

    def _issue(self, number: int) -> int | None:
        issues = self.ledger.issues.all()
        return issues[number % len(issues)].issue_id if issues else None


@settings(max_examples=often(15, short=6), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts)
def test_every_edit_holds_through_any_sequence_of_edits_batches_regroupings_and_restarts(sequence: list[tuple[str, int, int]]) -> None:
    """Nothing costs trust like a correction that is gone the next morning."""
    with open_ledger("sqlite:///:memory:") as ledger:
        life = Life(ledger)
        for verb, one, other in sequence:
            pinned = {issue_id: ledger.issues.members(issue_id) for issue_id, is_so in life.said.pinned.items() if is_so}
            life.act(verb, one, other)
            life.check()
            if verb in ("batch", "regroup", "restart"):
                for issue_id, members in pinned.items():
                    assert not members or ledger.issues.members(issue_id), "a pinned issue is never dissolved"
        life.restart(0, 0)
        life.regroup(0, 0)
        life.check()


def test_what_people_split_is_not_put_together_and_newcomers_join_the_nearer_one() -> None:
    """Two halves of one subject look like one group to any grouping; the person knows better."""
    with open_ledger("sqlite:///:memory:") as ledger:
        page = kept(*(complaint(number, hours_apart=0.1, subject=number % 2) for number in range(40)))
        ledger.mentions.add_page(page, source="forum", next_cursor=None, at=START)
        workflow = new_analysis(SETTINGS, ledger, None, MODEL, batch_size=16)
        while workflow.once().more:
            pass
        workflow.regroup(START)
        whole = ledger.issues.all()[0].issue_id
        lines = tuple(Membership(mention_id=one, issue_id=whole, by="model", reason="near", at=START) for one in range(1, 41))
        ledger.analyses.save(AnalysisStep(at=START, memberships=lines))
        by_subject = {
            subject: [one.mention_id for one in ledger.mentions.latest(100) if int(one.mention.native_id) % 2 == subject]
            for subject in (0, 1)
        }
        made = ledger.issues.split(whole, by_subject[1], title="Inloggen", by=PERSON, at=START)
        newcomers = kept(*(complaint(number, hours_apart=0.1, subject=number % 2) for number in range(40, 60)))
        ledger.mentions.add_page(newcomers, source="forum", next_cursor=None, at=START)
        for _ in range(3):
            workflow = new_analysis(SETTINGS, ledger, None, MODEL, batch_size=7)
            while workflow.once().more:
                pass
            workflow.regroup(START + timedelta(hours=8))
        placed = {int(key.native_id): issue_id for key, issue_id in ledger.issues.placed()}
        assert all(placed[number] == (made if number % 2 else whole) for number in range(40))
        joined = [(placed[number], made if number % 2 else whole) for number in range(40, 60) if placed[number] in (whole, made)]
        assert len(joined) >= 10
        assert all(issue_id == nearer for issue_id, nearer in joined)
