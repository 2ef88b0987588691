"""Three hundred answers and more that are none: made by rule from a right answer of the very kind, and from what stands between us."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.site import Reply

CUTS = 130
MOST_BYTES = 200_000
"""What the HTTP client of these tests reads at most: the cap is the same for ten megabytes, and testing it costs less."""
JSON = {"Content-Type": "application/json"}
PAGE = b"<!doctype html><html><title>Just a moment</title><p>Checking your browser</p></html>"
WORDS: tuple[bytes, ...] = (
    b"", b" ", b"\r\n\r\n", b"\xef\xbb\xbf", b"\x00", b"null", b"true", b"false", b"7", b"-0", b'""', b'"ok"', b"NaN", b"Infinity",
    b"-Infinity", b"1e999999", b"9" * 5_000, b"[NaN]", b'{"data": NaN}', b"[[[]]]", b"[1, 2, 3]", b"[null]", b"[{}]", b'[{"id": null}]',
    b'{"x": 1, "x": 2}', b'{"data": [], "data": null}', b'{"hello": "world"}', b'{"error": "internal"}', b'{"errors": [{"message": "x"}]}',
    b'{"error": {"code": 1, "message": "x"}}', b'{"status": "ok"}', b'{"message": "Service will be back"}', b'"\\ud800"', b'{"\\ud800": 1}',
    b"[" * 10_000, b'{"a":' * 10_000, b"[" * 10_000 + b"]" * 10_000, b"{", b"}", b"[", b"{]", b"[}", b"{'a': 1}", b"{a: 1}", b"// no",
    b"<", b"<html>", b"<html/>", PAGE, b"<html><form action=/captcha></form></html>", b"<?xml version='1.0'?><error>no</error>",
    b"<?xml version='1.0'?><rss", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"OK", b"ok\n", b"Bad Gateway", b"upstream connect error", b"a=1&b=2", b"id,text\n1,a\n", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + bytes(40),
    b"PK\x03\x04" + bytes(40), bytes(range(256)), bytes(3_000), bytes([0xFF]) * 300, "\u202e\u2066".encode(), "Zoë".encode("latin-1"),
    '{"data": "Zo\u00eb"}'.encode("utf-16"), '{"data": []}'.encode("utf-32"), b"\x80" * 50, b"\xff\xfe[", b")]}',\n[]", b"for(;;);[]",
    b"callback([])", b"---\n- a\n", b"event: error\ndata: {}\n\n", b'{"data": []}{"data": []}', b"[]\n[]", b"[,]", b"[1,]", b"0x10", b"+1",
    b"01", b"1_000", b'"a\nb"', b'"\\x41"', b"\x1b[31mred", b"undefined",
    b"[" + b" " * (MOST_BYTES + 1) + b"]", b'{"a": "' + b"x" * (MOST_BYTES + 1) + b'"}',
)  # fmt: skip
"""Bodies that are a proper answer of no platform."""
ODD: tuple[Any, ...] = (None, True, 0, -1, "", "x", [], {}, [None], {"x": [{}]}, "9" * 400, 10**30, "\ud800")


def odd_replies(right: bytes) -> Iterator[tuple[str, Reply]]:
    """Yield replies by name that say nothing a platform says when there is nothing: none of them may pass for an empty page.

    right: a right answer of the kind that holds something.
    """
    for number, word in enumerate(WORDS):
        yield f"word {number}: {word[:20]!r}", Reply(body=word, headers=JSON)
        if number % 3 == 0:
            yield f"word {number} as a page", Reply(body=word, headers={"Content-Type": "text/html; charset=latin-1"})
    for status in (
        204,
        205,
        206,
        300,
        301,
        302,
        303,
        307,
        308,
        304,
        400,
        404,
        408,
        409,
        410,
        413,
        418,
        422,
        451,
        500,
        501,
        502,
        503,
        504,
        520,
        599,
    ):
        headers = {"Location": "https://login.example/"} if status in (302, 303) else {"Location": "ftp://x"} if status == 301 else {}
        yield f"status {status}", Reply(status=status, body=b"" if status in (204, 205, 304) else PAGE, headers=headers)
        yield (
            f"status {status} and braces",
            Reply(status=status, body=b"" if status in (204, 205, 304) else b"{}", headers={**JSON, **headers}),
        )
    yield from _packed(right)
    for cut in range(CUTS):
        end = cut * (len(right) - 1) // CUTS
        yield f"cut after {end}", Reply(body=right[:end], headers=JSON)


def _packed(right: bytes) -> Iterator[tuple[str, Reply]]:
    zipped = {**JSON, "Content-Encoding": "gzip"}
    yield "gzip that is none", Reply(body=right, headers=zipped)
    yield "gzip that is cut", Reply(body=gzip.compress(right)[:-12], headers=zipped)
    yield "gzip of nothing", Reply(body=gzip.compress(b""), headers=zipped)
    yield "a bomb", Reply(body=gzip.compress(bytes(20_000_000)), headers=zipped)
    yield "a bomb in JSON", Reply(body=gzip.compress(b"[" + b" " * 20_000_000 + b"]"), headers=zipped)
    yield "a compression nobody asked for", Reply(body=right, headers={**JSON, "Content-Encoding": "br"})
    yield (
        "a length that lies",
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\nContent-Type: application/json\r\n\r\n" + right[:40]),
    )
    yield "a length below the body", Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + right)
    yield "two lengths", Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\n{}")
    yield "no head", Reply(raw=b"{}")
    yield "nothing", Reply(raw=b"")
    yield "half a head", Reply(raw=b"HTTP/1.1 200 O")
    yield "chunks that are none", Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}")


def bent(right: Any) -> Iterator[tuple[str, bytes]]:
    """Yield a right answer with each of its values, at every depth, replaced by each odd one: it may hold less, and must break nothing."""
    for path in paths_of(right):
        for number, odd in enumerate(ODD):
            yield f"{'.'.join(map(str, path))} = odd {number}", as_bytes(_replaced(right, path, odd))


def paths_of(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value in an answer; of a list, to its first three."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*above, name)
        yield from paths_of(one, (*above, name))


def as_bytes(value: Any) -> bytes:
    """Return JSON, lone surrogates escaped."""
    return json.dumps(value).encode("ascii")


def _replaced(right: Any, path: tuple[Any, ...], odd: Any) -> Any:
    changed = copy.deepcopy(right)
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = odd
    return changed
