"""The ``haru`` command: its group of subcommands, and how errors end it."""

from __future__ import annotations

import gc
import os
import sys

import click

from bot.terminal.archive_commands import export, import_documents, preview, retract, search
from bot.terminal.backup_commands import backup, restore
from bot.terminal.command import FAILED
from bot.terminal.operator_commands import channels, deliveries, doctor, manifest
from bot.terminal.process_commands import deliver, health, migrate, run, serve, worker
from bot.terminal.source_commands import sources
from bot.terminal.workspace_commands import forget, pause, reencrypt, resume
from digests.errors import HaruError

_GC_THRESHOLD = 50_000
"""How many more objects are created than freed before the garbage collector runs. Python's default is 700."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="haru", prog_name="haru")
def cli() -> None:
    """Post the day's machine-learning papers to Slack, in each channel's language.

    Without Slack tokens in the environment or in .env, Haru uses a local workspace. Start
    it with `haru run`.

    Exit status: 0 success, 1 something failed or was refused (see standard error), 2 wrong
    usage.
    """


for subcommand in (
    run, serve, worker, deliver, migrate, health,
    import_documents, export, search, preview, retract,
    sources,
    channels, deliveries, doctor, manifest,
    pause, resume, forget,
    backup, restore, reencrypt,
):  # fmt: skip
    cli.add_command(subcommand)


def main() -> None:
    """Run ``haru``. A foreseen error prints one sentence and gives exit status 1."""
    # A start creates many objects that stay: looking for garbage among them takes a tenth of it.
    gc.set_threshold(_GC_THRESHOLD, *gc.get_threshold()[1:])
    # The database, the clones and the local workspace hold tokens and private papers.
    os.umask(0o077)
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Exit as stopped:
        status = stopped.exit_code
    except click.Abort:
        status = 130
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except HaruError as error:
        click.echo(f"haru: {error}", err=True)
        status = FAILED
    sys.exit(status or 0)
