"""No command shows a secret, whatever is away and however much is logged."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

MARK = "m4rk3d"
COMMANDS = [
    ["doctor"], ["doctor", "--json"], ["channels"], ["channels", "--json"], ["sources"], ["migrate"],
    ["sources", "add", f"https://me:{MARK}@127.0.0.1:9/feed?token={MARK}", "--name", "feed"],
    ["sources", "poll"], ["sources", "list", "--json"], ["search", "looped"], ["export"], ["preview"],
    ["deliver"], ["run"], ["serve"], ["worker"], ["pause"], ["resume"], ["forget", "T1", "--yes"],
    ["retract", "2025-02-25"], ["backup", "copy"], ["restore", "missing"], ["reencrypt"], ["manifest"],
    ["import", "missing.txt"],
]  # fmt: skip
RUN_ALL = """
import json, sys
from bot.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["haru", *arguments]
    print("--", *arguments[:2], flush=True)
    try:
        main()
    except SystemExit as ended:
        print("exit", ended.code, flush=True)
"""


@pytest.mark.parametrize("database", ["away", "there", "wrong port"])
async def test_no_command_shows_a_secret(tmp_path: Path, environment: dict[str, str], database: str) -> None:
    """At debug level, with Slack away and the database away or there, a marked secret stays hidden."""
    url = {
        "away": f"postgresql://haru:{MARK}@127.0.0.1:9/haru?password={MARK}",
        "there": f"sqlite:///{tmp_path}/haru.sqlite3",
        "wrong port": f"postgresql://haru:a@{MARK}:{MARK}@127.0.0.1:{MARK}/haru",
    }[database]
    secrets = {
        "DATABASE_URL": url,
        "SLACK_BOT_TOKEN": f"xoxb-{MARK}",
        "SLACK_APP_TOKEN": f"xapp-{MARK}",
        "SLACK_SIGNING_SECRET": MARK,
        "SLACK_API_URL": f"http://me:{MARK}@127.0.0.1:9/api/",
        "HARU_LOG_LEVEL": "debug",
        "HARU_ALLOW_PRIVATE_ADDRESSES": "true",
        f"HARU_UNKNOWN_{database.upper().replace(' ', '_')}": MARK,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        RUN_ALL,
        json.dumps(COMMANDS),
        cwd=tmp_path,
        env=environment | secrets,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), timeout=60)
    said = output.decode()
    assert said.count("\nexit ") >= len(COMMANDS) - 1, said[-2000:]
    shown = [line for line in said.splitlines() if MARK in line]
    assert shown == []
    assert "Traceback" not in said
