"""Which column of an import file means what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listener.errors import InputError

# Our field → names that exports use for it, the most telling first; Dutch ones too.
# fmt: off
FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text", "full_text", "tweet", "body", "content", "message", "comment", "post", "review",
        "tekst", "bericht", "inhoud", "reactie",
    ),
    "title": ("title", "subject", "headline", "titel", "onderwerp", "kop"),
    "id": (
        "id", "tweet_id", "post_id", "comment_id", "message_id", "review_id", "native_id", "status_id", "id_str",
        "bericht_id", "nummer",
    ),
    "posted_at": (
        "created_at", "posted_at", "published_at", "timestamp", "datetime", "created", "published", "created_utc", "tweet_created",
        "time", "date", "sim_time", "datum_tijd", "datumtijd", "tijdstip", "geplaatst_op", "geplaatst", "datum", "tijd",
    ),
    "edited_at": ("edited_at", "updated_at", "modified_at", "gewijzigd_op", "bewerkt_op"),
    "author": (
        "author_id", "user_id", "author", "user", "username", "user_name", "screen_name", "handle", "from",
        "auteur_id", "auteur", "gebruiker", "afzender",
    ),
    "author_name": ("author_name", "display_name", "full_name", "name", "user.name", "author.name", "auteur_naam", "naam"),
    "url": ("url", "link", "permalink", "uri", "href", "adres"),
    "channel": ("channel", "medium", "kanaal"),
    "platform": ("platform", "network", "netwerk"),
    "parent_id": ("parent_id", "in_reply_to_id", "in_reply_to_status_id", "reply_to", "in_reply_to", "antwoord_op"),
    "root_id": ("root_id", "conversation_id", "thread_id", "gesprek_id"),
}
# fmt: on
MOST_NAMED_COLUMNS = 20
NONE = ("", "-")


def detect_mapping(columns: Sequence[str]) -> dict[str, str]:
    """Return our field → column for every usual name found; each column is used once, letters' case and blanks do not matter."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(column.strip().lower().replace(" ", "_").replace("-", "_"), column)
    mapping: dict[str, str] = {}
    for field, names in FIELDS.items():
        found = next((by_name[name] for name in names if name in by_name and by_name[name] not in mapping.values()), None)
        if found is not None:
            mapping[field] = found
    return mapping


def chosen_mapping(given: Mapping[str, str], columns: Sequence[str], *, empty: Sequence[str] = (), name: str) -> dict[str, str]:
    """Return the mapping to use for the file called `name`: what is given, and for the other fields what usual names tell.

    "-" or "" for a column says that the file has none for that field. Columns in `empty` hold nothing and are not recognised by name.
    Raises `InputError` naming the columns that exist when one is unknown, or when text or times are nowhere and nobody said so.
    """
    existing = ", ".join(columns[:MOST_NAMED_COLUMNS])
    existing += f" and {len(columns) - MOST_NAMED_COLUMNS} more" if len(columns) > MOST_NAMED_COLUMNS else ""
    for field, column in given.items():
        if field not in FIELDS:
            raise InputError(f"{name}: {field!r} is no field of a mention; the fields are {', '.join(FIELDS)}.")
        if column not in (*NONE, *columns):
            raise InputError(f"{name}: there is no column {column!r} (for {field}). Its columns are: {existing}.")
    free = [column for column in columns if column not in given.values() and column not in empty]
    found = {field: column for field, column in detect_mapping(free).items() if field not in given}
    chosen = {field: column for field, column in {**given, **found}.items() if column not in NONE}
    if "text" not in chosen and "title" not in chosen:
        hint = " Are its cells parted by something else?" if len(columns) == 1 else ""
        raise InputError(f"{name}: which column holds the text? Map text to one of: {existing}.{hint}")
    if "posted_at" not in chosen and "posted_at" not in given:
        raise InputError(f"{name}: which column holds the time? Map posted_at to one of: {existing}; or to - when it has no times.")
    return chosen
