"""The rules of ARCHITECTURE's rooms: each takes a module and yields what breaks it; its docstring says why it is a rule."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from tests.modules import PACKAGES, Module, inside

PURE = tuple(f"listener.{room}" for room in ("text", "labels", "issues", "signals", "digest", "demo", "model")) + tuple(
    f"moderation.{room}"
    for room in ("model", "policy", "messages", "triage", "tone", "reports", "rules", "coach", "prompts", "knowledge", "charts")
)
WORDS = ("listener.model", "listener.ports", "listener.errors", "listener.settings.schema")
OUR_WORDS = (*WORDS, "moderation.model", "moderation.ports", "moderation.settings")
COMPUTING = ("numpy", "scipy", "sklearn", "graspologic_native", "jinja2", "markupsafe", "nh3", "altair", "regex")
# fmt: off  (one word a line would take a page)
DOES_IO = (
    "os",
    "io",
    "pathlib",
    "shutil",
    "tempfile",
    "glob",
    "fileinput",
    "mmap",
    "socket",
    "ssl",
    "select",
    "selectors",
    "http",
    "urllib.request",
    "ftplib",
    "smtplib",
    "imaplib",
    "poplib",
    "sqlite3",
    "dbm",
    "shelve",
    "pickle",
    "asyncio",
    "threading",
    "multiprocessing",
    "subprocess",
    "signal",
    "concurrent",
    "time",
    "sched",
    "secrets",
    "getpass",
    "logging",
    "sys",
    "importlib",
    "pkgutil",
    "platform",
    "webbrowser",
    "ctypes",
)
# fmt: on
IO_CALLS = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"})
COMPUTES_WITH = {
    "listener.demo.texts": ("yaml",),  # reads sentences out of text handed to it, opens nothing
    "listener.text.personal_data_contact": ("phonenumbers",),  # numbering plans as tables of the library; asks nobody
}
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})
SQL_LIBRARIES = ("sqlalchemy", "alembic", "duckdb", "sqlite3")
SQL_ROOMS = ("listener.ledger", "listener.insight", "listener.search", "moderation.ledger", "moderation.insight")
SQL_TEXT = re.compile(
    r"^\s*(?:select\s.+\sfrom\s|insert\s+(?:or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s|(?:create|drop|alter)\s+table\s|pragma\s+\w)",
    re.IGNORECASE | re.DOTALL,
)
# fmt: off  (one word a line would take a page)
NETWORK_LIBRARIES = (
    "httpx",
    "httpcore",
    "requests",
    "urllib3",
    "aiohttp",
    "socket",
    "ssl",
    "http.client",
    "http.server",
    "urllib.request",
    "smtplib",
    "imaplib",
    "poplib",
    "ftplib",
    "telnetlib",
    "praw",
    "prawcore",
    "tweepy",
    "discord",
    "websockets",
    "websocket",
    "uvicorn",
    "feedparser",
    "httpx2",
    "asyncpraw",
    "atproto",
    "nio",
    "mastodon",
    "aiosmtplib",
    "pycurl",
    "curl_cffi",
    "paramiko",
    "grpc",
)
# fmt: on
NETWORK_ROOMS = (
    "listener.sources",
    "listener.rephrase",  # the optional language model: one POST to the address in settings, off without one
    "moderation.publishers",
    "moderation.consequences",
    "moderation.delivery",
    "moderation.bot",
    "moderation.inbox",
    "moderation.public",
    "moderation.service",  # starts the web listeners
    "listener.control",  # the Unix socket in the home: no network
)
COMMANDS = ("listener.cli", "listener.commands", "listener.__main__", "moderation.cli", "moderation.commands", "moderation.__main__")
BOOTSTRAPS = ("listener.bootstrap", "listener.bootstrap_sources", "moderation.bootstrap")
KNOWS_BOOTSTRAP = (*COMMANDS, *BOOTSTRAPS, "listener.answers", "moderation.answers")  # answers: what commands ask of an open home
PUBLISH = "publish"
OPENS_CONNECTIONS = frozenset(
    {"open_connection", "create_connection", "create_datagram_endpoint", "sock_connect", "start_server", "create_server"}
)
WRITERS = ("moderation.publishers", "moderation.consequences")
BESIDE_THEIR_CODE = (*SQL_ROOMS, "moderation.inbox", "moderation.public")
STEPS = ("workflows", "commands", "cli", "bootstrap", "schedule", "answers")


def listening_stands_alone(module: Module) -> Iterator[str]:
    """`listener` never imports `moderation`: it can be used without."""
    if module.inside("listener"):
        for one in module.imports:
            if inside(one.name, "moderation"):
                yield f"line {one.line}: imports {one.name}"


def pure_rooms_only_compute(module: Module) -> Iterator[str]:
    """Rooms that understand or word things do no I/O, read no clock and load nothing: same input, same answer."""
    if not module.inside(*PURE):
        return
    for one in module.imports:
        if not (_pure_import(one.name) or any(inside(one.name, library) for library in COMPUTES_WITH.get(module.name, ()))):
            yield f"line {one.line}: imports {one.name}"
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in IO_CALLS:
            yield f"line {node.lineno}: calls {node.func.id}()"
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_CALLS and _names_a_date_type(node.func.value):
            yield f"line {node.lineno}: reads the clock ({node.func.attr}()); take the time as an argument"


def _names_a_date_type(node: ast.expr) -> bool:
    """`datetime.now()` reads the clock; `clock.now()` asks a clock that was handed over."""
    return (isinstance(node, ast.Name) and node.id in ("datetime", "date")) or (
        isinstance(node, ast.Attribute) and node.attr in ("datetime", "date")
    )


def _pure_import(name: str) -> bool:
    top = name.split(".")[0]
    if top in PACKAGES:
        return any(inside(name, room) for room in (*OUR_WORDS, *PURE))
    if top in COMPUTING:
        return True
    return top in sys.stdlib_module_names and not any(inside(name, banned) for banned in DOES_IO)


def model_needs_nothing(module: Module) -> Iterator[str]:
    """Records are made of the standard library (numpy for vectors) and other records."""
    if not module.inside("listener.model", "moderation.model"):
        return
    for one in module.imports:
        top = one.name.split(".")[0]
        ours = any(inside(one.name, room) for room in ("listener.model", "moderation.model"))
        if not (ours or top == "numpy" or top in sys.stdlib_module_names):
            yield f"line {one.line}: imports {one.name}"


def sql_stays_in_the_stores(module: Module) -> Iterator[str]:
    """SQL and its libraries live in ledger and insight, so that a store can be replaced."""
    if module.inside(*SQL_ROOMS):
        return
    for one in module.imports:
        if any(inside(one.name, library) for library in SQL_LIBRARIES):
            yield f"line {one.line}: imports {one.name}"
    docstrings = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings and SQL_TEXT.match(node.value):
            yield f"line {node.lineno}: holds SQL {node.value[:40]!r}"


def network_has_its_rooms(module: Module) -> Iterator[str]:
    """Only rooms made for it talk to the network."""
    if module.inside(*NETWORK_ROOMS):
        return
    for one in module.imports:
        if any(inside(one.name, library) for library in NETWORK_LIBRARIES):
            yield f"line {one.line}: imports {one.name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in OPENS_CONNECTIONS:
            yield f"line {node.lineno}: uses {node.attr}"


def only_the_write_gateway_publishes(module: Module) -> Iterator[str]:
    """Whatever leaves in the brand's name passes one place, where approval and state are checked."""
    if module.inside(*WRITERS, "moderation.outbox.gateway", "moderation.bootstrap"):
        return
    for one in module.imports:
        if any(inside(one.name, room) for room in WRITERS):
            yield f"line {one.line}: imports {one.name}"


