"""Advertising and swindle are told from customers who speak of money, links and prizes."""

from __future__ import annotations

import pytest

from listener.labels.spam import SpamRule
from listener.settings.wording import lexicons


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Verdien geld met crypto, klik hier: bit.ly/rijk", "nl"),
        ("Snel lenen zonder BKR? App mij op 0612345678", "nl"),
        ("Hete dames in jouw buurt, bekijk mijn profiel", "nl"),
        ("Dankzij Mr Frank hielp mij mijn geld terug, neem contact op met hem via Telegram", "nl"),
        ("EARN $5000 per week from home!!! Click the link www.rich.xyz", "en"),
        ("Guaranteed profit with our trading signals, message me on Telegram t.me/rich", "en"),
        ("Free entry! Txt WIN to 80082 to claim your prize", "en"),
    ],
)
def test_advertising_and_swindle_are_spam(text: str, language: str) -> None:
    assert SpamRule(lexicons()).probability(text, language) >= 0.5


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mail mij op jan@voorbeeld.nl of bel 06-12345678", "nl"),
        ("Mijn cadeaubon werkt niet, kan ik mijn geld terug?", "nl"),
        ("Ik heb via WhatsApp al drie keer contact gezocht", "nl"),
        ("Zie https://voorbeeld.nl/storing voor de storing", "nl"),
        ("Ik ben opgelicht door iemand die zich hacker noemt, schandalig", "nl"),
        ("My bonus was not paid and your site is broken", "en"),
        ("The voucher expired before I could use it", "en"),
        ("I paid $50 and got nothing", "en"),
        ("", "en"),
    ],
)
def test_customers_who_speak_of_money_are_not(text: str, language: str) -> None:
    assert SpamRule(lexicons()).probability(text, language) < 0.5
