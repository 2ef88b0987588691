"""Names for showing people who wrote, without telling who they are."""

from __future__ import annotations

import hashlib
import hmac

_BIRDS = (  # noqa: SIM905 - one word list reads better than 63 quoted strings
    "Merel Mus Mees Vink Specht Reiger Kievit Grutto Scholekster Ekster Kauw Kraai Roek Zwaluw Valk Buizerd Sperwer Uil Kwikstaart "
    "Winterkoning Roodborst Lijster Spreeuw Wulp Tureluur Aalscholver Fuut Meerkoet Waterhoen Eend Gans Zwaan Meeuw Stern Ijsvogel "
    "Koekoek Leeuwerik Nachtegaal Boomklever Goudhaan Putter Sijs Groenling Kneu Keep Gors Fazant Patrijs Kwartel Ooievaar Lepelaar "
    "Kluut Plevier Strandloper Snip Duif Tortel Hop Wielewaal Klapekster Fluiter Tjiftjaf Karekiet Snor"
).split()


def pseudonym(author_key: str, *, key: bytes) -> str:
    """Return a readable name such as "Vink 4f2a9c": the same for the same author and key, and unguessable without the key.

    author_key: `Author.key`; for a mention without author pass something that names the mention. An empty `key` raises ValueError,
    for then anybody could compute the names.
    """
    if not key:
        raise ValueError("a pseudonym needs a secret key")
    digest = hmac.new(key, author_key.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return f"{_BIRDS[digest[0] % len(_BIRDS)]} {digest[1:4].hex()}"
