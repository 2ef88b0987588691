"""No place to keep what a person is, believes or suffers from (RULES P6, P26): neither a label nor a column."""

from __future__ import annotations

import re

import pytest

from listener.ledger import tables as listening
from listener.ledger.metadata import metadata
from moderation.ledger import tables as answering
from moderation.ledger import tables_leave as leave
from moderation.model.leave import LeaveFacts, OptOut
from moderation.model.policy import GateFacts

SENSITIVE = re.compile(
    r"health|medic|illness|disabilit|pregnan|politic|party|voter|religi|faith|church|ethnic|race|racial|origin_of|sexual|orient|gender|union|"
    r"crime|criminal|convict|financ|debt|income|poor|minor|age_group|gezond|ziek|geloof|vakbond|schuld",
    re.IGNORECASE,
)
PERSON_TABLES = ("opt_out", "consent")


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_no_column_is_made_for_it(table: str) -> None:
    assert [column.name for column in metadata.tables[table].columns if SENSITIVE.search(column.name)] == []


def test_labels_belong_to_a_message_and_never_to_a_person() -> None:
    """Fifty texts about illness, belief or debt may stand in the ledger; the people who wrote them get no label for it."""
    for table in (listening.label, listening.label_correction, listening.analysis):
        names = {column.name for column in table.columns}
        assert "mention_id" in names
        assert not {name for name in names if "author" in name or "person" in name}
    assert listening.mention.metadata is answering.outbox.metadata is leave.opt_out.metadata


def test_what_is_kept_of_a_person_is_their_wish_and_nothing_else() -> None:
    kept = {name: {column.name for column in metadata.tables[name].columns} for name in PERSON_TABLES}
    assert kept["opt_out"] == {"opt_out_id", "person_key", "at", "how", "noted_by", "mention_id", "note", "ended_at", "ended_by"}
    assert kept["consent"] == {"consent_id", "person_key", "channel", "wording", "given_at", "noted_by", "source", "withdrawn_at"}


@pytest.mark.parametrize("record", [OptOut, LeaveFacts, GateFacts])
def test_the_gate_knows_no_label_and_no_mood(record: type) -> None:
    """RULES P30: whoever decides about a send cannot be told what somebody feels."""
    names = set(record.__dataclass_fields__)  # type: ignore[attr-defined]  # a dataclass
    assert not {name for name in names if re.search(r"sentiment|label|cause|score|toxic|negativ|positiv", name)}
