"""The tables of the channel grid and of the matrix's rules as people edited them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# Every state of the channel grid as a whole, in the shape of config/grid.yaml; an empty one gives the word back to the file. The newest
# holds, and the one that held when a contact came in says what type of contact it was. Only ever added to. `what` says what was done:
# a verb and the type it was done to.
grid_version = Table(
    "grid_version",
    metadata,
    Column("version_id", Id, primary_key=True),
    Column("grid", JSON, nullable=False),
    Column("verb", Text, nullable=False),
    Column("about", Text, nullable=False, default=""),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    **NEVER_REUSED,
)

# Every state of the rules by which issues start in the matrix: cause, then mood, then quadrant. An empty one means the shipped rules.
matrix_version = Table(
    "matrix_version",
    metadata,
    Column("version_id", Id, primary_key=True),
    Column("rules", JSON, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    **NEVER_REUSED,
)
