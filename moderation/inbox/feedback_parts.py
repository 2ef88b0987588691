"""What the pages about feedback and improvement actions need from the rest of the product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from moderation.inbox.dashboard_parts import DrawnChart
from moderation.model.action import Action, ActionAct, Telling
from moderation.model.feedback import FeedbackFigures, Response
from moderation.model.tap import TapLook
from moderation.reports.tap_words import TapWords


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActionWords:
    """What somebody typed to open an action."""

    issue_id: int
    owner: str
    due_on: date
    change: str
    done_when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TapShown:
    """The newest look at a done action in words, with what was said earlier, newest first; `charts` is one or none.

    `others`: the issue is another brand's too, and whoever works for one of them alone is shown no figures.
    """

    look: TapLook
    words: TapWords
    earlier: tuple[tuple[TapLook, TapWords], ...] = ()
    charts: tuple[DrawnChart, ...] = ()
    others: bool = False


def no_looks(actions: Iterable[Action], language: str) -> Mapping[int, TapShown]:  # noqa: ARG001 - where nobody looks there is nothing
    """Return nothing: pages without looks."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackPageParts:
    """Every callable may block. What changes something takes who does it last, and raises `ActionError`.

    `figures(issue)`: of the last 90 days, of one issue or (None) of all; `responses(issue, limit)`: newest first; `of_case`: those of a
    case's conversation. `actions(issue)`: by the day they are due. `rule(reason, language)`: what the rules say that a reason names; any
    other reason as it stands. `taps(actions, language)`: whether the taps of done actions closed, by action.
    """

    figures: Callable[[int | None], FeedbackFigures]
    responses: Callable[[int | None, int], Sequence[Response]]
    of_case: Callable[[int], Sequence[Response]]
    titles: Callable[[Sequence[int]], Mapping[int, str]]
    actions: Callable[[int | None], Sequence[Action]]
    acts: Callable[[int], Sequence[ActionAct]]
    tellings: Callable[[int], Sequence[Telling]]
    rule: Callable[[str, str], str]
    add: Callable[[NewActionWords, str], object]
    done: Callable[[int, Mapping[str, str], str], object]
    drop: Callable[[int, str, str], object]
    undo: Callable[[int, str], object]
    taps: Callable[[Iterable[Action], str], Mapping[int, TapShown]] = no_looks
