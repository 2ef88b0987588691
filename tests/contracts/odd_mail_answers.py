"""More than three hundred answers of a mail server, and mails, that are none: at every step of a sign-in, by rule from the right ones."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from tests.fakes.imap_server import ARRIVED, STEPS, TAG, ImapServer, Odd

DONE = TAG + b" OK done\r\n"
CUTS = 25
LONG_LINE = 1_000_001
"""More than imaplib takes in one line."""
WORDS: tuple[bytes, ...] = (
    b"", b"\r\n", b"\n", b"*", b"* \r\n", b"*\r\n", b"+\r\n", b"+ go on\r\n", b"* BYE going down\r\n", b"* BYE\r\n" + DONE,
    TAG + b"\r\n", TAG + b" \r\n", TAG + b" NO\r\n", TAG + b" NO no\r\n", TAG + b" NO [UNAVAILABLE] later\r\n", TAG + b" BAD what\r\n",
    TAG + b" OK", TAG + b" OK\r\n", TAG + b" PREAUTH in\r\n", TAG + b" MAYBE x\r\n", b"XXXX1 OK other\r\n", b"rubbish\r\n",
    b"HTTP/1.1 400 Bad Request\r\n\r\n<html></html>", b"SSH-2.0-OpenSSH_9.6\r\n", b"220 mail ESMTP\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
    b"* OK {99999999999}\r\nx", b"* OK {" + b"9" * 5_000 + b"}\r\nx", b"* OK {50}\r\nx",
)  # fmt: skip
BEFORE: tuple[bytes, ...] = (
    b"", b"* NO warned", b"rubbish", b"* 99999999999999999999 EXISTS", b"* -1 EXISTS", b"* FLURB x", b"* 1 FLURB",
    b"* 1 FETCH (", b"* FETCH", b"* OK [", b"* OK []", b"* OK [UIDVALIDITY]", b"\x00" * 300, b"* OK \x00", bytes(range(256)),
    "* OK Zoë".encode("latin-1"),
    "* OK 🎉".encode(), b"\xff\xfe", b"* " + b"x" * LONG_LINE, b"* OK " + b"x" * 900_000, b"* OK {-5}", b"* OK {3}\r\nabc",
    b"* OK {3+}\r\nabc",
    b"* OK {0}\r\n", b"* OK ~{3}\r\nabc", b"* OK " + b"(" * 10_000, b"* OK hello\r\n" * 5_000 + b"* OK", b"* OK a\rb", DONE.rstrip(),
)  # fmt: skip
"""Lines that are followed by the line that ends an answer, and nothing else."""
EVERYWHERE = (*WORDS, *(one + b"\r\n" + DONE for one in BEFORE))
"""Said in the place of the right answer at every step."""
MANY = b"* OK " + b"x" * 900_000 + b"\r\n"
"""A line that is allowed; often enough it fills memory."""
PART = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"


def odd_answers(server: ImapServer) -> Iterator[tuple[str, Odd]]:
    """Yield answers by name. Of LOGIN and AUTHENTICATE, the server has to offer the one that is tried."""
    for step in STEPS:
        for number, said in enumerate(EVERYWHERE):
            yield f"{step}: {number} {said[:24]!r}", Odd(step=step, said=said, goes_on=said.endswith(DONE))
    for step, command in _commands(server).items():
        right = server.right(step, command)
        for cut in range(CUTS):
            end = cut * (len(right) - 1) // CUTS
            yield f"{step}: cut after {end}", Odd(step=step, said=right[:end])
        yield f"{step}: without end", Odd(step=step, said=MANY * 12)
    for step, some in (("examine", _folders()), ("search", _lists()), ("facts", _facts(server)), ("body", _bodies(server))):
        for number, said in enumerate(some):
            yield f"{step}: its own {number} {said[:60]!r}", Odd(step=step, said=said + DONE, goes_on=True)


def _commands(server: ImapServer) -> dict[str, bytes]:
    every = b",".join(b"%d" % one for one in sorted(server.mails))
    return {"examine": b"", "search": b"", "facts": b"UID FETCH " + every + b" ", "body": b"UID FETCH 1 "}


def _folders() -> Iterator[bytes]:
    for validity in (b"", b"0", b"-1", b"abc", b"7 8", b"4294967296", b"9" * 5_000, b"NIL", b'"7"', b"\xff"):
        yield b"* 3 EXISTS\r\n* OK [UIDVALIDITY " + validity + b"] valid\r\n"
    for exists in (b"", b"* 0 EXISTS\r\n", b"* x EXISTS\r\n", b"* EXISTS\r\n", b"* EXISTS 3\r\n", b"* " + b"9" * 5_000 + b" EXISTS\r\n"):
        yield exists + b"* OK [UIDVALIDITY 7] valid\r\n"
    for following in (b"", b"0", b"-1", b"x", b"9" * 5_000):
        yield b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [UIDNEXT " + following + b"] next\r\n"


def _lists() -> Iterator[bytes]:
    for said in (
        b"x y", b"0", b"-1", b"1,2,3", b"1:3", b"(1 2 3)", b"4294967296", b"1 2 3 " + b"9" * 5_000,
        b"1 2 3 4000000000", b"4000000000", b"NIL",
        b"1 2 3 4", b"3 2 1 1 2 3", b"{5}\r\n1 2 3", "\u0661 \u0662".encode(), b"1\t2\t3", b"1 2 x", b"1.0 2.0",
        b'"1" "2"', b"1 2 3 (MODSEQ x)",
    ):  # fmt: skip
        yield b"* SEARCH " + said + b"\r\n"
    yield from (b"* SEARCH\x00\r\n", b"* SORT 1 2 3\r\n", b"* ESEARCH (TAG) UID ALL 1:3\r\n")


def _facts(server: ImapServer) -> Iterator[bytes]:
    ids = sorted(server.mails)
    whole = [server.fact(one) for one in ids]
    for missing in range(len(ids)):
        yield b"".join(whole[:missing] + whole[missing + 1 :])
    yield b"".join(reversed(whole))
    yield b"".join(whole * 3)
    for arrived in (
        b"", b"x", b"NIL", b"31-Feb-2026 11:00:00 +0000", b"02-Mrz-2026 11:00:00 +0000", b"02-Mar-0001 00:00:00 +2359",
        b"02-Mar-2026", b"-- -",
        b"31-Dec-9999 23:59:59 -2359", b"02-Mar-9999 11:00:00 +0000", b"02-Mar-2026 11:00:00 +9999", b"\xff-Mar-2026 11:00:00 +0000",
        b"9" * 5_000 + b"-Mar-2026 11:00:00 +0000", b"02-Mar-2026T11:00:00Z",
    ):  # fmt: skip
        yield server.fact(ids[0], arrived=arrived) + b"".join(whole[1:])
    for size in (b"x", b"-1", b"NIL", b"9" * 5_000, b"0", b"99999999999"):
        yield server.fact(ids[0], size=size) + b"".join(whole[1:])
    for other in (
        b"* 1 FETCH (FLAGS (\\Seen))\r\n",
        b"* 1 FETCH (UID 1)\r\n",
        b"* 2 EXPUNGE\r\n",
        b"* 1 FETCH NIL\r\n",
        b"* 1 FETCH ()\r\n",
    ):
        yield other
        yield other + b"".join(whole)
    strange = b'* 9 FETCH (UID %s INTERNALDATE "' + ARRIVED + b'" RFC822.SIZE 40)\r\n'
    for uid in (b"99", b"0", b"-1", b"x", b"4294967296", b"9" * 5_000):
        yield strange % uid
        yield strange % uid + b"".join(whole)
    yield whole[0].replace(b"RFC822.SIZE", b"INTERNALDATE {3}\r\nabc RFC822.SIZE") + b"".join(whole[1:])
    yield b"* 1 FETCH (" + b"(" * 20_000 + b"\r\n" + b"".join(whole[1:])


def _bodies(server: ImapServer) -> Iterator[bytes]:
    raw = next(iter(server.mails.values()))
    yield from (b"", b"* 1 EXPUNGE\r\n", b"* 1 FETCH NIL\r\n", b"* 1 FETCH (UID 1)\r\n", b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n")
    for nothing in (b"NIL", b'""', b'"Subject: x"', b"{0}\r\n"):
        yield b"* 1 FETCH (UID 1 BODY[]<0> " + nothing + b")\r\n"
    for size in (1, 10, len(raw) - 30, len(raw) - 2, len(raw) - 1):
        yield b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%s)\r\n" % (size, raw)
    for uid in (b"99", b"0", b"4294967296", b"9" * 5_000):
        yield b"* 1 FETCH (UID %s BODY[]<0> {%d}\r\n%s)\r\n" % (uid, len(raw), raw)
        yield b"* 1 FETCH (BODY[]<0> {%d}\r\n%s UID %s)\r\n" % (len(raw), raw, uid)
    yield b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%s BODY[TEXT] {3}\r\nabc\r\n" % (len(raw), raw)


def odd_mails() -> Iterator[tuple[str, bytes]]:
    """Yield mails that a right server hands over and that nobody writes."""
    head = b"From: Kim <kim@klant.example>\r\nSubject: Vraag\r\nMIME-Version: 1.0\r\n"
    text = b"Content-Type: text/plain; charset=%s\r\n\r\nZo\xeb heeft geen stroom\r\n"
    yield "nothing", b""
    yield "NUL bytes", bytes(2_000)
    yield "every byte", bytes(range(256)) * 20
    yield "line ends only", b"\r\n" * 3_000
    yield "no head", b"\r\nAl uren geen stroom\r\n"
    yield "no body", head
    for charset in (
        b"",
        b"klingon",
        b"utf-7",
        b"utf-16",
        b"rot13",
        b"base64",
        b"\xff",
        b'"',
        b"idna",
        b"x" * 3_000,
        b"unicode_escape",
        b"hex",
    ):
        yield f"charset {charset[:20]!r}", head + text % charset
    for way in (b"base64", b"quoted-printable", b"x-uuencode", b"gzip", b"\xff", b"base64; x"):
        yield f"written as {way!r}", head + b"Content-Transfer-Encoding: " + way + b"\r\n" + text % b"utf-8"
    yield (
        "a cut multipart",
        head + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nAl uren geen str",
    )
    yield "a multipart without a boundary", head + b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nAl uren geen stroom\r\n"
    yield "a boundary that is never there", head + b"Content-Type: multipart/mixed; boundary=x\r\n\r\nAl uren geen stroom\r\n"
    yield "a thousand parts within each other", head + b"".join(PART % (n, n) for n in range(1_000)) + b"\r\nGeen stroom\r\n"
    yield "a hundred parts within each other", head + b"".join(PART % (n, n) for n in range(100)) + b"\r\nGeen stroom\r\n"
    yield "ten thousand parts", head + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 10_000 + b"--x--\r\n"
    yield "a mail in a mail in a mail", head + b"Content-Type: message/rfc822\r\n\r\n" * 900 + b"Geen stroom\r\n"
    yield (
        "ten megabytes of heads",
        head + b"X-More: " + b"x" * 70 + b"\r\n" + (b"X-More: " + b"x" * 990 + b"\r\n") * 10_000 + b"\r\nGeen stroom\r\n",
    )
    yield "one head of two megabytes", head + b"X-More: " + b"x" * 2_000_000 + b"\r\n\r\nGeen stroom\r\n"
    yield "a head folded ten thousand times", head + b"X-More: a\r\n" + b" a\r\n" * 10_000 + b"\r\nGeen stroom\r\n"
    yield "ten thousand writers", b"From: " + b"a@b.example, " * 10_000 + b"\r\n\r\nGeen stroom\r\n"
    yield "brackets in From", b"From: " + b"(" * 50_000 + b"\r\n\r\nGeen stroom\r\n"
    yield "quotes in From", b'From: "' + b'\\"' * 20_000 + b"\r\n\r\nGeen stroom\r\n"
    yield "words that are encoded", b"Subject: " + b"=?utf-8?b?w6k=?= " * 5_000 + b"\r\nFrom: a@b.example\r\n\r\nGeen stroom\r\n"
    for name in (b"Date", b"Message-ID", b"References", b"From", b"To", b"Content-Type", b"Content-Disposition", b"In-Reply-To"):
        for value in (b"", b"\xff" * 50, b"\x00", b"x" * 60_000, b"<" * 5_000, b"=?x?y?z?=", b"Mon, 99 Foo 99999 99:99:99 +99999"):
            yield f"{name.decode()}: {value[:12]!r}", head + name + b": " + value + b"\r\n\r\nAl uren geen stroom\r\n"
    yield "HTML that nests", head + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 20_000 + b"Geen stroom\r\n"
    packed = base64.encodebytes(bytes(range(256)) * 100)
    yield "a picture called text", head + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + packed
