"""Which kept posts are looked at next: each by one source, those looked at longest ago first, and a restart goes on where it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import select

from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.tables_recheck import recheck
from listener.ledger.transactions import reading
from listener.model.mention import Kept, Removal
from listener.model.page import Cursor, Spent
from listener.model.recheck import Asker, Looked, RecheckRule
from tests.listener.ledger.making import HIT, NOON, mention

DAILY = RecheckRule(every=timedelta(days=1))
FADING = RecheckRule(every=timedelta(days=1), young=timedelta(days=7), then=timedelta(days=7))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def asker(
    source: str = "news", *, rule: RecheckRule = DAILY, before: Sequence[str] = (), others: Sequence[str] = (), adopts: str = ""
) -> Asker:
    return Asker(
        source=source,
        platform="reddit",
        rule=rule,
        before=tuple(before),
        all_askers=(*before, source, *others),
        adopts=frozenset({adopts} if adopts else ()),
    )


def keep(ledger: Ledger, *native_ids: str, source: str = "news", at: datetime = NOON, platform: str = "reddit") -> None:
    page = [Kept(mention=mention(one, platform=platform), hits=(HIT,)) for one in native_ids]
    ledger.mentions.add_page(page, source=source, next_cursor=Cursor("c"), at=at)


def due(ledger: Ledger, who: Asker, now: datetime, most: int = 100) -> list[str]:
    return [one.native_id for one in ledger.rechecks.due(who, now, most=most).wanted]


def look(ledger: Ledger, who: Asker, now: datetime, *, most: int = 100, answered: int | None = None) -> list[str]:
    """Look at what is due, as far as it is answered, and return what was looked at."""
    found = ledger.rechecks.due(who, now, most=most)
    answered = len(found.wanted) if answered is None else answered
    ledger.rechecks.note_looked(who.source, found, answered=answered, at=now)
    return [one.native_id for one in found.wanted[:answered]]


def stretches(ledger: Ledger, source: str = "news") -> list[tuple[int, int, int]]:
    query = select(recheck.c.first_id, recheck.c.last_id, recheck.c.members).where(recheck.c.source == source).order_by(recheck.c.first_id)
    with reading(ledger.engine) as tx:
        return [tuple(row) for row in tx.execute(query)]


def test_a_new_post_is_due_when_five_sixths_of_the_promise_are_over(ledger: Ledger) -> None:
    """Four of the twenty-four hours are left for asking; whoever just saw it need not look again."""
    keep(ledger, "1", "2")
    assert due(ledger, asker(), NOON + 19 * HOUR) == []
    assert due(ledger, asker(), NOON + 20 * HOUR) == ["1", "2"]


def test_what_was_looked_at_is_due_again_and_what_was_not_stays_due(ledger: Ledger) -> None:
    keep(ledger, "1", "2", "3")
    first = NOON + 20 * HOUR
    assert look(ledger, asker(), first, answered=2) == ["1", "2"]
    assert due(ledger, asker(), first) == ["3"]
    assert look(ledger, asker(), first + HOUR) == ["3"]
    assert due(ledger, asker(), first + 20 * HOUR) == ["1", "2"]
    assert due(ledger, asker(), first + 21 * HOUR) == ["1", "2", "3"]


def test_the_ones_looked_at_longest_ago_come_first(ledger: Ledger) -> None:
    keep(ledger, "1", "2")
    assert look(ledger, asker(), NOON + 20 * HOUR, most=1) == ["1"]
    keep(ledger, "3", at=NOON + HOUR)
    keep(ledger, "4", at=NOON + 30 * HOUR)
    assert due(ledger, asker(), NOON + 51 * HOUR) == ["2", "3", "4", "1"]
    assert due(ledger, asker(), NOON + 51 * HOUR, most=2) == ["2", "3"]


def test_neighbours_share_a_row(ledger: Ledger) -> None:
    """Two million posts in rows of their own would be written twice a day; a hundred neighbours are one row."""
    keep(ledger, *map(str, range(300)))
    for _ in range(3):
        look(ledger, asker(), NOON + DAY, most=100)
    assert [one[2] for one in stretches(ledger)] == [100, 100, 100]
    look(ledger, asker(), NOON + 2 * DAY, most=50)
    look(ledger, asker(), NOON + 2 * DAY, most=50)
    assert sum(one[2] for one in stretches(ledger)) == 300
    assert due(ledger, asker(), NOON + 2 * DAY, most=300) == [str(n) for n in range(100, 300)]


def test_rows_follow_each_other_without_a_hole_whatever_is_answered(ledger: Ledger) -> None:
    """A mention in no row would never be looked at again."""
    keep(ledger, *map(str, range(40)))
    keep(ledger, *(f"x{n}" for n in range(10)), source="elsewhere", platform="x")
    keep(ledger, *(f"late{n}" for n in range(40)), at=NOON + HOUR)
    now, seen = NOON + DAY, []
    for answered in (7, 0, 3, 10, 1, 10, 10, 10, 10, 10, 10, 10, 10, 10):
        seen += look(ledger, asker(), now, most=10, answered=min(answered, len(due(ledger, asker(), now, most=10))))
    assert sorted(seen) == sorted([*map(str, range(40)), *(f"late{n}" for n in range(40))])
    assert len(look(ledger, asker(), now + DAY, most=7)) == 7
    assert len(look(ledger, asker(), now + DAY, most=9, answered=4)) == 4
    rows = stretches(ledger)
    assert rows[0][0] == 1
    assert all(before[1] + 1 == after[0] for before, after in pairwise(rows))
    assert sum(one[2] for one in rows) == 80


def test_a_removed_post_is_asked_for_no_more(ledger: Ledger) -> None:
    keep(ledger, "1", "2")
    look(ledger, asker(), NOON + DAY)
    ledger.mentions.remove([Removal(platform="reddit", realm="reddit.com", native_id="1")], source="news", at=NOON + DAY)
    found = ledger.rechecks.due(asker(), NOON + 2 * DAY, most=9)
    assert [one.native_id for one in found.wanted] == ["2"]
    ledger.rechecks.note_looked("news", found, answered=1, at=NOON + 2 * DAY)
    assert [one[2] for one in stretches(ledger)] == [1]
    assert ledger.rechecks.due(asker(), NOON + 2 * DAY, most=9).stretches == ()


def test_old_posts_are_looked_at_weekly_where_the_rule_says_so(ledger: Ledger) -> None:
    keep(ledger, "1")
    now, looks = NOON, []
    while now < NOON + 30 * DAY:
        if look(ledger, asker(rule=FADING), now):
            looks.append((now - NOON) / DAY)
        now += HOUR
    young = [at for at in looks if at <= 7.5]
    assert 7 <= len(young) <= 9
    old = [at for at in looks if at > 7]
    assert all(4 < later - earlier <= 7 for earlier, later in pairwise(old))
    assert 3 <= len(old) <= 5


def test_one_of_two_sources_of_a_platform_asks_for_what_both_showed(ledger: Ledger) -> None:
    keep(ledger, "both", "first", source="a")
    keep(ledger, "both", "second", source="b")
    first, second = asker("a", others=["b"], adopts="reddit.com"), asker("b", before=["a"])
    assert due(ledger, first, NOON + DAY) == ["both", "first"]
    assert due(ledger, second, NOON + DAY) == ["second"]


def test_when_a_source_leaves_the_settings_another_asks_for_its_posts(ledger: Ledger) -> None:
    """They are still kept, so what becomes of them still has to be followed, also where they had been looked at already."""
    keep(ledger, "both", "first", source="a")
    keep(ledger, "both", "second", source="b")
    for who in (asker("a", others=["b"], adopts="reddit.com"), asker("b", before=["a"])):
        look(ledger, who, NOON + DAY)
    alone = asker("b", adopts="reddit.com")
    assert sorted(due(ledger, alone, NOON + 2 * DAY)) == ["both", "first", "second"]


def test_what_nobody_can_see_is_asked_for_by_nobody(ledger: Ledger) -> None:
    """Another realm's posts, as of a server that a bot is not in, and another platform's."""
    keep(ledger, "1", source="gone")
    keep(ledger, "2", source="gone", platform="x")
    assert due(ledger, asker("a", adopts="elsewhere"), NOON + DAY) == []
    assert due(ledger, asker("a"), NOON + DAY) == []
    assert due(ledger, asker("a", adopts="reddit.com"), NOON + DAY) == ["1"]


def test_a_small_source_among_many_is_found_in_parts(ledger: Ledger) -> None:
    keep(ledger, *map(str, range(200)), source="big")
    keep(ledger, "small", source="small")
    keep(ledger, *(f"more{n}" for n in range(200)), source="big")
    small = asker("small", before=["big"])
    assert due(ledger, small, NOON + DAY) == ["small"]
    look(ledger, small, NOON + DAY)
    assert due(ledger, small, NOON + DAY + HOUR) == []
    assert due(ledger, small, NOON + 2 * DAY) == ["small"]


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with open_ledger(url) as ledger:
        keep(ledger, *map(str, range(30)))
        assert len(look(ledger, asker(), NOON + DAY, most=20)) == 20
    with open_ledger(url) as ledger:
        assert due(ledger, asker(), NOON + DAY) == [str(n) for n in range(20, 30)]


def test_coverage_tells_how_many_are_overdue(ledger: Ledger) -> None:
    ledger.rechecks.describe("news", DAILY)
    ledger.rechecks.describe("never", None)
    keep(ledger, *map(str, range(10)))
    assert set(ledger.rechecks.coverage(NOON)) == {"news"}
    fresh = ledger.rechecks.coverage(NOON + 23 * HOUR)["news"]
    assert (fresh.kept, fresh.overdue, fresh.percent_in_time, fresh.every_hours) == (10, 0, 100, 24)
    late = ledger.rechecks.coverage(NOON + 25 * HOUR)["news"]
    assert (late.overdue, late.percent_in_time) == (10, 0)
    look(ledger, asker(), NOON + 25 * HOUR, most=4)
    half = ledger.rechecks.coverage(NOON + 26 * HOUR)["news"]
    assert (half.kept, half.overdue, half.percent_in_time) == (10, 6, 40)
    assert ledger.rechecks.coverage(NOON + 50 * HOUR)["news"].overdue == 10


def test_old_posts_are_overdue_after_a_week_only(ledger: Ledger) -> None:
    ledger.rechecks.describe("news", FADING)
    keep(ledger, "1")
    look(ledger, asker(rule=FADING), NOON + 8 * DAY)
    assert ledger.rechecks.coverage(NOON + 14 * DAY)["news"].overdue == 0
    assert ledger.rechecks.coverage(NOON + 16 * DAY)["news"].overdue == 1


def test_a_day_is_counted_once_however_many_looks_it_took(ledger: Ledger) -> None:
    ledger.rechecks.describe("news", DAILY)
    for _ in range(2):
        ledger.rechecks.note_found("news", Looked(asked=99, removed=2, edited=1, unsure=3), Spent(requests=1, micro_usd=5), at=NOON)
    assert ledger.rechecks.coverage(NOON)["news"].today == Looked(asked=198, removed=4, edited=2, unsure=6)
    assert ledger.rechecks.spent("news", NOON.date()) == Spent(requests=2, micro_usd=10)
    assert ledger.rechecks.coverage(NOON + DAY)["news"].today == Looked()


def test_what_was_let_go_is_not_asked_for_again(ledger: Ledger) -> None:
    """Nothing of it is left to look at again, and on X a question costs money."""
    keep(ledger, "1", "2", "3")
    by_name = {one.mention.native_id: one.mention_id for one in ledger.mentions.by_ids([1, 2, 3])}
    ledger.expiry.let_go([by_name["2"]], at=NOON)
    assert look(ledger, asker(), NOON + DAY) == ["1", "3"]
    assert due(ledger, asker(), NOON + DAY) == []


def test_what_a_clock_noted_that_ran_ahead_is_looked_at_again(ledger: Ledger) -> None:
    """RULES F13: it was put right, and nothing would be looked at for ten years."""
    keep(ledger, "one", "two")
    ahead = NOON + timedelta(days=3_650)
    ledger.rechecks.describe("news", DAILY)
    assert look(ledger, asker(), ahead) == ["one", "two"]
    assert ledger.rechecks.coverage(NOON + HOUR)["news"].overdue == 2
    assert look(ledger, asker(), NOON + HOUR) == ["one", "two"]
    assert due(ledger, asker(), NOON + 2 * HOUR) == []
    assert ledger.rechecks.coverage(NOON + 2 * HOUR)["news"].overdue == 0


def test_what_lost_its_words_is_asked_for_no_more(ledger: Ledger) -> None:
    """Its number and its labels count on; a day's dollars on X go to what is kept whole."""
    keep(ledger, "old", "young")
    assert look(ledger, asker(), NOON + DAY) == ["old", "young"]
    ledger.expiry.let_go([1], at=NOON + DAY)
    assert due(ledger, asker(), NOON + 2 * DAY) == ["young"]
    assert [one.native_id for one in ledger.rechecks.newest(asker(), but=(), most=5)] == ["young"]
