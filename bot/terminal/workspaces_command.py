"""``haru pause``, ``resume`` and ``forget``: what an operator does with a whole workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.terminal.command import FAILED, command, open_database

if TYPE_CHECKING:
    from config.settings import Settings


@click.command("pause")
@click.argument("workspace", required=False, metavar="[WORKSPACE]")
@command
async def pause(settings: Settings, workspace: str | None) -> int:
    """Stop all posting, in one WORKSPACE (a team id such as T0123) or everywhere. Lookup goes on."""
    return await _brake(settings, workspace, paused=True)


@click.command("resume")
@click.argument("workspace", required=False, metavar="[WORKSPACE]")
@command
async def resume(settings: Settings, workspace: str | None) -> int:
    """Take the brake off again."""
    return await _brake(settings, workspace, paused=False)


async def _brake(settings: Settings, workspace: str | None, *, paused: bool) -> int:
    from bot.workspaces.installations import OPERATOR, Installations

    async with open_database(settings) as database:
        installations = Installations(database)
        chosen = [
            one
            for one in await installations.all()
            if workspace in (None, one.workspace.team_id or one.workspace.enterprise_id)
        ]
        for one in chosen:
            if paused:
                await installations.pause(one.workspace, OPERATOR)
            else:
                await installations.resume(one.workspace)
            click.echo(f"{'Paused' if paused else 'Resumed'} {one.name or one.workspace.key}.")
    if not chosen:
        click.echo(f"haru: no workspace {workspace or ''} is installed".replace("  ", " "), err=True)
        return FAILED
    return 0


@click.command("forget")
@click.argument("workspace", metavar="WORKSPACE")
@click.confirmation_option(
    prompt="This deletes the workspace's settings, posts' records and private digests. Go on?"
)
@command
async def forget(settings: Settings, workspace: str) -> int:
    """Delete everything kept of a WORKSPACE, installed or not: settings, ledger, private digests.

    WORKSPACE is a team's id such as T0123, or an organisation's such as E0123 where that installed Haru
    as a whole.
    """
    from bot.workspace_deletion import delete_workspace
    from bot.workspaces.installations import Installations

    async with open_database(settings) as database:
        found = await Installations(database).with_id(workspace)
        for one in found:
            await delete_workspace(database, one)
    if not found:
        click.echo(f"haru: nothing is kept of a workspace {workspace}", err=True)
        return FAILED
    click.echo(f"Forgot {workspace}.")
    return 0
