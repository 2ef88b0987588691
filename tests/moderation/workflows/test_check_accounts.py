"""What `doctor` says of the accounts that may post, and of rules that grew old (RULES P3, P10, section 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.settings.secrets import Secrets
from moderation.settings import KlankbordSettings
from moderation.workflows.check_accounts import NEEDED, check_accounts, check_rules
from moderation.workflows.load_wording import load_policy
from tests.fakes.desk import MORNING


def findings(account: dict[str, Any] | None, home: Path, **environment: str) -> dict[str, list[str]]:
    """Return what is found, by level."""
    accounts = [account] if account else []
    settings = KlankbordSettings.model_validate({"outbox": {"accounts": accounts}})
    found: dict[str, list[str]] = {}
    for one in check_accounts(settings, Secrets(home, environment=environment), file=home / "klankbord.yaml"):
        found.setdefault(one.level, []).append(f"{one.detail} → {one.mend}")
    return found


LIVE = {"live": True, "realms": ["social.example"], "name": "stroom", "base_url": "https://social.example"}


def test_without_accounts_everything_is_simulated(tmp_path: Path) -> None:
    assert list(findings(None, tmp_path)) == ["ok"]


def test_an_account_that_is_not_live_says_so(tmp_path: Path) -> None:
    assert "live: true" in findings({"platform": "x", "name": "stroom"}, tmp_path)["warn"][0]


@pytest.mark.parametrize("platform", NEEDED)
def test_each_missing_key_is_named_with_the_line_that_sets_it(tmp_path: Path, platform: str) -> None:
    account = {**LIVE, "platform": platform, "name": "loket@stroom.example" if platform == "mail" else "stroom"}
    wrong = findings(account, tmp_path)["fail"]
    assert all(f"KLANKBORD_{platform.upper()}_WRITE_" in line and "chmod 600" in line for line in wrong)
    kinds = min(NEEDED[platform], key=len)
    keys = {f"KLANKBORD_{platform.upper()}_{kind}": f"value-of-{kind}" for kind in kinds}
    assert "fail" not in findings(account, tmp_path, **keys)


def test_a_key_may_be_named_for_one_account(tmp_path: Path) -> None:
    assert "fail" not in findings({**LIVE, "platform": "mastodon"}, tmp_path, KLANKBORD_MASTODON_STROOM_WRITE_TOKEN="x")


def test_one_reddit_application_for_reading_and_writing_is_refused(tmp_path: Path) -> None:
    keys = {"WRITE_CLIENT_ID": "same", "WRITE_CLIENT_SECRET": "s", "WRITE_PASSWORD": "p", "CLIENT_ID": "same"}
    named = {f"KLANKBORD_REDDIT_{kind}": value for kind, value in keys.items()}
    account = {**LIVE, "platform": "reddit"}
    assert "one for each purpose" in findings(account, tmp_path, **named)["fail"][0]
    assert "fail" not in findings(account, tmp_path, **{**named, "KLANKBORD_REDDIT_CLIENT_ID": "another"})


@pytest.mark.parametrize("address", ["", "http://social.example", "https://user:pw@social.example", "social.example"])
def test_a_server_that_is_missing_or_wrong_is_told(tmp_path: Path, address: str) -> None:
    account = {**LIVE, "platform": "mastodon", "base_url": address}
    assert "base_url" in findings(account, tmp_path, KLANKBORD_MASTODON_WRITE_TOKEN="x")["fail"][0]


def test_x_without_its_approval_of_program_drafts_is_noted(tmp_path: Path) -> None:
    account = {**LIVE, "platform": "x"}
    key = {"KLANKBORD_X_WRITE_USER_TOKEN": "x"}
    assert "ai_approval" in findings(account, tmp_path, **key)["warn"][0]
    assert "warn" not in findings({**account, "ai_approval": "X-2026-7"}, tmp_path, **key)


def test_rules_that_nobody_looked_up_for_half_a_year_are_named() -> None:
    policy = load_policy()
    name, rule = next(iter(policy.rules.items()))
    today = max(one.checked for one in policy.rules.values())
    assert [one.level for one in check_rules(policy, today=today)] == ["ok"]
    old = replace(policy, rules={**policy.rules, name: replace(rule, checked=MORNING.date() - timedelta(days=400))})
    (told,) = check_rules(old, today=today)
    assert (told.level, name in told.detail) == ("warn", True)
