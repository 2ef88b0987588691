"""The command that describes the API."""

from __future__ import annotations

import json

import click

from listener.commands.place import print_document
from moderation.inbox.api.app import description


@click.command("openapi")
def openapi_command() -> None:
    """Print the OpenAPI description of the API, as JSON."""
    print_document(json.dumps(description(), indent=2, ensure_ascii=False) + "\n")
