"""Turns answered conversations into suggestions: what is asked again and again, with the answer that stands for the rest. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from moderation.knowledge.cluster import grouped
from moderation.knowledge.wording import proposed_answer, proposed_question
from moderation.knowledge.words import content_words, most_like_the_rest
from moderation.model.knowledge import MACHINE, AnsweredCase, EvidenceLine, NewArticle

ONLY_LINKED = frozenset({"x"})
"""Platforms whose posts may not be shown without their look and their source: a question is never taken from there."""


def suggestions(
    cases: Sequence[AnsweredCase],
    *,
    near: float,
    least: int,
    signatures: Iterable[str] = (),
    stop_words: Mapping[str, Collection[str]] | None = None,
) -> tuple[NewArticle, ...]:
    """Return suggestions, those that rest on most conversations first.

    One brand and one language each. The answer is the reply most like all replies of its group, weighted by how near its question is to
    the middle; the question is that of the conversation nearest the middle whose platform lets its words be shown, never of a private one.
    """
    found: list[NewArticle] = []
    signed = tuple(signatures)
    for brand, language in sorted({(one.brand, one.language) for one in cases}):
        here = sorted((one for one in cases if (one.brand, one.language) == (brand, language)), key=lambda one: one.mention_id)
        groups = grouped(np.stack([one.vector for one in here]), near=near, least=least)
        made = [
            _suggestion([here[row] for row in group.rows], group.fits, signed, (stop_words or {}).get(language, ())) for group in groups
        ]
        found += [one for one in made if one.answer]
    return tuple(sorted(found, key=lambda one: (-len(one.evidence), one.evidence[0].mention_id)))


def _suggestion(
    members: Sequence[AnsweredCase], fits: Sequence[float], signatures: Sequence[str], stop_words: Collection[str]
) -> NewArticle:
    language = members[0].language
    answers = [proposed_answer(one.answer, language=language, customer=one.author, signatures=signatures) for one in members]
    chosen = most_like_the_rest([content_words(answer, stop_words) for answer in answers], fits)
    asked = next((one for one in members if one.platform not in ONLY_LINKED and not one.private), None)
    issues = Counter(one.issue_id for one in members if one.issue_id is not None)
    return NewArticle(
        language=language,
        brands=frozenset({members[0].brand}),
        question=proposed_question(asked.question, language=language, customer=asked.author) if asked else "",
        answer=answers[chosen],
        evidence=tuple(
            EvidenceLine(mention_id=one.mention_id, case_id=one.case_id, entry_id=one.entry_id, fit=round(fit, 4))
            for one, fit in zip(members, fits, strict=True)
        ),
        made_by=MACHINE,
        issue_id=min(issues, key=lambda issue: (-issues[issue], issue)) if issues else None,
        question_mention_id=asked.mention_id if asked else None,
    )
