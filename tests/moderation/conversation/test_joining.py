"""Contact moments of one customer: suggested with reasons, joined and taken apart by people only (RULES "Joining people")."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from listener.errors import NotAllowed
from listener.ledger.transactions import reading
from listener.model.mention import PROVEN_SENDER, Kept, Removal
from moderation.ledger.contacts import ContactLedger, Read
from moderation.ledger.tables_conversation import contact_join, contact_sign
from moderation.model.conversation import Evidence, Fit
from moderation.model.leave import Consent, OptOut
from moderation.triage.contact_signs import JOINING, identity_signs, name_for_comparing, written_signs
from tests.fakes.desk import MORNING, edited, mention
from tests.moderation.conversation.conftest import Conversations, called, writer, wrote

ANNA_FORUM = writer("Anna K.")
ANNA_MASTODON = writer("annak", platform="mastodon", realm="toet.example")
ORDER = "Mijn bestelnummer is 20-114477 en er komt niets."


def offered(conversations: Conversations, case_id: int) -> dict[str, tuple[tuple[Evidence, ...], Fit]]:
    return {one.contact.key: (one.evidence, one.fit) for one in conversations.show(case_id).beside.suggestions}


@pytest.mark.parametrize(
    ("one", "other", "evidence", "fit"),
    [
        ("Mail me op anna.k@post.example graag", "Ik ben Anna.K@post.example en wacht", Evidence.EMAIL, Fit.STRONG),
        (ORDER, "ordernummer 20114477: waar blijft het?", Evidence.ORDER, Fit.STRONG),
        ("Bel me: 06-23456789", "mijn nummer is +31 6 23 45 67 89, bel gerust", Evidence.PHONE, Fit.FAIR),
    ],
)
def test_what_both_wrote_to_us_is_a_reason(conversations: Conversations, one: str, other: str, evidence: Evidence, fit: Fit) -> None:
    conversations.hear(wrote("1", one, ANNA_FORUM), wrote("2", other, ANNA_MASTODON))
    first, second = conversations.case(0).case_id, conversations.case(1).case_id
    assert offered(conversations, first) == {f"case-{second}": ((evidence,), fit)}
    assert offered(conversations, second) == {f"case-{first}": ((evidence,), fit)}


def test_a_telephone_call_with_the_same_customer_number_is_a_reason(conversations: Conversations) -> None:
    """An import names the customer as the platform does: by their handle."""
    conversations.imported(called("9", "Belde over de storing", writer("Annak", realm="crm", platform="import", native_id="annak")))
    conversations.hear(wrote("1", "Weer geen stroom", ANNA_MASTODON))
    (found,) = conversations.show(conversations.case().case_id).beside.suggestions
    assert (found.contact.channel, found.evidence) == ("phone", (Evidence.EXTERNAL_ID,))


def test_the_same_name_about_the_same_issue_within_days_is_a_weak_reason(conversations: Conversations) -> None:
    same = writer("ANNA k.", platform="mastodon", realm="toet.example")
    late = writer("Anna K.", platform="discourse", realm="praat.example")
    ids = conversations.hear(
        wrote("1", "Geen stroom", ANNA_FORUM),
        wrote("2", "Hier ook niet", same),
        wrote("3", "Geen licht", late, posted_at=MORNING - timedelta(days=8)),
    )
    conversations.analyse(ids, issue="storing")
    case = next(row for row in conversations.desk.cases.rows() if row.mention_ids == (ids[0],))
    assert [one.fit for one in conversations.show(case.case_id).beside.suggestions] == [Fit.WEAK]


def test_imported_moments_wait_their_turn_behind_a_message_with_a_higher_number(conversations: Conversations) -> None:
    """A few are read at a time; a message that came after a large import must not make us think that all of it was read."""
    mentions, ledger = conversations.desk.ledger.mentions, ContactLedger(conversations.desk.ledger.engine)
    calls = [called(str(n), f"Belde over {n}", writer(f"klant{n}", realm="crm", platform="import", native_id=f"k{n}")) for n in range(5)]
    mentions.add_page([Kept(mention=one) for one in calls], source="import:crm", next_cursor=None, at=MORNING)
    ids = [found.mention_id for one in calls if (found := mentions.find(one.key)) is not None]
    (last,) = conversations.desk.hear(wrote("99", "Geen stroom", ANNA_FORUM))
    assert set(ledger.unread(2)) == {*ids[:2], last}
    ledger.keep_signs([Read(mention_id=number, revision=0, signs=frozenset()) for number in {*ids[:2], last}])
    assert set(ledger.unread(10)) >= set(ids[2:])


def test_two_reasons_fit_better_than_one(conversations: Conversations) -> None:
    same = writer("anna k.", platform="mastodon", realm="toet.example")
    ids = conversations.hear(wrote("1", "Bel 06-23456789", ANNA_FORUM), wrote("2", "Bel me op 0623456789", same))
    conversations.analyse(ids, issue="storing")
    (found,) = conversations.show(conversations.case().case_id).beside.suggestions
    assert (found.evidence, found.fit) == ((Evidence.PHONE, Evidence.NAME_AND_ISSUE), Fit.STRONG)


def test_a_number_that_many_people_write_shows_nothing(conversations: Conversations) -> None:
    """Our own telephone number stands in many messages."""
    conversations.hear(*(wrote(str(n), f"Ik belde 088-1234567 voor {n}", writer(f"persoon{n}")) for n in range(4)))
    assert offered(conversations, conversations.case().case_id) == {}


@pytest.mark.parametrize("platform", ["x", "discord"])
def test_nothing_is_computed_for_x_or_discord_without_an_opt_in(conversations: Conversations, platform: str) -> None:
    """Not a suggestion on either side, and not even a digest of what they wrote."""
    there = writer("annak", platform=platform, realm=platform)
    ids = conversations.hear(wrote("1", ORDER, ANNA_FORUM), wrote("2", ORDER, there))
    conversations.analyse(ids, issue="storing")
    for row in conversations.desk.cases.rows():
        assert offered(conversations, row.case_id) == {}
    with reading(conversations.desk.ledger.engine) as tx:
        assert set(tx.execute(select(contact_sign.c.mention_id)).scalars()) == {ids[0]}


def test_with_an_opt_in_it_is_computed_and_without_it_no_more(conversations: Conversations) -> None:
    there = writer("annak", platform="x", realm="x")
    conversations.hear(wrote("1", ORDER, ANNA_FORUM), wrote("2", ORDER, there))
    first, second = conversations.case(0).case_id, conversations.case(1).case_id
    conversations.talks.leave.consent(there.key, JOINING, "anna", source="zei het aan de telefoon")
    conversations.talks.read_signs.once()
    assert list(offered(conversations, first)) == [f"case-{second}"]
    assert list(offered(conversations, second)) == [f"case-{first}"]
    conversations.talks.leave.withdraw(there.key, JOINING, "anna")
    conversations.talks.read_signs.once()
    assert offered(conversations, first) == offered(conversations, second) == {}


def test_whoever_asked_to_be_left_alone_is_suggested_to_nobody(conversations: Conversations) -> None:
    """An opt-out goes before any consent."""
    conversations.hear(wrote("1", ORDER, ANNA_FORUM), wrote("2", ORDER, ANNA_MASTODON))
    leave, now = conversations.desk.leave, conversations.desk.clock.now()
    leave.add_consent(Consent(person_key=ANNA_MASTODON.key, channel=JOINING, wording="x", given_at=now, noted_by="anna"))
    leave.add_opt_out(OptOut(person_key=ANNA_MASTODON.key, at=now, how="hand", noted_by="anna"))
    assert all(offered(conversations, row.case_id) == {} for row in conversations.desk.cases.rows())


def test_nothing_is_joined_by_itself(conversations: Conversations) -> None:
    """False automatic merges are 0 because no code path makes one: every join names the person who pressed."""
    ids = conversations.hear(*(wrote(str(n), ORDER, writer(f"klant{n}", platform="mastodon", realm="t")) for n in range(3)))
    conversations.analyse(ids, issue="storing")
    for row in conversations.desk.cases.rows():
        conversations.show(row.case_id)
        assert conversations.talks.joins.standing(row.conversation_id) == ()
    with reading(conversations.desk.ledger.engine) as tx:
        assert tx.execute(select(func.count()).select_from(contact_join)).scalar() == 0
    assert len(conversations.desk.cases.rows()) == 3


def test_join_and_undo_leave_both_byte_for_byte_as_they_were(conversations: Conversations) -> None:
    conversations.hear(wrote("1", ORDER, ANNA_FORUM), wrote("2", ORDER, ANNA_MASTODON))
    one, other = conversations.case(0), conversations.case(1)
    conversations.talks.notes.add(one.case_id, "belt morgen terug", "anna")
    before = [conversations.talks.export(row.case_id) for row in (one, other)]
    join = conversations.talks.joins.join(one.case_id, one.conversation_id, f"case-{other.case_id}", "anna")
    assert [conversations.talks.export(row.case_id) for row in (one, other)] != before
    conversations.talks.joins.undo(other.case_id, join.join_id, "bram")
    assert [conversations.talks.export(row.case_id) for row in (one, other)] == before
    assert (join.made_by, join.evidence) == ("anna", ("order",))


def test_a_joined_thread_is_read_as_one_in_order_over_its_channels(conversations: Conversations) -> None:
    (call,) = conversations.imported(called("9", f"Belde. {ORDER}", writer("crm", realm="crm", platform="import")))
    conversations.hear(
        wrote("1", ORDER, ANNA_FORUM),
        wrote("2", ORDER, ANNA_MASTODON, posted_at=MORNING - timedelta(hours=1)),
        wrote("3", "Nog steeds niets", ANNA_FORUM, root_id="1", posted_at=MORNING + timedelta(minutes=5)),
    )
    one = next(row for row in conversations.desk.cases.rows() if len(row.mention_ids) == 2)
    other = next(row for row in conversations.desk.cases.rows() if len(row.mention_ids) == 1)
    for key in (f"case-{other.case_id}", f"moment-{call}"):
        conversations.talks.joins.join(one.case_id, one.conversation_id, key, "anna")
    lines = conversations.show(one.case_id).lines
    assert [(line.stored.mention.native_id if line.stored else "", line.contact) for line in lines] == [
        ("9", f"moment-{call}"),
        ("2", f"case-{other.case_id}"),
        ("1", ""),
        ("3", ""),
    ]
    assert [contact.key for _, contact in conversations.show(one.case_id).beside.joined] == [f"case-{other.case_id}", f"moment-{call}"]
    assert conversations.show(one.case_id).beside.suggestions == ()


def test_what_is_joined_is_not_joined_twice_and_only_what_is_shown_can_be(conversations: Conversations) -> None:
    conversations.hear(wrote("1", ORDER, ANNA_FORUM), wrote("2", ORDER, ANNA_MASTODON), wrote("3", "Iets anders", writer("carla")))
    one, other, stranger = (conversations.case(n) for n in range(3))
    with pytest.raises(NotAllowed, match="no longer among those"):
        conversations.talks.joins.join(one.case_id, one.conversation_id, f"case-{stranger.case_id}", "anna")
    join = conversations.talks.joins.join(one.case_id, one.conversation_id, f"case-{other.case_id}", "anna")
    with pytest.raises(NotAllowed):
        conversations.talks.joins.join(other.case_id, other.conversation_id, f"case-{one.case_id}", "bram")
    with pytest.raises(NotAllowed, match="taken back already"):
        conversations.talks.joins.undo(stranger.case_id, join.join_id, "anna")


def test_conversations_under_the_same_key_need_no_suggestion(conversations: Conversations) -> None:
    conversations.hear(wrote("1", "Geen stroom", ANNA_FORUM), wrote("2", "Factuur klopt niet", ANNA_FORUM, posted_at=MORNING))
    one, other = conversations.case(0), conversations.case(1)
    assert [contact.key for contact in conversations.show(one.case_id).beside.same] == [f"case-{other.case_id}"]


def test_an_edit_that_takes_the_number_out_takes_the_reason_out(conversations: Conversations) -> None:
    told = wrote("2", ORDER, ANNA_MASTODON)
    conversations.hear(wrote("1", ORDER, ANNA_FORUM), told)
    conversations.desk.hear(edited(told, "Laat maar, opgelost", at=MORNING + timedelta(minutes=30)))
    assert offered(conversations, conversations.case(0).case_id) == {}


def test_a_removed_message_leaves_no_sign(conversations: Conversations) -> None:
    told = wrote("2", ORDER, ANNA_MASTODON)
    conversations.hear(wrote("1", ORDER, ANNA_FORUM), told)
    gone = Removal(platform=told.platform, realm=told.realm, native_id=told.native_id)
    conversations.desk.ledger.mentions.remove([gone], source="feed", at=conversations.desk.clock.now())
    assert offered(conversations, conversations.case(0).case_id) == {}
    conversations.desk.clock.advance(timedelta(minutes=10))
    conversations.talks.read_signs.once()
    with reading(conversations.desk.ledger.engine) as tx:
        assert set(tx.execute(select(contact_sign.c.mention_id)).scalars()) == {1}


def test_digests_are_keyed_so_that_nobody_reads_a_number_back(conversations: Conversations) -> None:
    conversations.hear(wrote("1", "Bel 06-23456789", ANNA_FORUM))
    with reading(conversations.desk.ledger.engine) as tx:
        signs = tx.execute(select(contact_sign)).all()
    assert signs
    assert not any("623456789" in str(row) or ANNA_FORUM.name in str(row) for row in signs)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bestelling 12", set()),  # too short to say anything
        ("klantnummer: AB-448812", {(Evidence.ORDER, "ab448812")}),
        ("Het kost 1299 euro in 2026", set()),
        ("contract nr 5567123 en x@y.example", {(Evidence.ORDER, "5567123"), (Evidence.EMAIL, "x@y.example")}),
        ("", set()),
    ],
)
def test_only_numbers_that_are_called_so_count(text: str, found: set[tuple[Evidence, str]]) -> None:
    assert written_signs(text) == found


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("  Jan  Jansen ", "jan jansen"),
        ("@Jan.Jansen", "jan.jansen"),
        ("Jan", ""),  # too common
        ("J\u0430n Jansen", ""),  # a Cyrillic letter among Latin ones: a look-alike is never taken for the real name (I5)
        ("", ""),
    ],
)
def test_names_are_compared_whole_and_look_alikes_never(name: str, plain: str) -> None:
    assert name_for_comparing(name) == plain


def test_a_name_with_a_blank_is_no_identity() -> None:
    assert identity_signs("8841", "Jan Jansen") == {(Evidence.EXTERNAL_ID, "8841")}
    assert identity_signs("", "") == frozenset()


def test_people_without_a_key_are_never_the_same(conversations: Conversations) -> None:
    """I23: the platform named nobody twice; those are two people."""
    nobody = [mention(str(n), f"Bericht {n}. {ORDER}", author=None) for n in range(2)]
    conversations.hear(*nobody)
    beside = conversations.show(conversations.case().case_id).beside
    assert (beside.same, beside.suggestions) == ((), ())


KIM = writer("Kim de Vries", platform="mail", realm="zoemvolt.example", native_id="annak@klant.example")


@pytest.mark.parametrize("proven", [True, False])
def test_a_from_that_nobody_proved_is_no_reason_to_join(conversations: Conversations, proven: bool) -> None:
    """Whoever writes a customer's address above a mail must not be shown as that customer."""
    known = writer("annak@klant.example", platform="mastodon", realm="toet.example")
    sent = replace(called("9", "Geef mij haar adres", KIM, channel="email"), platform="mail")
    conversations.imported(replace(sent, flags=frozenset({PROVEN_SENDER}) if proven else frozenset()))
    conversations.hear(wrote("1", "Weer geen stroom", known))
    found = conversations.show(conversations.case().case_id).beside
    assert [one.evidence for one in found.suggestions] == ([(Evidence.EXTERNAL_ID,)] if proven else [])
    assert (found.same, found.joined) == ((), ())


@pytest.mark.parametrize("proven", [True, False])
def test_mails_under_one_address_stand_together_and_say_which_are_unproven(conversations: Conversations, proven: bool) -> None:
    """They are shown, for most are what they say; a colleague who joins one knows what it rests on. Nothing is joined by itself."""
    sent = replace(called("9", "Waar blijft mijn geld?", KIM, channel="email"), platform="mail")
    conversations.imported(replace(sent, flags=frozenset({PROVEN_SENDER}) if proven else frozenset()))
    conversations.hear(wrote("1", "Weer geen stroom", KIM))
    found = conversations.show(conversations.case().case_id).beside
    assert [one.unproven for one in found.same] == [not proven]
    assert (len(conversations.desk.cases.rows()), found.joined) == (1, ())
