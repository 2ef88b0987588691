"""What is kept is looked at again: edits and deletions are followed, within a share of the budget, and an outage erases nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SourceRefused, SourceUnavailable, StoreError
from listener.ledger.ledger import Ledger
from listener.model.mention import Author, BrandHit, Kept, Mention, MentionKey
from listener.model.page import Cursor, Spent
from listener.model.recheck import Asker, Looked, RecheckRule
from listener.settings.schema import BrandSettings
from listener.sources.purse import Purse
from listener.text.query import BrandQuery, compile_brand
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.recheck_mentions import Asking, Rechecked, RecheckMentions
from tests.fakes.looked_up import FakePlatform

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CAPS = {"most_requests": None, "most_usd": None}


def mention(native_id: str, text: str = "", **changes: object) -> Mention:
    author = Author(platform="reddit", realm="reddit.com", native_id=f"u-{native_id}", name=f"Naam {native_id}")
    fields: dict[str, object] = {"platform": "reddit", "realm": "reddit.com", "native_id": native_id, "text": text or f"tekst {native_id}"}
    return Mention(**{**fields, "posted_at": NOON, "author": author, "title": "Storing", "root_id": "t3_1", **changes})  # type: ignore[arg-type]  # fields by name


class Rig:
    """A source's posts in a real ledger, and a platform that is asked for them."""

    def __init__(
        self, ledger: Ledger, *posts: Mention, most: int = 100, usd_each: float = 0.0, queries: Sequence[BrandQuery] = (), **caps: Any
    ) -> None:
        self.ledger = ledger
        self.clock = ManualClock(NOON)
        self.platform = FakePlatform(posts, most=most, usd_each=usd_each)
        self.collect = CollectMentions(ledger, queries, clock=self.clock)
        self.caps = {**CAPS, **caps}
        self.share = 0.5
        ledger.rechecks.describe("src", RecheckRule(every=DAY))
        self.keep(*posts)
        self.restart()

    def keep(self, *posts: Mention) -> None:
        page = [Kept(mention=one) for one in posts]
        self.ledger.mentions.add_page(page, source="src", next_cursor=Cursor("at 7"), at=self.clock.now())

    def restart(self) -> None:
        """Begin anew with what the ledger knows."""
        asker = Asker(source="src", platform="reddit", rule=RecheckRule(every=DAY), all_askers=("src",))
        purse = Purse(most_requests=self.caps["most_requests"], most_usd=self.caps["most_usd"])
        self.recheck = RecheckMentions(self.ledger, self.collect, clock=self.clock)
        self.asking = Asking(
            asker=asker,
            look_up=self.platform,
            purse=purse,
            allowance=self.platform.purse,
            share=self.share,
            **self.caps,
        )

    async def once(self) -> Rechecked:
        return await self.recheck.once(self.asking)

    async def until(self, moment: datetime) -> Looked:
        """Ask question after question, as the schedule does, until `moment`; return what they brought in all."""
        asked = edited = removed = unsure = 0
        while self.clock.now() < moment:
            result = await self.once()
            asked, edited = asked + result.looked.asked, edited + result.looked.edited
            removed, unsure = removed + result.looked.removed, unsure + result.looked.unsure
            self.clock.advance(max(result.wait, timedelta(milliseconds=200)))
        return Looked(asked=asked, edited=edited, removed=removed, unsure=unsure)

    def text(self, native_id: str) -> str | None:
        found = self.ledger.mentions.find(MentionKey("reddit", "reddit.com", native_id))
        return None if found is None else found.mention.text

    def note(self) -> str:
        return self.ledger.rechecks.coverage(self.clock.now())["src"].note


def some(number: int) -> list[Mention]:
    return [mention(f"t1_{n}") for n in range(number)]


async def test_a_deletion_is_followed_and_everything_else_stays(ledger: Ledger) -> None:
    rig = Rig(ledger, *some(50))
    del rig.platform.posts["t1_7"]
    looked = await rig.until(NOON + DAY)
    assert (looked.asked, looked.removed, looked.edited) == (50, 1, 0)
    assert rig.text("t1_7") is None
    assert ledger.mentions.count() == 49
    assert ledger.rechecks.coverage(rig.clock.now())["src"].today.removed in (0, 1)
    assert ledger.mentions.cursor("src") == "at 7", "where pulls go on reading is nobody else's"


