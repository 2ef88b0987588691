"""The labels that say whether a mention holds personal data, and of which kinds. They never hold the data themselves."""

from __future__ import annotations

from listener.labels.labeller import ReadText
from listener.model.analysis import Label
from listener.text.personal_data import find_personal_data, kinds_of

MODEL = "personal-data-rules-1"
NAME = "personal_data"
KINDS = "personal_data_kinds"


def personal_data_rule(text: ReadText) -> tuple[Label, ...]:
    """Return personal_data "yes", which people may correct, and personal_data_kinds, comma separated ("email,phone"); or none.

    The text as it was written is searched: the clean one has lost its addresses. The probability is that of the surest find.
    """
    found = find_personal_data(text.text, text.language)
    if not found:
        return ()
    sure = max(one.probability for one in found)
    kinds = ",".join(kinds_of(found))
    return tuple(Label(name=name, value=value, probability=sure, model=MODEL) for name, value in ((NAME, "yes"), (KINDS, kinds)))
