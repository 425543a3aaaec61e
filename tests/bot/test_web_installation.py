"""Installing Haru over the web: links used once, pages in words, and a first direct message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.app import Haru
from bot.http_server import web_application
from bot.install_pages import about, failed, installed
from bot.lifecycle import listening
from config.settings import Settings
from digests.model import Workspace
from digests.store.database import Database

# The SDK's own way to send the client's secret, which aiohttp is about to replace.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

GRANTED = {
    "ok": True,
    "access_token": "xoxb-granted",
    "bot_user_id": "U0BOT",
    "app_id": "A1",
    "scope": "commands,chat:write",
    "team": {"id": "T1", "name": "Papers & <Co>"},
    "authed_user": {"id": "U1"},
}


class Slack:
    """The methods that an installation calls. ``drops`` closes the connection of ``oauth.v2.access``."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.greeted: list[str] = []
        self.drops = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.called.append(method)
        if method == "oauth.v2.access" and self.drops and request.transport is not None:
            request.transport.abort()
        if method == "chat.postMessage":
            self.greeted.append((await request.json())["channel"])
        answers = {"oauth.v2.access": GRANTED, "auth.test": {"ok": True, "bot_id": "B1"}}
        return web.json_response(answers.get(method, {"ok": True, "ts": "1.2"}))


class Browser:
    """Somebody who installs Haru with a browser that keeps cookies."""

    def __init__(self, session: aiohttp.ClientSession, home: str, language: str) -> None:
        self._session = session
        self._home = home
        self._headers = {"Accept-Language": language}

    async def begin(self) -> tuple[str, str]:
        """Open the install page; the state in the link to Slack, and the cookie."""
        async with self._session.get(
            f"{self._home}/slack/install", headers=self._headers, allow_redirects=False
        ) as page:
            assert page.status == 302
            state = parse_qs(urlsplit(page.headers["Location"]).query)["state"][0]
            cookie: SimpleCookie = SimpleCookie(page.headers["Set-Cookie"])
            return state, "; ".join(f"{name}={morsel.value}" for name, morsel in cookie.items())

    async def come_back(self, query: str, cookie: str = "") -> tuple[int, str]:
        """Come back from Slack; the status and the text of the page."""
        headers = self._headers | {"Cookie": cookie}
        async with self._session.get(f"{self._home}/slack/oauth_redirect?{query}", headers=headers) as page:
            return page.status, await page.text()


@asynccontextmanager
async def _haru(
    database: Database, slack: Slack, language: str = "en"
) -> AsyncIterator[tuple[Haru, Browser]]:
    """Haru with install pages, and a browser in front of it."""
    api = web.Application()
    api.router.add_route("*", "/api/{method}", slack.answer)
    async with listening(api, "127.0.0.1", 0) as api_port:
        settings = Settings(  # type: ignore[call-arg]
            _env_file=None,
            slack_client_id="1",
            slack_client_secret=SecretStr("s"),
            haru_contact="help@example.org",
        )
        haru = Haru(settings, database, api_url=f"http://127.0.0.1:{api_port}/api/")
        application = web_application(
            haru.bolt(signing_secret="s"),
            signing_secret="s",
            live=haru.health.live,
            ready=haru.health.live,
            contact=settings.haru_contact,
        )
        async with (
            listening(application, "127.0.0.1", 0) as port,
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        ):
            yield haru, Browser(session, f"http://127.0.0.1:{port}", language)
        await haru.close_clients()


async def test_an_installation_ends_with_what_to_do_next(database: Database) -> None:
    """It is stored, the page names the team and the next step, and the installer gets a direct message."""
    slack = Slack()
    async with _haru(database, slack) as (haru, browser):
        state, cookie = await browser.begin()
        status, page = await browser.come_back(f"code=c&state={state}", cookie)
        assert status == 200
        assert "Papers &amp; &lt;Co&gt;" in page
        assert "/digest on" in page
        assert "help@example.org" in page
        assert slack.greeted == ["U1"]
        stored = await haru.installations.get(Workspace("", "T1"))
        assert stored is not None
        assert stored.bot_token == "xoxb-granted"


async def test_a_state_is_unique_and_works_once(database: Database) -> None:
    """Twelve installations begun at once have twelve states; none works twice, elsewhere, or changed."""
    slack = Slack()
    async with _haru(database, slack) as (_, browser):
        begun = await asyncio.gather(*(browser.begin() for _ in range(12)))
        assert len({state for state, _ in begun}) == 12
        state, cookie = begun[0]
        assert (await browser.come_back(f"code=c&state={state}", begun[1][1]))[0] == 400
        assert (await browser.come_back(f"code=c&state={state}x", cookie.replace(state, state + "x")))[
            0
        ] == 401
        assert slack.called == []
        twice = await asyncio.gather(*(browser.come_back(f"code=c&state={state}", cookie) for _ in range(2)))
        assert sorted(status for status, _ in twice) == [200, 401]
        assert slack.called.count("oauth.v2.access") == 1


@pytest.mark.parametrize(
    ("language", "says"), [("ko-KR,ko;q=0.9", "다시 하기"), ("en-US", "Try again"), ("", "Try again")]
)
async def test_what_goes_wrong_is_said_in_words(database: Database, language: str, says: str) -> None:
    """A cancelled installation and a dropped connection end on a page with a way on, in one's language."""
    slack = Slack()
    slack.drops = True
    async with _haru(database, slack, language) as (_, browser):
        status, page = await browser.come_back("error=access_denied")
        assert (status, says in page) == (200, True)
        state, cookie = await browser.begin()
        status, page = await browser.come_back(f"code=c&state={state}", cookie)
        assert (status, says in page) == (502, True)
        assert "Traceback" not in page


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_is_whole(language: str) -> None:
    """Each page has its language, a title, and the way to help, escaped."""
    pages = [
        about(language=language, contact="https://example.org/?a&b"),
        installed(None, language=language, contact="https://example.org/?a&b", open_url=None),
        *(
            failed(why, language=language, contact="https://example.org/?a&b")
            for why in ("invalid_state", "x")
        ),
    ]
    for page in pages:
        assert f'<html lang="{language}">' in page
        assert "https://example.org/?a&amp;b" in page
