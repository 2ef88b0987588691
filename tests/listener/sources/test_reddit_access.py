"""Access to Reddit: who we say we are (RULES P9). How fast we ask is in test_pacing.py."""

from __future__ import annotations

from listener.sources.reddit_access import RedditKey

KEY = RedditKey(client_id="id", client_secret="canary-secret", account="stroomwerk_dev")


def test_the_user_agent_has_the_form_that_reddit_prescribes() -> None:
    """`<platform>:<app>:<version> (by /u/<account>)`."""
    system, app, rest = KEY.user_agent.split(":")
    assert system.isalpha()
    assert app == "klankbord"
    assert rest.endswith(" (by /u/stroomwerk_dev)")


def test_a_key_does_not_show_its_secret() -> None:
    assert "canary-secret" not in repr(KEY)
