"""A home with two brands whose people press buttons in Discord, without a Discord: what was asked goes in, what is said comes out."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from listener.model.mention import BrandHit, Kept
from moderation.bot.answers import ON_FORM, BotAnswers
from moderation.bot.asked import Asked, Kind
from moderation.bot.buttons import Buttons
from moderation.bot.call import BotParts
from moderation.bot.said import Said, message_of
from moderation.inbox.parts import StaffParts
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Person, Role
from moderation.page_parts.bot import bot_parts
from moderation.page_parts.staff import staff_parts
from tests.fakes.desk import mention
from tests.fakes.discord_wire.checks import message_errors, modal_errors, pings
from tests.fakes.house import AUTHOR, OURS, THEIRS, House, open_house

GUILD, OTHER_GUILD = "1170000000000000001", "1170000000000000002"
BASE_URL = "https://inbox.example.nl"
LANGUAGES = ("nl", "en")
ROLES = {role: f"{role.value} van alles" for role in Role}
OURS_ONLY, THEIRS_ONLY = "admin van ons", "admin van hen"
COLLEAGUE, DISABLED, NOBODY = "Bram Vos", "wie weg is", "1160000000000009999"


@dataclass
class BotHouse:
    """The house, the bot's parts, and who is who at Discord. `ids` are numbers at Discord by people's names."""

    house: House
    ids: dict[str, str] = field(default_factory=dict)
    heard: int = 0
    bot: BotParts = field(init=False)
    answers: BotAnswers = field(init=False)

    @property
    def desk(self) -> Any:
        return self.house.parts.desk

    def restart(self) -> None:
        """Begin anew over the same home: nothing that was kept in memory is there any more."""
        self.bot = new_parts(self)
        self.answers = BotAnswers(self.bot, guilds=frozenset({GUILD}), monotonic=time.monotonic)

    def asked(self, kind: Kind, name: str, as_: str, lang: str, guild: str = GUILD, **given: Any) -> Said:
        """Ask, and return what is said; a body that Discord would refuse, or that pings anybody, is a mistake."""
        user_id = self.ids.get(as_, as_)
        said = self.answers.answer(Asked(kind=kind, name=name, user_id=user_id, guild_id=guild, language=lang, **given))
        if said.form is not None:
            assert list(modal_errors(said.form)) == []
        elif said.choices is None:
            body = message_of(said)
            assert list(message_errors(body, files=[one.name for one in said.pictures])) == []
            assert pings(body) == []
        return said

    def command(self, name: str, as_: str = AUTHOR, lang: str = "nl", guild: str = GUILD, **options: Any) -> Said:
        """Type a command."""
        return self.asked(Kind.COMMAND, name, as_, lang, guild, options={key: str(value) for key, value in options.items()})

    def hint(self, name: str, option: str, typed: str, as_: str = AUTHOR, lang: str = "nl", guild: str = GUILD) -> Sequence[Any]:
        """Type in an option and return what is offered."""
        return self.asked(Kind.HINT, name, as_, lang, guild, options={option: typed}, hinted=option).choices or ()

    def press(self, said: Said, verb: str, as_: str = AUTHOR, lang: str = "nl", guild: str = GUILD, choose: str = "") -> Said:
        """Press what does `verb` below an answer."""
        values = (choose,) if choose else ()
        return self.asked(Kind.PRESS, self.id_of(said, verb), as_, lang, guild, values=values)

    def send(self, said: Said, fields: Mapping[str, str], as_: str = AUTHOR, lang: str = "nl", guild: str = GUILD) -> Said:
        """Send a form that was opened; fields that are not named keep what stood in them."""
        assert said.form is not None
        boxes = [row["components"][0] for row in said.form["components"]]
        assert set(fields) <= {one["custom_id"] for one in boxes}
        filled = {one["custom_id"]: fields.get(one["custom_id"], one.get("value", "")) for one in boxes}
        return self.asked(Kind.FORM, said.form["custom_id"], as_, lang, guild, fields=filled)

    def id_of(self, said: Said, verb: str) -> str:
        """Return the id of what does `verb` in an answer."""
        return next(one for one in ids_in(said) if self.verb_of(one) == verb)

    def verbs(self, said: Said) -> list[str]:
        """Return what can be pressed in an answer."""
        return [self.verb_of(one) for one in ids_in(said)]

    def verb_of(self, press_id: str) -> str:
        found = self.bot.presses.find(press_id, at=self.house.clock.now())
        return found.verb if found else ""

    def new_case(self, brand: str = OURS, text: str = "", holder: str = "", *, directed: bool = True, **about: Any) -> int:
        """Let somebody speak to a brand, and return the case; with `holder` that colleague takes it."""
        self.heard += 1
        said = mention(
            f"nieuw-{self.heard}", text or f"{brand}: het lekt hier ook ({self.heard})", posted_at=self.house.clock.now(), **about
        )
        hit = BrandHit(brand=brand, directed=directed, terms=(brand.lower(),))
        ledger = self.house.parts.listening.ledger
        ledger.mentions.add_page([Kept(mention=said, hits=(hit,))], source="feed", next_cursor=None, at=self.house.clock.now())
        self.house.clock.advance(timedelta(minutes=11))
        self.desk.open_cases()
        found = ledger.mentions.find(said.key)
        assert found is not None
        row = next(one for one in self.desk.cases.rows() if found.mention_id in one.mention_ids)
        if holder:
            self.desk.queueing.acts.claim(row.case_id, holder, row.version)
        return int(row.case_id)

    def holder(self, case_id: int) -> str:
        """Return who holds a case."""
        row = self.desk.cases.get(case_id)
        return row.holder if row else ""

    def entries(self, case_id: int) -> list[Any]:
        """Return what was approved to leave in a case."""
        view = self.desk.inbox.show(case_id)
        return list(view.entries) if view else []


def ids_in(said: Said) -> list[str]:
    """Return the ids of buttons and menus of an answer."""
    return [part["custom_id"] for row in said.rows for part in row["components"] if "custom_id" in part]


def links_in(said: Said) -> list[str]:
    """Return the addresses of an answer's buttons."""
    return [part["url"] for row in said.rows for part in row["components"] if "url" in part]


