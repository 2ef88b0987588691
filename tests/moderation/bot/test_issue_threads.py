"""A thread per issue in the team's channel, over the fake Discord: one each whatever breaks, edits and no posts, put away when over."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import IssueState, NewIssue
from moderation.ledger.issue_threads import IssueThreadLedger
from moderation.model.issue_thread import IssueThread, ThreadNow, ThreadState
from moderation.workflows import keep_issue_threads
from moderation.workflows.keep_issue_threads import EDIT_EVERY, MOST_NEW, REST, KeepIssueThreads
from tests.fakes.bot_rig import Echo, Rig, bot_on
from tests.fakes.desk import MORNING
from tests.fakes.discord_wire.book import Message
from tests.fakes.discord_wire.people import BOT_USER, GUILD, ISSUES, PUBLIC, snowflake
from tests.fakes.discord_wire.wire import DiscordWire, discord_wire


def now_of(issue_id: int, state: IssueState = IssueState.NEW, text: str = "2 berichten") -> ThreadNow:
    """Return what a thread is to show."""
    mark = f"k1.mark-{issue_id}"
    body = {
        "embeds": [{"title": f"Kwestie {issue_id}", "description": text}],
        "components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Openen", "custom_id": mark}]}],
    }
    shown = hashlib.sha256(repr(body).encode()).hexdigest()
    return ThreadNow(
        issue_id=issue_id, state=state, name=f"#{issue_id} lekt", body=body, shown=shown, mark=mark, line=f"Nu: {state.value}."
    )


@dataclass
class Team:
    """A channel with threads over a running bot. `says` is what the threads are to show."""

    wire: DiscordWire
    rig: Rig
    ledger: IssueThreadLedger
    clock: ManualClock
    says: dict[int, ThreadNow] = field(default_factory=dict)
    channel_id: str = ISSUES

    def keeper(self) -> KeepIssueThreads:
        """Return a keeper that knows nothing but what is in the ledger, as after a restart."""
        return KeepIssueThreads(self.ledger, self.rig.channels, self.now, self.clock, channel_id=self.channel_id)

    def now(self, _issue_ids: Sequence[int]) -> list[ThreadNow]:
        return list(self.says.values())

    async def look(self) -> int:
        """Look once, by a keeper of its own."""
        return await self.keeper().once()

    @property
    def standing(self) -> list[Message]:
        return self.wire.book.standing(self.channel_id)

    def thread(self, issue_id: int = 1) -> IssueThread:
        return self.ledger.all(self.channel_id)[issue_id]


def issues_in(ledger: Ledger, number: int) -> None:
    made = tuple(NewIssue(temporary_id=-one, title=f"lek {one}", created_at=MORNING) for one in range(1, number + 1))
    ledger.analyses.save(AnalysisStep(at=MORNING, new_issues=made))


@asynccontextmanager
async def team_on(ledger: Ledger, *, issues: int = 1) -> AsyncIterator[Team]:
    issues_in(ledger, issues)
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        team = Team(wire, rig, IssueThreadLedger(ledger.engine), ManualClock(MORNING))
        team.says = {one: now_of(one) for one in range(1, issues + 1)}
        yield team
        assert wire.book.pings == []


async def test_an_issue_that_matters_gets_one_message_and_one_thread(ledger: Ledger) -> None:
    """Looking again adds nothing while nothing changes, also by a process that was started again."""
    async with team_on(ledger) as team:
        assert await team.look() == 1
        for _ in range(3):
            assert await team.look() == 0
        (message,) = team.standing
        assert team.wire.book.threads == {message.message_id: ISSUES}
        assert message.edits == 0


@pytest.mark.parametrize("state", [IssueState.STEADY, IssueState.FADING, IssueState.QUIET, IssueState.RESOLVED, IssueState.MUTED])
async def test_an_issue_that_is_not_loud_gets_no_thread(ledger: Ledger, state: IssueState) -> None:
    """A channel of everything is read by nobody."""
    async with team_on(ledger) as team:
        team.says[1] = now_of(1, state)
        assert await team.look() == 0
        assert team.standing == []


async def test_figures_move_by_edits_at_a_pace_and_never_by_new_posts(ledger: Ledger) -> None:
    """A new post for every new message would make colleagues mute the channel."""
    async with team_on(ledger) as team:
        await team.look()
        for number in range(3, 7):
            team.says[1] = now_of(1, text=f"{number} berichten")
            await team.look()
        (message,) = team.standing
        assert message.edits == 0  # too soon
        team.clock.advance(EDIT_EVERY)
        await team.look()
        assert "6 berichten" in message.text
        assert message.edits == 1
        assert len(team.standing) == 1
        assert team.wire.book.standing(message.message_id) == []


async def test_a_line_comes_only_when_the_state_changes_and_the_thread_is_put_away_when_it_is_over(ledger: Ledger) -> None:
    """New, growing, solved, back: four words in a week, and a thread that is over leaves the list."""
    async with team_on(ledger) as team:
        await team.look()
        (message,) = team.standing
        for state in (
            IssueState.GROWING,
            IssueState.GROWING,
            IssueState.STEADY,
            IssueState.RESOLVED,
            IssueState.RESOLVED,
            IssueState.CAME_BACK,
        ):
            team.says[1] = now_of(1, state)
            await team.look()
        said = [one.said["content"] for one in team.wire.book.standing(message.message_id)]
        assert said == ["Nu: growing.", "Nu: steady.", "Nu: resolved.", "Nu: came_back."]
        changes = [dict(one.body) for one in team.wire.book.asked("PATCH", f"/channels/{message.message_id}") if isinstance(one.body, dict)]
        assert [one["archived"] for one in changes if "archived" in one] == [True, False]
        assert len(team.standing) == 1


# what goes wrong at which request, and whether Discord had carried it out
LOST = [(path, after) for path in ("/messages$", "/threads$") for after in (False, True)]


@pytest.mark.parametrize(("path", "after"), LOST, ids=lambda one: str(one))
@pytest.mark.parametrize("minutes", [0, 30])
async def test_an_answer_that_never_came_makes_no_second_thread(ledger: Ledger, path: str, after: bool, minutes: int) -> None:
    """Discord took it and the line broke, or it did not: the next look finds out, soon after or long after (Discord forgets a nonce)."""
    async with team_on(ledger) as team:
        team.wire.fail("POST", path, times=1, status=503, after=after)  # which discord.py does not try again by itself
        await team.look()
        team.wire.limits._faults.clear()
        team.clock.advance(timedelta(minutes=minutes))
        if minutes:
            for one in team.wire.book.messages.values():
                one.nonce = ""
        for _ in range(3):
            await team.look()
        (message,) = team.standing
        assert team.wire.book.threads == {message.message_id: ISSUES}
        assert team.thread().state is ThreadState.OPEN


@pytest.mark.parametrize("after", [False, True])
async def test_a_line_whose_answer_never_came_is_said_once(ledger: Ledger, after: bool) -> None:
    """ "Nu: growing" twice would read as twice grown."""
    async with team_on(ledger) as team:
        await team.look()
        (message,) = team.standing
        team.says[1] = now_of(1, IssueState.GROWING)
        team.wire.fail(
            "POST", f"/channels/{message.message_id}/messages$", times=1, status=503, after=after
        )  # which discord.py does not try again by itself
        await team.look()
        team.wire.limits._faults.clear()
        for one in team.wire.book.messages.values():
            one.nonce = ""
        for _ in range(2):
            await team.look()
        assert [one.said["content"] for one in team.wire.book.standing(message.message_id)] == ["Nu: growing."]


def talked(team: Team, channel_id: str, messages: int, *, hours_ago: float = 0) -> None:
    """Let colleagues write in a channel."""
    for _ in range(messages):
        made = snowflake(timedelta(hours=hours_ago))
        book, sent = team.wire.book, {"content": "ik kijk even"}
        book.messages[made] = Message(message_id=made, channel_id=channel_id, guild_id=GUILD, author=BOT_USER, said=sent)


@pytest.mark.parametrize("messages", [99, 101, 350])
async def test_a_message_is_found_however_much_was_said_since(ledger: Ledger, messages: int) -> None:
    """A crisis is when lines break, and when a channel fills by the hundred while we are away."""
    async with team_on(ledger) as team:
        team.wire.fail("POST", "/messages$", times=1, status=503, after=True)
        await team.look()
        team.wire.limits._faults.clear()
        (ours,) = team.standing
        ours.nonce = ""
        talked(team, ISSUES, messages)
        await team.look()
        assert team.thread().message_id == ours.message_id
        assert len([one for one in team.standing if one.buttons]) == 1
        assert team.thread().state is ThreadState.OPEN


@pytest.mark.parametrize("stands", [True, False])
async def test_where_it_cannot_be_told_whether_it_stands_nothing_is_sent_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, stands: bool
) -> None:
    """Two threads of one issue split what colleagues say of it; a bound on reading back must not make a second one."""
    monkeypatch.setattr(keep_issue_threads, "MOST_PAGES", 2)
    async with team_on(ledger) as team:
        team.wire.fail("POST", "/messages$", times=1, status=503, after=stands)
        await team.look()
        team.wire.limits._faults.clear()
        talked(team, ISSUES, 205)
        for _ in range(2):
            await team.look()
        assert len([one for one in team.standing if one.buttons]) == int(stands)
        assert team.thread().state is ThreadState.GONE
        assert "cannot be told" in caplog.text
        assert len(team.wire.book.asked("GET", "/messages")) == 2, "and it is not looked for again and again"


async def test_reading_back_ends_where_the_row_was_made(ledger: Ledger) -> None:
    """What is older cannot be it: a channel of years is not read to its beginning."""
    async with team_on(ledger) as team:
        team.clock.move_to(datetime.now(UTC))
        talked(team, ISSUES, 250, hours_ago=30)
        team.wire.fail("POST", "/messages$", times=1, status=503)
        await team.look()
        team.wire.limits._faults.clear()
        await team.look()
        assert len(team.wire.book.asked("GET", "/messages")) == 1
        assert len([one for one in team.standing if one.buttons]) == 1


async def test_a_line_is_found_however_much_was_said_in_the_thread_since(ledger: Ledger) -> None:
    async with team_on(ledger) as team:
        await team.look()
        (message,) = team.standing
        team.says[1] = now_of(1, IssueState.GROWING)
        team.wire.fail("POST", f"/channels/{message.message_id}/messages$", times=1, status=503, after=True)
        await team.look()
        team.wire.limits._faults.clear()
        for one in team.wire.book.messages.values():
            one.nonce = ""
        talked(team, message.message_id, 130)
        await team.look()
        said = [one.said["content"] for one in team.wire.book.standing(message.message_id)]
        assert said.count("Nu: growing.") == 1


async def test_a_message_that_somebody_took_away_is_not_put_back(ledger: Ledger) -> None:
    """Whoever deletes it wants it gone; a bot that puts it back is a nuisance."""
    async with team_on(ledger) as team:
        await team.look()
        team.standing[0].deleted = True
        team.says[1] = now_of(1, IssueState.GROWING, text="9 berichten")
        for _ in range(2):
            team.clock.advance(EDIT_EVERY)
            await team.look()
        assert team.standing == []
        assert team.thread().state is ThreadState.GONE


async def test_a_channel_that_says_no_is_left_alone_for_a_while(ledger: Ledger) -> None:
    """Ten thousand refusals in ten minutes get a bot shut out of Discord; a right that is missing is mended by a person (RULES F19)."""
    async with team_on(ledger, issues=3) as team:
        keeper = team.keeper()
        team.wire.rest.closed.add(ISSUES)
        for _ in range(5):
            await keeper.once()
        assert len(team.wire.book.asked("POST", "/messages")) == 1
        team.wire.rest.closed.clear()
        team.clock.advance(REST)
        await keeper.once()
        assert len(team.standing) == 3


async def test_a_channel_that_everybody_reads_receives_nothing(ledger: Ledger) -> None:
    """Quotes of customers are for colleagues (RULES S25, quotes)."""
    async with team_on(ledger) as team:
        team.channel_id = PUBLIC
        assert await team.look() == 0
        assert team.wire.book.standing(PUBLIC) == []


async def test_a_day_on_which_everything_is_new_opens_some_at_a_time(ledger: Ledger) -> None:
    async with team_on(ledger, issues=MOST_NEW + 2) as team:
        await team.look()
        assert len(team.standing) == MOST_NEW
        await team.look()
        assert len(team.standing) == MOST_NEW + 2


async def test_the_thread_of_an_issue_that_went_into_another_one_is_put_away(ledger: Ledger) -> None:
    async with team_on(ledger) as team:
        await team.look()
        team.says = {}
        await team.look()
        assert team.thread().state is ThreadState.CLOSED


async def test_what_a_thread_shows_is_told_apart_by_its_hash(ledger: Ledger) -> None:
    """The same figures are the same message: nothing is edited for nothing."""
    async with team_on(ledger) as team:
        await team.look()
        team.says[1] = replace(now_of(1))
        team.clock.advance(EDIT_EVERY)
        assert await team.look() == 0
