"""How well the planted issues were found."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from listener.demo.scenario import PlantedIssue
from listener.model.issue import Signal
from listener.model.mention import MentionKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedResult:
    """What became of one planted issue.

    `issue_id` and `title` name the found issue that holds most of its posts, None and "" when none does. `delay_hours` and
    `delay_posts` say how long after its onset, and after how many posts about it, the first signal came; None without a signal.
    `share_of_mentions` is how much of what was planted lies in the found issue, `purity` how much of the found issue was planted;
    both between 0 and 1.
    """

    key: str
    issue_id: int | None
    title: str
    delay_hours: float | None
    delay_posts: int | None
    share_of_mentions: float
    purity: float


def score(
    planted: Sequence[PlantedIssue],
    found: Mapping[MentionKey, int | None],
    signals: Sequence[Signal],
    *,
    titles: Mapping[int, str],
) -> list[PlantedResult]:
    """Return one result per planted issue, in the order of `planted`.

    found: the issue each stored mention belongs to; None, or left out, means loose. titles: by issue id.
    A signal counts for a planted issue when it came at or after the onset and its issue consists of that planted issue for at
    least half: a language's half of it may be seen first.
    """
    sizes = Counter(issue_id for issue_id in found.values() if issue_id is not None)
    return [_result(issue, found, sizes, signals, titles) for issue in planted]


def _result(
    issue: PlantedIssue,
    found: Mapping[MentionKey, int | None],
    sizes: Mapping[int, int],
    signals: Sequence[Signal],
    titles: Mapping[int, str],
) -> PlantedResult:
    inside = Counter(issue_id for key in issue.mention_keys if (issue_id := found.get(key)) is not None)
    if not inside:
        return PlantedResult(key=issue.key, issue_id=None, title="", delay_hours=None, delay_posts=None, share_of_mentions=0.0, purity=0.0)
    issue_id, most = max(inside.items(), key=lambda entry: (entry[1], -entry[0]))
    mostly = {candidate for candidate, count in inside.items() if count * 2 >= sizes[candidate]}
    times = [signal.at for signal in signals if signal.issue_id in mostly and signal.at >= issue.onset]
    first = min(times, default=None)
    return PlantedResult(
        key=issue.key,
        issue_id=issue_id,
        title=titles.get(issue_id, ""),
        delay_hours=None if first is None else round((first - issue.onset) / timedelta(hours=1), 2),
        delay_posts=None if first is None else bisect_right(issue.posted_at, first),
        share_of_mentions=round(most / len(issue.mention_keys), 3),
        purity=round(most / sizes[issue_id], 3),
    )
