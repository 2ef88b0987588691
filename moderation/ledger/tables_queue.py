"""The tables of the queue: what people did to a case, where each case stands in the queue, and people's views."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, true

from listener.ledger.dialect import NEVER_REUSED, Id, only_where
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# One line an act. `before` is what the case was, as far as taking the act back needs; `version` is what the case became by it.
# `bulk_id` is the first act of those done together. `detail` holds names, moments and ids, never a customer's words.
case_act = Table(
    "case_act",
    metadata,
    Column("act_id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("support_case.case_id"), nullable=False),
    Column("verb", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("before", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("bulk_id", Id, ForeignKey("case_act.act_id")),
    Column("undone_at", UtcDateTime),
    Column("undone_by", Text, nullable=False, default=""),
    Index("ix_case_act_case_id", "case_id"),
    Index("ix_case_act_bulk_id", "bulk_id"),
    **NEVER_REUSED,
)

# Where a case stands, worked out from what the ledger knows of it (`ledger/case_facts.py`); every line can be made again.
# The queue's order is `rank_at`, which does not move while a case waits. `points_change_at` is when the points next do.
# What a case is to people (`lane`, `holder`, `team`, `version`) follows in the transaction that changes it; a line that is `stale` has
# its other columns worked out again within a second.
case_fact = Table(
    "case_fact",
    metadata,
    Column("case_id", Id, ForeignKey("support_case.case_id"), primary_key=True),
    Column("lane", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("brand", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("sentiment", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("directed", Boolean, nullable=False),
    Column("issue_id", Id),
    Column("opening_id", Id),
    Column("messages", Integer, nullable=False),
    Column("unanswered", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    Column("points_change_at", UtcDateTime),
    Column("waiting_since", UtcDateTime, nullable=False),
    Column("rank_at", UtcDateTime, nullable=False),
    Column("due_kind", Text, nullable=False),
    Column("due_started_at", UtcDateTime),
    Column("due_orange_at", UtcDateTime),
    Column("due_at", UtcDateTime),
    Column("snoozed_until", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("stale", Boolean, nullable=False),
    Index("ix_case_fact_lane_holder_rank_at", "lane", "holder", "rank_at", "waiting_since", "case_id"),
    Index("ix_case_fact_lane_brand_holder", "lane", "brand", "holder"),
    Index("ix_case_fact_lane_changed_at", "lane", "changed_at"),
    Index("ix_case_fact_lane_due_at", "lane", "due_at"),
    Index("ix_case_fact_issue_id", "issue_id"),
    Index("ix_case_fact_points_change_at", "points_change_at"),
    Index("ix_case_fact_snoozed_until", "snoozed_until"),
)
Index("ix_case_fact_stale", case_fact.c.case_id, **only_where(case_fact.c.stale.is_(true())))

# How far the queue has followed what the listening half writes, by name.
queue_mark = Table(
    "queue_mark",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# A choice of filters under a name. `owner` is the person's, and empty for one that a team shares.
queue_view = Table(
    "queue_view",
    metadata,
    Column("view_id", Id, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    UniqueConstraint("owner", "team", "name"),
    **NEVER_REUSED,
)
