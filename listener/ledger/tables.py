"""The tables of the listening half. Texts lie in `revision`, facts in `analysis` and `label`; `mention` says what stands now."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    true,
)

from listener.ledger.dialect import NEVER_REUSED, Id, only_where
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

MODEL = "model"
"""`made_by` and `title_by` of what the analyser decided; anything else is a person."""

# A removed mention keeps its row, emptied: key, when first seen, when and why it went. That row blocks its return (RULES F7).
# `latest_revision` -1: no text (removed, or its removal came before it). `analysed_revision` below it: waits for the analyser.
# `expired_at`: kept long enough; its words, its author and its address were let go, and it counts on (`ledger/expiry.py`).
# `issue_id` and `placed_by_person` repeat what the `membership` lines say, merges followed, so that they can be looked up.
mention = Table(
    "mention",
    metadata,
    Column("mention_id", Id, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("realm", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("author_key", Text, nullable=False, default=""),
    Column("author_platform", Text),
    Column("author_realm", Text),
    Column("author_native_id", Text),
    Column("author_name", Text, nullable=False, default=""),
    Column("url", Text, nullable=False, default=""),
    Column("parent_id", Text, nullable=False, default=""),
    Column("root_id", Text, nullable=False, default=""),
    Column("channel", Text, nullable=False, default=""),
    Column("flags", JSON, nullable=False, default=list),
    Column("posted_at", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("latest_revision", Integer, nullable=False, default=-1),
    Column("analysed_revision", Integer, nullable=False, default=-1),
    Column("tries", Integer, nullable=False, default=0),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("placed_by_person", Boolean, nullable=False, default=False),
    Column("removed_at", UtcDateTime),
    Column("removed_reason", Text, nullable=False, default=""),
    Column("expired_at", UtcDateTime),
    UniqueConstraint("platform", "realm", "native_id"),
    **NEVER_REUSED,
)
Index("ix_mention_posted_at", mention.c.posted_at)
Index("ix_mention_issue_id", mention.c.issue_id)
Index("ix_mention_author_key", mention.c.author_key)
Index("ix_mention_root_id", mention.c.root_id)
Index(
    "ix_mention_waiting", mention.c.posted_at, mention.c.mention_id, **only_where(mention.c.analysed_revision < mention.c.latest_revision)
)
Index(
    "ix_mention_with_text",
    mention.c.first_seen_at,
    mention.c.mention_id,
    **only_where(mention.c.expired_at.is_(None) & (mention.c.latest_revision >= 0)),
)
Index("ix_mention_placed_by_person", mention.c.mention_id, **only_where(mention.c.placed_by_person.is_(true())))

revision = Table(
    "revision",
    metadata,
    Column("mention_id", Id, ForeignKey("mention.mention_id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("content_hash", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("edited_at", UtcDateTime),
    Column("seen_at", UtcDateTime, nullable=False),
)

mention_source = Table(
    "mention_source",
    metadata,
    Column("mention_id", Id, ForeignKey("mention.mention_id"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Index("ix_mention_source_source", "source"),
)

mention_brand = Table(
    "mention_brand",
    metadata,
    Column("mention_id", Id, ForeignKey("mention.mention_id"), primary_key=True),
    Column("brand", Text, primary_key=True),
    Column("directed", Boolean, nullable=False),
    Column("terms", JSON, nullable=False),
    Index("ix_mention_brand_brand", "brand"),
)

# The analysis of the newest analysed revision; an older one is replaced.
analysis = Table(
    "analysis",
    metadata,
    Column("mention_id", Id, ForeignKey("mention.mention_id"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("language", Text, nullable=False),
    Column("card_id", Id, ForeignKey("mention.mention_id"), nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("analysed_at", UtcDateTime, nullable=False),
    Index("ix_analysis_text_hash", "text_hash"),
)

label = Table(
    "label",
    metadata,
    Column("mention_id", Id, ForeignKey("mention.mention_id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("probability", Float, nullable=False),
    Column("model", Text, nullable=False),
)

# What people said of a revision, one line each; an empty `value` takes the answer before it back. Only ever added to.
label_correction = Table(
    "label_correction",
    metadata,
    Column("correction_id", Id, primary_key=True),
    Column("mention_id", Id, ForeignKey("mention.mention_id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_label_correction_mention_id", "mention_id"),
    **NEVER_REUSED,
)

# `vector` is float16, little-endian, one after the other: half the size, and cosines keep three digits.
embedding = Table(
    "embedding",
    metadata,
    Column("text_hash", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

issue = Table(
    "issue",
    metadata,
    Column("issue_id", Id, primary_key=True),
    Column("title", Text, nullable=False),
    Column("title_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("merged_into", Id, ForeignKey("issue.issue_id")),
    Column("muted", Boolean, nullable=False, default=False),
    Column("resolved_at", UtcDateTime),
    Column("pinned", Boolean, nullable=False, default=False),
    Column("muted_at", UtcDateTime),
    Column("split_from", Id, ForeignKey("issue.issue_id")),
    Index("ix_issue_merged_into", "merged_into"),
    **NEVER_REUSED,
)

# What people did, one line each: rename, merge, split, move, mute, unmute, pin, unpin, resolve, reopen, undo. `before` is what it was
# then, as far as taking it back needs; `undoes` is the line that an undo took back. `issue_id` is empty for a mention that was and
# stays in no issue.
issue_act = Table(
    "issue_act",
    metadata,
    Column("act_id", Id, primary_key=True),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("verb", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("other_issue_id", Id, ForeignKey("issue.issue_id")),
    Column("before", JSON(none_as_null=True)),
    Column("undoes", Id, ForeignKey("issue_act.act_id")),
    Index("ix_issue_act_issue_id", "issue_id"),
    Index("ix_issue_act_other_issue_id", "other_issue_id"),
    **NEVER_REUSED,
)

# Only ever added to. A line keeps the issue it named; when that issue was merged, `issue.merged_into` says where it went.
membership = Table(
    "membership",
    metadata,
    Column("membership_id", Id, primary_key=True),
    Column("mention_id", Id, ForeignKey("mention.mention_id"), nullable=False),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("made_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_membership_mention_id", "mention_id"),
    **NEVER_REUSED,
)

signal = Table(
    "signal",
    metadata,
    Column("signal_id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("at", UtcDateTime, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("usual", Float, nullable=False),
    Column("p_value", Float, nullable=False),
    Column("window_hours", Float, nullable=False),
    Column("mention_ids", JSON, nullable=False),
    Column("learning_day", Integer),
    Column("about", Text, nullable=False, default=""),
    Column("judged", JSON(none_as_null=True)),
    Index("ix_signal_at", "at"),
    Index("ix_signal_issue_id", "issue_id"),
    **NEVER_REUSED,
)

# The newest change of each mention's facts; insight reads on from the `seq` it has applied.
change = Table(
    "change",
    metadata,
    Column("seq", Id, primary_key=True),
    Column("mention_id", Id, ForeignKey("mention.mention_id"), nullable=False, unique=True),
    **NEVER_REUSED,
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("mention_id", Id, ForeignKey("mention.mention_id"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

report = Table(
    "report",
    metadata,
    Column("report_id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("kind", "period"),
    **NEVER_REUSED,
)

# Whose messages are not taken in any more, by keyed hash of the author (`ledger/suppression.py`). `why` is erase, object, or allow (they
# are taken in again); `at` is when it was last so. The latest holds; the others stay, for an older ledger that is put back.
suppressed = Table(
    "suppressed",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("why", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))
