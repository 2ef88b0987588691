"""What is offered while somebody types an option: issues by title, conversations by who wrote, brands by name; only what they may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from moderation.bot.call import Call
from moderation.bot.cards import plain
from moderation.bot.said import MOST_CHOICES, Said
from moderation.model.queue import QueueChoice, Tab

MOST_NAME = 100
Choices = Sequence[tuple[str, str | int]]


def hints(call: Call) -> Said:
    """Return choices for the option that is being typed; none for one that has none."""
    offer = _OFFERS.get(call.asked.hinted)
    typed = call.asked.options.get(call.asked.hinted, "").casefold().strip()
    return Said(choices=tuple(offer(call, typed)[:MOST_CHOICES]) if offer else ())


def _issues(call: Call, typed: str) -> Choices:
    found = [one for one in call.parts.issues().issues if typed in one.title.casefold() or typed.removeprefix("#") == str(one.issue_id)]
    return [(plain(f"{one.issue_id} · {one.title}", MOST_NAME), one.issue_id) for one in found]


def _cases(call: Call, typed: str) -> Choices:
    """Return conversations that wait, then one's own, by who wrote, what they wrote or its number."""
    tabs = (Tab.MINE, Tab.WAITING) if call.asked.name == "reply" else (Tab.WAITING, Tab.MINE)
    entries = [one for tab in tabs for one in call.parts.queue.page(QueueChoice(tab=tab), call.person, 1).entries]
    found = []
    for one in entries:
        said = f"{one.case_id} · {one.opening.author or call.words.text('mention.nobody')}: {one.opening.text[:200]}"
        if not typed or typed in said.casefold():
            found.append((plain(said, MOST_NAME), one.case_id))
    return found


def _brands(call: Call, typed: str) -> Choices:
    seen = [one for one in call.bot.brands if call.person.sees([one])]
    return [(plain(one, MOST_NAME), one) for one in seen if typed in one.casefold() and len(one) <= MOST_NAME]


_OFFERS: Mapping[str, Callable[[Call, str], Choices]] = {"issue": _issues, "case": _cases, "brand": _brands}
