"""Who writes to us in private waits for an answer as in public; what a file tells of contacts that are over does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from listener.model.analysis import Analysis, AnalysisStep, Label
from listener.model.issue import Membership, NewIssue
from listener.model.mention import PROVEN_SENDER, Author, BrandHit, Kept, Mention
from moderation.ledger.contacts import ContactLedger, Read
from moderation.ledger.thread import ThreadLedger
from moderation.ledger.visits import VisitLedger
from moderation.model.person import Person, Role
from moderation.model.queue import QueueChoice
from moderation.workflows.open_cases import open_cases
from tests.fakes.desk import MORNING, Desk, mention

CHANNELS = (
    ("mail", "email"),
    ("whatsapp", "whatsapp"),
    ("messenger", "messenger"),
    ("instagram", "instagram"),
    ("discourse", "discourse"),
    ("reddit", "reddit"),
    ("matrix", "matrix"),
    ("webhook", "chat"),
)
"""Platform and channel of every private message that a source brings."""


def private(
    number: str, text: str = "Wanneer komt de monteur?", *, platform: str = "mail", channel: str = "email", **changes: object
) -> Mention:
    """Return a private message to us, by Kim unless said otherwise."""
    who = changes.pop("who", "kim@klant.example")
    realm = str(changes.pop("realm", "loket.example"))
    author = Author(platform=platform, realm=realm, native_id=str(who), name="Kim")
    return mention(number, text, platform=platform, realm=realm, channel=channel, author=author, **changes)


def read(desk: Desk, ids: Sequence[int], *labels: tuple[str, str], issue: str = "") -> None:
    """Let the analyser read messages, and perhaps put them into a new issue."""
    at = desk.clock.now()
    said = tuple(Label(name=name, value=value, probability=0.9, model="m") for name, value in labels)
    analyses = tuple(Analysis(mention_id=one, revision=0, language="nl", card_id=one, text_hash=f"h{one}", labels=said) for one in ids)
    new = (NewIssue(temporary_id=-1, title=issue, created_at=at),) if issue else ()
    members = tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=at) for one in ids) if issue else ()
    desk.ledger.analyses.save(AnalysisStep(at=at, analyses=analyses, new_issues=new, memberships=members))


@pytest.mark.parametrize(("platform", "channel"), CHANNELS)
def test_a_private_message_opens_a_case_and_an_imported_moment_of_the_same_channel_does_not(
    desk: Desk, platform: str, channel: str
) -> None:
    """The source that brought it first tells them apart: an import is the memory of a contact that is over."""
    desk.hear(private("1", platform=platform, channel=channel), directed=False, source="loket")
    desk.hear(private("2", platform=platform, channel=channel, who="bo"), source="import:crm.csv")
    (case,) = desk.inbox.list()
    assert (case.platform, case.private, case.unanswered) == (platform, True, 1)


def test_what_an_import_brought_first_stays_a_contact_moment(desk: Desk) -> None:
    """Whoever imports a mailbox and then reads it live is not asked to answer last year's letters again."""
    desk.hear(private("1"), source="import:mailbox.jsonl")
    desk.hear(private("1"), source="mail")
    assert desk.inbox.list() == ()


def test_a_message_of_an_older_home_gets_its_case_at_the_next_start(desk: Desk) -> None:
    """Rows that came before private messages opened cases hold all that is needed; nobody has to guess."""
    hit = BrandHit(brand="Stroomwerk", directed=True, terms=())
    desk.ledger.mentions.add_page([Kept(mention=private("1"), hits=(hit,))], source="mail", next_cursor=None, at=MORNING)
    desk.clock.advance(timedelta(hours=1))
    open_cases(desk.ledger, desk.cases, now=desk.clock.now())
    assert [one.private for one in desk.inbox.list()] == [True]


def test_a_mail_thread_is_one_conversation_by_its_beginning(desk: Desk) -> None:
    desk.hear(private("<a@klant>"))
    desk.hear(private("<b@klant>", "Nog iets", parent_id="<x@elders>", root_id="<a@klant>"), directed=False, source="mail")
    desk.hear(private("<c@klant>", "Een andere vraag"), source="mail")
    assert sorted(len(one.mention_ids) for one in desk.inbox.list()) == [1, 2]


