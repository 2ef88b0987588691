"""The bench of knowledge counts what it says it counts."""

from __future__ import annotations

from listener.embedding.hashed import HashedEmbedder
from tests.bench.knowledge import ANSWERED, ASKED, measure, split

TOPICS = {"parcel": "where is my parcel number", "invoice": "why is the invoice too high", "meter": "how do I read the meter"}
ROWS = [
    {"id": f"{label}{n}", "text": f"{words} {chr(97 + n)}{chr(98 + n)}{chr(99 + n)}", "label": label}
    for label, words in TOPICS.items()
    for n in range(16)
]


def test_what_is_asked_was_never_answered_and_the_draw_is_repeatable() -> None:
    answered, asked = split(ROWS, language="")
    assert (len(answered), len(asked)) == (3 * ANSWERED, 3 * ASKED)
    assert not {one["text"] for one in answered} & {one["text"] for one in asked}
    assert split(list(reversed(ROWS)), language="") == (answered, asked)


def test_clear_topics_are_always_found_and_shuffled_labels_are_not() -> None:
    right = measure("clear", ROWS, HashedEmbedder(256).encode)
    assert right.ours.hit1 == right.words.hit1 == 1.0
    wrong = measure("wrong", [{**row, "label": list(TOPICS)[n % 3]} for n, row in enumerate(ROWS)], HashedEmbedder(256).encode)
    assert wrong.ours.hit1 < 0.7
