"""Tables of what is told to our own people: subscriptions, and one row per thing told to each."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# `person_id` NULL: the house's own. A subscription that was removed stays, for its deliveries are history.
subscription = Table(
    "subscription",
    metadata,
    Column("subscription_id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.person_id")),
    Column("way", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("whats", JSON, nullable=False),
    Column("loud", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("hour", Integer),
    Column("quiet_begins", Integer),
    Column("quiet_until", Integer),
    Column("breaks", Boolean, nullable=False),
    Column("brands", JSON(none_as_null=True)),
    Column("since", UtcDateTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("paused_at", UtcDateTime),
    Column("paused_by", Text, nullable=False, default=""),
    Column("removed_at", UtcDateTime),
    Index("ix_subscription_person_id", "person_id"),
    **NEVER_REUSED,
)

# Written before the attempt. The three columns together are what makes "twice" impossible, whatever a timer or a restart does.
delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", Id, primary_key=True),
    Column("subscription_id", Id, ForeignKey("subscription.subscription_id"), nullable=False),
    Column("what", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("weight", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("from_at", UtcDateTime, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("claimed_by", Text, nullable=False, default=""),
    Column("claimed_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("reason", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("carried_by", Id, ForeignKey("delivery.delivery_id")),
    UniqueConstraint("subscription_id", "what", "occasion"),
    Index("ix_delivery_state", "state", "not_before"),
    Index("ix_delivery_carried_by", "carried_by"),
    **NEVER_REUSED,
)

DELIVERY_TABLES = (subscription, delivery)
