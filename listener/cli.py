"""The listening half as commands: part of `klankbord`, and complete on its own as `python -m listener`."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from pathlib import Path

import click
from pydantic import ConfigDict

from listener.commands.collecting import collect_command, import_command
from listener.commands.correcting import issue_group
from listener.commands.coverage import sources_command
from listener.commands.first_settings import init_command
from listener.commands.issues import issues_command
from listener.commands.labelling import label_group, labels_command
from listener.commands.place import Place
from listener.commands.querying import query_group
from listener.commands.replaying import replay_command
from listener.commands.searching import search_command
from listener.commands.setting_up import doctor_command, model_group
from listener.commands.signals import signals_group
from listener.commands.telling import digest_command
from listener.commands.understanding import rebuild_command
from listener.commands.unreadable import unreadable_group
from listener.errors import InputError, ProductError
from listener.logs import start_logging
from listener.settings.schema import ListenerSettings
from listener.text.shorten import terminal_safe

logger = logging.getLogger(__name__)

LISTENING_COMMANDS: tuple[click.Command, ...] = (
    init_command,
    import_command,
    collect_command,
    sources_command,
    unreadable_group,
    query_group,
    issues_command,
    issue_group,
    signals_group,
    labels_command,
    label_group,
    digest_command,
    search_command,
    replay_command,
    rebuild_command,
    doctor_command,
    model_group,
)
EXIT_FAILED, EXIT_WRONG_USE, EXIT_STOPPED = 1, 2, 130
HOME_HELP = "Folder that holds everything; KLANKBORD_HOME or the user's data folder by default."


class ListenerAlone(ListenerSettings):
    """klankbord.yaml read by the listening half alone: what concerns answering is left unread."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="FOLDER", help=HOME_HELP)
@click.option("--verbose", "-v", is_flag=True, help="Log what happens, to standard error.")
@click.pass_context
def listener_group(context: click.Context, home: str | None, verbose: bool) -> None:
    """Listen: collect mentions, group them into issues, tell what emerges.

    Exit codes: 0 done, 1 failed, 2 wrong use or wrong input, 130 stopped by you.
    """
    start_logging(logging.INFO if verbose else logging.ERROR)
    context.obj = Place(home, ListenerAlone)


for one in LISTENING_COMMANDS:
    listener_group.add_command(one)


def run_group(group: click.Group) -> None:
    """Run a command line and end the process with the documented exit code; nobody sees a traceback or a message that a terminal obeys."""
    try:
        group.main(standalone_mode=False)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(EXIT_WRONG_USE)
    except InputError as wrong:
        _complain(str(wrong))
        sys.exit(EXIT_WRONG_USE)
    except ProductError as failed:
        _complain(str(failed))
        sys.exit(EXIT_FAILED)
    except BrokenPipeError:  # whoever read our output, such as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except OSError as failed:
        _complain(f"{failed.filename or 'the system'}: {failed.strerror or type(failed).__name__}")
        sys.exit(EXIT_FAILED)
    except (click.Abort, KeyboardInterrupt):
        _complain("stopped")
        sys.exit(EXIT_STOPPED)
    except Exception as error:  # the outermost edge: the error's own words may hold a customer's text
        logger.info("command failed", exc_info=True)
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
        _complain(f"a mistake of ours ({where}). Again with `klankbord --verbose …` it tells more; please report that.")
        sys.exit(EXIT_FAILED)


def _complain(text: str) -> None:
    click.echo(f"klankbord: {terminal_safe(text)}", err=True)


def main() -> None:
    """Run `python -m listener`."""
    run_group(listener_group)
