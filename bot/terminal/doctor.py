"""``haru doctor``: checks what Haru needs, and says how to correct what is wrong."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from bot import schema_version
from bot.app import Haru
from config.manifest import OPTIONAL_SCOPES, SCOPES
from config.settings import Mode, Settings, unknown_names
from digests.errors import HaruError
from digests.model import Source, SourceKind
from digests.search import meaning
from digests.store import tables
from digests.store.database import Database
from digests.store.sqlite_files import wal_trouble


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. ``text`` says what is so and, if it is not ``ok``, what to do."""

    subject: str
    ok: bool
    text: str

    def record(self) -> dict[str, Any]:
        """The finding for ``--json``. Other programs read it, so its fields are never renamed."""
        return {"what": self.subject, "ok": self.ok, "said": self.text}


async def examine(settings: Settings) -> list[Finding]:
    """Check the settings, the database, the archive, the sources, the channels and Slack, in this order.

    Stops at the first error that makes the other checks impossible.
    """
    findings = [Finding("settings", False, sentence) for sentence in unknown_names()]
    try:
        findings.append(Finding("mode", True, _MODES[settings.mode]))
    except HaruError as error:
        return [*findings, Finding("mode", False, str(error))]
    database = Database(settings.archive_url)
    try:
        findings.append(Finding("database", True, database.address))
        await schema_version.ensure(database)
        findings.append(Finding("schema", True, "up to date"))
        if database.is_sqlite and (trouble := wal_trouble(sqlite3.sqlite_version_info)):
            findings.append(Finding("sqlite", True, trouble))
        findings += await _archive(database)
        haru = Haru(settings, database)
        findings += await _sources(haru)
        findings += await _channels(haru)
        if settings.slack_bot_token is not None:
            findings += await _slack(haru, settings.slack_bot_token.get_secret_value())
        await haru.clients.close()
    except HaruError as error:
        findings.append(Finding("error", False, str(error)))
    finally:
        await database.close()
    return findings


_MODES = {
    Mode.LOCAL: "no Slack tokens are set, so `haru run` opens the local workspace",
    Mode.SOCKET: "connects to Slack by Socket Mode",
    Mode.HTTP: "connects to Slack by HTTP",
}


async def _archive(database: Database) -> list[Finding]:
    async with database.read() as connection:
        papers = await connection.scalar(select(func.count()).select_from(tables.paper))
        newest = await connection.scalar(select(func.max(tables.digest.c.date)))
        encoded = await connection.scalar(select(func.count()).select_from(tables.search_vector))
        refused = (
            await connection.execute(
                select(tables.document.c.path, tables.document.c.line, tables.document.c.reason)
                .join_from(tables.document, tables.source)
                .where(
                    tables.document.c.reason.is_not(None),
                    # What is gone, or in a source that is off, needs nobody.
                    tables.document.c.removed_at.is_(None),
                    tables.source.c.enabled.is_(True),
                )
            )
        ).all()
    text = (
        f"{papers} papers; the newest digest is of {newest}"
        if papers
        else "no papers yet; add some with `haru import PATH` or `haru sources add LOCATION`"
    )
    findings = [Finding("archive", bool(papers), text), Finding("meaning", True, _meaning(encoded or 0))]
    findings += [
        Finding(
            "refused",
            False,
            f"{row.path}{f':{row.line}' if row.line else ''}: {row.reason}."
            " Correct the document where it comes from, and it is read again; or remove it there",
        )
        for row in refused
    ]
    return findings


def _meaning(encoded: int) -> str:
    """Whether papers can be found by meaning, and for how many of them that works already."""
    if meaning.installed() is None:
        return (
            "papers are found by their words; to find them by meaning too, run `pip install 'haru[semantic]'`"
        )
    return f"papers are found by meaning too; {encoded} are encoded, and a running Haru encodes new ones"


async def _sources(haru: Haru) -> list[Finding]:
    polled = [source for source in await haru.sources.all() if source.kind is not SourceKind.FILE]
    unread = await haru.sources.without_readable_documents()
    findings = [
        Finding(
            "source",
            not source.enabled or not (source.failures or source.name in unread),
            _source_state(source, unread=unread.get(source.name, 0)),
        )
        for source in polled
    ]
    findings += [
        Finding(
            "source",
            False,
            f"{quiet.source.name} has no digest for {quiet.day}, though it usually has one by now;"
            " check whether it still publishes, or switch it off with"
            f" `haru sources off {quiet.source.name}`",
        )
        for quiet in await haru.sources.missed_days(haru.clock.now())
    ]
    return findings


def _source_state(source: Source, *, unread: int = 0) -> str:
    """Whether a source works, as a sentence. ``unread``: how many documents it has, if none can be read."""
    if not source.enabled:
        return f"{source.name} is switched off; `haru sources on {source.name}` switches it on"
    last_read = (
        f"it was last read {source.last_good_at:%Y-%m-%d %H:%M} UTC"
        if source.last_good_at
        else "it was never read"
    )
    if source.failures:
        times = f"{source.failures} times in a row" if source.failures > 1 else "once"
        return (
            f"{source.name} failed {times}, {last_read}: {source.last_error}."
            f" When the cause is gone, `haru sources poll {source.name}` tries again;"
            f" `haru sources off {source.name}` switches it off"
        )
    if source.last_good_at is None:
        return (
            f"{source.name} has not been polled yet; a running Haru polls it,"
            f" or run `haru sources poll {source.name}`"
        )
    if unread:
        return (
            f"{source.name} answers, but nothing in it could be read as a paper: each of its {unread}"
            f" documents is refused, for the reason above; {last_read}"
        )
    return f"{source.name} works; {last_read}"


async def _channels(haru: Haru) -> list[Finding]:
    channels = await haru.channels.all()
    on = [channel for channel in channels if channel.is_on]
    findings = [Finding("channels", True, f"{len(on)} on, {len(channels) - len(on)} off or paused")]
    findings += [
        Finding(
            "channel",
            False,
            f"{channel.name or channel.channel_id} is paused ({channel.paused_reason});"
            " when the cause is gone, `/digest on` in the channel resumes it",
        )
        for channel in channels
        if channel.paused_reason
    ]
    return findings


async def _slack(haru: Haru, token: str) -> list[Finding]:
    installed = await haru.install_from_environment(token)
    findings = [Finding("slack", True, f"connected to {installed.name or installed.workspace.key}")]
    if installed.scopes:
        findings += scope_findings(installed.scopes)
    return findings


def scope_findings(granted: tuple[str, ...]) -> list[Finding]:
    """What is missing of the scopes Haru needs, and what each missing optional scope would allow."""
    missing = sorted(set(SCOPES) - set(granted))
    text = f"missing {', '.join(missing)}; install the app again" if missing else "all granted"
    return [
        Finding("scopes", not missing, text),
        *(
            Finding("optional scope", True, f"without {scope}, Haru cannot {purpose}")
            for scope, purpose in OPTIONAL_SCOPES.items()
            if scope not in granted
        ),
    ]
