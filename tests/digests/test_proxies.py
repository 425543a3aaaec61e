"""Every request goes through the environment's proxy, or directly, by the same rule."""

from __future__ import annotations

import pytest

from digests.proxies import proxy_for


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a machine that needs no proxy."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://slack.com/api/chat.postMessage", "http://tls.example:3128"),
        ("wss://wss-primary.slack.com/link", "http://tls.example:3128"),
        ("http://feeds.example/rss.xml", "http://plain.example:3128"),
        ("https://intranet.example/feed", None),
        ("https://deep.intranet.example/feed", None),
        ("https://intranet.example.org/feed", "http://tls.example:3128"),
        ("http://127.0.0.1:8420/api/", None),
        ("http://[::1]:8420/api/", None),
        ("http://localhost:8420/api/", None),
    ],
)
def test_the_environment_decides_and_this_machine_is_always_direct(
    monkeypatch: pytest.MonkeyPatch, url: str, proxy: str | None
) -> None:
    """HTTPS_PROXY, HTTP_PROXY and NO_PROXY hold for their addresses, and loopback needs no proxy."""
    monkeypatch.setenv("HTTPS_PROXY", "tls.example:3128")
    monkeypatch.setenv("http_proxy", "http://plain.example:3128")
    monkeypatch.setenv("NO_PROXY", "intranet.example,10.0.0.1")
    assert proxy_for(url) == proxy


def test_without_a_proxy_everything_is_direct() -> None:
    """An environment that names no proxy sends nothing through one."""
    assert proxy_for("https://slack.com/api/") is None


def test_one_proxy_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """ALL_PROXY holds where no other variable does."""
    monkeypatch.setenv("ALL_PROXY", "http://all.example:3128")
    assert proxy_for("https://slack.com/api/") == "http://all.example:3128"
