"""Whether two words are one slip of the finger apart."""

from __future__ import annotations


def is_one_edit(one: str, other: str) -> bool:
    """Tell whether a letter too many, too few, another one, or two neighbours changed over make one word the other. Equal ones are not."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    at = next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), min(len(one), len(other)))
    if len(one) == len(other):
        return one[at + 1 :] == other[at + 1 :] or (one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :])
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[at + 1 :] == shorter[at:]
