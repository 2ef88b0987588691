"""RULES P30, P31: who is asked, when and in which words depends on nothing that anybody feels, scores, or that went wrong."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from listener.ledger import tables as listening
from listener.model.analysis import Analysis, AnalysisStep, Label
from moderation.ledger.tables import support_case
from moderation.model.case import CaseState
from moderation.model.invitation import AskFacts, AskRule, JourneyKind
from moderation.model.leave import OptOut
from moderation.prompts.decide import decide
from tests.fakes.invited import DAYS, SETUP, Invited, open_invited, said, signal
from tests.modules import ROOT, our_modules

CASES = 1_200
FLIP = {"negative": "positive", "positive": "negative", "neutral": "neutral"}
CAUSES = ("service_failed", "promise_not_kept", "compliment", "idea", "unclear_information", "product_question")
FLIPPED_CAUSE = dict(zip(CAUSES, CAUSES[::-1], strict=True))
WIDE = replace(SETUP, every_nth_visit=7, rule=replace(SETUP.rule, community_per_day=40, community_per_week=60))


@dataclass(frozen=True)
class Felt:
    """What a message expresses: the only thing that differs between two runs."""

    sentiment: str
    cause: str

    def flipped(self) -> Felt:
        return Felt(FLIP[self.sentiment], FLIPPED_CAUSE[self.cause])


def labelled(mention_id: int, felt: Felt) -> Analysis:
    """Return the analysis of a message: its language, and labels that say how it feels and why."""
    score = 0.93 if felt.sentiment == "negative" else 0.51
    return Analysis(
        mention_id=mention_id,
        revision=0,
        language=("nl", "en", "de")[mention_id % 3] if mention_id % 11 else "",
        card_id=mention_id,
        text_hash=f"h{mention_id}",
        labels=(
            Label(name="sentiment", value=felt.sentiment, probability=score, model="m"),
            Label(name="cause", value=felt.cause, probability=score, model="m"),
            Label(name="urgency", value="high" if felt.sentiment == "negative" else "low", probability=score, model="m"),
            Label(name="unnecessary", value="yes" if felt.sentiment == "negative" else "no", probability=score, model="m"),
        ),
    )


def world(invited: Invited, felt_of: Callable[[Felt], Felt]) -> None:
    """Let many people talk in many communities, end most talks, and label every message as `felt_of` says."""
    desk, chance = invited.desk, random.Random(11)
    pages = [
        said(
            str(number),
            person=f"p{chance.randrange(CASES * 3 // 4)}",
            thread=f"t{chance.randrange(CASES // 2)}",
            realm=f"forum{chance.randrange(12)}.example",
            platform=chance.choice(("feed", "discourse", "reddit", "x", "mastodon")),
            posted_at=desk.clock.now() - timedelta(minutes=chance.randrange(6_000)),
        )
        for number in range(CASES)
    ]
    ids = desk.hear(*pages)
    feelings = {one: felt_of(Felt(chance.choice(tuple(FLIP)), chance.choice(CAUSES))) for one in ids}
    analyses = tuple(labelled(one, feelings[one]) for one in ids)
    desk.ledger.analyses.save(AnalysisStep(at=desk.clock.now(), analyses=analyses))
    angry = [one for one in ids if feelings[one].sentiment == "negative"]
    for one in ids[::50]:  # what people correct counts as little as what the model says
        desk.ledger.labels.correct(one, "sentiment", feelings[one].sentiment, by="anna", at=desk.clock.now())
    with desk.ledger.engine.begin() as tx:
        now = desk.clock.now()
        ended = support_case.c.case_id % 5 != 0
        tx.execute(update(support_case).where(ended).values(state=CaseState.CLOSED.value, changed_at=now))
        tx.execute(update(support_case).where(ended, support_case.c.case_id % 2 == 0).values(answered_at=now))
    for number in range(0, CASES, 37):
        invited.leave.add_opt_out(OptOut(person_key=f"feed/forum.example/p{number}", at=now, how="hand", noted_by="anna"))
    signal(desk, ids[:3])
    signal(desk, angry[:40], kind="turned")  # counted from sentiment: in the other run it is about other people


def told(home: Path, felt_of: Callable[[Felt], Felt]) -> tuple[list[Any], list[str], list[tuple[str, bytes]]]:
    """Return every decision with its reasons, the states of events, and every text with its place, of one world."""
    with open_invited(home, setup=WIDE) as invited:
        world(invited, felt_of)
        for _ in range(2):
            invited.look()
            invited.wait(DAYS)
        decisions = [
            (one.event.key, one.at, one.decision, one.language, one.quiet_hours, one.template, one.text) for one in invited.latest()
        ]
        states = [one.event.state for one in invited.latest()]
        texts = [(item.post.target.thread_id, item.post.text.encode()) for item in invited.desk.shadow.items()]
        return decisions, states, texts


def test_all_labels_flipped_on_a_ledger_change_no_invitation_and_no_byte(tmp_path: Path) -> None:
    """1,200 conversations on a real ledger, from messages to shadow items."""
    as_is, flipped = told(tmp_path / "a", lambda felt: felt), told(tmp_path / "b", Felt.flipped)
    assert as_is == flipped
    decisions, states, texts = as_is
    assert len(decisions) > 700
    assert min(states.count(state) for state in ("asked", "never", "waiting")) > 20, "the comparison compares something"
    assert len(texts) == states.count("asked")
    assert len({text for _, text in texts}) >= 2


def test_ten_thousand_cases_with_flipped_labels_are_decided_alike() -> None:
    """The decision itself: it takes facts, and a case's labels have no way in."""
    chance = random.Random(3)
    fields = set(AskFacts.__dataclass_fields__)
    answers: dict[str, int] = {}
    for _ in range(10_000):
        facts, felt = random_facts(chance), Felt(chance.choice(tuple(FLIP)), chance.choice(CAUSES))
        first, second = Case(facts, felt).decided(), Case(facts, felt.flipped()).decided()
        assert first == second
        answers[first] = answers.get(first, 0) + 1
    assert min(answers.get(answer, 0) for answer in ("ask", "wait", "never")) > 50
    assert not fields & {"sentiment", "cause", "score", "label", "labels", "urgency", "satisfaction", "rating", "text"}


