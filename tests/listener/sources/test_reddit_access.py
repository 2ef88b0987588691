"""Access to Reddit: who we say we are, and never more requests than Reddit allows (RULES P9, P12)."""

from __future__ import annotations

import pytest

from listener.errors import RateLimited
from listener.sources.reddit_access import RedditKey, RequestBudget

KEY = RedditKey(client_id="id", client_secret="canary-secret", account="stroomwerk_dev")


def test_the_user_agent_has_the_form_that_reddit_prescribes() -> None:
    """`<platform>:<app>:<version> (by /u/<account>)`."""
    system, app, rest = KEY.user_agent.split(":")
    assert system.isalpha()
    assert app == "klankbord"
    assert rest.endswith(" (by /u/stroomwerk_dev)")


def test_a_key_does_not_show_its_secret() -> None:
    assert "canary-secret" not in repr(KEY)


def test_never_more_than_eighty_requests_in_any_minute() -> None:
    """RULES P12: Reddit allows a hundred."""
    now = [0.0]
    sent: list[float] = []

    def sleep(seconds: float) -> None:
        now[0] += seconds

    budget = RequestBudget(monotonic=lambda: now[0], sleep=sleep)
    for _ in range(500):
        try:
            budget.take()
        except RateLimited as told:
            now[0] += told.wait_seconds
            continue
        sent.append(now[0])
        now[0] += 0.1
    assert len(sent) > 400
    assert all(sum(1 for at in sent if start <= at < start + 60) <= 80 for start in sent)


def test_a_used_up_quota_is_told_as_a_wait_and_not_slept_through() -> None:
    budget = RequestBudget(monotonic=lambda: 100.0, sleep=lambda _: pytest.fail("slept"))
    budget.close_for(300)
    with pytest.raises(RateLimited) as told:
        budget.take()
    assert told.value.wait_seconds == 300