def nobody_else_holds_publish(module: Module) -> Iterator[str]:
    """No other code can post: whoever holds a publisher neither calls `publish`, nor hands it on, nor asks for it by name (RULES D1)."""
    if module.inside("moderation.publishers", "moderation.outbox.gateway", "moderation.ports"):
        return
    holds = any(inside(one.name, "moderation.ports.Publisher") or one.name == "moderation.ports" for one in module.imports)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr == PUBLISH and (holds or "publisher" in ast.dump(node.value).lower()):
            yield f"line {node.lineno}: touches .{PUBLISH}"
        if isinstance(node, ast.Call) and any(isinstance(one, ast.Constant) and one.value == PUBLISH for one in node.args):
            asked = ast.dump(node.func)
            if holds or any(name in asked for name in ("getattr", "methodcaller", "attrgetter")):
                yield f"line {node.lineno}: asks for {PUBLISH!r} by name"


def bootstrap_is_known_by_commands_only(module: Module) -> Iterator[str]:
    """Parts get what they need as arguments; only the outermost layer knows how everything is put together."""
    if module.inside(*KNOWS_BOOTSTRAP):
        return
    for one in module.imports:
        if any(inside(one.name, bootstrap) for bootstrap in BOOTSTRAPS):
            yield f"line {one.line}: imports {one.name}"


def rooms_do_not_know_the_steps(module: Module) -> Iterator[str]:
    """Sources, stores, models, settings and publishers are called by workflows, never the other way round."""
    rooms = ("sources", "ledger", "insight", "search", "embedding", "settings", "model", "publishers", "consequences", "delivery", "outbox")
    if not module.inside(*(f"{package}.{room}" for package in PACKAGES for room in rooms)):
        return
    for one in module.imports:
        if any(inside(one.name, f"{package}.{step}") for package in PACKAGES for step in STEPS):
            yield f"line {one.line}: imports {one.name}"


def shipped_files_have_one_door(module: Module) -> Iterator[str]:
    """Files of config/ are found by `listener.settings.resources` only, or they are not found in a wheel.

    SQL and page layouts lie beside the code that uses them and are read there.
    """
    if module.inside("listener.settings.resources", *BESIDE_THEIR_CODE):
        return
    for one in module.imports:
        if inside(one.name, "importlib.resources") or inside(one.name, "pkgutil"):
            yield f"line {one.line}: imports {one.name}"
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Name)
            and node.id == "__file__"
            and not module.inside("listener.ledger", "listener.insight", "moderation.ledger")
        ):
            yield f"line {node.lineno}: uses __file__"


def only_commands_print(module: Module) -> Iterator[str]:
    """What a person sees is printed by commands; everything else returns facts or logs."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print" and not module.inside(*COMMANDS):
            yield f"line {node.lineno}: calls print()"
    if not module.inside(*COMMANDS, *BOOTSTRAPS):
        for one in module.imports:
            if inside(one.name, "click"):
                yield f"line {one.line}: imports {one.name}"


def every_module_says_what_it_is_for(module: Module) -> Iterator[str]:
    """The first line of a file tells what it is for."""
    if not (ast.get_docstring(module.tree) or "").strip():
        yield "line 1: has no docstring"


RULES = (
    listening_stands_alone,
    pure_rooms_only_compute,
    model_needs_nothing,
    sql_stays_in_the_stores,
    network_has_its_rooms,
    only_the_write_gateway_publishes,
    nobody_else_holds_publish,
    bootstrap_is_known_by_commands_only,
    rooms_do_not_know_the_steps,
    shipped_files_have_one_door,
    only_commands_print,
    every_module_says_what_it_is_for,
)
