"""`klankbord status`: nothing stands on the page or leaves without --send, and every list can be read by a program."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from moderation.cli import klankbord
from tests.fakes.desk import open_desk
from tests.moderation.status.said import heard, issue_of

WORDS = (
    *("--nl", "subject=de storing in Zuid", "--nl", "known=Een kabel is geraakt.", "--nl", "doing=We graven hem op."),
    *("--en", "subject=the outage in the south", "--en", "known=A cable was hit.", "--en", "doing=We are digging it up."),
)
AHEAD = (datetime.now(UTC) + timedelta(hours=3)).isoformat(timespec="minutes")


class Home:
    """Runs commands on one home, as one person or another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "klankbord.yaml").write_text("outbox:\n  account: 'simulated:stroomloket'\n", encoding="utf-8")
        with open_desk(folder, start=datetime.now(UTC) - timedelta(hours=1)) as desk:
            self.issue = issue_of(desk, heard(desk, 7))

    def run(self, *words: str, who: str = "carla") -> Result:
        asks = ("--as", who) if words[0] not in ("list", "promise", "show-plan") else ()
        return CliRunner().invoke(klankbord, ["--home", str(self.folder), "status", *words, *asks])

    def json(self, *words: str, who: str = "carla") -> Any:
        done = self.run(*words, "--json", who=who)
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    def posts(self) -> int:
        record = self.folder / "simulated-platform.jsonl"
        return len(record.read_text().splitlines()) if record.exists() else 0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_draft_is_published_only_with_send(home: Home) -> None:
    draft = home.json("draft", str(home.issue), "--status", "investigating", *WORDS, "--next-update", AHEAD)
    assert draft["state"] == "draft"
    shown = home.run("publish", str(draft["update_id"]))
    assert "Een kabel is geraakt." in shown.output
    assert "--send" in shown.output
    assert home.json("list")[0]["public"] is None
    assert home.json("publish", str(draft["update_id"]), "--send")["published_by"] == "carla"
    assert home.json("list")[0]["public"]["status"] == "investigating"
    assert home.json("promise")[0]["state"] == "open"
    assert home.run("list").exit_code == 0
    assert home.run("promise").exit_code == 0


def test_a_broadcast_leaves_only_with_send_and_by_a_second_person(home: Home) -> None:
    update = home.json("draft", str(home.issue), "--status", "investigating", *WORDS, "--next-update", AHEAD, "--send")
    plan = home.json("plan", str(update["update_id"]))
    assert (plan["needs_second"], plan["graduated"]) == (True, False)
    number, items = str(plan["plan"]["plan_id"]), [str(item["item_id"]) for item in plan["plan"]["items"]]
    assert "thread" in home.run("show-plan", number).output
    home.run("tick", number, *items[:3])
    home.run("approve-plan", number, who="bram")
    assert home.posts() == 0, "without --send"
    refused = home.run("approve-plan", number, "--send")
    assert isinstance(refused.exception, Exception)
    assert "Somebody else" in f"{refused.exception} {refused.output}"
    assert home.posts() == 0
    done = home.json("approve-plan", number, "--send", who="bram")
    assert home.posts() == 3
    assert sorted(item["state"] for item in done["plan"]["items"]) == ["approved"] * 3 + ["shadow"] * 4


def test_a_plan_can_be_taken_back_and_a_draft_thrown_away(home: Home) -> None:
    update = home.json("draft", str(home.issue), "--status", "investigating", *WORDS, "--next-update", AHEAD, "--send")
    plan = home.json("plan", str(update["update_id"]))["plan"]["plan_id"]
    assert home.json("cancel-plan", str(plan))["plan"]["state"] == "cancelled"
    draft = home.json("draft", str(home.issue), "--status", "investigating", *WORDS, "--next-update", AHEAD)
    assert home.run("discard", str(draft["update_id"])).exit_code == 0
    assert home.run("publish", str(draft["update_id"]), "--send").exit_code != 0


def test_words_for_one_thread_are_still_drafted_for_one_thread(home: Home) -> None:
    given = ("--set", "subject=de storing", "--set", "known=Een kabel.", "--set", "doing=Graven.", "--set", "next_update=Om 15:00")
    draft = home.json("draft", str(home.issue), "--status", "investigating", *given)
    assert (draft["draft"]["kind"], draft["entry"]) == ("status_update", None)
    both = home.run("draft", str(home.issue), "--status", "investigating", *given, *WORDS)
    assert both.exit_code != 0


def test_who_approves_what_has_to_wait_is_told_why(home: Home) -> None:
    """A limit of this hour holds it: without the reason, "approved" reads as if it had left."""
    (home.folder / "klankbord.yaml").write_text("outbox:\n  account: 'simulated:stroomloket'\n  most_per_hour: 0\n", encoding="utf-8")
    with open_desk(home.folder, start=datetime.now(UTC) - timedelta(minutes=1)) as desk:
        given = {"subject": "de storing", "known": "Een kabel is geraakt.", "doing": "We graven hem op.", "next_update": "Om 15:00"}
        draft_id = desk.updates.draft(home.issue, "investigating", given, "nl", "carla").draft_id
    done = CliRunner().invoke(klankbord, ["--home", str(home.folder), "outbox", "approve", str(draft_id), "--send", "--as", "carla"])
    assert done.exit_code == 0, done.output
    assert "This hour's limit is reached; this waits." in done.output
    assert home.posts() == 0
