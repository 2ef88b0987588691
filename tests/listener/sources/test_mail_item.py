"""E-mail as strangers write it: their own words, in any charset, in its thread; and nothing that no person wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from listener.model.mention import Mention
from listener.model.page import Skip
from listener.sources.mail_item import read_mail
from listener.sources.mail_words import own_words
from tests.fakes.mailbox import US, mail

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


def read(raw: bytes) -> Mention | Skip:
    return read_mail(raw, uid="7-1", arrived_at=NOW, realm="zoemvolt.example", ours=frozenset({US}))


def words(raw: bytes) -> str:
    found = read(raw)
    assert isinstance(found, Mention), found
    return found.text


def test_a_mail_is_a_mention_that_was_written_to_us() -> None:
    """Answers go to the address, under the Message-ID: the publisher of mail asks for both."""
    found = read(mail(1, NOW - timedelta(minutes=5), In_Reply_To="<b@z.example>", References="<a@z.example> <b@z.example>"))
    assert isinstance(found, Mention)
    assert found.key == ("mail", "zoemvolt.example", "<vraag-1@klant.example>")
    assert (found.title, found.text, found.channel) == ("Vraag 1", "Al uren geen stroom", "email")
    assert found.author is not None
    assert (found.author.native_id, found.author.name) == ("kim@klant.example", "Kim de Vries")
    assert (found.parent_id, found.root_id) == ("<b@z.example>", "<a@z.example>")
    assert found.posted_at == NOW - timedelta(minutes=5)


THREADS: tuple[tuple[dict[str, str], tuple[str, str]], ...] = (
    ({"In_Reply_To": "<b@z>"}, ("<b@z>", "<b@z>")),
    ({"References": "<a@z>\r\n <b@z>"}, ("<b@z>", "<a@z>")),
    # a program that writes words there
    ({"In_Reply_To": "Your message of Monday"}, ("", "")),
    ({}, ("", "")),
)


@pytest.mark.parametrize(("heads", "thread"), THREADS)
def test_the_thread_is_what_the_head_says(heads: dict[str, str], thread: tuple[str, str]) -> None:
    found = read(mail(1, NOW, **heads))
    assert isinstance(found, Mention)
    assert (found.parent_id, found.root_id) == thread


@pytest.mark.parametrize("written", ["", "no brackets at all", "<>"])
def test_a_mail_without_an_id_has_its_number(written: str) -> None:
    """A form on a site may write none, and would be one mention for all its mails."""
    found = read(mail(1, NOW, Message_ID=written))
    assert isinstance(found, Mention)
    assert found.native_id == "uid-7-1"


@pytest.mark.parametrize(
    ("written", "posted_at"),
    [
        ("Mon, 02 Mar 2026 14:30:00 +0100", datetime(2026, 3, 2, 13, 30, tzinfo=UTC)),
        # a clock that runs years ahead or behind, or nonsense: when it arrived counts
        ("Mon, 02 Mar 2037 14:30:00 +0100", NOW),
        ("Thu, 01 Jan 1970 00:00:00 +0000", NOW),
        ("yesterday", NOW),
        ("", NOW),
    ],
)
def test_the_senders_clock_is_believed_within_reason(written: str, posted_at: datetime) -> None:
    found = read(mail(1, NOW, Date=written))
    assert isinstance(found, Mention)
    assert found.posted_at == posted_at


def with_head(head: bytes, body: bytes) -> bytes:
    return b"From: kim@klant.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n" + head + b"\r\n\r\n" + body


CHARSETS: tuple[tuple[str, bytes, str], ...] = (
    ("latin-1", with_head(b"Content-Type: text/plain; charset=iso-8859-1", "Café dicht".encode("latin-1")), "Café dicht"),
    ("windows", with_head(b"Content-Type: text/plain; charset=windows-1252", "€ 5 te veel".encode("cp1252")), "€ 5 te veel"),
    (
        "utf-8 in base64",
        with_head(b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64", b"RGFuayDwn46J"),
        "Dank 🎉",
    ),
    (
        "quoted-printable",
        with_head(b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable", b"Caf=C3=A9"),
        "Café",
    ),
    ("a charset that nobody knows", with_head(b"Content-Type: text/plain; charset=klingon-8", b"Hallo daar"), "Hallo daar"),
    ("no charset", with_head(b"Content-Type: text/plain", "Café".encode()), "Caf\ufffd\ufffd"),
    ("wrong bytes", with_head(b"Content-Type: text/plain; charset=utf-8", b"Hallo \xff\xfe"), "Hallo \ufffd\ufffd"),
    (
        "HTML only",
        with_head(b"Content-Type: text/html; charset=utf-8", b"<p>Geen <b>stroom</b></p><script>x()</script>"),
        "Geen stroom",
    ),
    (
        "flowed",
        with_head(b"Content-Type: text/plain; charset=utf-8; format=flowed", b"Een lange \r\nzin gaat \r\nverder.\r\nEn nog een."),
        "Een lange zin gaat verder.\nEn nog een.",
    ),
)


@pytest.mark.parametrize(("raw", "text"), [row[1:] for row in CHARSETS], ids=[row[0] for row in CHARSETS])
def test_every_charset_is_read(raw: bytes, text: str) -> None:
    assert words(raw) == text


def in_parts(plain: str, html: str, *, attached: bool = True) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "kim@klant.example", "x"
    message.set_content(plain)
    message.add_alternative(html, subtype="html")
    if attached:
        message.add_attachment(b"geheim" * 100, maintype="text", subtype="plain", filename="brief.txt")
    return message.as_bytes()


def test_of_two_forms_the_plain_one_is_read_and_no_attachment() -> None:
    assert words(in_parts("Geen stroom\n", "<p>Geen stroom, in het rood</p>")) == "Geen stroom"


def test_where_the_plain_form_is_empty_the_other_is_read() -> None:
    """Some programs write a plain part with nothing in it."""
    assert words(in_parts(" \n", "<p>Geen stroom</p>")) == "Geen stroom"


def test_a_mail_that_was_cut_off_still_tells_its_words() -> None:
    """Only the beginning of a large mail is read: the words stand before what is attached."""
    assert words(in_parts("Geen stroom\n", "<p>Geen stroom</p>")[:700]) == "Geen stroom"


NOBODY: tuple[tuple[dict[str, str], str], ...] = (
    ({"Auto_Submitted": "auto-replied"}, "automatic"),
    ({"Auto_Submitted": "auto-generated; x=y"}, "automatic"),
    ({"X_Autoreply": "yes"}, "automatic"),
    ({"Precedence": "auto_reply"}, "automatic"),
    ({"Precedence": "bulk"}, "newsletter"),
    ({"List_Id": "<nieuws.example>"}, "newsletter"),
    ({"List_Unsubscribe": "<mailto:x@y.example>"}, "newsletter"),
    ({"From": "MAILER-DAEMON@mx.example"}, "report about delivery"),
    ({"Return_Path": "<>"}, "report about delivery"),
    ({"From": US.upper()}, "ourselves"),
)


@pytest.mark.parametrize(("heads", "why"), NOBODY)
def test_what_no_customer_wrote_is_told_as_such(heads: dict[str, str], why: str) -> None:
    """An absence notice is no complaint; it is counted and named, not dropped."""
    found = read(mail(1, NOW, **heads))
    assert isinstance(found, Skip)
    assert why in found.reason
    assert found.where == "mail 7-1"


def test_a_delivery_report_is_known_by_its_kind() -> None:
    raw = with_head(b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', b"--b\r\n\r\nnot delivered\r\n--b--")
    assert read(raw) == Skip(where="mail 7-1", reason="a report about delivery")


def test_a_person_who_says_that_no_program_answered_is_heard() -> None:
    assert words(mail(1, NOW, Auto_Submitted="no")) == "Al uren geen stroom"


HISTORY: tuple[tuple[str, str, str], ...] = (
    ("gmail, Dutch", "Nog steeds niet.\n\nOp ma 2 mrt 2026 om 13:00 schreef Loket <loket@z.example>:\n> We kijken.\n", "Nog steeds niet."),
    (
        "gmail, in two lines",
        "Nog steeds niet.\n\nOp ma 2 mrt 2026 om 13:00 schreef Loket Zoemvolt\n<loket@z.example>:\n\n> We kijken.",
        "Nog steeds niet.",
    ),
    ("gmail, English", "Still nothing.\n\nOn Mon, Mar 2, 2026 at 1:00 PM Desk <d@z.example> wrote:\n> We look.", "Still nothing."),
    (
        "outlook, Dutch",
        "Nog niet.\n\n____________\nVan: Loket <l@z.example>\nVerzonden: maandag\nAan: Kim\nOnderwerp: Re: x\n\nWe kijken.",
        "Nog niet.",
    ),
    ("outlook, bold", "Nog niet.\n\n*From:* Desk\n*Sent:* Monday\n*To:* Kim\n*Subject:* x\n\nWe look.", "Nog niet."),
    ("outlook, older", "Nog niet.\n\n-----Oorspronkelijk bericht-----\nVan: Loket\n\nWe kijken.", "Nog niet."),
    ("answers between", "> Welke straat?\nDe Dorpsstraat.\n> Sinds wanneer?\nVanochtend.\n", "De Dorpsstraat.\nVanochtend."),
    ("a signature", "Geen stroom.\n\n-- \nKim de Vries\nDirecteur", "Geen stroom."),
    ("a telephone", "Geen stroom.\n\nVerzonden vanaf mijn iPhone", "Geen stroom."),
    ("a telephone, English", "No power.\nSent from my Galaxy\n", "No power."),
    ("a program, German", "Kein Strom.\n\nGesendet mit der Post-App", "Kein Strom."),
    ("a telephone, French", "Pas de courant.\n\nEnvoyé de mon iPhone", "Pas de courant."),
    ("German", "Immer noch nicht.\n\nAm 02.03.2026 um 13:00 schrieb Loket:\n> Wir sehen nach.", "Immer noch nicht."),
    ("French", "Toujours rien.\n\nLe lun. 2 mars 2026 à 13:00, Loket a écrit :\n> On regarde.", "Toujours rien."),
    ("outlook, German", "Noch nicht.\n\nVon: Loket\nGesendet: Montag\nAn: Kim\nBetreff: x\n\nWir sehen nach.", "Noch nicht."),
    ("outlook, French", "Pas encore.\n\nDe : Loket\nEnvoyé : lundi\nÀ : Kim\nObjet : x\n\nOn regarde.", "Pas encore."),
    ("outlook, older German", "Noch nicht.\n\n-----Ursprüngliche Nachricht-----\nVon: Loket\n\nWir sehen nach.", "Noch nicht."),
    # words that only look like it stay
    ("a sentence with 'schreef'", "Op uw site schreef u dat het klaar is.\nNiet dus.", "Op uw site schreef u dat het klaar is.\nNiet dus."),
    ("a journey", "Van: Utrecht\nNaar: Zwolle\nDe trein reed niet.", "Van: Utrecht\nNaar: Zwolle\nDe trein reed niet."),
    ("a list of dashes", "Twee dingen:\n- geen stroom\n- geen antwoord", "Twee dingen:\n- geen stroom\n- geen antwoord"),
    # what only forwards or quotes is kept whole: nothing is lost
    (
        "only forwarded",
        "---------- Forwarded message ---------\nVan: Sam\n\nGeen stroom",
        "---------- Forwarded message ---------\nVan: Sam\n\nGeen stroom",
    ),
    ("only quoted", "> Geen stroom", "> Geen stroom"),
)


@pytest.mark.parametrize(("text", "kept"), [row[1:] for row in HISTORY], ids=[row[0] for row in HISTORY])
def test_what_was_written_before_is_left_out(text: str, kept: str) -> None:
    """The mail that is answered is a mention of its own; counted twice it would make a quiet week a crisis."""
    assert own_words(text) == kept


BROKEN: tuple[bytes, ...] = (
    b"",
    b"\x00" * 50,
    b"From: kim@klant.example\r\n\r\n",
    b"Content-Type: multipart/mixed; boundary=\r\n\r\nx",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 300,
    b"From: =?utf-8?b?////?= <\r\nSubject: =?x?q?\r\nDate: \xff\r\nMessage-ID: <" + b"a" * 5_000 + b">\r\n\r\nhallo",
    b"Subject: " + b"=?utf-8?q?" + b"=00" * 3_000 + b"?=\r\n\r\nhallo",
    b"From: " + b"<" * 3_000 + b"\r\nTo: " + b"(" * 3_000 + b"\r\n\r\nhallo",
    b"Content-Type: text/plain; charset*0*=x''%; charset*1=\r\nContent-Transfer-Encoding: uuencode\r\n\r\nbegin 666 x\r\n###\r\n",
)


@pytest.mark.parametrize("raw", BROKEN)
def test_no_mail_is_so_broken_that_it_stops_the_others(raw: bytes) -> None:
    """A stranger can send any bytes; each is a mention or a reason."""
    found = read(raw)
    assert isinstance(found, Skip) or found.text or found.title


def test_hostile_lengths_are_bounded() -> None:
    """A megabyte of lines that look like history takes no time worth speaking of."""
    line = "Op maandag schreef iemand iets over de storing zonder ooit op te houden en nog langer\n"
    assert own_words(line * 12_000).startswith("Op maandag schreef")
