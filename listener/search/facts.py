"""What a search can be narrowed by, as one row of numbers a mention, and the choice of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listener.model.analysis import AnalysedMention
from listener.model.search import Within

ROW = np.dtype([("posted", "<u4"), ("issue", "<u4"), ("brands", "<u8"), ("platform", "<u2"), ("language", "u1"), ("coded", "u1")])
"""`posted` in seconds since 1970, 0 where no mention is; `issue` 0 for none; `brands` a bit each; `coded` 1 when it has signs."""

_BITS = 64
_LAST = 2**32 - 1

Numbers = Mapping[str, Mapping[str, int]]


def fact_rows(mentions: Sequence[AnalysedMention], numbers: Numbers) -> NDArray[Any]:
    """Return a row of dtype ROW per mention, in their order."""
    rows = np.zeros(len(mentions), dtype=ROW)
    for row, one in zip(rows, mentions, strict=True):
        row["posted"] = min(max(1, int(one.posted_at.timestamp())), _LAST)
        row["issue"] = one.issue_id or 0
        row["brands"] = _bits(one.brands, numbers["brand"])
        row["platform"] = numbers["platform"][one.platform]
        row["language"] = numbers["language"][one.language]
        row["coded"] = 1
    return rows


def mask_of(rows: NDArray[Any], within: Within, numbers: Numbers, *, coded: bool) -> NDArray[np.bool_]:
    """Return which rows a search looks at. With more than 64 brands some share a bit: a few rows too many, which the caller sifts out.

    coded: only rows with signs.
    """
    mask: NDArray[np.bool_] = rows["posted"] > 0
    if coded:
        mask &= rows["coded"] > 0
    if within.seen_brands is not None:
        seen = np.uint64(_bits(within.seen_brands, numbers["brand"]))
        mask &= ((rows["brands"] & seen) > 0) | (rows["brands"] == 0)
    if within.brand:
        mask &= (rows["brands"] & np.uint64(_bits([within.brand], numbers["brand"]))) > 0
    for kind, wanted in (("platform", within.platform), ("language", within.language)):
        if wanted:
            mask &= rows[kind] == numbers[kind].get(wanted, np.iinfo(ROW[kind]).max)
    if within.from_at is not None:
        mask &= rows["posted"] >= max(0, int(within.from_at.timestamp()))
    if within.until is not None:
        mask &= rows["posted"] < max(0, int(within.until.timestamp()))
    if within.in_issue is not None:
        mask &= (rows["issue"] > 0) == within.in_issue
    if within.only is not None:
        mask &= _chosen(within.only, len(rows))
    if within.without is not None:
        mask &= ~_chosen(within.without, len(rows))
    return mask


def _bits(brands: Sequence[str] | frozenset[str], numbers: Mapping[str, int]) -> int:
    bits = 0
    for brand in brands:
        if number := numbers.get(brand):
            bits |= 1 << ((number - 1) % _BITS)
    return bits


def _chosen(mention_ids: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    chosen = np.zeros(size, dtype=np.bool_)
    chosen[mention_ids[(mention_ids >= 0) & (mention_ids < size)]] = True
    return chosen
