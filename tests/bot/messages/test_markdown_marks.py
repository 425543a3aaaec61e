"""Markdown in a commentary, as Slack shows it."""

from __future__ import annotations

import time

import pytest

from bot.messages.mrkdwn import with_links, without_markdown


@pytest.mark.parametrize(
    ("text", "shown", "plain"),
    [
        ("**핵심**은 라우팅", "*핵심*\u200b은 라우팅", "핵심은 라우팅"),
        ("a **bold** word", "a *bold* word", "a bold word"),
        ("~~느린~~ 빠른", "~느린~ 빠른", "느린 빠른"),
        ("점수는 *기울임*으로", "점수는 _기울임_\u200b으로", "점수는 기울임으로"),
        ("see [code](https://a.org/b)!", "see <https://a.org/b|code>!", "see code!"),
        ("![figure](https://a.org/f.png)", "<https://a.org/f.png|figure>", "figure"),
        ("plain https://a.org/b.", "plain <https://a.org/b>.", "plain https://a.org/b."),
        ("2 * 3 * 4 and a*b*c", "2 * 3 * 4 and a*b*c", "2 * 3 * 4 and a*b*c"),
        ("`**code**` stays", "`**code**` stays", "`**code**` stays"),
        ("**<!channel>**", "*&lt;!channel&gt;*", "<!channel>"),
        ("[<!here>](https://a.org)", "<https://a.org|&lt;!here&gt;>", "<!here>"),
        ("[no](javascript:x)", "[no](javascript:x)", "[no](javascript:x)"),
    ],
)
def test_markdown_becomes_slacks_marks(text: str, shown: str, plain: str) -> None:
    """Markdown's marks become Slack's, also beside Hangul; nothing in them becomes a mention."""
    assert with_links(text) == shown
    assert without_markdown(text) == plain


@pytest.mark.parametrize("piece", ["**", "[", "[a](", "~~", "*a", "`", "![", "[a](https://a(", "**a"])
def test_marks_are_read_in_linear_time(piece: str) -> None:
    """Four times as many broken marks take at most nine times as long."""

    def seconds(count: int) -> float:
        best = 60.0
        for _ in range(3):
            start = time.process_time()
            with_links(piece * count)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(8000) < 9 * seconds(2000) + 0.02
