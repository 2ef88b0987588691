"""Our own posts are ours, and two programs never get to talk to each other (RULES F34)."""

from __future__ import annotations

from datetime import timedelta

from listener.errors import NotAllowed
from listener.model.mention import Author, BrandHit, Kept
from moderation.model.outbox import EntryState
from moderation.workflows.draft_text import target_below
from moderation.workflows.open_cases import open_cases
from tests.fakes.desk import MORNING, Desk, mention
from tests.moderation.outbox.test_standing import DISCLOSED, draft, standing


def cases_of(desk: Desk) -> int:
    """Let cases be opened as the service does it, and count them."""
    desk.clock.advance(timedelta(minutes=11))
    open_cases(desk.ledger, desk.cases, now=desk.clock.now(), own_authors=desk.outbox.own_authors())
    return len(desk.cases.rows())


async def test_a_message_by_one_of_our_accounts_opens_no_case(desk: Desk) -> None:
    """Collected like any other; the customer's message beside it does open one."""
    ours = desk.account.account
    author = Author(platform=ours.platform, realm=ours.realm, native_id=ours.native_id, name="Wij")
    assert author.key == ours.key
    mine = mention("77", "Stroomwerk hier: we zoeken het uit", platform=ours.platform, realm=ours.realm, author=author)
    hit = BrandHit(brand="Stroomwerk", directed=True, terms=("stroomwerk",))
    page = [Kept(mention=one, hits=(hit,)) for one in (mine, mention("78"))]
    desk.ledger.mentions.add_page(page, source="feed", next_cursor=None, at=desk.clock.now())
    assert cases_of(desk) == 1


async def test_our_own_post_that_comes_back_as_a_mention_opens_no_case(desk: Desk) -> None:
    """By the platform's id of it, whatever name it shows."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    await desk.settle()
    before = len(desk.cases.rows())
    desk.hear(mention(desk.entry(entry.entry_id).platform_id, entry.post.text))
    assert len(desk.cases.rows()) == before


async def test_a_thread_gets_three_automatic_posts_a_day_and_no_more(desk: Desk) -> None:
    """The other side answers each of ours within the minute, for an hour."""
    given = standing(desk, most_per_hour=1000, most_per_day=1000)
    refused = 0
    for number in range(60):
        waiting = draft(desk, text=f"Alles is welkom, {number}. {DISCLOSED}")
        try:
            desk.outbox.approve_standing(waiting.draft_id, given.standing_id)
        except NotAllowed as why:
            refused += "loop_breaker" in str(why)
        await desk.gateway.run_once()
        desk.clock.advance(timedelta(minutes=1))
    assert (len(desk.platform.posts()), refused) == (3, 57)
    desk.clock.advance(timedelta(days=1))
    entry = desk.outbox.approve_standing(draft(desk, text=f"Een dag later. {DISCLOSED}").draft_id, given.standing_id)
    await desk.settle()
    assert desk.state(entry.entry_id) is EntryState.SENT


async def test_one_message_gets_one_automatic_reply(desk: Desk) -> None:
    """Approved before the first left: the gateway stops the second."""
    given = standing(desk, expires_at=MORNING + timedelta(days=30))
    (one,) = desk.hear(mention())
    (stored,) = desk.ledger.mentions.by_ids([one])
    entries = [
        desk.outbox.approve_standing(draft(desk, target=target_below(stored), text=text).draft_id, given.standing_id)
        for text in (f"Alles is welkom. {DISCLOSED}", f"Nog iets: ook een klacht over de rekening van vorige week. {DISCLOSED}")
    ]
    await desk.settle()
    assert [desk.state(entry.entry_id) for entry in entries] == [EntryState.SENT, EntryState.NEEDS_HUMAN]
    assert "loop_breaker" in desk.entry(entries[1].entry_id).note
    assert len(desk.platform.posts()) == 1
