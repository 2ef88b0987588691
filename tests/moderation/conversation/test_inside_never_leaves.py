"""RULES F33: what colleagues write for each other cannot become a reply: separate types, tables and routes, and no way between them."""

from __future__ import annotations

import ast
import dataclasses
import random
from functools import cache

from sqlalchemy import func, select

from listener.ledger.transactions import reading
from moderation.inbox.rights import ROUTES
from moderation.ledger.tables import approval, draft, outbox
from moderation.ledger.tables_conversation import case_note, case_question, planning_note
from moderation.model.conversation import CaseNote, CaseQuestion, PlanningNote
from moderation.model.outbox import Draft, NewDraft, NewEntry
from tests.fakes.staff import StaffDay
from tests.fakes.staff_conversation import TalkDay
from tests.moderation.inbox.conftest import visit
from tests.modules import Module, our_modules

INSIDE = ("moderation.workflows.note_cases", "moderation.workflows.ask_specialists", "moderation.workflows.words_inside")
STORES = ("moderation.ledger.notes", "moderation.ledger.questions")
LEAVES = ("draft", "outbox", "publish", "approv", "gateway", "send", "tell_when_due", "delivery", "answer_cases", "reply")
"""Parts of names of what makes or sends a post."""


@cache
def modules() -> dict[str, Module]:
    """Return every module of ours by name, read once."""
    return {one.name: one for one in our_modules()}


def reached_from(name: str, known: dict[str, Module]) -> set[str]:
    """Return every module of ours that a module imports, itself or through others."""
    found: set[str] = set()
    ask = [name]
    while ask:
        module = known.get(ask.pop())
        for one in module.imports if module else ():
            for candidate in (one.name, one.name.rpartition(".")[0]):
                if candidate in known and candidate not in found:
                    found.add(candidate)
                    ask.append(candidate)
    return found


def test_notes_and_questions_reach_nothing_that_sends() -> None:
    """Not even through something they import: there is no function they could hand their words to."""
    known = modules()
    for name in (*INSIDE, *STORES):
        assert name in known
        beside = {one for one in reached_from(name, known) if any(part in one.rpartition(".")[2] for part in LEAVES)}
        tables = {"moderation.ledger.tables"}  # the case's own table stands in the same file as the outbox; no module of ours uses it here
        assert {one for one in beside if one not in tables and one.startswith(("moderation.workflows", "moderation.outbox"))} == set(), name
        assert not any(one.startswith(("moderation.publishers", "moderation.delivery")) for one in reached_from(name, known)), name


def test_whoever_sends_never_reads_notes_or_questions() -> None:
    """No module that makes or sends a post imports their types, stores or tables."""
    stores = {"moderation.ledger.notes", "moderation.ledger.questions", *INSIDE}
    types = {"CaseNote", "PlanningNote", "CaseQuestion", "case_note", "planning_note", "case_question", "NoteLedger", "QuestionLedger"}
    senders = [
        one
        for one in modules().values()
        if one.inside("moderation.outbox", "moderation.publishers", "moderation.messages", "moderation.delivery")
        or (one.inside("moderation.workflows", "moderation.ledger") and any(part in one.name.rpartition(".")[2] for part in LEAVES))
    ]
    assert len(senders) > 30
    for module in senders:
        for one in module.imports:
            parts = {one.name, one.name.rpartition(".")[0]}
            assert not parts & stores, module.name
            assert one.name.rpartition(".")[2] not in types, module.name


def test_no_type_of_theirs_fits_a_draft() -> None:
    """A draft is made field by field; none of these records is accepted in its place, and no function takes one and returns a draft."""
    inside = {CaseNote.__name__, PlanningNote.__name__, CaseQuestion.__name__}
    leaving = {Draft.__name__, NewDraft.__name__, NewEntry.__name__, "OutboxEntry", "OutgoingPost", "StandingApproval"}
    for module in (one for one in modules().values() if any(name in one.source for name in inside)):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                takes = {ast.unparse(one.annotation) for one in (*node.args.args, *node.args.kwonlyargs) if one.annotation}
                gives = ast.unparse(node.returns) if node.returns else ""
                assert not (any(name in one for name in inside for one in takes) and any(name in gives for name in leaving)), module.name
    for record in (CaseNote, PlanningNote, CaseQuestion):
        shared = {one.name for one in dataclasses.fields(record)} & {one.name for one in dataclasses.fields(NewDraft)}
        assert shared <= {"text", "case_id", "issue_id"}


def test_no_foreign_key_leads_from_one_to_the_other() -> None:
    theirs = {case_note.name, planning_note.name, case_question.name}
    leaving = {draft.name, outbox.name, approval.name}
    for table in case_note.metadata.tables.values():
        names = {key.column.table.name for column in table.columns for key in column.foreign_keys}
        if table.name in theirs:
            assert not names & leaving
        if table.name in leaving:
            assert not names & theirs


def test_they_have_routes_of_their_own_in_a_file_that_knows_no_draft() -> None:
    inside = modules()["moderation.inbox.routes_inside"]
    assert not any(word in inside.source.partition('"""\n')[2] for word in ("draft", "outbox", "approve", "send"))
    routes = {path for _, path in ROUTES if "note" in path or "question" in path or path.endswith(("/plans", "/plans/end"))}
    assert "/cases/{case_id}/notes" in routes
    assert not any("send" in path or "reply" in path or "draft" in path for path in routes)


def test_nothing_written_inside_ever_becomes_a_draft_or_an_entry(talk_day: TalkDay) -> None:
    """Through the pages, with everything a form may carry: the tables of what leaves do not change, and hold none of the words."""
    case_id = talk_day.first()
    staff = visit(StaffDay(), **talk_day.rooms()).come_in()
    engine, dice = talk_day.desk.ledger.engine, random.Random(33)

    def leaving() -> list[int]:
        with reading(engine) as tx:
            return [tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (draft, approval, outbox)]

    before = leaving()
    routes = [
        f"/cases/{case_id}/notes",
        f"/cases/{case_id}/questions",
        "/questions/answer",
        "/issues/1/plans",
        f"/cases/{case_id}/notes/remove",
    ]
    extra = ("draft", "draft_id", "send", "kind", "target", "platform", "entry_id", "approve", "version", "template", "language")
    answers = set()
    for number in range(60):
        fields = {"text": f"GEHEIM-{number} {'x' * dice.randrange(200)}", "asked": dice.choice(["team netbeheer", "Bram Vos", ""])}
        fields |= {"question": "1", "note": str(dice.randrange(1, 20)), "case": str(case_id)}
        fields |= {dice.choice(extra): dice.choice(["1", "yes", "reply", "true", fields["text"]]) for _ in range(4)}
        answers.add(staff.post(dice.choice(routes), fields).status_code)
    assert answers == {303, 409}
    assert leaving() == before
    with reading(engine) as tx:
        texts = [*tx.execute(select(draft.c.text)).scalars(), *tx.execute(select(outbox.c.text)).scalars()]
        assert tx.execute(select(func.count()).select_from(case_note)).scalar_one() > 5
    assert not any("GEHEIM" in text for text in texts)
