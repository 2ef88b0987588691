"""What in a message may show that two contact moments are one customer's: addresses and numbers they wrote, and names. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from listener.text.personal_data import Kind, find_personal_data
from listener.text.personal_data_found import digits_of
from moderation.model.conversation import FIT, Evidence, Fit

NEVER_WITHOUT_CONSENT = frozenset({"x", "twitter", "discord"})
"""RULES "Joining people": nothing is computed for identities there without a recorded opt-in."""
JOINING = "join"
"""The channel under which that opt-in is kept as a consent."""

_CUE = (
    r"(?:bestel(?:ling|nummer|nr)?|order(?:\s?number|nummer|nr)?|klant(?:nummer|nr)|customer\s?(?:number|no)|zaak(?:nummer|nr)|"
    r"case\s?(?:number|no)|contract(?:nummer|nr|\s?number)?|meter(?:nummer|nr|\s?number)|kenmerk|reference|referentie|dossier(?:nummer)?)"
)
_ORDER = re.compile(rf"\b{_CUE}\b\W{{0,3}}(?:is|nr|no|nummer|number)?\W{{0,3}}([A-Za-z]{{0,4}}[-–]?\d[\d-]{{4,18}})\b", re.IGNORECASE)
_FEWEST_DIGITS = 5
_PHONE_END = 9
_SHORTEST_ID = 4
_SHORTEST_NAME = 5
_MOST_READ = 20_000


def written_signs(text: str, language: str = "") -> frozenset[tuple[Evidence, str]]:
    """Return the e-mail addresses, telephone numbers and order numbers in a text, each in one plain form for comparing."""
    text = text[:_MOST_READ]
    found: set[tuple[Evidence, str]] = set()
    for one in find_personal_data(text, language):
        if one.kind is Kind.EMAIL and "@" in one.value:
            found.add((Evidence.EMAIL, one.value.strip().casefold()))
        elif one.kind is Kind.PHONE and len(digits_of(one.value)) >= _PHONE_END:
            found.add((Evidence.PHONE, digits_of(one.value)[-_PHONE_END:]))
    for match in _ORDER.finditer(text):
        plain = re.sub(r"[^0-9a-z]", "", match.group(1).casefold())
        if len(digits_of(plain)) >= _FEWEST_DIGITS:
            found.add((Evidence.ORDER, plain))
    return frozenset(found)


def identity_signs(native_id: str, name: str) -> frozenset[tuple[Evidence, str]]:
    """Return how a source names somebody, for comparing with what an import calls them: their own id there, and their handle.

    What has a blank in it is a name, and many people share one.
    """
    plain = {one.strip().lstrip("@").casefold() for one in (native_id, name)}
    return frozenset((Evidence.EXTERNAL_ID, one) for one in plain if len(one) >= _SHORTEST_ID and not any(sign.isspace() for sign in one))


def name_for_comparing(name: str) -> str:
    """Return a name without case and spaces around; "" when it is too short to say anything, or drawn from several alphabets (RULES I5).

    Look-alike letters stay different: a name that imitates another is never taken for it.
    """
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split()).lstrip("@")
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in plain if letter.isalpha()}
    return plain if len(plain) >= _SHORTEST_NAME and len(scripts) == 1 else ""


def in_order(evidence: Mapping[Evidence, int]) -> tuple[Evidence, ...]:
    """Return the kinds of evidence found, the best first."""
    rank = {Fit.STRONG: 0, Fit.FAIR: 1, Fit.WEAK: 2}
    return tuple(sorted(evidence, key=lambda one: (rank[FIT[one]], list(Evidence).index(one))))
