"""A desk with everything that people do on a conversation's page, and customers who write on several channels."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from listener.model.analysis import Analysis, AnalysisStep, Label
from listener.model.issue import Membership, NewIssue
from listener.model.mention import Author, Kept, Mention
from moderation.conversation_desk import ConversationDesk, conversation_desk
from moderation.ledger.case_acts import CaseActLedger
from moderation.model.case import CaseRow, Ending
from moderation.model.person import Person, Role
from moderation.model.talk import Talk
from moderation.workflows.case_acts import CaseActs
from tests.fakes.desk import MORNING, Desk, mention, shipped_rules
from tests.fakes.staff_conversation import TalkDay, a_full_conversation, open_talk_day
from tests.fakes.staff_figures import NOW

ANNA, BRAM = Person(name="anna", role=Role.AGENT, teams=frozenset({"techniek"})), Person(name="bram", role=Role.AGENT)


@dataclass
class Conversations:
    """A desk and its conversation side."""

    desk: Desk
    talks: ConversationDesk
    acts: CaseActs

    def hear(self, *mentions: Mention) -> list[int]:
        """Let messages come in, and read what may show whose they are."""
        ids = self.desk.hear(*mentions)
        self.talks.read_signs.once()
        return ids

    def imported(self, *mentions: Mention) -> list[int]:
        """Let contact moments of other channels come in, as an import does."""
        self.desk.ledger.mentions.add_page([Kept(mention=one) for one in mentions], source="import:crm", next_cursor=None, at=MORNING)
        self.talks.read_signs.once()
        return [found.mention_id for one in mentions if (found := self.desk.ledger.mentions.find(one.key)) is not None]

    def case(self, number: int = 0) -> CaseRow:
        """Return the n-th case that was opened."""
        return self.desk.cases.rows()[number]

    def show(self, case_id: int) -> Talk:
        """Return a conversation as its page shows it, with every line."""
        found = self.talks.show.show(case_id, lambda cause, title: f"{cause}: {title}", whole=True)
        assert found is not None
        return found

    def analyse(self, mention_ids: list[int], *labels: Label, issue: str = "", card_id: int | None = None) -> None:
        """Let the analyser say something about messages, and perhaps put them into one new issue."""
        at = self.desk.clock.now()
        analyses = tuple(
            Analysis(mention_id=one, revision=0, language="nl", card_id=card_id or one, text_hash=f"h{one}", labels=labels)
            for one in mention_ids
        )
        members = tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=at) for one in mention_ids)
        self.desk.ledger.analyses.save(
            AnalysisStep(
                at=at,
                analyses=analyses,
                new_issues=(NewIssue(temporary_id=-1, title=issue, created_at=at),) if issue else (),
                memberships=members if issue else (),
            )
        )


def writer(name: str, *, platform: str = "feed", realm: str = "forum.example", native_id: str = "") -> Author:
    """Return somebody who writes."""
    return Author(platform=platform, realm=realm, native_id=native_id or f"id-{name}", name=name)


def wrote(number: str, text: str, who: Author, **changes: object) -> Mention:
    """Return a message of somebody on their own platform, in a thread of its own but for `changes`."""
    return mention(number, text, author=who, platform=who.platform, realm=who.realm, **changes)


def called(number: str, text: str, who: Author, *, channel: str = "phone") -> Mention:
    """Return an imported contact moment, such as a telephone call."""
    return mention(number, text, author=who, platform="import", realm=who.realm, channel=channel, posted_at=MORNING - timedelta(days=1))


MEREL, JOOST = writer("Merel"), writer("Joost")


def negative(value: str = "negative") -> Label:
    """Return what the analyser says of a message's tone."""
    return Label(name="sentiment", value=value, probability=0.9, model="m")


def one_case(conversations: Conversations, text: str = "Geen stroom") -> int:
    """Let Merel write one message, and return its case."""
    conversations.hear(wrote("1", text, MEREL, root_id="t"))
    return conversations.case().case_id


def held(conversations: Conversations, case_id: int, agent: str = "anna") -> int:
    """Let somebody take a case, and return its version."""
    row = conversations.desk.cases.get(case_id)
    assert row is not None
    return conversations.acts.claim(case_id, agent, row.version).version


def helped(conversations: Conversations, **words: str) -> tuple[int, int]:
    """Let a neighbour answer a customer, and end the case so; return case and helper's message."""
    case_id = one_case(conversations)
    (helper,) = conversations.desk.hear(wrote("2", words.get("text", "Bij mij hielp herstarten"), JOOST, root_id="t"), directed=False)
    version = held(conversations, case_id)
    conversations.talks.endings.end(case_id, "anna", version, Ending.ANSWERED_BY_COMMUNITY, helper=helper)
    return case_id, helper


@pytest.fixture
def conversations(desk: Desk) -> Conversations:
    """A desk with its conversation side."""
    acts = CaseActs(CaseActLedger(desk.ledger.engine), desk.clock)
    talks = conversation_desk(
        desk.ledger,
        desk.clock,
        acts=acts,
        outbox=desk.outbox,
        precheck=desk.precheck,
        wording=shipped_rules()[0],
        signature=lambda by: f"Groet, {by}",
    )
    return Conversations(desk=desk, talks=talks, acts=acts)


@pytest.fixture(scope="session")
def full_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder on which a whole conversation happened; its case is number 1."""
    home = tmp_path_factory.mktemp("talk") / "home"
    with open_talk_day(home) as day:
        assert a_full_conversation(day) == 1
    return home


@pytest.fixture
def talk_day(full_home: Path, tmp_path: Path) -> Iterator[TalkDay]:
    """That day, on a folder of the test's own."""
    home = Path(shutil.copytree(full_home, tmp_path / "home"))
    with open_talk_day(home, start=NOW) as day:
        yield day
