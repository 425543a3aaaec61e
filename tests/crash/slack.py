"""The local workspace as a process of its own. `python -m tests.crash.slack FOLDER`

Reads its conversations from ``FOLDER/scene.json`` and prints its port and token on standard output. Writes
each call that it handles to ``FOLDER/calls``. Writes each new longest time for which it stood still, in
seconds, to ``FOLDER/standstill``, one a line.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import IO

from bot.local.faults import Fault
from bot.local.seed import MINJI
from bot.local.state import Json
from bot.local.workspace import LocalWorkspace
from bot.local.workspace_identity import BOT_USER_ID

_BLINK = 0.05
"""Seconds between two looks at how late the event loop is."""


async def serve(folder: Path) -> None:
    """Serve until SIGTERM."""
    wanted = json.loads((folder / "scene.json").read_text())
    workspace = LocalWorkspace(
        state=folder / "slack.sqlite3",
        app_url="http://127.0.0.1:9",
        signing_secret="s",
        port=0,
        starts_at=datetime.fromisoformat(wanted["starts_at"]),
    )
    # The battery checks the pace by itself, over several workspaces that share this one.
    workspace.web_api.rate_limits.enforced = False
    for room in wanted["rooms"]:
        workspace.team.conversations.add(room.lower(), MINJI, channel_id=room)
        workspace.team.conversations.join(room, BOT_USER_ID)
    with (
        (folder / "calls").open("a", buffering=1) as calls,
        (folder / "standstill").open("a", buffering=1) as standstills,
    ):

        def note(method: str, arguments: Json, fault: Fault | None) -> None:
            metadata = arguments.get("metadata") or {"event_payload": {}}
            call = {"at": time.time(), "method": method, "channel": arguments.get("channel"), "fault": fault}
            calls.write(json.dumps(call | {"part": metadata["event_payload"].get("part")}) + "\n")

        workspace.web_api.on_call = note
        await workspace.start()
        print(json.dumps({"port": workspace.port, "token": workspace.bot_token}), flush=True)  # noqa: T201
        watch = asyncio.create_task(_watch_standstill(standstills))
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        await ended.wait()
        watch.cancel()
        await workspace.stop()


async def _watch_standstill(file: IO[str]) -> None:
    """Write down each new longest delay of this event loop."""
    longest = 0.0
    while True:
        began = time.monotonic()
        await asyncio.sleep(_BLINK)
        standstill = time.monotonic() - began - _BLINK
        if standstill > longest:
            longest = standstill
            file.write(f"{longest:.3f}\n")


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