async def test_an_edit_is_the_next_revision_and_keeps_what_the_answer_does_not_tell(ledger: Ledger) -> None:
    """A look-up may show neither title nor conversation nor name; they are no edits."""
    rig = Rig(ledger, *some(5))
    edited_at = NOON + timedelta(hours=2)
    bare: dict[str, Any] = {"title": "", "root_id": "", "author": Author(platform="reddit", realm="reddit.com", native_id="u-t1_1")}
    rig.platform.posts["t1_1"] = mention("t1_1", "nu anders", edited_at=edited_at, **bare)
    rig.platform.posts["t1_2"] = mention("t1_2", **bare)
    looked = await rig.until(NOON + DAY)
    assert looked.edited == 1
    found = ledger.mentions.find(MentionKey("reddit", "reddit.com", "t1_1"))
    assert found is not None
    assert (found.revision, found.mention.text, found.mention.title, found.mention.root_id) == (1, "nu anders", "Storing", "t3_1")
    assert found.mention.author is not None
    assert found.mention.author.name == "Naam t1_1"
    again = ledger.mentions.find(MentionKey("reddit", "reddit.com", "t1_2"))
    assert again is not None
    assert (again.revision, again.mention.title) == (0, "Storing")


async def test_an_edit_takes_back_from_nobody_that_something_was_said_to_them(ledger: Ledger) -> None:
    """A comment below our own post is ours whatever it says, which a look-up does not show; a name in it that goes is gone."""
    below, named = mention("t1_1", "wat nu"), mention("t1_2", "@stroomwerk wat nu")
    rig = Rig(
        ledger,
        *some(3),
        below,
        named,
        queries=[compile_brand(BrandSettings.model_validate({"name": "Stroomwerk", "handles": ["@stroomwerk"]}))],
    )
    hit = BrandHit(brand="Stroomwerk", directed=True, terms=())
    ledger.mentions.add_page([Kept(mention=one, hits=(hit,)) for one in (below, named)], source="src", next_cursor=None, at=NOON)
    for one in (below, named):
        text = "stroomwerk, wat nu dan"
        rig.platform.posts[one.native_id] = mention(one.native_id, text, edited_at=NOON + timedelta(hours=2))
    assert (await rig.until(NOON + DAY)).edited == 2
    kept = [ledger.mentions.find(one.key) for one in (below, named)]
    assert [one and [(hit.brand, hit.directed) for hit in one.hits] for one in kept] == [[("Stroomwerk", True)], [("Stroomwerk", False)]]


async def test_new_words_said_in_private_make_a_public_post_private_and_old_ones_do_not(ledger: Ledger) -> None:
    """A room that was closed since: what was said before stays what it was, an edit is said where not everybody may read. Never back."""
    rig = Rig(ledger, *some(5), mention("t1_9", channel="matrix"))
    edited_at = NOON + timedelta(hours=2)
    rig.platform.posts["t1_1"] = mention("t1_1", "in stilte", edited_at=edited_at, channel="matrix")
    rig.platform.posts["t1_2"] = mention("t1_2", channel="matrix")
    rig.platform.posts["t1_9"] = mention("t1_9", "nu anders", edited_at=edited_at)
    assert (await rig.until(NOON + DAY)).edited == 2
    found = [ledger.mentions.find(MentionKey("reddit", "reddit.com", one)) for one in ("t1_1", "t1_2", "t1_9")]
    assert [one and one.private for one in found] == [True, False, True]


async def test_who_deleted_an_account_is_forgotten_while_the_text_stands(ledger: Ledger) -> None:
    """RULES P11: Reddit asks for the ids of deleted users to go as well."""
    rig = Rig(ledger, *some(3))
    rig.platform.posts["t1_1"] = mention("t1_1", author=None)
    await rig.until(NOON + DAY)
    found = ledger.mentions.find(MentionKey("reddit", "reddit.com", "t1_1"))
    assert found is not None
    assert found.mention.author is None
    assert found.mention.text == "tekst t1_1"
    assert ledger.analyses.changes_left(0) > 0, "insight has to hear of it"


async def test_what_was_not_asked_stays_due(ledger: Ledger) -> None:
    rig = Rig(ledger, *some(10))
    rig.clock.move_to(NOON + DAY)
    rig.platform.most_answers = 4
    first = await rig.once()
    assert first.looked.asked == 4
    second = await rig.once()
    assert [len(one) for one in rig.platform.asked] == [4, 4]
    assert not set(rig.platform.asked[0]) & set(rig.platform.asked[1])
    assert second.looked.asked == 4


