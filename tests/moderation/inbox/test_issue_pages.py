"""Issues, the digest and the sources, as staff read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listener.model.figures import BlindWindow, QuickRead
from listener.model.issue import IssueState
from moderation.inbox.choices import IssueChoice
from tests.fakes.staff import StaffDay
from tests.fakes.staff_figures import NOW, issue_figures
from tests.moderation.inbox.conftest import Staff, visit, words_of


def test_the_list_says_what_goes_on(staff: Staff) -> None:
    """Title, state, mentions, people, since when, and why it was flagged."""
    words = words_of(staff.get("/issues").text)
    assert "Storing in Velmerdam: al uren geen stroom, geen bericht nieuw 30 mensen in 12 uur, gewoonlijk 1." in words
    assert "188 berichten 163 mensen sinds gisteren 08:42 laatste vandaag 14:36" in words
    assert words.index("Vraagt aandacht 3") < words.index("Loopt door 2") < words.index("Zakt weg 1") < words.index("Afgesloten 1")


def test_a_trend_is_drawn_and_said(staff: Staff) -> None:
    """A picture alone says nothing to somebody who listens to the page."""
    page = staff.get("/issues").text
    assert 'role="img" aria-label="Verloop: 182 berichten in 14 dagen, op de drukste hoogte 121"' in page
    assert "<svg" in page
    assert "style=" not in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("state=growing", "Dubbel afgeschreven", "Wachttijd aan de telefoon"),
        ("language=en", "Moving house", "Wachttijd aan de telefoon"),
        ("state=fading&language=en", "Moving house", "Dubbel afgeschreven"),
        ("brand=Zoemvolt", "Dubbel afgeschreven", "Geen kwestie past"),
        ("brand=Anders", "Geen kwestie past bij deze keuze", 'href="/issues/1"'),
        ("state=nonsense", "Geen kwestie past bij deze keuze", 'href="/issues/1"'),
    ],
)
def test_the_list_is_narrowed_by_its_address(staff: Staff, query: str, shown: str, hidden: str) -> None:
    page = staff.get(f"/issues?{query}").text.partition("<aside")[0]
    assert shown in page
    assert hidden not in page


def test_a_narrowed_list_offers_the_way_back(staff: Staff) -> None:
    page = staff.get("/issues?state=growing").text
    assert '<a class="all" href="/issues">' in page
    assert 'aria-current="true">groeit' in page


def test_brands_are_offered_only_when_there_are_two(day: StaffDay) -> None:
    assert "brand=" not in visit(day).come_in().get("/issues").text
    day.issues = (*day.issues, replace(day.issues[0], issue_id=50, brands=("Anders & Co",)))
    page = visit(day).come_in().get("/issues").text
    assert 'href="/issues?brand=Anders+%26+Co"' in page


def test_a_long_list_comes_a_page_at_a_time(day: StaffDay) -> None:
    """Hundreds of issues in one page take a tenth of a second to make, for everybody who looks, and nobody reads them."""
    day.issues = tuple(replace(day.issues[0], issue_id=100 + n, title=f"Nummer {n:03d}", period_mentions=500 - n) for n in range(120))
    came = visit(day).come_in()
    seen: list[str] = []
    for page in (1, 2, 3):
        text = came.get(f"/issues?page={page}").text.partition("<aside")[0]
        assert "Vraagt aandacht 120" in words_of(text), "the heading counts all of them"
        assert f"Bladzijde {page} van 3" in words_of(text)
        seen += [f"Nummer {n:03d}" for n in range(120) if f"Nummer {n:03d}" in text]
    assert seen == [f"Nummer {n:03d}" for n in range(120)]
    assert "Bladzijde 3 van 3" in words_of(came.get("/issues?page=99").text), "past the end is the end"


def test_another_choice_begins_at_the_first_page() -> None:
    """Page 3 of one list is somewhere else in another, or nowhere."""
    choice = IssueChoice.from_query({"page": "3", "sort": "newest"})
    assert choice.with_(page=4) == "/issues?sort=newest&page=4"
    assert choice.with_(days=7) == "/issues?days=7&sort=newest"


def test_an_empty_list_says_what_to_do(day: StaffDay) -> None:
    day.issues = ()
    day.coverage = ()
    words = words_of(visit(day).come_in().get("/issues").text)
    assert "Er zijn nog geen kwesties." in words
    assert "minstens twee mensen" in words
    assert "Niets opvallends" in words


def test_the_first_days_are_said_to_be_learning(day: StaffDay) -> None:
    day.learning_day = 2
    assert "dag 2 van 7" in visit(day).come_in().get("/issues").text


def test_invented_figures_are_marked_on_every_page(day: StaffDay) -> None:
    """Nobody may take the demo for the world; and nobody may take the world for the demo."""
    demo = visit(day).come_in()
    real = visit(day, invented=False).come_in()
    for path in ("/issues", "/issues/1", "/queue", "/cases/1", "/digest", "/sources", "/sign-in", "/nothing"):
        assert "<strong>Verzonnen</strong>" in demo.get(path).text, path
        assert "<strong>Invented</strong>" in demo.get(f"{path}?lang=en").text, path
        assert "Verzonnen" not in real.get(path).text, path


def test_blind_sources_are_admitted_beside_the_list(staff: Staff) -> None:
    words = words_of(staff.get("/issues").text)
    assert "Bronnen 2 met moeite" in words
    assert "forum-feed blind sinds vandaag 11:37" in words


def test_an_issue_shows_why_how_much_and_in_whose_words(staff: Staff) -> None:
    page = staff.get("/issues/1").text
    words = words_of(page)
    assert "Waarom dit opviel 30 mensen in 12 uur, gewoonlijk 1." in words
    assert "182 laatste 14 dagen" in words
    assert "Hele straat donker sinds kwart over tien." in words
    assert "146 verschillende teksten" in words
    assert '<a class="leave" href="https://reddit.example/p/103" target="_blank" rel="noopener noreferrer nofollow"' in page
    assert words.count("do 19") >= 1


def test_the_chart_is_also_a_table(staff: Staff) -> None:
    words = words_of(staff.get("/issues/1").text)
    assert "wo 18 nov 14:42 3" not in words
    assert "gisteren 14:42 58 vandaag 14:42 121" in words


def test_posts_on_x_stand_there_as_a_link(staff: Staff) -> None:
    """X lets others show its posts only whole and up to date, so lists carry our own title and a link (RULES, quotes)."""
    page = staff.get("/issues/1").text
    assert "Al drie uur geen stroom" not in page
    assert "Bericht op X over “Storing in Velmerdam" in page
    assert 'href="https://x.example/p/100"' in page


def test_mentions_come_a_page_at_a_time(staff: Staff) -> None:
    first, last = staff.get("/issues/1").text, staff.get("/issues/1?page=3").text
    assert "Bladzijde 1 van 3" in first
    assert 'rel="next" href="/issues/1?page=2#mentions"' in first
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last
    assert last.count("<time") < first.count("<time")
    beyond = staff.get("/issues/1?page=400")
    assert beyond.status_code == 200
    assert "Op deze pagina staan geen berichten." in beyond.text


def test_an_issue_that_is_gone_is_explained(staff: Staff) -> None:
    answer = staff.get("/issues/999")
    assert answer.status_code == 404
    assert "samengevoegd" in answer.text


def test_an_issue_without_signal_or_past_is_shown(day: StaffDay) -> None:
    """The thinnest issue there can be: no trend, no quote, no platform."""
    thin = replace(
        issue_figures()[0],
        trend=(),
        quotes=(),
        platforms=(),
        languages=(),
        signal=None,
        before_mentions=0,
        period_mentions=0,
        mentions=1,
        authors=1,
    )
    day.issues = (thin,)
    day.mentions = 0
    staff = visit(day).come_in()
    for path in ("/issues", "/issues/1", "/digest"):
        assert staff.get(path).status_code == 200
    words = words_of(staff.get("/issues/1").text)
    assert "1 bericht 1 persoon" in words
    assert "Dit viel niet op als uitbarsting" in words


def test_every_state_can_be_shown_and_has_a_word(day: StaffDay) -> None:
    day.issues = tuple(replace(issue_figures()[0], issue_id=at + 1, state=state) for at, state in enumerate(IssueState))
    for language in ("nl", "en"):
        page = visit(day).come_in().get(f"/issues?lang={language}").text
        for state in IssueState:
            assert f'<span class="state state-{state.value}">' in page
        assert "came_back</span>" not in page


def test_the_digest_tells_the_same_figures(staff: Staff) -> None:
    words = words_of(staff.get("/digest").text)
    assert "1.184 berichten van 871 mensen; 322 horen bij geen kwestie." in words
    assert "Zoemvolt, van gisteren 14:42 tot vandaag 14:42." in words
    assert words.index("Nieuw 2") < words.index("Groeit 1") < words.index("Ideeën 1 van 9") < words.index("Complimenten 1 van 14")
    assert "knop ‘ik heb ook geen stroom’" in words


def test_the_digest_tells_what_is_about_a_source_as_a_whole_and_how_it_was_read(day: StaffDay) -> None:
    """What was scanned, who is unknown and where it fell silent belongs beside the figures, on the page as in the printed digest."""
    silence = replace(day.issues[0].signal or day.signals(1)[0], kind="silence", issue_id=None, about="forum-feed")
    told = replace(
        day.digest(), whole=(silence,), nameless=12, quick=QuickRead(mentions=24_300, from_at=NOW - timedelta(hours=5), until=None)
    )
    day.digest = lambda: told  # type: ignore[method-assign] # one day's figures
    words = words_of(visit(day).come_in().get("/digest").text)
    assert "Van 12 berichten is de schrijver onbekend; elk daarvan telt als één persoon." in words
    assert "Snel gelezen (vandaag 09:42): er lagen 24.300 berichten te wachten" in words
    assert words.index("Als geheel 1") < words.index("forum-feed") < words.index("Nieuw 2")


def test_sources_in_trouble_stand_first_with_what_is_known(staff: Staff) -> None:
    words = words_of(staff.get("/sources").text)
    assert words.index("forum-feed") < words.index("x-search")
    assert "blind sinds vandaag 11:37" in words
    assert "Open its address in a browser" in words


def test_a_source_that_never_answered_is_shown(day: StaffDay) -> None:
    day.coverage = (replace(day.coverage[0], last_ok_at=None, lag_seconds=None, state="refused", blind_since=NOW - timedelta(days=40)),)
    words = words_of(visit(day).come_in().get("/sources").text)
    assert "nog nooit" in words
    assert "blind sinds za 10 okt 15:42" in words  # summer time ended in between


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (
            {"stream_up": True, "stream_since": NOW - timedelta(hours=2)},
            "Het platform meldt ons zelf meteen wat er nieuw is, sinds vandaag 12:42",
        ),
        (
            {"stream_up": False, "stream_since": NOW - timedelta(hours=2), "stream_why": "masto.example broke the stream off."},
            "Het platform meldt ons zelf niets meer sinds vandaag 12:42; we lezen met de gewone tussenpoos, dus er gaat niets verloren. "
            "masto.example broke the stream off.",
        ),
    ],
)
def test_a_source_tells_whether_its_platform_tells_us(day: StaffDay, how: dict[str, object], said: str) -> None:
    day.coverage = (replace(day.coverage[0], **how),)  # type: ignore[arg-type] # the case's own words decide
    assert said in words_of(visit(day).come_in().get("/sources").text)
    day.coverage = (replace(day.coverage[0], stream_up=None, stream_since=None),)
    assert "Het platform meldt ons" not in words_of(visit(day).come_in().get("/sources").text)


def test_a_source_tells_its_cause_its_blind_stretches_and_its_costs(day: StaffDay) -> None:
    """What a person has to do differs: an expired key is renewed, a lost permission given, an approval asked for again."""
    told = replace(
        day.coverage[0],
        state="refused",
        cause="scope_missing",
        windows=tuple(BlindWindow(since=NOW - timedelta(hours=n + 1), until=NOW - timedelta(hours=n)) for n in range(7, 0, -1)),
        seen=300,
        missed=100,
        requests=12,
        micro_usd=405_000,
        most_micro_usd=1_000_000,
        silent_since=NOW - timedelta(days=2),
        canary="empty",
    )
    day.coverage = (told, replace(told, source="capped-one", state="capped", cause=""))
    words = words_of(visit(day).come_in().get("/sources").text)
    for said in (
        "de sleutel mag dit niet lezen; geef hem het recht dat ontbreekt",
        "vandaag 08:42 tot vandaag 09:42 en nog 2",
        "300 van 400",
        "Verzoeken vandaag 12",
        "$ 0,405 van $ 1,000",
        "stil sinds",
        "waarschijnlijk zien we hier niets",
        "gestopt: maximum bereikt",
    ):
        assert said in words, said
    assert words.count("de sleutel mag dit niet lezen") == 1


def test_new_issues_appear_without_restart(staff: Staff) -> None:
    """The pages keep nothing: what was stored a moment ago is there on the next look."""
    assert "Warmtepomp bromt" not in staff.get("/issues").text
    staff.day.issues = (*staff.day.issues, replace(staff.day.issues[0], issue_id=80, title="Warmtepomp bromt"))
    assert "Warmtepomp bromt" in staff.get("/issues").text
    assert staff.get("/issues/80").status_code == 200
