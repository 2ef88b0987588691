"""Plants one bug at a time in a copy of the code and runs the tests that must notice it.

Usage: python -m tests.mutation.rig [--only NAME …] [--list]   Prints a line per bug and one closing line; exits 1 when a bug survives.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.modules import ROOT
from tests.mutation.planted import BUGS, Bug

COPIED = ("listener", "moderation", "tests", "config", "scripts", "pyproject.toml", "README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE")
LONGEST_SECONDS = 300.0
"""Of one bug's tests; the run without a bug has as much for each of them."""
_RED = 1
"""pytest's exit code for failed tests. Anything else (a file that cannot be read, no test found) proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What happened to one bug. `noticed` is None when the run proved nothing; `said` is pytest's closing line."""

    bug: Bug
    noticed: bool | None
    said: str
    seconds: float


class Copy:
    """A copy of the code in a folder of its own, so that nothing here changes."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / "copy"
        self._root.mkdir()
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, self._root / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy2(source, self._root / name)

    def try_bug(self, bug: Bug) -> Tried:
        """Plant, run, take out again."""
        file = self._root / bug.file
        sound = file.read_text(encoding="utf-8")
        file.write_text(planted(sound, bug), encoding="utf-8")
        try:
            code, said, seconds = self.run(bug.tests)
        finally:
            file.write_text(sound, encoding="utf-8")
        noticed = {0: False, _RED: True}.get(code)
        return Tried(bug=bug, noticed=noticed, said=said, seconds=seconds)

    def run(self, tests: Sequence[str], *, longest: float = LONGEST_SECONDS) -> tuple[int, str, float]:
        """Run tests in the copy; return pytest's exit code, its last line and the seconds it took."""
        began = time.monotonic()
        # no bytecode: two edits within one second and of one length would look like the same file to Python's cache
        settings = {**os.environ, "PYTHONPATH": str(self._root), "PYTHONDONTWRITEBYTECODE": "1", "KLANKBORD_CI": ""}
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *tests]
        try:
            done = subprocess.run(command, cwd=self._root, env=settings, capture_output=True, text=True, timeout=longest, check=False)
        except subprocess.TimeoutExpired:
            return _RED, f"hung for {longest:.0f} s", time.monotonic() - began
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        return done.returncode, lines[-1] if lines else done.stderr[-200:], time.monotonic() - began


def planted(text: str, bug: Bug) -> str:
    """Return `text` with the bug in it. Raises ValueError when the place is not there exactly once: the list has to follow the code."""
    if text.count(bug.sound) != 1:
        raise ValueError(f"{bug.name}: {bug.file} holds its place {text.count(bug.sound)} times, not once")
    return text.replace(bug.sound, bug.wrong)


def try_all(bugs: Sequence[Bug], *, say: bool = True) -> list[Tried]:
    """Run the tests of all these bugs once without any bug (they must pass), then each bug alone."""
    with tempfile.TemporaryDirectory(prefix="klankbord-mutation-") as folder:
        copy = Copy(Path(folder))
        code, said, seconds = copy.run(sorted({test for bug in bugs for test in bug.tests}), longest=LONGEST_SECONDS * len(bugs))
        if code:
            raise RuntimeError(f"the tests fail without any planted bug: {said}")
        if say:
            sys.stdout.write(f"without a bug: {said} ({seconds:.0f} s)\n")
        tried = []
        for bug in bugs:
            one = copy.try_bug(bug)
            tried.append(one)
            if say:
                word = {True: "noticed", False: "SURVIVED", None: "NO PROOF"}[one.noticed]
                sys.stdout.write(f"{word:9} {bug.name:28} {one.seconds:5.0f} s  {one.said}\n")
                sys.stdout.flush()
        return tried


def main() -> int:
    """Run the rig as a command."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--only", nargs="+", default=[], help="names of bugs; all without")
    asked.add_argument("--list", action="store_true", help="print the bugs and their tests, run nothing")
    given = asked.parse_args()
    wanted = [bug for bug in BUGS if not given.only or bug.name in given.only]
    if unknown := set(given.only) - {bug.name for bug in BUGS}:
        asked.error(f"there is no planted bug {', '.join(sorted(unknown))}; --list shows them")
    if given.list:
        for bug in wanted:
            sys.stdout.write(f"{bug.name:28} {bug.file}: {bug.what}\n{'':28} {' '.join(bug.tests)}\n")
        return 0
    tried = try_all(wanted)
    survived = [one.bug.name for one in tried if not one.noticed]
    verdict = "all noticed" if not survived else "NOT NOTICED: " + ", ".join(survived)
    sys.stdout.write(f"mutation_outbox: {len(tried)} planted bugs, {len(tried) - len(survived)} turn the suite red: {verdict}\n")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
