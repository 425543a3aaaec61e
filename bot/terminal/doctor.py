"""The self-check: what works, what does not, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from bot import schema_version
from bot.app import Haru
from config.manifest import OPTIONAL_SCOPES, SCOPES
from config.settings import Mode, Settings
from digests.errors import HaruError
from digests.model import Source, SourceKind
from digests.search import meaning
from digests.store import tables
from digests.store.database import Database


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    ok: bool
    said: str

    def record(self) -> dict[str, Any]:
        """For ``--json``."""
        return {"what": self.what, "ok": self.ok, "said": self.said}


async def examine(settings: Settings) -> list[Finding]:
    """Look at the settings, the database, the archive, the sources, the channels and Slack, in this order."""
    findings = []
    try:
        findings.append(Finding("mode", True, _MODES[settings.mode]))
    except HaruError as error:
        findings.append(Finding("mode", False, str(error)))
        return findings
    database = Database(settings.archive_url)
    try:
        findings.append(Finding("database", True, database.url.render_as_string(hide_password=True)))
        await schema_version.ensure(database)
        findings.append(Finding("schema", True, "up to date"))
        findings += await _archive(database)
        haru = Haru(settings, database)
        findings += await _sources(haru)
        findings += await _channels(haru)
        if settings.slack_bot_token is not None:
            findings += await _slack(haru, settings.slack_bot_token.get_secret_value())
        await haru.clients.close()
    except HaruError as error:
        findings.append(Finding("failed", False, str(error)))
    finally:
        await database.close()
    return findings


_MODES = {
    Mode.LOCAL: "no Slack tokens: `haru run` opens the local workspace",
    Mode.SOCKET: "Slack by Socket Mode",
    Mode.HTTP: "Slack by HTTP",
}


async def _archive(database: Database) -> list[Finding]:
    async with database.read() as connection:
        papers = await connection.scalar(select(func.count()).select_from(tables.paper))
        newest = await connection.scalar(select(func.max(tables.digest.c.date)))
        encoded = await connection.scalar(select(func.count()).select_from(tables.search_vector))
        refused = (
            await connection.execute(
                select(tables.document.c.path, tables.document.c.line, tables.document.c.reason).where(
                    tables.document.c.reason.is_not(None)
                )
            )
        ).all()
    said = (
        f"{papers} papers, the newest of {newest}" if papers else "empty; `haru import PATH` takes digests in"
    )
    findings = [Finding("archive", bool(papers), said), Finding("meaning", True, _meaning(encoded or 0))]
    findings += [
        Finding("refused", False, f"{row.path}{f':{row.line}' if row.line else ''}: {row.reason}")
        for row in refused
    ]
    return findings


def _meaning(encoded: int) -> str:
    """Whether papers are found by meaning too, and of how many it is known so far."""
    if meaning.installed() is None:
        return "papers are found by their words; with `pip install 'haru[semantic]'` by meaning too"
    return f"papers are found by meaning too; {encoded} are encoded, and a running Haru encodes new ones"


async def _sources(haru: Haru) -> list[Finding]:
    polled = [one for one in await haru.sources.all() if one.kind is not SourceKind.FILE]
    findings = [Finding("source", not one.failures or not one.enabled, _how(one)) for one in polled]
    findings += [
        Finding(
            "source",
            False,
            f"{quiet.source.name} has brought nothing for {quiet.day}, though it usually has by now",
        )
        for quiet in await haru.sources.quiet(haru.clock.now())
    ]
    return findings


def _how(source: Source) -> str:
    """How a source does, in a sentence."""
    if not source.enabled:
        return f"{source.name} is off; `haru sources on {source.name}` switches it on"
    last = f"{source.last_good_at:%Y-%m-%d %H:%M} UTC" if source.last_good_at else "never"
    if source.failures:
        times = f"{source.failures} times in a row" if source.failures > 1 else "once"
        return f"{source.name} failed {times}, last read well {last}: {source.last_error}"
    if source.last_good_at is None:
        return f"{source.name} was not looked at yet; a running Haru does, or `haru sources poll`"
    return f"{source.name} was last read {last}"


async def _channels(haru: Haru) -> list[Finding]:
    found = await haru.channels.all()
    on = [one for one in found if one.is_on]
    findings = [Finding("channels", True, f"{len(on)} on, {len(found) - len(on)} off or paused")]
    findings += [
        Finding("channel", False, f"{one.name or one.channel_id} is paused: {one.paused_reason}")
        for one in found
        if one.paused_reason
    ]
    return findings


async def _slack(haru: Haru, token: str) -> list[Finding]:
    made = await haru.install_from_environment(token)
    findings = [Finding("slack", True, f"connected to {made.name or made.workspace.key}")]
    if made.scopes:
        missing = sorted(set(SCOPES) - set(made.scopes))
        findings.append(
            Finding(
                "scopes",
                not missing,
                f"missing {', '.join(missing)}; install the app again" if missing else "all there",
            )
        )
        findings += [
            Finding("optional scope", True, f"without {scope} Haru is not able {purpose}")
            for scope, purpose in OPTIONAL_SCOPES.items()
            if scope not in made.scopes
        ]
    return findings
