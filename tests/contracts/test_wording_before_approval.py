"""Wording that is not whole, or too long for where it goes, is refused before anybody can approve it, on every platform (RULES F32)."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import NotAllowed
from listener.ledger.ledger import open_ledger
from moderation.ledger.counts import SendCounts
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.messages.length import length
from moderation.messages.render import PublicWording
from moderation.model.outbox import NewDraft
from moderation.model.policy import House
from moderation.model.post import ConnectedAccount, Limits, PostKind, Target
from moderation.outbox.accounts import Accounts
from moderation.outbox.precheck import Precheck
from moderation.publishers.limits import TRAITS
from moderation.publishers.simulated import SimulatedPlatform
from moderation.publishers.twins import twin_of
from moderation.workflows.draft_text import keep_draft
from tests.fakes.desk import MORNING, shipped_rules

CASES = 500
BLANKS = ("{", "}", "{{ naam }}", "{naam}", "%s", "%(naam)s", "{% if %}", "${naam}", "{0.__class__}", "{# #}")
SIGNS = ("a", "é", "日", "🎉", "👨‍👩‍👧‍👦", "e\u0301", "https://stroomwerk.example/x ")


def beyond(limits: Limits, sign: str) -> str:
    """Return as many of a sign as are just too many by the platform's count."""
    times = limits.most // max(1, length(sign, limits)) + 1
    return sign * times


def cases(platform: str, language: str, names: dict[str, list[str]]) -> list[tuple[str, str, dict[str, str]]]:
    """Return (what is wrong, template, values), reproducibly."""
    chance = random.Random(f"F32 {platform} {language}")
    limits = TRAITS[platform].limits
    made = []
    for number in range(CASES // 2):
        name = chance.choice(sorted(names))
        values = dict.fromkeys(names[name], f"de storing in wijk {number}")
        spoilt = chance.choice(names[name])
        wrong = ("missing", "empty", "blank", "blank sign", "too long")[number % 5]
        if wrong == "missing":
            del values[spoilt]
        else:
            values[spoilt] = {
                "empty": "",
                "blank": " \n\t",
                "blank sign": f"Jan {chance.choice(BLANKS)} Jansen",
                "too long": beyond(limits, chance.choice(SIGNS)),
            }[wrong]
        made.append((wrong, name, values))
    return made


@pytest.mark.parametrize("platform", TRAITS)
def test_nothing_unfinished_or_too_long_can_be_approved(tmp_path: Path, platform: str) -> None:
    wording, policy = shipped_rules()
    clock = ManualClock(MORNING)
    far_side = SimulatedPlatform(tmp_path / "platform.jsonl", clock)
    twin = twin_of(platform, far_side, "stroomloket")
    account = ConnectedAccount(account=twin.account, limits=twin.limits, native_key=twin.native_key, serves=(platform,))
    target = Target(platform=platform, realm="hier", thread_id="1")
    house = House(account_names=("simulated:stroomloket",), allowed_targets=("hier",))
    refused: Counter[str] = Counter()
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        drafts = DraftLedger(ledger.engine)
        precheck = Precheck(SendCounts(ledger.engine), ledger.mentions, Accounts([account]), policy, house)

        def draft(texts: PublicWording, name: str, values: dict[str, str]) -> None:
            text = texts.render(name, values)
            new = NewDraft(kind=PostKind.STATUS_UPDATE, target=target, text=text, language=texts.language, author="anna")
            keep_draft(new, drafts, precheck, at=clock.now())

        for language, texts in wording.items():
            needed = {name: sorted(texts.variables(name)[0]) for name in texts.names if texts.variables(name)[0]}
            for wrong, name, values in cases(platform, language, needed):
                with pytest.raises(NotAllowed) as said:
                    draft(texts, name, values)
                refused[wrong] += 1
                assert wrong != "too long" or f"takes {twin.limits.most}" in str(said.value), str(said.value)
        assert drafts.all() == []
        assert OutboxLedger(ledger.engine).entries() == []
    assert refused.total() == CASES
    assert (far_side.posts(), far_side.requests) == ([], 0)


@pytest.mark.parametrize("platform", TRAITS)
@pytest.mark.parametrize("sign", SIGNS)
def test_what_just_fits_is_no_shorter_than_the_platform_takes(platform: str, sign: str) -> None:
    """A count that is too careful would keep honest answers from leaving."""
    limits = TRAITS[platform].limits
    most = beyond(limits, sign)[: -len(sign)]
    assert limits.most - max(1, length(sign, limits)) < length(most, limits) <= limits.most
