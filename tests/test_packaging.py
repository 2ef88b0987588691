"""What people install is the whole product and nothing else: the wheel, its files, and its first minutes in a folder of somebody else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from listener.sources.extras import LIBRARIES
from moderation.reports.kept import figures_of
from moderation.settings import KlankbordSettings
from tests.moderation.reports.again.book import Book
from tests.moderation.reports.again.grounds import ground_of
from tests.moderation.reports.again.whole import counted_again, differences
from tests.modules import PACKAGES, ROOT

MACHINE_PATH = re.compile(rb"(?<![\w.])/(?:work|root|Users/\w+|home/\w+|tmp/\w+)/\w|[A-Z]:\\Users\\")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the packages that are already here."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("klankbord-*.whl")
    return built


@pytest.fixture(scope="module")
def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def _files(folder: Path) -> set[str]:
    return {
        file.relative_to(ROOT).as_posix()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")
    }


def test_the_wheel_holds_all_code_and_what_lies_beside_it(contents: dict[str, bytes]) -> None:
    """SQL and page layouts are easily forgotten, and missed only after the installation."""
    expected = {name for package in PACKAGES for name in _files(ROOT / package)}
    assert expected - set(contents) == set()


def test_the_wheel_carries_the_config_folder(contents: dict[str, bytes]) -> None:
    shipped = {f"config/{name.removeprefix('listener/_shipped/')}" for name in contents if name.startswith("listener/_shipped/")}
    assert shipped == _files(ROOT / "config")
    assert "config/klankbord.example.yaml" in shipped


def test_the_wheel_holds_nothing_else(contents: dict[str, bytes]) -> None:
    """No tests, no caches, no scripts of developers."""
    assert {name.split("/")[0] for name in contents} <= {*PACKAGES, f"klankbord-{PROJECT['project']['version']}.dist-info"}
    assert [name for name in contents if "__pycache__" in name or name.endswith((".pyc", ".db", ".duckdb"))] == []
    assert any(name.endswith("licenses/LICENSE") for name in contents)


def test_no_file_names_a_place_on_the_machine_it_was_made_on(contents: dict[str, bytes]) -> None:
    found = {name: match[0] for name, content in contents.items() if (match := MACHINE_PATH.search(content))}
    assert found == {}


def test_every_dependency_is_pinned_to_a_release_that_was_tested() -> None:
    """Two people who install on different days get the same packages."""
    lines = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    pins = {canonicalize_name(one.name): one for one in map(Requirement, lines)}
    extras = [one for group in PROJECT["project"]["optional-dependencies"].values() for one in group if not one.startswith("klankbord[")]
    groups = (PROJECT["project"]["dependencies"], extras, PROJECT["dependency-groups"]["dev"], PROJECT["build-system"]["requires"])
    for requirement in map(Requirement, (one for group in groups for one in group)):
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement.name} is not in constraints.txt"
        (exact,) = pin.specifier
        assert exact.operator == "=="
        assert not Version(exact.version).local, f"{pin} exists on one machine only"
        assert requirement.specifier.contains(exact.version), f"{pin} does not fit {requirement}"
    assert not [line for line in lines if "://" in line or line.startswith("-")]


def test_what_a_missing_library_s_sentence_names_is_there_to_install() -> None:
    """And scripts/start installs all of them: the two commands of the README keep working for every source."""
    extras = PROJECT["project"]["optional-dependencies"]
    assert extras.keys() == {*LIBRARIES, "all"}
    assert set(re.findall(r"[a-z]+", extras["all"][0].partition("[")[2])) == set(LIBRARIES)
    assert '--editable ".[all]"' in (ROOT / "scripts/lib/setup.sh").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment with the wheel in it.

    Dependencies are those that are already here, found through a .pth file: only its own lines are read, so the checkout that
    may be installed beside them is not seen.
    """
    folder = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(command, check=True, capture_output=True, timeout=900)
    (site,) = folder.glob("lib/python*/site-packages")
    here = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    (site / "dependencies.pth").write_text("\n".join(here) + "\n", encoding="utf-8")
    return folder / "bin"


def _run(command: list[str | Path], tmp_path: Path, *, timeout_seconds: float = 300) -> subprocess.CompletedProcess[str]:
    """Run from a folder that has nothing to do with the checkout, with a home of its own."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KLANKBORD_"))}
    environment["KLANKBORD_HOME"] = str(tmp_path / "home")
    return subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False, timeout=timeout_seconds)


def test_installed_code_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Else the tests below would show that the checkout works, which says nothing."""
    imports = "import listener, moderation; from listener.settings.resources import shipped"
    code = f"{imports}; print(listener.__file__, moderation.__file__, shipped())"
    done = _run([installed / "python", "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr
    for place in done.stdout.split():
        assert Path(place).is_relative_to(installed.parent), place
    assert done.stdout.split()[2].endswith("listener/_shipped")


def test_the_installed_command_explains_itself(installed: Path, tmp_path: Path) -> None:
    done = _run([installed / "klankbord", "--help"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


def test_wrong_use_ends_with_two_and_no_traceback(installed: Path, tmp_path: Path) -> None:
    done = _run([installed / "klankbord", "no-such-command"], tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def played(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo as it is played once: its folder, and what it said."""
    folder = tmp_path_factory.mktemp("played")
    home = folder / "demo"
    done = _run([installed / "klankbord", "--home", home, "demo", "--once"], folder, timeout_seconds=900)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    return home, done.stdout


@pytest.mark.slow
@pytest.mark.model
def test_the_installed_demo_plays_to_its_digest(played: tuple[Path, str]) -> None:
    """The first thing anybody does with it, with the shipped scenario, model, templates and SQL."""
    assert "Zoemvolt" in played[1]


@pytest.mark.slow
@pytest.mark.model
def test_every_number_of_the_demos_weekly_report_is_in_its_ledger(installed: Path, played: tuple[Path, str], tmp_path: Path) -> None:
    """Counted again by plain code that shares nothing with the product, over thousands of posts that went through the real thing."""
    home, _ = played
    done = _run([installed / "klankbord", "--home", home, "report", "--json"], tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    figures = figures_of(json.loads(done.stdout))
    assert figures.mentions > 500
    ground = ground_of(KlankbordSettings.model_validate(yaml.safe_load((home / "klankbord.yaml").read_text(encoding="utf-8"))))
    book = Book(home / "ledger.db", figures.period, ground, up_to=figures.up_to, made_at=figures.made_at)
    assert sorted(differences(figures, counted_again(book))) == []
