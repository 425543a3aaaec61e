"""The names of everything that can be pressed or submitted, shared by renderers and listeners.

A value carries ids only, never text: what is shown is read again when it is pressed.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Action(StrEnum):
    """``action_id`` of buttons and menus; the value's form stands beside each.

    Slack wants every ``action_id`` of a row to differ: the second ``try`` of a row is
    ``try:2``. Listeners match ``pattern``.
    """

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches the ``action_id`` of every element with this action."""
        return re.compile(rf"^{self.value}(:.*)?$")

    # An overflow menu in a post; option values "abstract:ENTRY", "language:ENTRY:en", "related:ENTRY",
    # "save:ENTRY"; in App Home "unsave:ENTRY".
    ENTRY_MENU = "entry_menu"
    # "LANGUAGE:DIGEST,DIGEST…[:PAGE]": the whole post in the other language, in a modal, and its pages;
    # bot.messages.other_language.parse_button_value reads it.
    READ_DIGEST = "read_digest"
    ABSTRACT = "abstract"  # "ENTRY"
    OTHER_LANGUAGE = "other_language"  # "ENTRY:LANGUAGE"
    RELATED = "related"  # "ENTRY"
    SAVE = "save"  # "ENTRY": kept for its reader, in App Home
    SHARE = "share"  # "ENTRY"
    OPEN_HIT = "open_hit"  # "ENTRY:OFFSET:QUERY": a hit opened in place of the list
    PAGE = "page"  # "OFFSET:QUERY": Next, Previous, and back to the list
    TRY = "try"  # "QUERY": a suggestion
    TAG = "tag"  # "NAME": the papers of a tag
    SETTINGS = "settings"  # opens the settings modal: "", HELLO, or in App Home the channel it is about
    PREVIEW = "preview"  # "": what the next post would look like; in the modal, as it is filled in
    TURN_ON = "turn_on"  # ""
    TURN_OFF = "turn_off"  # ""
    POST_NOW = "post_now"  # "DIGEST" or "": post today's now
    POST_AGAIN = "post_again"  # "DELIVERY": the doubted or already had digest once more
    UNDO = "undo"  # "CHANGE"
    GIVE = "give"  # "": opens the form for a digest
    KEEP = "keep"  # "FILE:SHA256": take in the file that was shown, if it is still the same
    DISMISS = "dismiss"  # "": the file that was shown is not kept
    READER_LANGUAGE = "reader_language"  # App Home: the reader's explicit choice
    WHO_MAY_CHANGE = "who_may_change"  # App Home, admins: "everyone" or "chosen"


HELLO = "hello"
"""The value of the first hello's button: the modal it opens proposes to turn the papers on."""


class Callback(StrEnum):
    """``callback_id`` of modals."""

    SETTINGS = "settings"
    DIGEST_FORM = "digest_form"
    DIGEST_CONFIRM = "digest_confirm"
    READING = "reading"  # a modal that only shows something