async def test_an_answer_to_our_mail_joins_though_it_names_no_beginning(desk: Desk) -> None:
    """Some mail programs send In-Reply-To and no References: then our own Message-ID is all there is."""
    desk.hear(private("<a@klant>", title="Monteur"), source="mail")
    (case,) = desk.inbox.list()
    desk.inbox.claim(case.case_id, "anna", case.version)
    entry = desk.inbox.send(desk.inbox.draft_reply(case.case_id, "anna", "Dag Kim, morgen om tien uur.").draft_id, "anna")
    await desk.settle()
    ours = desk.entry(entry.entry_id).platform_id
    assert ours
    desk.hear(private("<b@klant>", "Dank je", parent_id=ours, root_id=ours), source="mail")
    (again,) = desk.inbox.list()
    assert (again.case_id, again.unanswered, len(again.mention_ids)) == (case.case_id, 1, 2)


def test_our_own_mail_opens_no_case(desk: Desk) -> None:
    ours = Author(platform="mail", realm="loket.example", native_id="loket@loket.example")
    page = [Kept(mention=replace(private("<o@loket>"), author=ours), hits=(BrandHit(brand="Stroomwerk", directed=True, terms=()),))]
    desk.ledger.mentions.add_page(page, source="mail", next_cursor=None, at=MORNING)
    desk.clock.advance(timedelta(minutes=11))
    open_cases(desk.ledger, desk.cases, now=desk.clock.now(), own_authors=[ours.key])
    assert desk.inbox.list() == ()


@pytest.mark.parametrize("platform", ["whatsapp", "messenger", "instagram"])
def test_in_a_chat_everything_between_two_ends_is_one_conversation(desk: Desk, platform: str) -> None:
    """A chat names no beginning: our number and theirs are the thread."""
    for number in ("1", "2"):
        desk.hear(private(number, platform=platform, channel=platform, who="31612345678", realm="1001"), source="meta")
    desk.hear(private("3", platform=platform, channel=platform, who="31699999999", realm="1001"), source="meta")
    desk.hear(private("4", platform=platform, channel=platform, who="31612345678", realm="1002"), source="meta")
    assert sorted(len(one.mention_ids) for one in desk.inbox.list()) == [1, 1, 2]


def test_a_private_and_a_public_message_of_one_person_are_never_one_conversation(desk: Desk) -> None:
    """The answer stands below the latest message: joined, a private question could be answered in public."""
    kim = Author(platform="discourse", realm="forum.example", native_id="7", name="Kim")
    (public,) = desk.hear(mention("11", platform="discourse", author=kim, root_id="5"))
    read(desk, [public], issue="monteur")
    secret = mention("12", platform="discourse", author=kim, root_id="6", channel="discourse", posted_at=MORNING + timedelta(minutes=1))
    hit = BrandHit(brand="Stroomwerk", directed=True, terms=())
    desk.ledger.mentions.add_page([Kept(mention=secret, hits=(hit,))], source="forum", next_cursor=None, at=desk.clock.now())
    hidden = desk.ledger.mentions.find(secret.key)
    assert hidden is not None
    read(desk, [hidden.mention_id])
    desk.ledger.issues.move(hidden.mention_id, desk.ledger.issues.all()[0].issue_id, by="anna", at=desk.clock.now())
    desk.hear(mention("13", platform="discourse", author=kim, root_id="6", posted_at=MORNING + timedelta(minutes=2)), source="forum")
    found = {one.mention_ids: one.private for one in desk.inbox.list()}
    assert sorted(found.values()) == [False, False, True], "also where a private topic was opened to everybody afterwards"


