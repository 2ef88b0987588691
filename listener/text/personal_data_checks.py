"""Check digits and shapes of numbers that name a person or an account."""

from __future__ import annotations

IBAN_LENGTHS = {
    **{"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28},
    **{"CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18},
    **{"FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22},
    **{"IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20},
    **{"LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18},
    **{"NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31},
    **{"SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29},
    **{"VA": 22, "VG": 24, "XK": 20, "YE": 30},
}
"""Length of an account number by country, from the registry of ISO 13616 as generally known; no bank codes are kept."""

_WEIGHTS_OF_BSN = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def is_iban(compact: str) -> bool:
    """Tell whether letters and digits without separators have the length of their country and remainder 1 modulo 97 (ISO 7064)."""
    compact = compact.upper()
    if not compact.isascii() or not compact.isalnum() or not compact[2:4].isdigit() or len(compact) != IBAN_LENGTHS.get(compact[:2]):
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def is_bsn(digits: str) -> bool:
    """Tell whether 8 or 9 digits pass the Dutch eleven test: weights 9 to 2 and -1, sum divisible by 11, not all zeros."""
    if not digits.isdecimal() or len(digits) not in (8, 9) or not digits.strip("0"):
        return False
    padded = digits.zfill(9)
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS_OF_BSN, padded, strict=True)) % 11 == 0


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the Luhn check digit of the others (ISO/IEC 7812)."""
    if not digits.isdecimal() or not digits.strip("0"):
        return False
    turned = [int(digit) for digit in reversed(digits)]
    return (sum(turned[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in turned[1::2])) % 10 == 0


def is_card(digits: str) -> bool:
    """Tell whether digits begin like those of a card brand, have its length and pass the Luhn test."""
    return len(digits) in _card_lengths(digits) and passes_luhn(digits)


def _card_lengths(digits: str) -> tuple[int, ...]:
    """Return the lengths that cards with this beginning have; empty for a beginning no brand uses."""
    two, three, four = (int(digits[:size]) if digits[:size].isdecimal() else 0 for size in (2, 3, 4))
    for fits, lengths in (
        (two in (34, 37), (15,)),  # American Express
        (300 <= three <= 305 or two in (36, 38, 39), (14,)),  # Diners Club
        (four in (1800, 2131), (15,)),  # JCB, old
        (two == 35, (16, 17, 18, 19)),  # JCB
        (51 <= two <= 55 or 2221 <= four <= 2720, (16,)),  # Mastercard
        (digits[:1] == "4", (13, 16, 19)),  # Visa
        (four == 6011 or two == 65 or 644 <= three <= 649 or two == 62, (16, 17, 18, 19)),  # Discover, UnionPay
        (two == 50 or 56 <= two <= 69 or digits.startswith("0604"), (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ):
        if fits:
            return lengths
    return ()


def is_ssn(digits: str) -> bool:
    """Tell whether nine digits can be an American social security number: no group of zeros, area not 666 or above 899."""
    return len(digits) == 9 and digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"
