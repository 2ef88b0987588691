"""Charts say the same in a picture, in a sentence and in a table, in Dutch and in English, and nothing that others wrote is obeyed."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import altair
import pytest

from moderation.charts.clean_svg import page_svg
from moderation.charts.compared import compared
from moderation.charts.coverage import coverage, watched_share
from moderation.charts.look import NARROW, WIDE
from moderation.charts.matrix import matrix
from moderation.charts.palette import BLUE, COLOURS, GREEN, GROUND, INK, PURPLE, SOFT, VERMILLION
from moderation.charts.several import several
from moderation.charts.shares import shares
from moderation.charts.stacked import clocks, feelings
from moderation.charts.trend import trend
from moderation.drawing.process import DrawingProcess
from moderation.model.chart import Chart, Compared, Coverage, Feelings, MatrixPoint, Series, Watched
from moderation.model.matrix import Quadrant
from moderation.workflows.draw_charts import DrawCharts
from tests.moderation.charts.samples import DAY, ENDS, SAMPLES, look, series

HOSTILE = (
    "datum.x",
    "'+alert(1)+'",
    '"+alert(1)+"',
    "</text><script>alert(1)</script>",
    "<image href='http://evil.example/'/>",
    "{{7*7}} ${alert(1)} signal",
    "&lt;script&gt; &#x3c;",
    "\u202eegats neeg\u202c",
    "half \ud83d een\x00 einde\x1b[31m",
    "x" * 5_000,
    "]]><!-- " + "😀" * 60,
)
ALLOWED = {"svg", "g", "path", "line", "rect", "circle", "text", "tspan"}

# name, language, numbers that the sentence names, written as people of the language write them
SAYS = (
    ("trend", "nl", ("24 berichten", "14 nov", "20 nov", "9", "wo 18 nov", "8")),
    ("trend", "en", ("24 posts", "14 Nov", "20 Nov", "9", "Wed 18 Nov", "8")),
    ("several", "nl", ("2 kwesties", "24 berichten", "van 8 naar 24")),
    ("compared", "nl", ("2 kwesties", "24 contacten", "van 8 naar 24")),
    ("matrix", "en", ("2 issues", "75%", "30 of 40")),
    ("grid", "nl", ("47%", "15 van 32", "15 keer")),
    ("shares", "en", ("41%", "33%", "50%", "120", "18%", "25%", "below", "Eerst gezocht (4)")),
    ("effect", "nl", ("15 geteld", "15 verwacht", "8 en 22")),
    ("feelings", "nl", ("20 gesprekken", "12 beter", "60%", "3 slechter", "5 gelijk")),
    ("clocks", "en", ("90%", "90 of 100", "6")),
    ("coverage", "nl", ("3 bronnen", "gelezen: 1", "50%")),
)


@pytest.mark.parametrize(("name", "language", "numbers"), SAYS, ids=lambda one: one if isinstance(one, str) else "")
def test_the_sentence_names_the_numbers_that_matter(name: str, language: str, numbers: tuple[str, ...]) -> None:
    """Whoever cannot see the picture reads its most important number; these were worked out by hand from tests' samples."""
    chart = SAMPLES[name]("Storing", look(language))
    assert [one for one in numbers if one not in chart.alt] == [], chart.alt


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_chart_is_vega_lite_in_both_languages_with_a_table(name: str, width: int) -> None:
    """Specifications are made without looking them over each time, for speed; here they are looked over."""
    made = [SAMPLES[name]("Storing", look(language, width)) for language in ("nl", "en")]
    for chart in made:
        altair.Chart.from_dict(dict(chart.spec), validate=True)
        assert {len(row) for row in chart.table.rows} == {len(chart.table.columns)}
    dutch, english = made
    assert dutch.alt != english.alt
    assert dutch.table.columns != english.table.columns


@pytest.mark.parametrize("name", SAMPLES)
def test_a_drawing_for_a_page_holds_nothing_that_runs_loads_or_styles(name: str, draw: DrawCharts) -> None:
    """The pages' policy forbids inline style; a picture with a script in it would be worse."""
    svg = draw.page(SAMPLES[name]("Storing", look()))
    assert set(re.findall(r"<([a-zA-Z]+)", svg)) <= ALLOWED
    assert not re.search(r"\b(style|href|on\w+|class)=(?!\"chart-svg\")|url\(|font-family|http://(?!www\.w3\.org/2000/svg)", svg)
    assert "var(--ink" in svg  # letters take the page's colour, by day and by night
    assert re.search(r'viewBox="0 0 64\d \d+"', svg)


