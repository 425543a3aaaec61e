"""Reports of unexpected errors leave the machine without anybody's words."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

WORDS = "xoxb-private words of a person"

CRASHES = f"""
import logging, sys
import sentry_sdk, structlog
from config.error_reports import set_up_error_reports
from config.logging import set_up_logging

set_up_logging("info", "json", set_up_error_reports(sys.argv[1]))
log = structlog.stdlib.get_logger("bot.listeners")

def crash(text):
    raise ValueError("cannot read " + text)

for say in (
    lambda: log.exception("listener_crashed", question="{WORDS}"),
    lambda: logging.getLogger("slack_bolt").exception("Failed on {WORDS}"),
):
    try:
        crash("{WORDS}")
    except ValueError:
        say()
sentry_sdk.flush(5)
"""


class _Sentry(BaseHTTPRequestHandler):
    """Keeps the envelopes it is sent."""

    envelopes: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.envelopes.append(body.decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def test_a_report_says_where_an_error_happened_and_nothing_that_people_wrote() -> None:
    """A crash of Haru's and one of a library each send their type, file and line, without any text."""
    _Sentry.envelopes = []
    server = HTTPServer(("127.0.0.1", 0), _Sentry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        done = subprocess.run(
            [sys.executable, "-c", CRASHES, f"http://key@127.0.0.1:{server.server_port}/1"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    finally:
        server.shutdown()
        server.server_close()
    assert done.stderr.count("ValueError") >= 2, "the log still has the whole error"
    events = [
        json.loads(line)
        for envelope in _Sentry.envelopes
        for line in envelope.splitlines()
        if '"exception"' in line
    ]
    assert len(events) == 2
    for event in events:
        (exception,) = event["exception"]["values"]
        assert exception["type"] == "ValueError"
        assert [frame["function"] for frame in exception["stacktrace"]["frames"]] == ["<module>", "crash"]
    assert events[0]["tags"]["event"] == "listener_crashed"
    everything = "".join(_Sentry.envelopes)
    for secret in ("xoxb", "private words", "cannot read", os.uname().nodename):
        assert secret not in everything


def test_a_dsn_that_is_none_is_refused_in_words() -> None:
    """`haru doctor` with a wrong DSN says which setting is wrong and what to do, without its value."""
    done = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", "doctor"],
        env={**os.environ, "HARU_SENTRY_DSN": "marked-no-dsn"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "HARU_SENTRY_DSN is not a DSN; copy it from Sentry's project." in done.stderr
    assert "marked" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
