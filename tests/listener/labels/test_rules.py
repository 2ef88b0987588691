"""The rules stand beside the other labels: a mention that goes through the labeller comes out with them."""

from __future__ import annotations

import numpy as np

from listener.labels.labeller import Labeller, ReadText
from listener.labels.rules import text_rules
from listener.settings.wording import lexicons
from listener.text.clean import clean


def test_a_text_is_labelled_with_the_kinds_of_personal_data_it_holds_and_never_with_the_data() -> None:
    """The clean text has no address left; the label is made from what was written."""
    text = "Mail mij op jan@voorbeeld.nl of bel 06-12345678, stelletje idioten"
    labeller = Labeller(lexicons(), rules=text_rules(lexicons()))
    (labels,) = labeller.labels([ReadText(text=text, clean=clean(text), language="nl")], [np.zeros(4, dtype=np.float32)])
    said = {one.name: one.value for one in labels}
    assert (said["personal_data"], said["personal_data_kinds"]) == ("yes", "email,phone")
    assert said["toxicity"] == "yes"
    assert not any("jan" in one.value or "0612" in one.value for one in labels)


def test_a_text_without_any_of_it_gets_none_of_the_labels() -> None:
    labeller = Labeller(lexicons(), rules=text_rules(lexicons()))
    (labels,) = labeller.labels(
        [ReadText(text="De trein is laat", clean=clean("De trein is laat"), language="nl")], [np.zeros(4, dtype=np.float32)]
    )
    assert not {"personal_data", "toxicity", "spam"} & {one.name for one in labels}