@pytest.mark.parametrize(
    ("error", "state", "wait"),
    [
        (RateLimited("slow", wait_seconds=120.0), "waiting", timedelta(seconds=121)),
        (SourceUnavailable("503"), "blind", timedelta(minutes=10)),
        (SourceRefused("no", cause="token_expired"), "refused", timedelta(hours=1)),  # RULES F19
    ],
)
async def test_a_platform_that_says_no_is_left_alone_and_nothing_counts_as_looked_at(
    ledger: Ledger, error: Exception, state: str, wait: timedelta
) -> None:
    rig = Rig(ledger, *some(10))
    rig.platform.errors = [error]  # type: ignore[list-item]  # any error
    rig.clock.move_to(NOON + DAY)
    result = await rig.once()
    assert (result.wait, result.error) == (wait, error)
    assert ledger.rechecks.coverage(rig.clock.now())["src"].state == state
    rig.restart()
    assert (await rig.once()).wait == wait, "a restart forgets no wait"
    assert rig.platform.asked == []
    rig.clock.advance(wait)
    assert (await rig.once()).looked.asked == 10
    assert ledger.rechecks.coverage(rig.clock.now())["src"].state == "ok"


async def test_an_outage_that_says_that_everything_is_gone_erases_nothing(ledger: Ledger) -> None:
    """A shadow ban, a lost permission or a bad day of the platform: it is told, and all is kept."""
    rig = Rig(ledger, *some(300))
    await rig.until(NOON + DAY)
    rig.platform.down = True
    looked = await rig.until(NOON + 2 * DAY)
    assert (looked.removed, ledger.mentions.count()) == (0, 300)
    assert "300" not in rig.note()
    assert "100 are said to be gone" in rig.note()
    assert any("said to be gone" in reason for _, reason in ledger.sources.gaps("src"))
    assert ledger.rechecks.coverage(rig.clock.now())["src"].state == "doubted"
    rig.platform.down = False
    del rig.platform.posts["t1_3"]
    await rig.until(NOON + 4 * DAY)
    assert (rig.text("t1_3"), ledger.mentions.count()) == (None, 299)


async def test_a_platform_that_shows_nothing_at_all_is_not_taken_at_its_word_either(ledger: Ledger) -> None:
    rig = Rig(ledger, *some(20))
    rig.platform.hidden = True
    looked = await rig.until(NOON + DAY)
    assert (looked.removed, ledger.mentions.count()) == (0, 20)
    assert ledger.rechecks.coverage(rig.clock.now())["src"].state == "doubted"


async def test_somebody_who_deletes_everything_is_followed_while_others_still_stand(ledger: Ledger) -> None:
    """A hundred posts of one account, gone at once, while the platform shows what others wrote: that is no outage."""
    rig = Rig(ledger, *some(150))
    await rig.until(NOON + DAY)
    for n in range(100):
        rig.platform.posts.pop(f"t1_{n}")
    looked = await rig.until(NOON + 2 * DAY)
    assert (looked.removed, ledger.mentions.count()) == (100, 50)


async def test_a_small_house_believes_what_is_said_three_times(ledger: Ledger) -> None:
    """All that is kept fits into one question: there is no other post to compare with, but some of the same answer stand."""
    rig = Rig(ledger, *some(12))
    for n in range(8):
        rig.platform.posts.pop(f"t1_{n}")
    rig.clock.move_to(NOON + timedelta(hours=20))
    assert (await rig.once()).looked.removed == 0
    assert (await rig.until(NOON + DAY)).removed == 8
    assert len(rig.platform.asked) == 3


async def test_four_of_a_hundred_need_no_second_question(ledger: Ledger) -> None:
    rig = Rig(ledger, *some(100))
    for n in range(4):
        rig.platform.posts.pop(f"t1_{n}")
    await rig.until(NOON + DAY)
    assert len(rig.platform.asked) == 1


async def test_doubt_about_some_posts_does_not_hold_up_the_others_for_ever(ledger: Ledger) -> None:
    rig = Rig(ledger, *some(40), most=20)
    rig.platform.down = True
    await rig.until(NOON + timedelta(hours=26))
    asked = {one for question in rig.platform.asked for one in question}
    assert len(asked) == 40


async def test_looking_again_costs_its_share_of_the_day_and_goes_on_the_next(ledger: Ledger) -> None:
    """RULES P8: the cap holds, and the other half of it is left for listening; what could not be paid is told as overdue."""
    rig = Rig(ledger, *some(300), most=100, usd_each=0.005, most_usd=1.0)
    await rig.until(datetime(2026, 3, 4, tzinfo=UTC))
    assert ledger.sources.spent("src", (NOON + DAY).date()).usd == pytest.approx(0.5)
    coverage = ledger.rechecks.coverage(rig.clock.now())["src"]
    assert coverage.state == "capped"
    assert coverage.overdue == 200
    await rig.until(datetime(2026, 3, 5, tzinfo=UTC))
    assert ledger.sources.spent("src", (NOON + 2 * DAY).date()).usd == pytest.approx(0.5)
    assert len({one for question in rig.platform.asked for one in question}) == 200, "those longest ago come first"


