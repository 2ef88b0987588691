"""What a platform tells by itself: an edit is looked at and keeps what a look does not show, what is deleted goes, posts are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from listener.ledger.ledger import Ledger
from listener.model.mention import BrandHit, Kept, Mention, Removal
from listener.model.page import Found
from listener.model.push import Arrived, Edited
from listener.settings.schema import BrandSettings
from listener.text.query import compile_brand
from tests.fakes.source import FakeSource, mention
from tests.fakes.stream_rig import NOON, Rig, gone

LATER = NOON - timedelta(hours=1)
STROOMWERK = compile_brand(BrandSettings.model_validate({"name": "Stroomwerk"}))


class Forum(FakeSource):
    """A source that can be asked for single posts, as Discord's can: `shown` is what it answers, by id."""

    def __init__(self, *shown: Mention) -> None:
        super().__init__([])
        self.shown: dict[str, Found] = {one.native_id: one for one in shown}

    async def look_up(self, native_id: str, **_: Any) -> Found:
        return self.shown[native_id]


def post(native_id: str, text: str = "", **more: Any) -> Mention:
    return mention(native_id, text, platform="discord", **more)


def keep(ledger: Ledger, *posts: Mention, hits: tuple[BrandHit, ...] = ()) -> None:
    ledger.mentions.add_page([Kept(mention=one, hits=hits) for one in posts], source="fake", next_cursor=None, at=NOON)


async def test_an_edit_keeps_what_a_look_does_not_show(ledger: Ledger) -> None:
    """The first message of a forum's thread bears its title in lists only: an edit took it away, often for good."""
    first = post("1", "hoe werkt dit", title="Storing in Delft", parent_id="0", url="https://example.org/1")
    keep(ledger, first)
    bare = replace(first, text="hoe werkt dat", title="", parent_id="", url="", edited_at=LATER)
    await Rig(ledger, Forum(bare), kind="discord").take(Edited((first.key,)))
    found = ledger.mentions.find(first.key)
    assert found is not None
    assert found.mention == replace(first, text="hoe werkt dat", edited_at=LATER)


async def test_an_edit_takes_back_from_nobody_that_something_was_said_to_them(ledger: Ledger) -> None:
    """What somebody wrote below a post of ours is ours, also when an edit brings our name into it."""
    below = post("1", "wat nu")
    keep(ledger, below, hits=(BrandHit(brand="Stroomwerk", directed=True, terms=()),))
    forum = Forum(replace(below, text="stroomwerk, wat nu", edited_at=LATER))
    await Rig(ledger, forum, queries=[STROOMWERK], kind="discord").take(Edited((below.key,)))
    found = ledger.mentions.find(below.key)
    assert found is not None
    assert (found.mention.text, [hit.directed for hit in found.hits]) == ("stroomwerk, wat nu", [True])


async def test_an_answer_about_another_post_changes_and_removes_nothing(ledger: Ledger) -> None:
    one, two = post("1"), post("2")
    keep(ledger, one, two)
    forum = Forum()
    forum.shown = {"1": replace(two, text="iets heel anders"), "2": Removal(platform="discord", realm=one.realm, native_id="1")}
    await Rig(ledger, forum, kind="discord").take(Edited((one.key, two.key)))
    assert [found and found.mention.text for found in map(ledger.mentions.find, (one.key, two.key))] == [one.text, two.text]


async def test_what_is_gone_by_the_time_it_is_looked_at_goes(ledger: Ledger) -> None:
    one = post("1")
    keep(ledger, one)
    forum = Forum()
    forum.shown = {"1": Removal(platform="discord", realm=one.realm, native_id="1")}
    rig = Rig(ledger, forum, kind="discord")
    await rig.take(Edited((one.key,)))
    assert ledger.mentions.find(one.key) is None
    assert rig.arrived.is_set()


async def test_a_removal_removes_exactly_what_it_names(ledger: Ledger) -> None:
    rig = Rig(ledger, FakeSource([[mention(str(n)) for n in range(5)]]))
    await rig.run()
    rig.arrived.clear()
    await rig.take(gone("1", "3"))
    assert sorted(one.mention.native_id for one in ledger.mentions.latest()) == ["0", "2", "4"]
    assert rig.arrived.is_set(), "insight, search and titles follow at once"


async def test_a_removal_before_its_post_keeps_it_out(ledger: Ledger) -> None:
    """RULES F7: a page that was fetched just before the deletion is stored just after it."""
    rig = Rig(ledger, FakeSource([[mention("1"), mention("2")]]))
    await rig.take(gone("1"))
    await rig.run()
    assert [one.mention.native_id for one in ledger.mentions.latest()] == ["2"]


async def test_a_removal_of_what_is_nobodys_leaves_no_mark(ledger: Ledger) -> None:
    """In channels that nobody reads, thousands are deleted a day: their ids are not ours to keep."""
    rig = Rig(ledger, FakeSource([[mention("1")], [mention("2")]]))
    await rig.take(gone("1", only_known=True))
    await rig.run()
    assert ledger.mentions.count() == 2
    await rig.take(gone("1", only_known=True))
    assert ledger.mentions.count() == 1


async def test_whole_posts_are_kept_at_once_and_move_no_cursor(ledger: Ledger) -> None:
    """The pull reads them again where it stands; nothing is there twice."""
    source = FakeSource([[mention("1")], [mention("2")]])
    rig = Rig(ledger, source)
    await rig.run()
    before = ledger.mentions.cursor("fake")
    await rig.take(Arrived(mentions=(mention("3"), mention("2"))))
    assert ledger.mentions.count() == 3
    assert ledger.mentions.cursor("fake") == before
    source.add([mention("3")])
    await rig.run()
    assert ledger.mentions.count() == 3


async def test_a_pushed_post_that_fits_no_brand_is_not_kept(ledger: Ledger) -> None:
    rig = Rig(ledger, FakeSource([]), keep="matching")
    await rig.take(Arrived(mentions=(mention("1"),)))
    assert ledger.mentions.count() == 0
