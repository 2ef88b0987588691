"""Give a standing approval for what a graduated template renders, and take it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.standing import StandingLedger
from moderation.messages.render import PublicWording
from moderation.model.outbox import StandingApproval
from moderation.model.policy import House
from moderation.model.post import PostKind
from moderation.model.shadow import ShadowKind
from moderation.outbox.accounts import Accounts
from moderation.outbox.standing_check import KINDS
from moderation.policy.people import same_person
from moderation.workflows.shadow import Shadow

LONGEST_DAYS = 90.0


class Standing:
    """Standing approvals: given by a person after graduation, for one template text, some accounts, with caps and an end."""

    def __init__(
        self,
        ledger: StandingLedger,
        shadow: Shadow,
        accounts: Accounts,
        clock: Clock,
        *,
        wording: Mapping[str, PublicWording],
        house: House,
    ) -> None:
        self._ledger = ledger
        self._shadow = shadow
        self._accounts = accounts
        self._clock = clock
        self._wording = wording
        self._house = house

    def give(
        self,
        kind: PostKind,
        template: str,
        language: str,
        who: str,
        *,
        account_names: Sequence[str] = (),
        days: float = 30.0,
        most_per_hour: int | None = None,
        most_per_day: int | None = None,
        four_eyes: bool = False,
    ) -> StandingApproval:
        """Give leave for what `template` says in `language` now, from these accounts ("platform:name"; none named: all connected ones).

        Caps may be lower than the house's, never higher. Raises `NotAllowed` when this kind takes none, the template has not graduated,
        an account is not connected, the time is too long, or (four eyes) the same person let it graduate.
        """
        if kind not in KINDS:
            raise NotAllowed(f"Only {' and '.join(sorted(one.value for one in KINDS))} may leave under a standing approval.")
        if not 0 < days <= LONGEST_DAYS:
            raise NotAllowed(f"A standing approval lasts {LONGEST_DAYS:.0f} days at most.")
        if not who.strip():
            raise NotAllowed("Only a person can give a standing approval; say who you are with --as NAME.")
        wording = self._wording[language]
        version = wording.version(template)
        name, _, digest = version.partition("@")
        self._must_have_graduated(ShadowKind(kind.value), version, who, four_eyes=four_eyes)
        needed, optional = wording.variables(template)
        now = self._clock.now()
        return self._ledger.give(
            StandingApproval(
                standing_id=0,
                kind=kind,
                template=name,
                template_hash=digest,
                variables=tuple(sorted(needed | optional)),
                audience_rule=KINDS[kind],
                accounts=self._keys(account_names),
                most_per_hour=_lower(most_per_hour, self._house.most_per_hour),
                most_per_day=_lower(most_per_day, self._house.most_per_day),
                given_by=who,
                given_at=now,
                expires_at=now + timedelta(days=days),
            )
        )

    def list(self) -> tuple[StandingApproval, ...]:
        """Return every standing approval ever given, oldest first, after ending those whose ground fell away."""
        self._shadow.void_what_fell()
        return tuple(self._ledger.all())

    def void(self, standing_id: int, who: str, why: str) -> None:
        """End a standing approval. Raises `NotAllowed` when there is none that stands."""
        if not self._ledger.make_void(standing_id, reason=why.strip() or "a person ended it", who=who, at=self._clock.now()):
            raise NotAllowed(f"There is no standing approval {standing_id} that stands.")

    def _must_have_graduated(self, kind: ShadowKind, subject: str, who: str, *, four_eyes: bool) -> None:
        if not self._shadow.graduated(kind, subject):
            raise NotAllowed(f"{subject} has not graduated: let people check it first (klankbord shadow list, then shadow graduate).")
        given = self._shadow.figures_of(kind, subject).graduation
        if four_eyes and given is not None and same_person(given.given_by, who):
            raise NotAllowed("Somebody else has to give it: four eyes is set, and you let it graduate.")

    def _keys(self, names: Sequence[str]) -> tuple[str, ...]:
        known = {f"{one.account.platform}:{one.account.name}": one.account.key for one in self._accounts.all}
        if missing := [name for name in names if name not in known]:
            raise NotAllowed(f"{', '.join(missing)} is not connected; there are {', '.join(sorted(known))}.")
        return tuple(known[name] for name in names) or tuple(known.values())


def _lower(asked: int | None, house: int) -> int:
    return house if asked is None else max(0, min(asked, house))