async def test_what_listening_spent_is_gone_for_looking_again_too(ledger: Ledger) -> None:
    rig = Rig(ledger, *some(200), usd_each=0.005, most_usd=1.0)
    ledger.sources.note_spent("src", Spent(micro_usd=900_000), at=NOON + DAY)
    await rig.until(datetime(2026, 3, 4, tzinfo=UTC))
    assert ledger.sources.spent("src", (NOON + DAY).date()).usd == pytest.approx(1.0)


async def test_requests_of_a_day_are_shared_too(ledger: Ledger) -> None:
    rig = Rig(ledger, *some(60), most=5, most_requests=10)
    await rig.until(datetime(2026, 3, 4, tzinfo=UTC))
    assert len(rig.platform.asked) == 5
    rig.share = 0.0
    rig.restart()
    await rig.until(datetime(2026, 3, 5, tzinfo=UTC))
    assert len(rig.platform.asked) == 5


async def test_a_process_that_dies_after_an_answer_asks_the_same_again_and_nothing_is_lost(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(ledger, *some(30), most=10)
    rig.platform.posts.pop("t1_3")
    rig.clock.move_to(NOON + DAY)

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ledger.rechecks, "note_looked", dies)
        with pytest.raises(KeyboardInterrupt):
            await rig.once()
    assert rig.text("t1_3") is None
    rig.restart()
    looked = await rig.until(NOON + DAY + timedelta(hours=1))
    assert (looked.asked, looked.removed) == (29, 0)


async def test_an_answer_about_another_post_is_none(ledger: Ledger) -> None:
    rig = Rig(ledger, *some(3))
    rig.platform.posts["t1_1"] = replace(rig.platform.posts["t1_2"], text="iets heel anders")
    looked = await rig.until(NOON + DAY)
    assert looked.edited == 0
    assert rig.text("t1_1") == "tekst t1_1"


async def test_a_wait_that_a_clock_noted_that_ran_ahead_holds_no_more(ledger: Ledger) -> None:
    """RULES F13: ten years ahead a question failed; when the clock is right again the next one is asked."""
    rig = Rig(ledger, *some(3))
    rig.clock._now += timedelta(days=3_650)
    rig.platform.errors = [SourceUnavailable("down")]
    assert (await rig.once()).error is not None
    rig.clock._now -= timedelta(days=3_649)
    assert (await rig.once()).looked.asked == 3


async def test_a_question_whose_answer_cannot_be_kept_is_paid_for_all_the_same(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """RULES P8: it is asked again every ten minutes, a thousand times a week; the cap holds."""
    rig = Rig(ledger, *some(100), usd_each=0.005, most_usd=2.0)
    rig.clock.advance(DAY)

    def fails(*_: Any, **__: Any) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(ledger.rechecks, "note_looked", fails)
    for _ in range(20):
        with contextlib.suppress(StoreError):
            await rig.once()
    assert sum(map(len, rig.platform.asked)) == 200, "half of two dollars"
    assert ledger.sources.spent("src", rig.clock.now().date()).usd == 1.0


async def test_a_question_that_was_given_up_is_paid_for_before_the_next(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """It took too long, or our own reader broke: the platform had answered."""
    rig = Rig(ledger, *some(100), usd_each=0.005, most_usd=2.0)
    rig.clock.advance(DAY)
    real = rig.platform.look_up

    async def breaks(*given: Any, **named: Any) -> Any:
        await real(*given, **named)
        raise TimeoutError

    monkeypatch.setattr(rig.platform, "look_up", breaks)
    for _ in range(20):
        with contextlib.suppress(TimeoutError):
            await rig.once()
    assert sum(map(len, rig.platform.asked)) == 200
    assert ledger.sources.spent("src", rig.clock.now().date()).usd == 1.0


async def test_doubt_about_some_posts_is_no_proof_about_the_next(ledger: Ledger) -> None:
    """An outage that said it of everything, three times, and that is half over: each post is asked for three times of its own."""
    rig = Rig(ledger, *some(20), most=10)
    rig.clock.advance(DAY)
    rig.platform.down = True
    for _ in range(3):
        assert (await rig.once()).looked.removed == 0
        rig.clock.advance(timedelta(hours=1, minutes=1))
    rig.platform.down = False
    rig.platform.posts = {name: one for name, one in rig.platform.posts.items() if name in ("t1_10", "t1_11", "t1_12")}
    assert (await rig.once()).looked.removed == 0
    assert ledger.mentions.count() == 20
