"""Looking again on real servers: what people delete or edit long after it was read is followed, though no pull reads it any more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from listener.clock import ManualClock, SystemClock
from listener.model.recheck import Asker, Looked
from listener.ports import Source
from listener.sources.bluesky import BlueskySource
from listener.sources.looking_up import look_up_of
from listener.sources.matrix import MatrixSource
from listener.sources.purse import Purse
from listener.sources.recheck_rules import FADING
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.recheck_mentions import Asking, RecheckMentions
from tests.servers.bluesky import Bluesky
from tests.servers.listening import Ear, listening
from tests.servers.synapse import Synapse

DAY = timedelta(days=1)


async def look(ear: Ear, source: Source, kind: str, *, days: float) -> Looked:
    """Ask for what is due so many days from now, in one question."""
    clock = ManualClock(SystemClock().now() + days * DAY)
    look_up = look_up_of(source, kind)
    assert look_up is not None
    asker = Asker(source=source.source_id, platform=look_up.platform, rule=FADING, all_askers=(source.source_id,), adopts=look_up.realms)
    asking = Asking(asker=asker, look_up=look_up, purse=Purse(), allowance=Purse())
    recheck = RecheckMentions(ear.ledger, CollectMentions(ear.ledger, (), clock=clock), clock=clock)
    return (await recheck.once(asking)).looked


async def test_an_old_post_that_is_deleted_on_bluesky_goes(bluesky: Bluesky, tmp_path: Path) -> None:
    brand, kim = bluesky.actor("webcare"), bluesky.actor("kim-oud")
    posts = [bluesky.post(kim, f"reigerstroom valt uit, deel {number}")["uri"] for number in range(4)]
    async with listening(tmp_path) as (ear, http):
        source = BlueskySource(
            "bluesky",
            queries=["reigerstroom"],
            http=http,
            clock=SystemClock(),
            account=brand.handle,
            password=lambda: brand.app_password,
            look_back=timedelta(hours=1),
            base=bluesky.url,
            allow_http=True,
            allow_private=True,
        )
        assert (await ear.round(source)).new == 4
        assert await look(ear, source, "bluesky", days=1) == Looked(asked=4)
        bluesky.delete(kim, posts[1])
        assert await look(ear, source, "bluesky", days=1.5) == Looked(), "nothing is due twice a day"
        assert await look(ear, source, "bluesky", days=2) == Looked(asked=4, removed=1)
        assert ear.heard().keys() == {one for one in posts if one != posts[1]}


async def test_an_old_message_that_is_edited_or_redacted_in_a_matrix_room_follows(synapse: Synapse, tmp_path: Path) -> None:
    kim, reader = synapse.user("kim-oud"), synapse.user("lezer-oud")
    room = synapse.room(kim, reader)
    stays, changed, gone = (synapse.say(kim, room, f"storing {number}") for number in range(3))
    async with listening(tmp_path) as (ear, http):
        source = MatrixSource(
            "matrix",
            synapse.url,
            token=lambda: reader.token,
            http=http,
            clock=SystemClock(),
            rooms=(room,),
            look_back=timedelta(hours=1),
            allow_http=True,
            allow_private=True,
        )
        assert (await ear.round(source)).new == 3
        edit: dict[str, object] = {
            "msgtype": "m.text",
            "body": "* …",
            "m.new_content": {"msgtype": "m.text", "body": "toch geen storing"},
            "m.relates_to": {"rel_type": "m.replace", "event_id": changed},
        }
        synapse.ask(kim, "PUT", f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message/e1", edit)
        synapse.ask(kim, "PUT", f"/_matrix/client/v3/rooms/{quote(room)}/redact/{quote(gone)}/r1", {})
        assert await look(ear, source, "matrix", days=1) == Looked(asked=3, edited=1, removed=1)
        heard = {one: held.mention.text for one, held in ear.heard().items()}
        assert heard == {stays: "storing 0", changed: "toch geen storing"}
