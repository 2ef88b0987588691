"""The chain holds only as a whole: mending one link breaks the next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from moderation.audit.chain import ERASED, ERASES, START, AuditLine, digest_of, find_break

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def chain(length: int = 4) -> list[AuditLine]:
    """Return lines as the ledger makes them."""
    lines, previous = [], START
    for seq in range(1, length + 1):
        digest = digest_of(previous, at=NOON, who="anna", verb="approve", subject=f"outbox:{seq}", detail="{}")
        lines.append(
            AuditLine(seq=seq, at=NOON, who="anna", verb="approve", subject=f"outbox:{seq}", detail="{}", previous=previous, digest=digest)
        )
        previous = digest
    return lines


def head_of(lines: list[AuditLine]) -> tuple[int, str]:
    return lines[-1].seq, lines[-1].digest


def test_a_whole_chain_holds() -> None:
    lines = chain()
    assert find_break(lines, head=head_of(lines)) is None


def test_a_forged_line_with_a_fresh_digest_breaks_the_line_after_it() -> None:
    """The forger makes the digest of the changed line right, and even tells the next line about it."""
    lines = chain()
    forged = replace(lines[1], who="nobody")
    digest = digest_of(forged.previous, at=NOON, who="nobody", verb=forged.verb, subject=forged.subject, detail=forged.detail)
    lines[1] = replace(forged, digest=digest)
    lines[2] = replace(lines[2], previous=digest)
    found = find_break(lines, head=head_of(lines))
    assert found is not None
    assert found.seq == 3


def test_two_lines_that_change_places_are_seen() -> None:
    lines = chain()
    lines[1], lines[2] = lines[2], lines[1]
    assert find_break(lines, head=head_of(chain())) is not None


def test_a_chain_without_an_end_is_not_whole() -> None:
    """Otherwise the last lines could be cut off together with the note of where they ended."""
    lines = chain()
    assert find_break(lines, head=None) is not None
    assert find_break(lines[:2], head=head_of(lines)) is not None
    assert find_break([], head=None) is None


def emptied(*, told: tuple[int, ...]) -> list[AuditLine]:
    """Return a chain whose second line a person was taken out of, and whose last line tells of an erasure that names these lines."""
    lines = chain()
    lines[1] = replace(lines[1], subject="person:erased", detail=ERASED)
    previous, detail = lines[-1].digest, json.dumps({"emptied": told})
    digest = digest_of(previous, at=NOON, who="anna", verb=ERASES, subject="receipt:1", detail=detail)
    telling = AuditLine(seq=5, at=NOON, who="anna", verb=ERASES, subject="receipt:1", detail=detail, previous=previous, digest=digest)
    return [*lines, telling]


def test_a_line_that_a_person_was_taken_out_of_holds_when_the_erasure_is_told() -> None:
    """Who asks to be forgotten goes from the log too, and the log still proves that nobody else changed it."""
    lines = emptied(told=(2,))
    assert find_break(lines, head=head_of(lines)) is None


def test_a_line_that_was_emptied_without_an_erasure_is_seen() -> None:
    """Otherwise anybody could wipe what they did and call it an erasure."""
    lines = emptied(told=(3,))
    found = find_break(lines, head=head_of(lines))
    assert found is not None
    assert found.seq == 2


def test_an_erasure_excuses_no_other_change_and_no_line_after_it() -> None:
    """A line that says something else than before is a forgery, whatever is told; what comes later is not excused in advance."""
    lines = emptied(told=(2,))
    lines[1] = replace(lines[1], detail='{"erased": false}')
    assert find_break(lines, head=head_of(lines)) is not None
    forged = emptied(told=(2, 5))
    forged[4] = replace(forged[4], detail=ERASED)
    assert find_break(forged, head=head_of(forged)) is not None
