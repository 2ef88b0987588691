"""The commands as a person or a script meets them: exit codes, JSON that can be parsed, and errors that say what to do."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from listener.cli import EXIT_FAILED, EXIT_STOPPED, EXIT_WRONG_USE, listener_group, run_group
from listener.commands.place import Place
from listener.ledger.ledger import open_ledger
from listener.ledger.lock import home_lock
from listener.ledger.rechecks import RecheckStanding
from listener.model.page import Spent
from listener.model.push import StreamStanding
from listener.model.recheck import Looked, RecheckRule
from tests.fakes.files import rows, write
from tests.fakes.rss import item, rss
from tests.fakes.site import Reply, open_site
from tests.listener.ledger.making import add, analyse, mention

WHEN = "2026-03-01T09:00:00Z"
SETTINGS = "brands:\n- name: Stroomwerk\n"


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir(mode=0o700)
    (made / "klankbord.yaml").write_text(SETTINGS, encoding="utf-8")
    return made


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command line on `home` as `python -m listener` does, up to the exit code of the process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    @click.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
    @click.argument("words", nargs=-1, type=click.UNPROCESSED)
    def process(words: tuple[str, ...]) -> None:
        monkeypatch.setattr(sys, "argv", ["klankbord", *words])
        run_group(listener_group)

    def go(*words: object) -> Said:
        ended = CliRunner().invoke(process, ["--", "--home", str(home), *(str(word) for word in words)])
        assert ended.exception is None or isinstance(ended.exception, SystemExit), f"a person would see a trace: {ended.exception!r}"
        assert "a mistake of ours" not in ended.stderr
        return Said(ended.exit_code, ended.stdout, ended.stderr)

    yield go
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def issue_id(home: Path) -> int:
    """One issue of two mentions."""
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        add(ledger, mention("1"), mention("2", "Nog steeds geen stroom"))
        return analyse(ledger)[-1]


def test_an_import_counts_every_row_and_can_be_repeated(tmp_path: Path, run: Run) -> None:
    file = write(tmp_path, rows(f"1,Stroomwerk is traag,{WHEN}", f"2,,{WHEN}"))
    first = run("import", file, "--no-analyse", "--json")
    assert (first.code, first.json["rows"], first.json["new"], first.json["skipped"]) == (0, 2, 1, 1)
    again = run("import", file, "--no-analyse", "--json")
    assert (again.code, again.json["new"]) == (0, 0)


def test_an_import_in_words_lists_what_was_skipped_and_why(tmp_path: Path, run: Run) -> None:
    said = run("import", write(tmp_path, rows(f"1,Stroomwerk is traag,{WHEN}", f"2,,{WHEN}")), "--no-analyse")
    assert said.code == 0
    assert "2 rows read: 1 new" in said.out
    assert "  skipped " in said.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("import", "gone.csv"), "gone.csv"),  # a file that is not there
        (("import", "gone.csv", "--map", "text"), "--map text=COLUMN"),
        (("collect", "nowhere"), "There is no source 'nowhere'"),
        (("issues", "--as-of", "yesterday"), "2026-03-31"),
        (("issues", "--days", "0"), "1<=x<=400"),
        (("issue", "rename", "7", "Storing"), "There is no issue 7"),
        (("issue", "rename", "7", " "), "A title needs words"),
        (("issue", "merge", "7", "7"), "into itself"),
        (("issue", "move", "7"), "There is no mention 7"),
        (("issue", "move", "9" * 30), "There is no mention 999"),  # larger than any database can hold
        (("issue", "rename", "9" * 30, "x"), "There is no issue 999"),
        (("issue", "9" * 30), "There is no issue 999"),
        (("issue", "pin", "7"), "There is no issue 7"),
        (("issue", "undo", "7"), "There is no issue 7"),
        (("issue", "split", "7"), "--mentions 12,15,19"),
        (("issue", "split", "7", "--mentions", "1", "--suggest"), "--mentions 12,15,19"),
        (("issue", "split", "7", "--mentions", "1,twee"), "'twee' is not the number of a mention"),
        (("issue", "split", "7", "--mentions", "1", "--apply"), "--apply goes with --suggest"),
        (("issue", "split", "7", "--suggest"), "There is no issue 7"),
        (("issues", "--state", "odd"), "'odd' is not one of"),
        (("issues", "--sort", "odd"), "'odd' is not one of"),
        (("model", "forget", "gone"), "no vectors of 'gone'"),
        (("issue", "mute", "seven"), "not a valid integer"),
        (("digest", "--language", "de"), "'nl', 'en'"),
        (("replay", "gone.csv"), "gone.csv"),
        (("frobnicate",), "No such command"),
    ],
)
def test_wrong_input_is_named_and_ends_with_two(run: Run, words: tuple[str, ...], told: str) -> None:
    said = run(*words)
    assert said.code == EXIT_WRONG_USE
    assert told in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("settings", "words", "told"),
    [
        ("digest:\n  hour: 25\n", ("query", "test"), "digest.hour"),  # a setting that is wrong
        (SETTINGS, ("init", "--yes", "--brand", "X"), "--force"),  # what somebody wrote is not overwritten
        ("model: {name: bundled}\n", ("model", "use", "other"), "model.name"),
    ],
)
def test_what_cannot_be_done_says_why_and_ends_with_one(home: Path, run: Run, settings: str, words: tuple[str, ...], told: str) -> None:
    (home / "klankbord.yaml").write_text(settings, encoding="utf-8")
    said = run(*words)
    assert said.code == EXIT_FAILED
    assert told in said.err
    assert (home / "klankbord.yaml").read_text(encoding="utf-8") == settings


def test_ctrl_c_ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("listener.commands.collecting.FileSource", stopped)
    said = run("import", "rows.csv")
    assert (said.code, said.err.strip()) == (EXIT_STOPPED, "klankbord: stopped")


def test_a_query_is_tried_on_words_and_on_what_is_stored(run: Run, issue_id: int) -> None:
    caught = run("query", "test", "--text", "Waarom doet Stroomwerk niets?", "--json")
    assert (caught.code, caught.json["fits"][0]["brands"]) == (0, ["Stroomwerk"])
    stored = run("query", "test", "--json")
    assert (stored.json["read"], stored.json["fits"]) == (2, [])


def test_the_people_s_corrections_stay(run: Run, issue_id: int, home: Path) -> None:
    """A title somebody chose, and a muted issue, are above what the machine finds."""
    for words in (("rename", issue_id, "Stroom weg in Assen"), ("mute", issue_id), ("resolve", issue_id)):
        assert run("issue", *words, "--by", "sanne").code == 0
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        found = ledger.issues.get(issue_id)
        assert found is not None
        assert (found.title, found.muted, found.resolved_at is not None) == ("Stroom weg in Assen", True, True)
    for words in (("unmute", issue_id), ("reopen", issue_id)):
        assert run("issue", *words, "--by", "sanne").code == 0
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        found = ledger.issues.get(issue_id)
        assert found is not None
        assert (found.muted, found.resolved_at is not None) == (False, False)


def test_an_issue_is_split_shown_and_put_together_again(run: Run, issue_id: int, home: Path) -> None:
    """What was done stands on the page of both issues, and undoing takes it back."""
    split = run("issue", "split", issue_id, "--mentions", "2", "--title", "Nog  steeds\ngeen stroom", "--by", "sanne", "--json")
    assert (split.code, split.json["new_issue_id"]) == (0, 2)
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        assert (ledger.issues.members(1), ledger.issues.members(2)) == ([1], [2])
        assert ledger.issues.titles([2]) == {2: "Nog steeds geen stroom"}
    assert run("issue", "split", issue_id, "--mentions", "1").code == EXIT_WRONG_USE, "that is all of it"
    undone = run("issue", "undo", 2, "--by", "ben")
    assert (undone.code, "Taken back: split" in undone.out, "sanne" in undone.out) == (0, True, True)
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        assert ledger.issues.members(1) == [1, 2]
    assert run("issue", "undo", issue_id).code == EXIT_WRONG_USE


def test_two_halves_are_asked_for_in_vain_where_there_are_none(run: Run, issue_id: int) -> None:
    said = run("issue", "split", issue_id, "--suggest")
    assert said.code == EXIT_WRONG_USE
    assert "no two halves are to be seen in issue 1" in said.err


def test_signals_tell_why_in_words_and_in_json(run: Run, issue_id: int) -> None:
    as_json = run("signals", "--json")
    assert [one["issue_id"] for one in as_json.json] == [issue_id]
    assert "Stroomstoring" in run("signals").out
    assert run("signals", "--since", "2026-04-01").out.strip() == "No signals yet."


def test_a_signal_is_explained_by_its_numbers_and_its_mentions(run: Run, issue_id: int) -> None:
    number = run("signals", "--json").json[0]["signal_id"]
    told = run("signals", "explain", number, "--language", "en")
    assert told.code == 0
    assert f"#{issue_id} Stroomstoring" in told.out
    assert "seen: 7 different people" in told.out
    assert "behind it:" in told.out
    assert "gezien: 7 verschillende mensen" in run("signals", "explain", number).out  # the settings' language
    as_json = run("signals", "explain", number, "--json").json
    assert as_json["signal"]["signal_id"] == number
    assert len(as_json["mentions"]) == len(as_json["signal"]["mention_ids"])


def test_a_signal_that_is_not_there_is_named(run: Run, issue_id: int) -> None:
    told = run("signals", "explain", 99)
    assert told.code == EXIT_WRONG_USE
    assert "There is no signal 99" in told.err


def test_sources_show_what_was_seen(run: Run, issue_id: int) -> None:
    assert [(one["source"], one["mentions"]) for one in run("sources", "--json").json] == [("news", 2)]
    assert "news" in run("sources").out


def test_sources_say_why_they_are_refused_when_they_were_blind_and_what_they_cost(home: Path, run: Run, issue_id: int) -> None:
    """In English, with days back as asked."""
    now = datetime.now(UTC)
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        ledger.sources.describe("social", kind="mastodon", most_requests=500, most_micro_usd=1_000_000)
        ledger.sources.note_failure("social", at=now - timedelta(days=10), error="502", kind="blind")
        ledger.sources.note_ok("social", at=now - timedelta(days=9), new=0, seen=30, missed=10)
        ledger.sources.note_failure("social", at=now - timedelta(hours=2), error="no", kind="refused", cause="token_expired")
        ledger.sources.note_spent("social", Spent(requests=12, micro_usd=400_000), at=now)
    said = " ".join(run("sources", "--days", "30").out.split())
    assert "social: refused because of: token expired" in said
    assert f"social: blind from {now - timedelta(days=10):%Y-%m-%d %H:%M} to {now - timedelta(days=9):%Y-%m-%d %H:%M} (UTC)" in said
    assert f"social: blind from {now - timedelta(hours=2):%Y-%m-%d %H:%M} until now (UTC)" in said
    assert "social: the platform showed 30 of 40 items (75.0%)" in said
    assert f"{now - timedelta(days=10):%Y-%m-%d}" not in " ".join(run("sources").out.split())
    (found,) = [one for one in run("sources", "--json").json if one["source"] == "social"]
    assert (found["cause"], found["requests"], found["most_micro_usd"]) == ("token_expired", 12, 1_000_000)


def test_sources_say_whether_their_platform_tells_at_once(home: Path, run: Run, issue_id: int) -> None:
    now = datetime.now(UTC)
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        for source in ("told", "untold", "dead"):
            ledger.sources.describe(source, kind="mastodon")
        ledger.streams.keep("told", StreamStanding(up=True, since=now - timedelta(hours=3), heard_at=now))
        ledger.streams.keep("untold", StreamStanding(up=False, since=now - timedelta(hours=2), heard_at=now, why="It was cut."))
        ledger.streams.keep("dead", StreamStanding(up=True, since=now - timedelta(hours=3), heard_at=now - timedelta(hours=1)))
    said = " ".join(run("sources").out.split())
    assert f" told: the platform tells at once what is new, since {now - timedelta(hours=3):%Y-%m-%d %H:%M} (UTC)" in said
    down = f"the platform tells nothing by itself since {now - timedelta(hours=2):%Y-%m-%d %H:%M} (UTC) (It was cut)"
    assert f" untold: {down}; it is pulled at its interval all the same" in said
    assert f" dead: the platform tells nothing by itself since {now - timedelta(hours=1):%Y-%m-%d %H:%M} (UTC);" in said
    assert "news: the platform" not in said


def test_sources_say_how_many_kept_posts_were_looked_at_again_in_time(home: Path, run: Run, issue_id: int) -> None:
    """RULES P5, P11: a budget that does not suffice breaks the promise, and that is said."""
    now = datetime.now(UTC)
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        ledger.rechecks.describe("news", RecheckRule(every=timedelta(days=1), young=timedelta(days=7), then=timedelta(days=7)))
        ledger.rechecks.note_standing("news", RecheckStanding(state="capped", note="the budget is spent."), at=now)
        ledger.rechecks.note_found("news", Looked(asked=9, removed=2, edited=1), Spent(), at=now)
    said = " ".join(run("sources").out.split())
    assert "news: kept posts looked at again within 24 h (after 7 days: 168 h): 0 %; overdue: 2 of 2" in said
    assert "news: looking again is capped: the budget is spent." in said
    assert "news: looked at again today: 9 posts, 2 gone, 1 edited, 0 of which nothing was told" in said


async def test_a_source_that_fails_ends_collect_with_one_and_the_others_are_read(home: Path, run: Run) -> None:
    """A script that collects every hour has to notice; the forum that works is read all the same."""
    feed = rss(item("1", title="Stroomwerk is traag", at=format_datetime(datetime.now(UTC) - timedelta(hours=1))))
    async with open_site() as site:
        site.answer = lambda request: Reply(body=feed) if request.path == "/feed" else Reply(status=503)
        place = "allow_http: true, allow_private: true"
        (home / "klankbord.yaml").write_text(
            f"{SETTINGS}sources:\n"
            f"- {{id: down, kind: feed, url: '{site.url('/down')}', {place}}}\n"
            f"- {{id: forum, kind: feed, url: '{site.url('/feed')}', {place}}}\n",
            encoding="utf-8",
        )
        said = await asyncio.to_thread(run, "collect", "--json")
    assert said.code == EXIT_FAILED
    assert [(one["source"], one["new"], bool(one["note"])) for one in said.json] == [("down", 0, True), ("forum", 1, False)]


def test_an_empty_home_has_no_issues_and_says_so(run: Run) -> None:
    assert run("issues", "--json").json == []
    assert run("issues").out.startswith("No issues yet")


def test_a_home_that_a_dead_command_holds_is_named(run: Run, home: Path) -> None:
    """Whoever holds the home cannot be asked: the person hears which folder, and what to do."""
    with home_lock(home):
        said = run("issues")
    assert said.code == EXIT_FAILED
    assert f"No service answers on {home}" in said.err


def test_the_model_is_chosen_by_command(run: Run, home: Path) -> None:
    said = run("model", "use", "./my-model")
    assert said.code == 0
    assert "Not there yet: model.name: there is no sentence-transformers model './my-model' on this machine." in said.out
    assert (home / "klankbord.yaml").read_text(encoding="utf-8") == SETTINGS + "\nmodel:\n  name: ./my-model\n"
    assert "Not there yet" not in run("model", "use", "bundled").out


@pytest.mark.parametrize("command", sorted(listener_group.commands))
def test_every_command_explains_itself(run: Run, command: str) -> None:
    said = run(command, "--help")
    assert said.code == 0
    assert "Usage:" in said.out


def test_a_printed_digest_can_be_pasted_anywhere(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The invisible space that keeps an @name from pinging must not be spelled out in front of readers."""
    monkeypatch.setattr(Place, "answer", lambda *_, **__: "> @\u200bzoemvolt\n")
    assert run("digest", "--markdown").out == "> @\u200bzoemvolt\n"


def test_what_could_not_be_read_is_listed_with_its_reason_and_read_once_more(run: Run, home: Path) -> None:
    """RULES F24: after an update somebody lets them be read again; a number that is not set apart changes nothing silently."""
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        add(ledger, mention("1"), mention("2", "Nog steeds\ngeen stroom"))
        for number in (1, 2):
            ledger.mentions.quarantine(number, 0, "analyse", "ValueError: no such word")
    (_, second) = run("unreadable", "--json").json
    assert (second["mention"], second["begins"], second["why"]) == (2, "Nog steeds geen stroom", "ValueError: no such word")
    assert "ValueError: no such" in run("unreadable").out
    assert run("unreadable", "again").code == EXIT_WRONG_USE
    assert run("unreadable", "again", "9").code == EXIT_WRONG_USE
    assert run("unreadable", "again", 2**64).code == EXIT_WRONG_USE
    assert "1 to be read again" in run("unreadable", "again", 2).out
    assert "1 to be read again" in run("unreadable", "again", "--all").out
    assert "Everything could be read." in run("unreadable").out
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        assert ledger.mentions.unanalysed_count() == 2
