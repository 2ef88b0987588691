"""A library that is not installed costs its own source, which says what to install; the service starts and the others go on."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceRefused
from listener.ports import Source
from listener.settings.schema import HttpSettings, ListenerSettings, SourceSettings
from listener.settings.secrets import Secrets
from listener.sources.context import SourceContext
from listener.sources.extras import LIBRARIES, NEEDED, WithoutLibrary, missing_library
from listener.sources.http import HttpClient
from listener.sources.looking_up import look_up_of
from listener.sources.registry import SOURCES, build_source
from listener.sources.streaming import stream_of
from listener.workflows.check_keys import check_sources
from moderation.publishers.registry import Opening, open_publisher
from moderation.settings import AccountSettings
from tests.fakes.calling import NOW

KINDS: dict[str, dict[str, Any]] = {
    "reddit": {"subreddits": ["thenetherlands"], "approval_reference": "r", "user_agent_name": "kim"},
    "reddit_modqueue": {"subreddits": ["stroomwerk"], "approval_reference": "r", "user_agent_name": "kim"},
    "x": {"query": "stroomwerk"},
}


class Hidden(MetaPathFinder):
    """Makes a package look as if it was never installed."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname.partition(".")[0] == self._name:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


@pytest.fixture
def without(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Hide the library of an extra."""
    extra: str = request.param
    for name in [one for one in sys.modules if one.partition(".")[0] == LIBRARIES[extra]]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Hidden(LIBRARIES[extra]), *sys.meta_path])
    return extra


def _source(kind: str) -> Source:
    http = HttpClient(HttpSettings.model_validate({}))
    context = SourceContext(http=http, clock=ManualClock(NOW), secrets=lambda _: "s", brands=())
    return build_source(SourceSettings.model_validate({"id": "one", "kind": kind, **KINDS[kind]}), context=context)


def test_every_kind_that_needs_an_extra_is_in_this_file() -> None:
    assert KINDS.keys() == NEEDED.keys()
    assert NEEDED.keys() <= SOURCES.keys()
    assert set(NEEDED.values()) <= LIBRARIES.keys()


@pytest.mark.parametrize(("without", "kind"), [(extra, kind) for kind, extra in NEEDED.items()], indirect=["without"])
async def test_a_source_without_its_library_says_what_to_install(without: str, kind: str) -> None:
    source = _source(kind)
    settings = SourceSettings.model_validate({"id": "one", "kind": kind})
    for asked in (source.pull(None), source.look_up(["1"])):  # type: ignore[attr-defined]  # it stands for sources that can be asked
        with pytest.raises(SourceRefused, match=rf"pip install 'klankbord\[{without}\]'") as told:
            await asked
        assert told.value.cause == "library_missing"
    assert stream_of(source, settings) is None
    look_up_of(source, kind)
    await source.aclose()


@pytest.mark.parametrize(("without", "kind"), [(extra, kind) for kind, extra in NEEDED.items()], indirect=["without"])
def test_doctor_says_it_too(tmp_path: Path, without: str, kind: str) -> None:
    settings = ListenerSettings.model_validate({"sources": [{"id": "one", "kind": kind, **KINDS[kind]}]})
    found = list(check_sources(settings, Secrets(tmp_path, environment={}), ManualClock(NOW), file=tmp_path))
    assert f"pip install 'klankbord[{without}]'" in {one.mend for one in found}


@pytest.mark.parametrize("without", LIBRARIES, indirect=True)
def test_an_account_that_posts_there_is_refused_with_the_same_words(tmp_path: Path, without: str) -> None:
    account = AccountSettings.model_validate({"platform": without, "name": "klantenservice"})
    opening = Opening(account=account, http=HttpSettings.model_validate({}), clock=ManualClock(NOW), secrets=Secrets(tmp_path))
    with pytest.raises(SettingsError, match=rf"pip install 'klankbord\[{without}\]'"):
        open_publisher(opening)


@pytest.mark.parametrize("kind", KINDS)
async def test_with_its_library_a_source_is_itself(kind: str) -> None:
    source = _source(kind)
    assert not isinstance(source, WithoutLibrary)
    assert missing_library(NEEDED[kind]) == ""
    await source.aclose()


STARTS = """
import sys, json, importlib.abc
class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("praw", "prawcore", "tweepy", "discord"):
            raise ModuleNotFoundError(name=name)
sys.meta_path.insert(0, Hide())
import moderation.cli, moderation.bootstrap, moderation.running, listener.sources.registry
print(json.dumps(sorted({"praw", "prawcore", "tweepy", "discord"} & sys.modules.keys())))
"""


def test_everything_is_loaded_without_any_extra() -> None:
    """Nothing that starts a service may import one at its top."""
    done = subprocess.run([sys.executable, "-c", STARTS], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, json.loads(done.stdout or "null")) == (0, []), done.stderr
