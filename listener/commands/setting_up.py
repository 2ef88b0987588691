"""Commands that check and choose: doctor, model."""

from __future__ import annotations

import asyncio

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line
from listener.embedding.open import model_folder, open_embedder
from listener.errors import SettingsError
from listener.settings.load import settings_file
from listener.workflows.change_model import forget_models, model_state
from listener.workflows.check_health import Finding, check_health
from listener.workflows.choose_model import choose_model

MARKS = {"ok": "ok  ", "warn": "note", "fail": "MEND"}


def show_findings(findings: list[Finding], as_json: bool) -> None:
    """Print what a check found; exits 1 when something must be mended."""
    if as_json:
        print_json(findings)
    for finding in [] if as_json else findings:
        print_line(f"{MARKS[finding.level]}  {finding.what}: {finding.detail}")
        if finding.mend:
            print_line(f"      → {finding.mend}")
    if any(finding.level == "fail" for finding in findings):
        raise SystemExit(1)


@click.command("doctor")
@json_option
@pass_place
def doctor_command(place: Place, as_json: bool) -> None:
    """Check keys, model, clock, disk and pages, and say what to do."""
    found = asyncio.run(check_health(place.home, place.schema))
    show_findings([*found, *place.further_checks(place.home)], as_json)


@click.group("model", invoke_without_command=True)
@json_option
@click.pass_context
def model_group(context: click.Context, as_json: bool) -> None:
    """The sentence model that turns texts into vectors: which one serves, how far a change is, and what is kept."""
    if context.invoked_subcommand is not None:
        return
    place = context.find_object(Place)
    assert place is not None  # noqa: S101 - every command line makes one; this tells the type checker
    with place.ledger() as ledger:
        state = model_state(ledger, _wanted_model(place))
    if as_json:
        print_json(state)
        return
    print_line(f"Serving: {state.serving}")
    if state.serving != state.wanted:
        done = state.texts - state.left
        print_line(f"Changing to: {state.wanted}; {done} of {state.texts} texts encoded ({done / max(state.texts, 1):.0%})")
        print_line("The service encodes them beside its other work; the model before serves until the last one.")
    for one in state.kept:
        unused = "" if one.serves or one.wanted else ", not used any more (`klankbord model forget`)"
        print_line(f"  {one.model}: vectors of {one.texts} texts{unused}")


def _wanted_model(place: Place) -> str:
    settings = place.settings_or_default
    embedder = open_embedder(settings.model, models_dir=place.home / "models", languages=settings.languages)
    embedder.close()
    return embedder.model_id


@model_group.command("forget")
@click.argument("model", required=False)
@json_option
@pass_place
def model_forget(place: Place, model: str | None, as_json: bool) -> None:
    """Delete the vectors of MODEL, or of every model that is not used any more. Nothing else ever deletes them."""
    with place.ledger() as ledger:
        gone = forget_models(ledger, _wanted_model(place), model)
    if as_json:
        print_json(gone)
        return
    for name, vectors in gone.items():
        print_line(f"{vectors} vectors of {name} are gone.")
    if not gone:
        print_line("No vectors of unused models are kept.")


@model_group.command("use")
@click.argument("name")
@pass_place
def model_use(place: Place, name: str) -> None:
    """Use another sentence-transformers model, by NAME or by the path of a folder; 'bundled' goes back to the one that ships."""
    print_line(choose_model(settings_file(place.home), name))
    try:
        if name != "bundled":
            model_folder(name, models_dir=place.home / "models")
    except SettingsError as missing:
        print_line(f"Not there yet: {missing}")
