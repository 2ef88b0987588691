"""Log lines tell where something failed, never what a customer wrote (RULES S29)."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from listener.errors import InputError
from listener.ledger.dialect import ledger_engine
from listener.logs import JsonLines

CANARY = "mijn meter is kapot, bel 0612345678"


def logged() -> str:
    """Return the line for the error that is being handled."""
    return JsonLines().format(logging.LogRecord("x", logging.ERROR, __file__, 1, "a round failed", (), sys.exc_info()))


def test_a_database_error_names_no_values() -> None:
    engine = ledger_engine("sqlite://")
    with pytest.raises(SQLAlchemyError) as failed, engine.begin() as tx:
        tx.execute(text("INSERT INTO nowhere VALUES (:text)"), {"text": CANARY})
    engine.dispose()
    assert CANARY not in str(failed.value)


def test_a_librarys_words_stay_out_of_the_trace_and_those_of_its_cause_too() -> None:
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError:
        line = logged()
    assert CANARY not in line
    trace = json.loads(line)["trace"]
    assert [one for one in trace if ":" not in one] == ["RuntimeError", "ValueError"]
    assert any("test_logs.py:" in one for one in trace)


def test_our_own_words_are_kept() -> None:
    try:
        raise InputError("h.csv: the file is empty.")
    except InputError:
        assert json.loads(logged())["trace"][0] == "InputError: h.csv: the file is empty."


def test_what_is_a_secret_by_its_name_is_masked_in_whatever_a_line_says() -> None:
    """The last net: a library's warning, or an address that somebody logs."""
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, "GET https://x.example/?appsecret_proof=%s", ("c4n4ry",), None)
    record.url = "https://kim:geheim@x.example/"
    line = JsonLines().format(record)
    assert ("c4n4ry" in line, "geheim" in line, json.loads(line)["url"]) == (False, False, "https://•••@x.example/")
