"""The tables of people: who they are, how they get in, and what they are signed in with. Every secret is there as a hash only."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# A colleague. `name_key`: the folded name, by which two spellings are one person. `brands` NULL: every brand. `step_secret`: what codes
# are made from, encrypted with the home's key; `step_used`: number of the last half minute whose code was used, so that none counts twice.
person = Table(
    "person",
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("shown", Text, nullable=False, default=""),
    Column("email", Text, nullable=False, default=""),
    Column("role", Text, nullable=False),
    Column("brands", JSON(none_as_null=True)),
    Column("language", Text, nullable=False, default=""),
    Column("theme", Text, nullable=False, default="system"),
    Column("signature", Text, nullable=False, default=""),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("password_hash", Text, nullable=False, default=""),
    Column("step_secret", Text, nullable=False, default=""),
    Column("step_used", BigInteger, nullable=False, default=0),
    Column("made_at", UtcDateTime, nullable=False),
    Index("ix_person_email", "email"),
    **NEVER_REUSED,
)

team = Table(
    "team",
    metadata,
    Column("team_id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    **NEVER_REUSED,
)

team_member = Table(
    "team_member",
    metadata,
    Column("team_id", Id, ForeignKey("team.team_id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.person_id"), primary_key=True),
    Index("ix_team_member_person_id", "person_id"),
)

# Somebody who is signed in, or (stage "code", "setup") on the way. `person_id` NULL: whoever holds the machine, while there are no people.
# `proved_at`: when they last showed a password, a code or a link. The row goes when the session ends.
staff_session = Table(
    "staff_session",
    metadata,
    Column("session_id", Id, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("person.person_id")),
    Column("name", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("device", Text, nullable=False, default=""),
    Column("language", Text, nullable=False, default=""),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("proved_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_staff_session_person_id", "person_id"),
    **NEVER_REUSED,
)

# A link that works once. `trusted`: made in a terminal of this machine. The row goes when it is used or too old.
sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("person_id", Id, ForeignKey("person.person_id")),
    Column("name", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("trusted", Boolean, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_sign_in_link_person_id", "person_id"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("token_id", Id, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("person.person_id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Index("ix_api_token_person_id", "person_id"),
    **NEVER_REUSED,
)

# A browser in which this person came in before: somebody else's wrong guesses do not keep it out.
known_device = Table(
    "known_device",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("person_id", Id, ForeignKey("person.person_id"), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_known_device_person_id", "person_id"),
)

# A try to get in, by hashes of the name typed and of the address it came from; both go after a quarter of an hour.
sign_in_try = Table(
    "sign_in_try",
    metadata,
    Column("try_id", Id, primary_key=True),
    Column("account_key", Text, nullable=False),
    Column("address_key", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_sign_in_try_account_key_at", "account_key", "at"),
    Index("ix_sign_in_try_address_key_at", "address_key", "at"),
    Index("ix_sign_in_try_at", "at"),
    **NEVER_REUSED,
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("person_id", Id, ForeignKey("person.person_id"), nullable=False),
    Index("ix_recovery_code_person_id", "person_id"),
)

PEOPLE_TABLES = (person, team, team_member, staff_session, sign_in_link, api_token, known_device, sign_in_try, recovery_code)
