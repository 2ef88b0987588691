"""What a reply is made with: templates with what is known filled in, and the ways in which somebody may sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.reply_templates import ReplyTemplateLedger
from moderation.ledger.status import StatusLedger
from moderation.messages.fill import names_in
from moderation.messages.own_template import filled, must_be_template
from moderation.messages.render import PublicWording, forgotten_blanks, tidy
from moderation.model.case import CaseRow
from moderation.model.outbox import Draft
from moderation.model.person import Person
from moderation.model.reply import HOUSE, OWN, PERSONAL, UNSIGNED, VARIABLES, ReplyTemplate, Signature, Words
from moderation.model.status import StatusUpdate, UpdateState

SHIPPED = "reply_"
MOST_SIGNATURE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledIn:
    """A template as it can be put into a reply. `missing` are the names without a value; then `text` is empty. `known` are the values."""

    key: str
    version: str
    text: str
    missing: tuple[str, ...]
    known: Mapping[str, str]


class ReplyWords:
    """Shipped templates, the team's own, and signatures. `promise(update, language)` words what it promises."""

    def __init__(
        self,
        ledger: Ledger,
        templates: ReplyTemplateLedger,
        statuses: StatusLedger,
        clock: Clock,
        *,
        wording: Mapping[str, PublicWording],
        promise: Callable[[StatusUpdate, str], str],
        house: str = "",
        personal: Callable[[str], str] = lambda _name: "",
    ) -> None:
        """`personal` gives a colleague's own signature by their name, "" when they have none."""
        self._ledger = ledger
        self._kept = templates
        self._statuses = statuses
        self._clock = clock
        self._wording = wording
        self._promise = promise
        self._house = house
        self._personal = personal

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in which we reply, the first is the default."""
        return tuple(self._wording)

    def templates(self, language: str) -> tuple[ReplyTemplate, ...]:
        """Return the templates in a language: the team's own first, by title, then those that come with Klankbord."""
        known = self._wording[language]
        names = sorted(name for name in known.names if name.startswith(SHIPPED) and set().union(*known.variables(name)) <= set(VARIABLES))
        shipped = (ReplyTemplate(key=name, language=language, text="") for name in names)
        return (*self._kept.all(language), *shipped)

    def fill(self, row: CaseRow, key: str, language: str, given: Mapping[str, str]) -> FilledIn:
        """Return a template filled in with what is known of a case and what somebody typed; what is missing has to be asked.

        The signature is added when the reply is previewed, so it is left out here. Raises `NotAllowed` when there is no such template.
        """
        known = {**self._known(row, language), **{name: _clean(value) for name, value in given.items() if value.strip()}}
        if key.startswith(OWN):
            template = self.own(key)
            wanted, version = names_in(template.text), f"{key}@{template.version}"
        else:
            needed, optional = self._wording[language].variables(self._shipped(key, language))
            wanted, version = tuple(sorted(needed | optional)), self._wording[language].version(key)
        missing = tuple(name for name in wanted if name != "signature" and not known.get(name))
        values = {name: known.get(name, "") for name in wanted if name != "signature"}
        if missing:
            return FilledIn(key=key, version=version, text="", missing=missing, known=values)
        text = filled(template.text, values) if key.startswith(OWN) else self._wording[language].render(key, values)
        return FilledIn(key=key, version=version, text=text, missing=(), known=values)

    def own(self, key: str) -> ReplyTemplate:
        """Return one of the team's own templates that is in use. Raises `NotAllowed` when there is none."""
        number = key.removeprefix(OWN)
        found = self._kept.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None
        if found is None or found.retired:
            raise NotAllowed(f"There is no template {key}.", key="no_template")
        return found

    def text_of(self, draft: Draft) -> str:
        """Return the text of the team's own template that a draft began with, in the version it began with; "" when it is none of ours."""
        key, _, version = draft.template.partition("@")
        number = key.removeprefix(OWN)
        if not key.startswith(OWN) or not number.isdigit():
            return ""
        return next((one.text for one in self._kept.versions(int(number)) if str(one.version) == version), "")

    def team_signature(self, name: str) -> str:
        """Return a team's signature, "" when it has none."""
        return self._kept.signatures().get(f"team:{name}", "")

    def versions(self, template_id: int) -> tuple[ReplyTemplate, ...]:
        """Return every version of a template, newest first; none when there is no such template."""
        return tuple(self._kept.versions(template_id))

    def add(self, language: str, title: str, text: str, who: str) -> ReplyTemplate:
        """Keep a new template of the team's own. Raises `NotAllowed` with what it may not hold."""
        must_be_template(title, text)
        if language not in self._wording:
            raise NotAllowed(f"There are no replies in {language!r}.", key="no_language")
        return self._kept.add(language, " ".join(title.split()), tidy(text), who=who, at=self._clock.now())

    def change(self, template_id: int, version: int, title: str, text: str, who: str) -> ReplyTemplate:
        """Keep the next version. Raises `NotAllowed` when somebody changed it meanwhile, or for what it may not hold."""
        must_be_template(title, text)
        changed = self._kept.change(template_id, version, " ".join(title.split()), tidy(text), who=who, at=self._clock.now())
        if changed is None:
            raise NotAllowed("Somebody else changed this template meanwhile; look at it again.", key="template_changed")
        return changed

    def retire(self, template_id: int, who: str) -> None:
        """Take a template out of use; its versions stay."""
        self._kept.retire(template_id, who=who, at=self._clock.now())

    def signatures(self, person: Person) -> tuple[Signature, ...]:
        """Return the ways in which somebody may sign: the house's, their own, their teams', and not at all. Empty ones are left out."""
        kept = self._kept.signatures()
        own = Signature(choice=PERSONAL, text=self._personal(person.name))
        teams = [Signature(choice=f"team:{team}", text=kept.get(f"team:{team}", ""), name=team) for team in sorted(person.teams)]
        found = [one for one in (Signature(choice=HOUSE, text=self._house), own, *teams) if one.text]
        return (*found, Signature(choice=UNSIGNED, text=""))

    def usual(self, person: Person) -> str:
        """Return how somebody signs who chose nothing: as themselves, else as their team, else as the house."""
        found = {one.choice for one in self.signatures(person)}
        return next((one for one in (PERSONAL, *sorted(f"team:{team}" for team in person.teams), HOUSE) if one in found), UNSIGNED)

    def sign_as(self, person: Person, owner: str, text: str) -> None:
        """Keep the signature of a team one is in ("team:<name>"). Raises `NotAllowed` for any other."""
        if not owner.startswith("team:") or owner.removeprefix("team:") not in person.teams:
            raise NotAllowed("That signature is not yours to change.", key="signature_of_others")
        if len(text) > MOST_SIGNATURE or forgotten_blanks(text):
            raise NotAllowed(f"A signature is plain text of at most {MOST_SIGNATURE} characters.", key="signature_long")
        self._kept.sign(owner, tidy(text), who=person.name, at=self._clock.now())

    def signed(self, words: Words, person: Person) -> str:
        """Return the text as it would leave: tidied, with the chosen signature below it. An empty text stays empty."""
        signature = next((one.text for one in self.signatures(person) if one.choice == words.signature), "")
        return tidy(f"{words.text}\n\n{signature}" if signature and words.text.strip() else words.text)

    def _known(self, row: CaseRow, language: str) -> dict[str, str]:
        """Return what is known for a template's names; what looks like a template is left out and asked instead."""
        found = self._ledger.mentions.by_ids(row.mention_ids[-1:])
        author = found[0].mention.author if found else None
        updates = () if row.issue_id is None else tuple(self._statuses.updates(row.issue_id, state=UpdateState.PUBLISHED))
        latest = updates[0] if updates else None
        titles = self._ledger.issues.titles([row.issue_id]) if row.issue_id is not None else {}
        known = {
            "customer": (author.name or author.native_id) if author else "",
            "issue": titles.get(row.issue_id, "") if row.issue_id is not None else "",
            "status": latest.texts.get(language, "") if latest else "",
            "next_update": self._promise(latest, language) if latest and latest.next_update_at else "",
        }
        return {name: value for name, value in ((name, _clean(value)) for name, value in known.items()) if not forgotten_blanks(value)}

    def _shipped(self, key: str, language: str) -> str:
        if not key.startswith(SHIPPED) or key not in self._wording[language].names:
            raise NotAllowed(f"There is no template {key}.", key="no_template")
        return key


def _clean(value: str) -> str:
    """Return a value on one line."""
    return " ".join(value.split())
