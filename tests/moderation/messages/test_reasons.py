"""Reasons in words, in both languages, for every key that code can say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from moderation.messages.reasons import outbox_sentence, why_sentence
from moderation.model.case import Reason
from moderation.model.languages import LANGUAGES
from moderation.model.outbox import EntryState
from moderation.workflows.load_wording import load_words
from tests.fakes.desk import Desk, mention

ROOT = Path(__file__).parents[3]


def test_reasons_become_one_sentence() -> None:
    why = (Reason(key="issue_growing"), Reason(key="question"), Reason(key="waiting", number=3.2), Reason(key="directed"))
    assert why_sentence(why, load_words("nl", "triage")) == "Hoort bij een kwestie die nu groeit, stelt een vraag en wacht al 3 uur."
    assert (
        why_sentence(why, load_words("en", "triage")) == "Belongs to an issue that is growing now, asks a question and has waited 3 hours."
    )


@pytest.mark.parametrize(
    ("hours", "says"), [(0.2, "12 minuten"), (0.0, "een minuut"), (1.2, "een uur"), (5, "5 uur"), (47.9, "48 uur"), (72, "3 dagen")]
)
def test_a_wait_is_said_as_people_say_it(hours: float, says: str) -> None:
    assert says in why_sentence([Reason(key="waiting", number=hours)], load_words("nl", "triage"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_reason_there_is_still_a_sentence(language: str) -> None:
    assert why_sentence((), load_words(language, "triage")).endswith(".")


def said_in(file: str, name: str) -> set[str]:
    """Return the texts given as keyword `name` in a module: the keys that code can say."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = [node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == name]
    return {one.value for value in found for one in ast.walk(value) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_that_code_can_give_has_words(language: str) -> None:
    triage, outbox = load_words(language, "triage"), load_words(language, "outbox")
    assert {f"why.{key}" for key in said_in("moderation/triage/urgency.py", "key") - {"satisfaction"}} <= set(triage)
    files = ("outbox/gateway.py", "outbox/reconcile.py", "ledger/outbox.py", "workflows/approve_draft.py")
    keys = set().union(*(said_in(f"moderation/{file}", "reason") for file in files))
    assert len(keys) > 8
    assert {f"reason.{key}" for key in keys} <= set(outbox)
    assert {f"state.{state.value}" for state in EntryState} <= set(outbox)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_entry_says_where_it_stands(desk: Desk, language: str) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    waits = outbox_sentence(entry, load_words(language, "outbox"))
    await desk.gateway.run_once()
    sent = outbox_sentence(desk.entry(entry.entry_id), load_words(language, "outbox"))
    assert waits != sent
    assert waits.endswith(".")


@pytest.mark.parametrize(("language", "said"), [("nl", "Gesimuleerd"), ("en", "Simulated")])
async def test_a_simulated_post_never_claims_to_stand_somewhere(desk: Desk, language: str, said: str) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    await desk.gateway.run_once()
    assert outbox_sentence(desk.entry(entry.entry_id), load_words(language, "outbox")).startswith(said)