@dataclass(frozen=True)
class Case:
    """A case as the product knows it: facts and labels side by side."""

    facts: AskFacts
    felt: Felt

    def decided(self) -> str:
        return decide(self.facts, AskRule()).answer.value


def random_facts(chance: random.Random) -> AskFacts:
    """Return facts of a moment at which most things speak for asking."""

    def seldom() -> bool:
        return chance.random() < 0.04

    def ago() -> timedelta | None:
        return timedelta(days=chance.randrange(200)) if seldom() else None

    return AskFacts(
        kind=chance.choice(tuple(JourneyKind)),
        number=chance.randrange(100),
        answered=chance.random() < 0.5,
        direct=chance.random() < 0.2,
        opted_out=seldom(),
        staff=seldom(),
        place_allowed=not seldom(),
        account_connected=not seldom(),
        consent=not seldom(),
        link=not seldom(),
        fits=not seldom(),
        language=chance.choice(("nl", "en", "", "nl", "de")),
        speaks=("nl", "en"),
        local_hour=chance.randrange(8, 23),
        talking=seldom(),
        talked_on=seldom(),
        gone=seldom(),
        promise_open=seldom(),
        going_on=int(seldom()),
        quiet_for=timedelta(hours=chance.randrange(10, 300)),
        quiet_needed=timedelta(hours=chance.randrange(1, 48)),
        person_asked=ago(),
        thread_asked=ago(),
        community_today=chance.randrange(4) if seldom() else 0,
        community_this_week=chance.randrange(11) if seldom() else 0,
    )


PATH = (
    "moderation.prompts",
    "moderation.model.invitation",
    "moderation.inviting",
    "moderation.ledger.conditions",
    "moderation.ledger.going_on",
    "moderation.ledger.invitations",
    "moderation.ledger.journeys",
    "moderation.ledger.visits",
    "moderation.ledger.tables_invitations",
    "moderation.messages.asked",
    "moderation.messages.snippet",
    "moderation.workflows.invitation_ports",
    "moderation.workflows.find_journeys",
    "moderation.workflows.decide_invitations",
    "moderation.workflows.ask_people",
    "moderation.workflows.standing_text",
)
"""Every module between an event and a text. A new one on the way belongs here: the test below follows their imports."""
FEELS = (
    "label",
    "sentiment",
    "cause",
    "analys",
    "insight",
    "urgency",
    "score",
    "feedback",
    "triage",
    "toxic",
    "satisf",
    "rating",
    "survey",
)
HARMLESS = frozenset({"because"})
OPEN_TABLES = frozenset({"mention", "revision", "issue", "signal"})


