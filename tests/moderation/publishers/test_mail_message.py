"""What an approved text becomes as an e-mail, without a server."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from moderation.model.mail_address import is_address, message_id
from moderation.model.post import AccountId, OutgoingPost, PostKind, Target
from moderation.publishers.mail_message import message_of

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize("good", ["kim@klant.example", "kim.de-vries+stroom@mail.klant.example", "o'brien@klant.nl", "kïm@klant.nl"])
def test_one_plain_address_is_one(good: str) -> None:
    assert is_address(good)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "kim",
        "kim@",
        "@klant.nl",
        "kim@klant",
        "a@b.nl,c@d.nl",
        "Kim <kim@klant.nl>",
        "kim@klant.nl\n",
        "kim@klant.nl ",
        "k" * 250 + "@b.nl",
    ],
)
def test_anything_else_is_none(wrong: str) -> None:
    assert not is_address(wrong)


def test_a_key_is_always_the_same_message_from_a_domain_in_plain_letters() -> None:
    assert message_id("een", "loket@stroomwérk.example") == message_id("een", "loket@stroomwérk.example")
    assert message_id("een", "loket@a.example") != message_id("twee", "loket@a.example")
    assert message_id("een", "loket@stroomwérk.example").isascii()


def test_an_answer_names_what_it_answers_and_the_thread_before_it() -> None:
    target = Target(platform="mail", realm="a.example", thread_id="eerste@klant.nl", parent_id="<tweede@klant.nl>", person="kim@klant.nl")
    account = AccountId(platform="mail", realm="a.example", native_id="loket@a.example")
    post = OutgoingPost(account=account, kind=PostKind.REPLY, target=target, text="Dag", title="Re: storing – „grote“ 🎉")
    made = message_of(post, key="k", address="loket@a.example", shown_name="Loket, Stroomwerk", at=AT)
    assert (made["In-Reply-To"], made["References"]) == ("<tweede@klant.nl>", "<eerste@klant.nl> <tweede@klant.nl>")
    assert (made["Subject"], made["From"]) == ("Re: storing – „grote“ 🎉", '"Loket, Stroomwerk" <loket@a.example>')
    assert made.as_bytes().isascii()
