"""The standing text: complaint, compliment or review, each as welcome as the others, and harmless wherever it is pasted."""

from __future__ import annotations

import html.parser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.errors import NotAllowed
from moderation.messages.neutral import steering_words
from moderation.messages.snippet import FORMATS, Snippet, snippet_of, written
from moderation.model.languages import LANGUAGES
from moderation.workflows.load_wording import load_policy, load_words

WORDS = {language: load_words(language, "invitations") for language in LANGUAGES}
PAGE = "https://klankbord.example/o/abc"


def made(language: str = "nl", **changes: object) -> Snippet:
    given_: dict[str, object] = {"brand": "Stroomwerk", "complaint": "", "compliment": "", "page": PAGE, "reviews": ()}
    return snippet_of(WORDS[language], **(given_ | changes))  # type: ignore[arg-type]  # the arguments by name


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("language", "three"), [("nl", ("Klacht", "Compliment", "Beoordeling")), ("en", ("Complaint", "Compliment", "Review"))]
)
def test_all_three_stand_side_by_side_in_one_size(language: str, three: tuple[str, ...], form: str) -> None:
    """Next to "complaints, click here" stands "compliments or reviews, click here"."""
    text = written(made(language), form)
    places = [text.index(one, text.index("\n") if "\n" in text else text.index("<br>")) for one in three]
    assert places == sorted(places)
    assert text.count(PAGE) == 3
    assert steering_words(text, load_policy().words[language]) == ()


def test_each_may_lead_somewhere_of_its_own() -> None:
    snippet = made(
        complaint="mailto:klacht@stroom.example", compliment="https://stroom.example/dank", reviews=[("Kiyoh", "https://kiyoh.example/s")]
    )
    assert [way.link for way in snippet.ways] == ["mailto:klacht@stroom.example", "https://stroom.example/dank", "https://kiyoh.example/s"]
    assert snippet.ways[2].name == "Beoordeling op Kiyoh"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "http://stroom.example", "data:text/html,x", "https://a b", "//stroom.example"])
def test_a_link_that_could_do_harm_is_refused(link: str) -> None:
    with pytest.raises(NotAllowed, match="address"):
        made(complaint=link)


def test_nothing_leads_nowhere() -> None:
    with pytest.raises(NotAllowed, match=r"public\.base_url"):
        made(page="")


class _Marks(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


@given(brand=st.text(min_size=1, max_size=40), path=st.text(st.characters(blacklist_categories=("Cs", "Cc", "Z")), max_size=30))
def test_whatever_a_brand_is_called_html_stays_ours(brand: str, path: str) -> None:
    """RULES section 0: text is data everywhere."""
    parser = _Marks()
    parser.feed(written(made(brand=brand, complaint=f"https://x.example/{path}"), "html"))
    assert parser.tags == ["p", "br", "a", "a", "a"]
    assert parser.attributes == {"href", "rel"}


def test_marks_in_a_name_do_nothing_in_markdown_and_bbcode() -> None:
    snippet = made(brand="[url=https://evil.example]*x*[/url]<b>", complaint="https://x.example/a>b]c)d")
    assert "[url=https://evil" not in written(snippet, "bbcode")
    assert r"\[url" in written(snippet, "markdown")
    assert "<https://x.example/a%3Eb%5Dc%29d>" in written(snippet, "markdown")
    assert written(snippet, "bbcode").count("[url=") == written(snippet, "bbcode").count("[/url]") == 3
