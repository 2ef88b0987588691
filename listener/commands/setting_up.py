"""Commands that check and choose: doctor, model."""

from __future__ import annotations

import asyncio

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line
from listener.settings.load import settings_file
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
    show_findings(asyncio.run(check_health(place.home, place.schema)), as_json)


@click.group("model")
def model_group() -> None:
    """The sentence model that turns texts into vectors."""


@model_group.command("use")
@click.argument("name")
@pass_place
def model_use(place: Place, name: str) -> None:
    """Use another sentence-transformers model, by NAME or by the path of a folder; 'bundled' goes back to the one that ships."""
    print_line(choose_model(settings_file(place.home), name))
