"""The ids of all buttons, menus and modals, shared by renderers and listeners.

A button's value holds ids only, never text: the listener reads what it shows again when it is pressed.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Action(StrEnum):
    """``action_id`` of buttons and menus. The comment beside each gives the form of its value.

    Slack requires different ``action_id``s in one row, so the second ``try`` of a row is ``try:2``.
    Listeners match ``pattern``.
    """

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches the ``action_id`` of every element with this action."""
        return re.compile(rf"^{self.value}(:.*)?$")

    # The overflow menu of an entry. Values of its options: "abstract:ENTRY", "language:ENTRY:en",
    # "related:ENTRY", "cite:ENTRY", "save:ENTRY", and in App Home "unsave:ENTRY", "read:ENTRY",
    # "unread:ENTRY".
    ENTRY_MENU = "entry_menu"
    # "LANGUAGE:DIGEST,DIGEST…[:PAGE]": shows a page of the whole post in the other language.
    # bot.messages.other_language.parse_button_value parses it.
    READ_DIGEST = "read_digest"
    ABSTRACT = "abstract"  # "ENTRY"
    OTHER_LANGUAGE = "other_language"  # "ENTRY:LANGUAGE"
    RELATED = "related"  # "ENTRY"
    SAVE = "save"  # "ENTRY", or in a private answer "ENTRY:OFFSET:QUERY", which is then rendered anew
    UNSAVE = "unsave"  # the same
    CITE = "cite"  # "ENTRY"
    EXPORT = "export"  # "FORMAT:QUERY": exports the saved papers, or those that a question finds among them
    SHARE = "share"  # "ENTRY"
    OPEN_HIT = "open_hit"  # "ENTRY:OFFSET:QUERY": opens a result in place of the list
    PAGE = "page"  # "OFFSET:QUERY": the next or previous page, or back to the list
    TRY = "try"  # "QUERY": searches for a suggestion
    TAG = "tag"  # "NAME": lists the papers of a tag
    SETTINGS = "settings"  # "", HELLO, or in App Home a channel id: opens the settings modal
    PREVIEW = "preview"  # "": shows the next post; in the modal, with the settings filled in there
    TURN_ON = "turn_on"  # ""
    TURN_OFF = "turn_off"  # ""
    POST_NOW = "post_now"  # "DIGEST" or "": posts that digest, or today's, now
    POST_AGAIN = "post_again"  # "DELIVERY": posts a digest again that did or may have come already
    UNDO = "undo"  # "CHANGE"
    ZONE = "zone"  # "09:00 ZONE" or "ZONE": the time zone that a name of several meant
    GIVE = "give"  # "": opens the form for a digest
    KEEP = "keep"  # "FILE:SHA256": adds the file that was shown if it has not changed
    DISMISS = "dismiss"  # "": discards the file that was shown
    READER_LANGUAGE = "reader_language"  # App Home: the language that the reader chooses
    WHO_MAY_CHANGE = "who_may_change"  # App Home, for admins: "everyone" or "chosen"


HELLO = "hello"
"""Value of the button in the first greeting: its modal opens with the daily papers ticked."""


class Callback(StrEnum):
    """``callback_id`` of modals."""

    SETTINGS = "settings"
    DIGEST_FORM = "digest_form"
    DIGEST_CONFIRM = "digest_confirm"
    READING = "reading"  # a modal without inputs
