"""Links to the feedback pages: only ours open, each for its own use, and the ledger keeps no link."""

from __future__ import annotations

import base64
import random
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from listener.errors import NotAllowed, SettingsError
from moderation.feedback_key import KEY_NAME, feedback_key
from moderation.ledger.feedback import FeedbackLedger
from moderation.model.feedback import Asked, LinkUse
from moderation.model.link_token import read_token, written_token
from moderation.workflows.feedback_links import FeedbackLinks
from tests.fakes.desk import Desk
from tests.moderation.feedback.conftest import BASE, KEY


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def test_a_personal_link_leads_back_to_its_conversation(links: FeedbackLinks, conversation: int) -> None:
    link = links.personal(conversation, issue_id=None, channel="feed", language="nl")
    assert link.startswith(f"{BASE}/f/")
    found = links.find(token_of(link), LinkUse.FORM)
    assert found is not None
    assert (found[0].conversation_id, found[0].channel, found[0].asked) == (conversation, "feed", Asked.WITHIN_FEEDBACK)


def test_the_ledger_holds_no_link_that_could_be_stolen(links: FeedbackLinks, conversation: int, desk: Desk) -> None:
    """Whoever reads a backup must not be able to answer for a customer."""
    token = token_of(links.personal(conversation, channel="feed", language="nl"))
    secret = base64.urlsafe_b64decode(f"{token}=")
    files = b"".join(file.read_bytes() for file in desk.home.glob("ledger.db*"))
    assert token.encode() not in files
    assert secret[:16] not in files
    assert secret[:16].hex().encode() not in files


def test_each_use_has_links_of_its_own(links: FeedbackLinks, conversation: int) -> None:
    """The link to review sites, which may be opened again, must not open the questions."""
    token = token_of(links.personal(conversation, channel="feed", language="nl"))
    assert links.find(token, LinkUse.THREAD) is None
    assert links.find(token, LinkUse.REVIEWS) is None
    found = links.find(token, LinkUse.FORM)
    assert found is not None
    assert links.written(found[1], LinkUse.REVIEWS) != token


def test_ten_thousand_guessed_and_forged_tokens_open_nothing(links: FeedbackLinks, conversation: int) -> None:
    """Wrong marks, right marks of another key, flipped bits, cut and stretched ones, and other spellings of a good one."""
    good = token_of(links.personal(conversation, channel="feed", language="nl"))
    drawn = random.Random(4)
    tries = 0
    for _ in range(2_500):
        guessed = base64.urlsafe_b64encode(drawn.randbytes(32)).decode().rstrip("=")
        elsewhere = written_token(drawn.randbytes(16), "form", key=b"z" * 32)
        unknown = written_token(drawn.randbytes(16), "form", key=KEY)
        place = drawn.randrange(43)
        flipped = good[:place] + drawn.choice("ABCDEFabcdef0123456789-_".replace(good[place], "")) + good[place + 1 :]
        for one in (guessed, elsewhere, unknown, flipped):
            assert links.find(one, LinkUse.FORM) is None, one
            tries += 1
    for one in ("", good[:-1], f"{good}=", f"{good}A", good.swapcase(), f" {good}", f"{good}\n", "é" * 43, "../" * 14 + "a"):
        assert links.find(one, LinkUse.FORM) is None, one
    assert tries == 10_000
    assert links.find(good, LinkUse.FORM) is not None


def test_a_token_has_one_spelling() -> None:
    """43 characters hold two bits more than 32 bytes: a spelling with those set would be a second link to one form."""
    token = written_token(b"r" * 16, "form", key=KEY)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [token[:-1] + alphabet[alphabet.index(token[-1]) ^ extra] for extra in (1, 2, 3)]
    assert base64.urlsafe_b64decode(f"{others[0]}=") == base64.urlsafe_b64decode(f"{token}=")
    assert [read_token(one, "form", key=KEY) for one in others] == [None, None, None]


def test_a_threads_link_gives_each_opener_a_form_of_their_own(links: FeedbackLinks, desk: Desk) -> None:
    found = links.find(token_of(links.open(None, "forum.example", "nl")), LinkUse.THREAD)
    assert found is not None
    first, second = links.begin(found[0]), links.begin(found[0])
    assert first != second
    opened = links.find(first, LinkUse.FORM)
    assert opened is not None
    assert (opened[0].channel, opened[0].conversation_id) == ("forum.example", None)
    assert opened[0].expires_at > desk.clock.now()


def test_without_a_public_address_there_are_no_links(desk: Desk, ledger: FeedbackLedger, conversation: int) -> None:
    """A link to nowhere in a public thread cannot be taken back."""
    bare = FeedbackLinks(ledger, desk.clock, key=KEY, base_url="")
    with pytest.raises(NotAllowed, match=r"public\.base_url"):
        bare.personal(conversation, channel="feed", language="nl")
    with pytest.raises(NotAllowed, match=r"public\.base_url"):
        bare.open(None, "feed", "nl")


def test_a_link_needs_a_conversation_that_exists(links: FeedbackLinks) -> None:
    with pytest.raises(NotAllowed, match="no conversation 99"):
        links.personal(99, channel="feed", language="nl")


def test_a_link_ends_by_itself(links: FeedbackLinks, ledger: FeedbackLedger, conversation: int, desk: Desk) -> None:
    found = links.find(token_of(links.personal(conversation, channel="feed", language="nl")), LinkUse.FORM)
    assert found is not None
    assert found[0].expires_at == desk.clock.now() + timedelta(days=30)
    desk.clock.advance(timedelta(days=30))
    assert ledger.keep(found[0].invite_id, {"satisfaction": "4"}, at=desk.clock.now(), last=False) is False
    assert ledger.answers(found[0].invite_id) == {}


def test_two_last_pages_sent_at_once_are_kept_once(links: FeedbackLinks, ledger: FeedbackLedger, conversation: int, desk: Desk) -> None:
    """Both saw an open form; the ledger lets one of them end it."""
    found = links.find(token_of(links.personal(conversation, channel="feed", language="nl")), LinkUse.FORM)
    assert found is not None
    now = desk.clock.now()
    assert ledger.keep(found[0].invite_id, {"satisfaction": "4"}, at=now, last=True) is True
    assert ledger.keep(found[0].invite_id, {"satisfaction": "1"}, at=now, last=True) is False
    assert ledger.answers(found[0].invite_id) == {"satisfaction": "4"}


def test_the_key_is_made_once_and_for_this_user_only(tmp_path: Path) -> None:
    first = feedback_key(tmp_path)
    assert feedback_key(tmp_path) == first
    assert len(first) == 32
    assert stat.S_IMODE((tmp_path / KEY_NAME).stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [KEY_NAME]


@pytest.mark.parametrize(("content", "mode", "said"), [(b"k" * 32, 0o644, "chmod 600"), (b"short", 0o600, "no key")])
def test_a_key_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path, content: bytes, mode: int, said: str) -> None:
    file = tmp_path / KEY_NAME
    file.write_bytes(content)
    file.chmod(mode)
    with pytest.raises(SettingsError, match=said):
        feedback_key(tmp_path)
