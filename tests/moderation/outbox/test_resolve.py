"""What waits for a person is ended by one: it is there, or it is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.errors import NotAllowed
from moderation.messages.reasons import outbox_sentence
from moderation.model.outbox import EntryState
from moderation.publishers.simulated import Fault
from moderation.workflows.load_wording import load_words
from tests.fakes.desk import Desk, mention, open_desk


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[Desk]:
    """A desk on a platform without native keys that loses the first request."""
    with open_desk(tmp_path, faults=[Fault.LOSE], native_key=False) as desk:
        yield desk


async def waiting(desk: Desk) -> int:
    """Approve an answer that ends with a person; return its entry's id."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    await desk.settle()
    assert desk.state(entry.entry_id) is EntryState.NEEDS_HUMAN
    return entry.entry_id


async def test_it_is_there_ends_as_found_with_its_link(lost: Desk) -> None:
    entry_id = await waiting(lost)
    done = lost.outbox.resolve(entry_id, "bram", "https://forum.example/t/1#9")
    assert (done.entry.state, done.entry.url, done.draft) == (EntryState.FOUND, "https://forum.example/t/1#9", None)
    assert [line.who for line in lost.audit.lines(subject=f"outbox:{entry_id}")][-1] == "bram"


async def test_an_id_counts_as_an_id(lost: Desk) -> None:
    assert lost.outbox.resolve(await waiting(lost), "bram", "post-7").entry.platform_id == "post-7"


async def test_it_is_not_there_offers_the_same_text_again(lost: Desk) -> None:
    """The new draft is a draft: it leaves when somebody approves it, once."""
    entry_id = await waiting(lost)
    done = lost.outbox.resolve(entry_id, "bram", None)
    assert done.entry.state is EntryState.CANCELLED
    assert done.draft is not None
    assert done.draft.text == lost.entry(entry_id).post.text
    await lost.settle()
    assert lost.platform.posts() == []
    again = lost.outbox.approve(done.draft.draft_id, "bram")
    await lost.settle()
    assert lost.state(again.entry_id) is EntryState.SENT
    assert len(lost.platform.posts()) == 1


async def test_two_people_cannot_resolve_it_differently(lost: Desk) -> None:
    entry_id = await waiting(lost)
    lost.outbox.resolve(entry_id, "bram", "post-7")
    with pytest.raises(NotAllowed, match="does not wait"):
        lost.outbox.resolve(entry_id, "anna", None)
    assert lost.state(entry_id) is EntryState.FOUND


async def test_what_never_left_cannot_be_there(desk: Desk) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    desk.account.account  # noqa: B018 - the same account, approved for
    desk.publisher._account = desk.account.account.__class__(platform="simulated", realm="simulated", native_id="x", name="stroomloket")
    await desk.settle()
    assert desk.state(entry.entry_id) is EntryState.NEEDS_HUMAN
    with pytest.raises(NotAllowed, match="never left"):
        desk.outbox.resolve(entry.entry_id, "bram", "post-1")


async def test_what_is_under_way_cannot_be_resolved(desk: Desk) -> None:
    """Only the machine knows about a send that goes on."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    with pytest.raises(NotAllowed):
        desk.outbox.resolve(entry.entry_id, "bram", None)


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_a_platform_that_cannot_be_looked_at_is_told_to_a_person_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """An e-mail may have arrived: nobody can see that from here, so no minute is spent on looking."""
    monkeypatch.setattr("moderation.publishers.simulated.SimulatedPublisher.looks_back", property(lambda _self: False))
    with open_desk(tmp_path, faults=[Fault.ACCEPT_THEN_ERROR]) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.gateway.run_once()
        await desk.reconciler.run_once()
        after = desk.entry(entry.entry_id)
        assert (after.state, after.reason) == (EntryState.NEEDS_HUMAN, "cannot_look")
        assert load_words(language, "outbox")["reason.cannot_look"] in outbox_sentence(after, load_words(language, "outbox"))
