"""Setting values as text in the change log."""

from __future__ import annotations

from datetime import time

from bot.channels.preferences import Language, Layout, Preferences
from bot.channels.setting_codec import differences, with_value
from bot.channels.tag_filter import TagFilter


def test_each_encoded_value_is_decoded_again() -> None:
    """Decoding the old value of each difference gives back the old preferences."""
    old = Preferences(Language.KO, zone="Asia/Seoul", days=frozenset({0, 2}), holidays="KR")
    new = Preferences(
        Language.BOTH,
        layout=Layout.STREAM,
        hour=time(7, 30),
        zone="UTC",
        tags=TagFilter((("nlp",), ("rl", "agents")), ("gan",)),
        enabled=True,
    )
    back = new
    for field, before, _ in differences(old, new):
        back = with_value(back, field, before)
    assert back == old