def feeling_names(tree: ast.AST) -> Iterator[str]:
    """Yield every name in code (not in words for people) that speaks of what mentions express.

    `column.label("name")` is SQL's word for naming a column and no label of ours.
    """
    named = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and _names_a_column(node)}
    for node in ast.walk(tree):
        if id(node) in named:
            continue
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{one.name}" for one in node.names]
        elif isinstance(node, ast.Name):
            names = [node.id]
        elif isinstance(node, ast.Attribute):
            names = [node.attr]
        elif isinstance(node, ast.arg):
            names = [node.arg]
        yield from (name for name in names if name not in HARMLESS and any(part in name.lower() for part in FEELS))


def _names_a_column(node: ast.Call) -> bool:
    texts = [one for one in node.args if isinstance(one, ast.Constant | ast.JoinedStr)]
    return isinstance(node.func, ast.Attribute) and node.func.attr == "label" and len(node.args) == len(texts) == 1


def test_no_module_on_the_way_names_what_people_feel() -> None:
    """A mention's label, an analysis, a score: none is imported, asked for or passed on."""
    modules = [module for module in our_modules() if module.inside(*PATH)]
    assert len(modules) >= 14
    found = {module.name: sorted(set(feeling_names(module.tree))) for module in modules}
    assert {name: names for name, names in found.items() if names} == {}


def test_of_the_listening_half_only_places_and_counts_are_read() -> None:
    for module in our_modules():
        if module.inside(*PATH):
            read = [one.name for one in module.imports if one.name.startswith("listener.ledger.tables")]
            assert {name.rpartition(".")[2] for name in read if name != "listener.ledger.tables"} <= OPEN_TABLES, module.name


def test_a_name_that_feels_would_be_found() -> None:
    for line in (
        "from listener.ledger.tables import label",
        "from listener.ledger.analyses import AnalysisLedger",
        "x = row.sentiment",
        "def f(score): ...",
        "ledger.labels.standing()",
    ):
        assert list(feeling_names(ast.parse(line))), line


def test_no_statement_of_a_look_reads_a_label(tmp_path: Path) -> None:
    """What is asked of the database, statement by statement; the language of a message is all that an analysis may tell."""
    felt = {table.name for name, table in vars(listening).items() if name in ("label", "label_correction", "embedding")}
    assert len(felt) == 3
    statements: list[str] = []
    with open_invited(tmp_path, setup=WIDE) as invited:
        invited.talk(said("1"), said("2", realm="other.example"), answered=False)
        invited.wait(3 * DAYS)

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        event.listen(invited.desk.ledger.engine, "before_cursor_execute", note)
        invited.look()
        event.remove(invited.desk.ledger.engine, "before_cursor_execute", note)
        assert invited.asked()
    read = " ".join(statements)
    assert not [name for name in felt if f" {name} " in read or f" {name}." in read]
    of_analyses = [one for one in statements if "analysis" in one]
    assert all("SELECT analysis.mention_id, analysis.language" in one for one in of_analyses), of_analyses
    assert of_analyses


@pytest.mark.parametrize("name", [module.name for module in our_modules() if module.inside(*PATH)])
def test_the_way_is_listed_whole(name: str) -> None:
    """What they import of the answering half is on the list too, or is one of the few rooms that know no feelings."""
    outside = (
        "moderation.model",
        "moderation.ports",
        "moderation.settings",
        "moderation.messages",
        "moderation.policy",
        "moderation.outbox",
        "moderation.ledger.audit",
        "moderation.ledger.counts",
        "moderation.ledger.drafts",
        "moderation.ledger.tables",
        "moderation.workflows.draft_text",
        "moderation.workflows.load_wording",
    )
    (module,) = [one for one in our_modules() if one.name == name]
    ours = [one.name for one in module.imports if one.name.startswith("moderation.")]
    assert [one for one in ours if not any(one == room or one.startswith(f"{room}.") for room in (*PATH, *outside))] == []
    assert (ROOT / "moderation").is_dir()
