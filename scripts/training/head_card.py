"""The model card that lies beside the heads' weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXT = """# Label heads

`heads.npz` ({size:.1f} MB, {name}) holds small linear heads that label a post: sentiment, cause, question, urgency, unnecessary,
searched first, and spam. Trained by `scripts/train_heads` for vectors of `{model_id}`; with any other model they go by words alone.

## How they decide

1. Words: hashed words, pairs of words and letters 3 to 5 at a time, weighed by a linear support vector machine per answer.
2. A logistic regression on the text's vector, the word score and counts from the shipped word lists. Its penalty, its calibration (a scale
   and a shift, on rows left out) and how far rare answers are favoured are chosen by five-fold cross-validation on training rows.

Every probability is calibrated on rows left out, of the training sets: other texts, such as yours, may differ.

## What they learned from

| task | rows | licence |
|---|---:|---|
| sentiment | {sentiment} comments of GoEmotions, train (Demszky et al. 2020, Google) | CC BY 4.0 |
| sentiment, Dutch words | Dutch sides of open pairs (Tatoeba and others), labelled through their twins | CC BY 2.0 FR and others |
| spam | {spam} messages of the SMS Spam Collection, train (Almeida, Gómez Hidalgo, Yamakami 2011) | CC BY 4.0 |
| the others | {own} posts written for this purpose, train halves in Dutch and English | CC0, own work |

No post that a Klankbord collected is among them, nor any set that is for measuring only. GoEmotions holds public comments with names
masked by its publisher; the weights hold no text, only numbers per hashed word.

## Figures on rows left out (macro-F1; five folds of the training rows)

| task | vector, words and counts | words and counts |
|---|---:|---:|
{table}

`scripts/bench_labels` measures on test rows; the README shows the latest run.

## Limits

- Sentiment was learned from English comments; Dutch is carried over by the shared space and by labelled translations, and irony by nothing.
- Our own posts are invented. Real ones are messier: correct what is wrong (`klankbord label`), your brand's corrections are learned from.
- Spam was learned from English text messages of about 2010. It says little about comment spam.
"""


def card(about: Mapping[str, Any], figures: Mapping[str, Mapping[str, Mapping[str, float]]], size: int) -> str:
    """Return the card's text. `figures`: task → "full" and "alone" → rows and macro_f1."""
    lines = [f"| {task} | {one['full']['macro_f1']:.3f} | {one['alone']['macro_f1']:.3f} |" for task, one in figures.items()]
    rows = {task: int(one["full"]["rows"]) for task, one in figures.items()}
    return _TEXT.format(
        size=size / 1e6,
        name=about["name"],
        model_id=about["model_id"],
        sentiment=rows["sentiment"],
        spam=rows["spam"],
        own=rows["cause"],
        table="\n".join(lines),
    )