def test_a_mail_waits_until_it_was_read_and_spam_opens_no_case(desk: Desk) -> None:
    """Most of what a mailbox gets is spam; a chat is not kept waiting."""
    hit = BrandHit(brand="Stroomwerk", directed=True, terms=())
    chat = private("3", platform="whatsapp", channel="whatsapp", who="31612345678")
    page = [Kept(mention=one, hits=(hit,)) for one in (private("<1@x>"), private("<2@x>", who="spam@x.example"), chat)]
    desk.ledger.mentions.add_page(page, source="loket", next_cursor=None, at=desk.clock.now())
    open_cases(desk.ledger, desk.cases, now=desk.clock.now())
    assert [one.platform for one in desk.inbox.list()] == ["whatsapp"]
    first, second = (desk.ledger.mentions.find(one.mention.key) for one in page[:2])
    assert first is not None
    assert second is not None
    read(desk, [first.mention_id])
    read(desk, [second.mention_id], ("spam", "yes"))
    open_cases(desk.ledger, desk.cases, now=desk.clock.now())
    desk.clock.advance(timedelta(hours=1))
    open_cases(desk.ledger, desk.cases, now=desk.clock.now())
    assert sorted(one.platform for one in desk.inbox.list()) == ["mail", "whatsapp"]


def test_the_queue_is_narrowed_to_private_or_public_cases(desk: Desk) -> None:
    desk.hear(mention("1"))
    desk.hear(private("<a@klant>"), source="mail")
    desk.queueing.follow.once()
    shown = {
        wanted: [
            one.platform for one in desk.queueing.queue.all(QueueChoice(private=wanted), Person(name="anna", role=Role.AGENT), most=10)
        ]
        for wanted in (None, True, False)
    }
    assert {wanted: sorted(found) for wanted, found in shown.items()} == {None: ["feed", "mail"], True: ["mail"], False: ["feed"]}


def test_nobody_in_a_public_thread_has_private_neighbours(desk: Desk) -> None:
    """Of one thread where somebody wrote publicly, and a message that names the same thread in private."""
    kim = Author(platform="discourse", realm="forum.example", native_id="7")
    (one,) = desk.hear(mention("11", platform="discourse", author=kim, root_id="5"))
    desk.hear(mention("12", platform="discourse", root_id="5", channel="discourse"), directed=False, source="forum")
    threads = ThreadLedger(desk.ledger.engine)
    place = threads.place(desk.inbox.list()[0].conversation_id)
    assert place is not None
    assert threads.around(place, leave_out=[one]) == []


def test_a_private_message_is_no_visit_to_a_community(desk: Desk) -> None:
    desk.hear(private("1", platform="discourse", channel="discourse"), source="forum")
    assert VisitLedger(desk.ledger.engine).count(every_nth=1, since=MORNING - timedelta(days=1), at=desk.clock.now()) == 0


def test_reading_a_private_message_passes_over_no_imported_moment(desk: Desk) -> None:
    """Imported moments are read in order; a private message with a higher number is no sign that those before it were read."""
    (moment,) = desk.hear(private("1", who="bo"), source="import:crm.csv")
    (live,) = desk.hear(private("2"), source="mail")
    contacts = ContactLedger(desk.ledger.engine)
    assert contacts.unread(10) == [moment, live]
    contacts.keep_signs([Read(mention_id=live, revision=0, signs=frozenset())])
    assert contacts.unread(10) == [moment]
    assert [one.mention_id for one in contacts.of_person([_key("kim@klant.example")], brand="Stroomwerk")] == [None], (
        "one contact: its case"
    )


def _key(who: str) -> str:
    return Author(platform="mail", realm="loket.example", native_id=who).key


@pytest.mark.parametrize("below", [{"root_id": "1"}, {"parent_id": "1"}])
def test_a_mail_that_nobody_proved_joins_no_proven_customer_and_keeps_no_place_of_theirs(desk: Desk, below: dict[str, str]) -> None:
    """Whoever was in copy knows the thread, and writes her address above a mail: that is a case of its own, without her next mail."""
    proven = frozenset({PROVEN_SENDER})
    hers, forged = private("1", flags=proven), private("2", "Stuur het geld naar een andere rekening", **below)
    hers_again = private("3", "Is er al nieuws?", flags=proven, **below)
    for one in (hers, forged, hers_again):
        desk.hear(one, directed=False, source="loket")
    assert [len(row.mention_ids) for row in desk.cases.rows()] == [2, 1]


def test_where_nobody_is_proven_a_thread_is_one_conversation_as_ever(desk: Desk) -> None:
    desk.hear(private("1"), private("2", "Is er al nieuws?", root_id="1"), directed=False, source="loket")
    assert [len(row.mention_ids) for row in desk.cases.rows()] == [2]