@pytest.mark.parametrize("name", SAMPLES)
def test_what_others_wrote_stands_in_data_and_is_shown_as_it_is(name: str, draw: DrawCharts) -> None:
    """A title in a place that Vega computes would run as a formula in our process."""
    for nasty in HOSTILE:
        chart = SAMPLES[name](nasty, look())
        mark = nasty.encode(errors="ignore").decode()[:7].strip()
        assert [one for one in _computed(chart.spec) if mark in one] == []
    svg = draw.page(SAMPLES[name]("</text><script>", look()))
    assert "<script" not in svg
    if name != "feelings":
        assert "&lt;/text&gt;" in svg


def test_nasty_titles_are_drawn_without_an_error(draw: DrawCharts) -> None:
    """One odd title must not take the whole report with it."""
    svg = draw.page(several([series(nasty) for nasty in HOSTILE], look()))
    assert "datum.x" in svg
    assert "&#x27;+alert(1)+&#x27;" not in svg
    assert "'+alert(1)+'" in svg
    assert "\u202e" not in svg
    assert "⟨U+202E⟩" in svg
    assert draw.png(matrix([MatrixPoint(title=nasty, quadrant=Quadrant.SIMPLIFY, mentions=1) for nasty in HOSTILE], look()))


def test_pictures_have_their_size_and_differ_by_day_and_by_night(draw: DrawCharts) -> None:
    """A chat shows what it gets; a picture without a ground would be black on black there."""
    chart = SAMPLES["trend"]("Storing", look())
    light, dark = draw.png(chart), draw.png(chart, dark=True)
    assert light[:8] == dark[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", light[16:24])
    assert 1_260 <= width <= 1_300
    assert 380 <= height <= 480
    assert light != dark
    assert draw.pdf(chart).startswith(b"%PDF-")


def test_nothing_is_fetched_and_the_process_lives_on(process: DrawingProcess) -> None:
    """The renderer can load data and pictures; ours may not (RULES S14)."""
    spec = {"data": {"url": "http://127.0.0.1:9/rows.json"}, "mark": "bar", "encoding": {}}
    with pytest.raises(Exception, match="not allowed"):
        process.svg(spec)
    picture = {"data": {"values": [{"u": "http://127.0.0.1:9/a.png"}]}, "mark": "image", "encoding": {"url": {"field": "u"}}}
    cleaned = page_svg(process.svg(picture), alt="x")
    assert "127.0.0.1" not in cleaned
    assert set(re.findall(r"<([a-zA-Z]+)", cleaned)) <= ALLOWED


def test_a_drawing_process_that_died_is_started_again() -> None:
    """Charts must not stay away until somebody restarts the service."""
    own = DrawingProcess()
    try:
        spec = dict(SAMPLES["clocks"]("a", look()).spec)
        first = own.svg(spec)
        assert own._process is not None
        own._process.kill()
        own._process.wait()
        assert own.svg(spec) == first
    finally:
        own.close()


class CountedDraws:
    """Obeys `Draws` and counts."""

    def __init__(self) -> None:
        self.svgs = 0

    def svg(self, _spec: Any) -> str:
        self.svgs += 1
        return '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="5" height="5"/></svg>'

    def png(self, svg: str, *, scale: float = 2.0) -> bytes:
        return svg.encode()

    def pdf(self, svg: str) -> bytes:
        return svg.encode()


def test_a_chart_is_drawn_once_for_all_its_forms_and_all_who_look() -> None:
    """Ten dashboards in a crisis must not draw ten times; other figures must not get an old drawing."""
    counted = CountedDraws()
    draws = DrawCharts(counted)
    chart = SAMPLES["trend"]("Storing", look())
    for _ in range(3):
        assert draws.page(chart) != draws.png(chart).decode()
    assert counted.svgs == 1
    draws.page(trend(series("Storing"), look(width=NARROW)))
    assert counted.svgs == 2
    assert draws.times().made == 3


def test_twenty_issues_in_one_field_do_not_lie_over_each_other(draw: DrawCharts) -> None:
    """A matrix that nobody can read is decoration."""
    names = [f"Onderwerp nummer {n}" for n in range(23)]
    svg = draw.page(matrix([MatrixPoint(title=name, quadrant=Quadrant.ELIMINATE, mentions=50 - n) for n, name in enumerate(names)], look()))
    heights = [float(y) for y in re.findall(r'translate\([\d.]+,([\d.]+)\)"[^>]*>Onderwerp', svg)]
    assert len(heights) == 20
    assert min(below - above for above, below in pairwise(heights)) >= 15
    assert "en nog 3" in svg


def test_days_are_those_of_the_readers_clock(draw: DrawCharts) -> None:
    """Midnight in Amsterdam is 23:00 in UTC: a machine's clock must not move a day."""
    svg = draw.page(trend(Series(title="a", counts=(1,) * 4, ends_at=ENDS), look()))
    labels = re.findall(r'translate\(([\d.]+),[\d.]+\)"[^>]*>(\d+ nov)<', svg)
    assert [day for _, day in labels] == ["17 nov", "18 nov", "19 nov", "20 nov"]
    assert float(labels[0][0]) < 1  # the first bar stands at its own day
    table = trend(Series(title="a", counts=(1,) * 4, ends_at=ENDS), look("en")).table
    assert [row[0] for row in table.rows] == [f"{day} 2026 00:00" for day in ("Tue 17 Nov", "Wed 18 Nov", "Thu 19 Nov", "Fri 20 Nov")]


def test_a_day_stays_a_day_when_the_clocks_change() -> None:
    """On 25 October 2026 a day in Amsterdam has 25 hours; a bar of the day before must not slip to 23:00."""
    ends = datetime(2026, 10, 26, 23, tzinfo=UTC)
    table = trend(Series(title="a", counts=(1,) * 4, ends_at=ends), look("en")).table
    assert [row[0] for row in table.rows] == [f"{day} Oct 2026 00:00" for day in ("Fri 23", "Sat 24", "Sun 25", "Mon 26")]


def test_blind_times_that_overlap_count_once() -> None:
    """Two reports of one outage must not make a source look worse than it was."""
    blind = ((ENDS - 4 * DAY, ENDS - 3 * DAY), (ENDS - 3.5 * DAY, ENDS - 2 * DAY), (ENDS - 20 * DAY, ENDS - 9 * DAY))
    one = Watched(label="a", blind=blind)
    figures = Coverage(from_at=ENDS - 10 * DAY, to_at=ENDS, sources=(one,))
    assert watched_share(one, figures) == pytest.approx(0.7)
    assert coverage(figures, look()).table.rows[0] == ("a", "70%", "72", "3")


def test_colours_stand_out_by_day_and_by_night() -> None:
    """WCAG 2.2: 4.5 to 1 for text, 3 to 1 for what carries meaning."""
    for colour in (BLUE, VERMILLION, GREEN, PURPLE):
        assert _contrast(colour.light, GROUND.light) >= 3, colour.name
        assert _contrast(colour.dark, GROUND.dark) >= 3, colour.name
    for colour in (INK, SOFT):
        assert min(_contrast(colour.light, GROUND.light), _contrast(colour.dark, GROUND.dark)) >= 4.5, colour.name
    assert len({colour.light for colour in COLOURS}) == len(COLOURS)  # a colour is known by its light value


@pytest.mark.parametrize(
    "empty",
    [
        trend(Series(title="a", counts=(), ends_at=ENDS), look()),
        trend(Series(title="a", counts=(0, 0), ends_at=ENDS), look()),
        several([], look()),
        compared([], look()),
        compared([Compared(label="a", now=0, before=0)], look()),
        matrix([], look()),
        shares([], look()),
        feelings(Feelings(first={}, last={}, better=0, worse=0), look()),
        clocks([], look()),
        coverage(Coverage(from_at=ENDS - timedelta(days=1), to_at=ENDS, sources=()), look()),
        SAMPLES["grid"]("a", look(width=NARROW)),
    ],
    ids=lambda chart: chart.name,
)
def test_no_figures_make_a_chart_that_says_so(empty: Chart, draw: DrawCharts) -> None:
    """The first day has nothing to show, and a page must stand all the same."""
    assert draw.page(empty).startswith("<svg")
    assert empty.alt


def _computed(part: Any) -> Iterator[str]:
    """Yield every text of a specification that is not a value of its data."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in ("datasets", "values"):
                yield from _computed(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _computed(value)
    elif isinstance(part, str):
        yield json.dumps(part, ensure_ascii=False)


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _light(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
