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
    """Stop posting in one workspace, or in all of them.

    WORKSPACE is a team id such as T0123. People can still use /paper.
    """
    return await _set_paused(settings, workspace, paused=True)


@click.command("resume")
@click.argument("workspace", required=False, metavar="[WORKSPACE]")
@command
async def resume(settings: Settings, workspace: str | None) -> int:
    """Post again in one paused workspace, or in all of them.

    WORKSPACE is a team id such as T0123.
    """
    return await _set_paused(settings, workspace, paused=False)


async def _set_paused(settings: Settings, workspace: str | None, *, paused: bool) -> int:
    from bot.workspaces.installations import OPERATOR, Installations

    async with open_database(settings) as database:
        installations = Installations(database)
        chosen = [
            installed
            for installed in await installations.all()
            if workspace in (None, installed.workspace.team_id or installed.workspace.enterprise_id)
        ]
        for installed in chosen:
            if paused:
                await installations.pause(installed.workspace, OPERATOR)
            else:
                await installations.resume(installed.workspace)
            click.echo(f"{'Paused' if paused else 'Resumed'} {installed.name or installed.workspace.key}.")
    if not chosen:
        where = f" in the workspace {workspace}" if workspace else " in any workspace"
        click.echo(f"haru: Haru is not installed{where}", err=True)
        return FAILED
    return 0


@click.command("reencrypt")
@click.option("--new-key", is_flag=True, help="Print a new key, and change nothing.")
@command
async def reencrypt(settings: Settings, new_key: bool) -> None:
    """Encrypt every token in the database with the first of HARU_ENCRYPTION_KEYS.

    Run it after you have put a new key first. Then the old keys can be removed. A running
    Haru needs the new key before.
    """
    from cryptography.fernet import Fernet

    from bot.workspaces.token_encryption import reencrypt as encrypt_all
    from config.settings import SettingsError

    if new_key:
        click.echo(Fernet.generate_key().decode("ascii"))
        return
    if not settings.encryption_keys:
        raise SettingsError(
            "HARU_ENCRYPTION_KEYS is missing; `haru reencrypt --new-key` prints a key for it."
        )
    async with open_database(settings) as database:
        count = await encrypt_all(database)
    click.echo(f"Encrypted {count} token{'' if count == 1 else 's'} with the first key.")


@click.command("forget")
@click.argument("workspace", metavar="WORKSPACE")
@click.option("--person", metavar="USER", help="Delete only what is stored about one person, such as U0123.")
@click.confirmation_option(
    prompt="This deletes the workspace's settings, its record of posts and its private digests"
    " (with --person, one person's data). Continue?"
)
@command
async def forget(settings: Settings, workspace: str, person: str | None) -> int:
    """Delete all data of a workspace, or of one person in it.

    That is its settings, its record of posts and its private digests. WORKSPACE is a team id
    such as T0123, or the id of an organisation such as E0123 if the organisation installed
    Haru as a whole. Haru may be uninstalled already.

    With --person: saved papers, the language, managed channels, and the person's lines in
    the change log. WORKSPACE is then the team id.
    """
    from bot.workspace_deletion import delete_person, delete_workspace
    from bot.workspaces.installations import Installations

    async with open_database(settings) as database:
        found = await Installations(database).with_id(workspace)
        count = 0
        if person is not None:
            count = sum([await delete_person(database, each, person) for each in found])
        else:
            for each in found:
                await delete_workspace(database, each)
    if not found:
        click.echo(f"haru: there is no data of a workspace {workspace}", err=True)
        return FAILED
    if person is not None:
        if not count:
            click.echo(f"haru: there is no data of a person {person} in {workspace}", err=True)
            return FAILED
        click.echo(f"Deleted all data of {person} in {workspace}.")
        return 0
    click.echo(f"Deleted all data of {workspace}.")
    return 0