def text_of(said: Said) -> str:
    """Return everything somebody reads in an answer."""
    body = message_of(said)
    return repr([body["content"], body["embeds"], body["components"], said.form])


def new_parts(of: BotHouse) -> BotParts:
    """Return the bot's parts over an open house, as its people are linked."""

    def person_of(user_id: str) -> Person | None:
        name = next((name for name, known in of.ids.items() if known == user_id), "")
        return of.house.people.named(name).person if name else None

    staff = staff_parts(of.house.parts, of.house.sign_in)
    return bot_parts(of.house.parts, with_address(staff), person_of, sees_texts=lambda: True)


def with_address(staff: StaffParts) -> StaffParts:
    """Return the pages' parts with an address that works from elsewhere."""
    within = staff.within
    assert within is not None
    return replace(staff, base_url=BASE_URL, within=lambda brands: replace(within(brands), base_url=BASE_URL))


@contextmanager
def open_bot_house(home: Path, settings: Mapping[str, object] | None = None) -> Iterator[BotHouse]:
    """Open a home whose people of every role have an account at Discord."""
    with open_house(home, settings) as house:
        made = BotHouse(house=house, ids={AUTHOR: "1160000000000000001"})
        people: list[tuple[str, Role, frozenset[str] | None]] = [(name, role, None) for role, name in ROLES.items()]
        people += [(COLLEAGUE, Role.AGENT, None), (DISABLED, Role.ADMIN, None)]
        people += [(OURS_ONLY, Role.ADMIN, frozenset({OURS})), (THEIRS_ONLY, Role.ADMIN, frozenset({THEIRS}))]
        for number, (name, role, brands) in enumerate(people, 2):
            house.people.add(name, role, by="test", brands=brands)
            made.ids[name] = f"11600000000000000{number:02}"
        house.people.disable(house.people.named(DISABLED).person_id, by=AUTHOR)
        made.restart()
        yield made


KINDS = {
    "issue": ObjectKind.ISSUE,
    "case": ObjectKind.CASE,
    "draft": ObjectKind.DRAFT,
    "update": ObjectKind.UPDATE,
    "alarm": ObjectKind.ALARM,
}
"""Names under which a press carries the number of a thing."""


def ledger_hash(house: BotHouse) -> str:
    """Return a digest over every row of every table, so that no change goes unseen."""
    with sqlite3.connect(f"file:{house.house.home / 'ledger.db'}?mode=ro", uri=True) as db:
        digest = hashlib.sha256()
        for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name").fetchall():
            rows = sorted(repr(row) for row in db.execute(f'select * from "{name}"'))
            digest.update(f"{name}{rows}".encode())
        return digest.hexdigest()


def a_press(house: BotHouse, verb: str, brand: str = OURS, **about: Any) -> Said:
    """Return an answer with one button of ours that does `verb` to things of a brand."""
    named: dict[str, Any] = {name: house.house.things[kind][brand] for name, kind in KINDS.items()}
    buttons = Buttons()
    made = buttons.button(verb, "knop", **{"seen": 0, "version": 0, **named, **about})
    house.bot.presses.keep(buttons.made, at=house.house.clock.now(), until=None)
    return Said(rows=({"type": 1, "components": [made]},))


def kind_of(verb: str) -> Kind:
    return Kind.FORM if verb in ON_FORM else Kind.PRESS
