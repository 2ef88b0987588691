"""The files that take longest, longest first: handed out at the start, so that none of them begins when the others are done."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

LONGEST = (
    "tests/test_packaging.py",
    "tests/listener/issues/test_dutch.py",
    "tests/test_running.py",
    "tests/contracts/test_publishing_hangs.py",
    "tests/moderation/invitations/test_neutral_path.py",
    "tests/listener/embedding/test_dutch.py",
    "tests/browser/test_worst_input_in_browser.py",
    "tests/browser/test_a_day.py",
    "tests/mutation/test_planted_bugs.py",
    "tests/moderation/conversation/test_working_on_it.py",
    "tests/crash/test_outbox_crash_points.py",
    "tests/contracts/test_publishing_killed.py",
    "tests/moderation/outbox/test_figures.py",
    "tests/test_offline.py",
    "tests/browser/test_feedback_in_browser.py",
    "tests/crash/test_broadcast_is_killed.py",
    "tests/contracts/test_publishing_faults.py",
    "tests/crash/test_deliveries_are_killed.py",
    "tests/test_invariants.py",
    "tests/browser/test_shell.py",
    "tests/listener/issues/test_restart_anywhere.py",
    "tests/bench/test_inbox_short.py",
    "tests/crash/test_import_is_killed.py",
    "tests/fuzz/test_fuzzed_api.py",
    "tests/bench/test_burst_short.py",
    "tests/crash/test_taking_back_is_killed.py",
    "tests/moderation/invitations/test_carrying_out.py",
    "tests/moderation/outbox/test_winding_down.py",
    "tests/servers/test_matrix.py",
    "tests/listener/workflows/test_collecting_hard_cases.py",
    "tests/moderation/feedback/test_feedback_pages.py",
    "tests/listener/embedding/test_open.py",
    "tests/listener/embedding/test_label_models.py",
    "tests/listener/ledger/test_crashes.py",
    "tests/servers/test_bluesky.py",
)


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the tests with those of the longest files first; all others in their order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    return sorted(items, key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
