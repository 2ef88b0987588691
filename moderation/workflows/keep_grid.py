"""The channel grid that holds: the file is where it begins, people's edits lie in the ledger, and every earlier state can come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from listener.errors import NotAllowed, SettingsError
from listener.ports import Clock
from moderation.ledger.grid import GridLedger
from moderation.model.grid import Grid, GridHistory, GridVersion, TypeEdit
from moderation.policy.grid import parse_grid
from moderation.policy.grid_edit import added, changed, retired
from moderation.workflows.quick_yaml import read_yaml

MOST_BYTES = 200_000
MOST_VERSIONS = 30


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of the ledger when its newest state was `version`."""

    version: int
    history: GridHistory
    documents: Mapping[int, Mapping[str, Any]]


class KeepGrid:
    """Reads and changes the grid. Every change is made on the state its page knew of: two editors cannot overwrite each other unseen."""

    def __init__(self, ledger: GridLedger, clock: Clock, *, file: Callable[[], Mapping[str, Any]]) -> None:
        """`file` gives the grid as its file has it. Raises `SettingsError` when that cannot be read."""
        self._ledger = ledger
        self._clock = clock
        self._file = file
        self._known: _Known | None = None

    @cached_property
    def _begins(self) -> Mapping[str, Any]:
        return self._file()

    def now(self) -> Grid:
        """Return the grid that holds."""
        return self.history().now

    def history(self) -> GridHistory:
        """Return every grid that held: a contact keeps the type it had when it came in."""
        return self._read().history

    def version(self) -> int:
        """Return the number of the state that holds; 0 for the file."""
        return self._read().version

    def versions(self) -> list[GridVersion]:
        """Return the newest changes, newest first."""
        return self._ledger.versions(MOST_VERSIONS)

    def document(self) -> Mapping[str, Any]:
        """Return the grid that holds in the shape of its file."""
        known = self._read()
        return known.documents[known.version]

    def text(self) -> str:
        """Return the grid that holds as a file, to keep or to change."""
        head = "# The channel grid as it holds now; `klankbord grid import FILE` or the setting grid.file takes it in.\n"
        return head + yaml.safe_dump(_plain(self.document()), allow_unicode=True, sort_keys=False, width=120)

    def change(self, name: str, edit: TypeEdit, *, seen: int, by: str) -> None:
        """Change the wording and the plan of a type; conversations that had it keep it. Raises `ActionError`."""
        self._put(changed(self.document(), name, edit), seen=seen, verb="change", about=name, by=by)

    def add(self, edit: TypeEdit, *, seen: int, by: str) -> str:
        """Add a type, and return what it is called inside; a retired type's name is never given again. Raises `ActionError`."""
        taken = {row.name for grid in self._every() for row in grid.types}
        document, name = added(self.document(), edit, taken=taken)
        self._put(document, seen=seen, verb="add", about=name, by=by)
        return name

    def retire(self, name: str, *, seen: int, by: str) -> None:
        """Give a type to no new contact. Raises `ActionError`."""
        self._put(retired(self.document(), name), seen=seen, verb="retire", about=name, by=by)

    def put_back(self, version_id: int, *, seen: int, by: str) -> None:
        """Let an earlier state hold again, 0 for the file's; a state more, so that this can be taken back too. Raises `NotAllowed`."""
        known = self._read()
        if version_id not in known.documents:
            raise NotAllowed("There is no such state of the grid.", key="grid_no_version")
        back = known.documents[version_id] if version_id else {}
        self._put(back, seen=seen, verb="put_back", about=str(version_id), by=by)

    def undo(self, *, seen: int, by: str) -> None:
        """Let the state before the newest hold again. Raises `NotAllowed` when nobody changed anything."""
        numbers = sorted(self._read().documents)
        if len(numbers) < 2:
            raise NotAllowed("Nobody changed the grid; it is as its file says.", key="grid_untouched")
        self.put_back(numbers[-2], seen=seen, by=by)

    def take_in(self, text: str, *, name: str, by: str) -> None:
        """Let a file's grid hold, as a change of its own. Raises `SettingsError` when it is none."""
        if len(text.encode("utf-8", "replace")) > MOST_BYTES:
            raise SettingsError(f"{name} is larger than {MOST_BYTES:,} bytes; a grid is not.")
        try:
            read = read_yaml(text)
        except yaml.YAMLError as error:
            raise SettingsError(f"{name} is no YAML: {' '.join(str(error).split())[:200]}") from error
        if not isinstance(read, dict):
            raise SettingsError(f"{name} holds no grid; `klankbord grid export` writes one.")
        parse_grid(read, name=name)
        self._put(_plain(read), seen=self.version(), verb="import", about="", by=by)

    def _put(self, document: Mapping[str, Any], *, seen: int, verb: str, about: str, by: str) -> None:
        self._ledger.put(document, seen=seen, verb=verb, about=about, by=by, at=self._clock.now())

    def _every(self) -> list[Grid]:
        history = self.history()
        return [history.first, *(grid for _, grid in history.later)]

    def _read(self) -> _Known:
        newest = self._ledger.newest()
        if self._known is None or self._known.version != newest:
            states = self._ledger.states()
            documents = {0: self._begins} | {number: kept or self._begins for number, _, kept in states}
            first = parse_grid(self._begins, name="grid.file")
            later = tuple((at, parse_grid(documents[number], name=f"grid, state {number}")) for number, at, _ in states)
            last = states[-1][0] if states else 0
            self._known = _Known(version=last, history=GridHistory(first=first, later=later), documents=documents)
        return self._known


def _plain(value: Any) -> Any:
    """Return what YAML read as JSON holds it: no dates, no other kinds of keys."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
