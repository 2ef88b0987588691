"""Counts in the text form that Prometheus reads (exposition format 0.0.4, prometheus.io, read 2026-11-26). Pure wording of numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from moderation.inbox.timing import BOUNDS_SECONDS, Times
from moderation.model.house_counts import HouseCounts

MEDIA = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """All that is told: the house, what insight holds and what still waits to be read, the process, drawings, and how long pages took."""

    house: HouseCounts
    stored: int
    waiting: int
    memory_bytes: int
    cpu_seconds: float
    charts_drawn: int
    charts_seconds: float
    pages: Mapping[str, Times]


def metrics_text(one: Metrics) -> str:
    """Return the exposition: every name with its help and type, labels escaped, a line each."""
    return "".join(f"{line}\n" for line in _lines(one))


def _lines(one: Metrics) -> Iterator[str]:
    house = one.house
    known = [source for source in house.sources if source.lag_seconds is not None]
    yield from _family("klankbord_mentions", "gauge", "Mentions that were read and are counted.", [({}, one.stored)])
    yield from _family("klankbord_mentions_waiting", "gauge", "Mentions that wait to be read.", [({}, one.waiting)])
    yield from _family("klankbord_mentions_unreadable", "gauge", "Mentions that could not be read.", [({}, house.quarantined)])
    lags = [({"source": source.source}, source.lag_seconds or 0.0) for source in known]
    yield from _family("klankbord_source_lag_seconds", "gauge", "Seconds since a source was last read.", lags)
    oldest: list[Sample] = [({}, house.oldest_outbox_seconds)]
    blind = [({"source": source.source}, float(source.blind)) for source in house.sources]
    yield from _family("klankbord_source_blind", "gauge", "1 while a source cannot be read.", blind)
    yield from _family("klankbord_cases", "gauge", "Cases by state.", _by("state", house.cases))
    yield from _family("klankbord_clocks", "gauge", "Live cases by the colour of the clock that is due first.", _by("colour", house.clocks))
    yield from _family("klankbord_outbox", "gauge", "Outbox entries by state.", _by("state", house.outbox))
    yield from _family("klankbord_outbox_oldest_seconds", "gauge", "Age of the oldest unfinished one.", oldest)
    yield from _family("klankbord_alarms", "gauge", "Alarms that nobody has seen yet.", [({}, house.alarms)])
    yield from _family("klankbord_digests_made", "gauge", "Digests that were made.", [({}, house.digests)])
    yield from _family("klankbord_reports_made", "gauge", "Weekly reports that were made.", [({}, house.reports)])
    yield from _family("klankbord_deliveries", "gauge", "Deliveries to our own people by state.", _by("state", house.deliveries))
    yield from _family("klankbord_charts_drawn_total", "counter", "Charts drawn since the start.", [({}, one.charts_drawn)])
    yield from _family("klankbord_charts_seconds_total", "counter", "Seconds that drawing took.", [({}, one.charts_seconds)])
    failed = [({"kind": kind}, times.failed) for kind, times in one.pages.items()]
    yield from _family("klankbord_errors_total", "counter", "Answers with a status of 500 or more, since the start.", failed)
    yield from _histogram("klankbord_answer_seconds", "How long pages and calls took.", one.pages)
    yield from _family("process_resident_memory_bytes", "gauge", "Memory of the process.", [({}, one.memory_bytes)])
    yield from _family("process_cpu_seconds_total", "counter", "Processor time of the process.", [({}, one.cpu_seconds)])


def _by(label: str, counts: Mapping[str, int]) -> list[Sample]:
    return [({label: name}, count) for name, count in counts.items()]


def _family(name: str, kind: str, about: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        yield _sample(name, labels, value)


def _histogram(name: str, about: str, pages: Mapping[str, Times]) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} histogram"
    for kind, times in pages.items():
        below = 0
        for bound, count in zip((*BOUNDS_SECONDS, math.inf), times.counts, strict=True):
            below += count
            yield _sample(f"{name}_bucket", {"kind": kind, "le": "+Inf" if math.isinf(bound) else f"{bound:g}"}, below)
        yield _sample(f"{name}_sum", {"kind": kind}, times.seconds)
        yield _sample(f"{name}_count", {"kind": kind}, below)


def _sample(name: str, labels: Labels, value: float) -> str:
    written = ",".join(f'{label}="{_escaped(given)}"' for label, given in labels.items())
    number = f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{name}{{{written}}} {number}" if written else f"{name} {number}"


def _escaped(value: str) -> str:
    """Return a label's value on one line: names of sources are chosen by people."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").encode("utf-8", "replace").decode()
