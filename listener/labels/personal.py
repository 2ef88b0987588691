"""The label that says which kinds of personal data a mention holds. It never holds the data themselves."""

from __future__ import annotations

from listener.labels.labeller import ReadText
from listener.model.analysis import Label
from listener.text.personal_data import find_personal_data, kinds_of

MODEL = "personal-data-rules-1"
NAME = "personal_data"


def personal_data_rule(text: ReadText) -> tuple[Label, ...]:
    """Return one label whose value names the kinds found, comma separated in a fixed order, such as "email,phone"; or none.

    The text as it was written is searched: the clean one has lost its addresses. The probability is that of the surest find.
    """
    found = find_personal_data(text.text, text.language)
    if not found:
        return ()
    return (Label(name=NAME, value=",".join(kinds_of(found)), probability=max(one.probability for one in found), model=MODEL),)
