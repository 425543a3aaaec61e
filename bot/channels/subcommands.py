"""The subcommands of ``/digest``, with their other names in English and Korean. Pure."""

from __future__ import annotations

SUBCOMMANDS = {
    "language": ("lang", "언어"),
    "time": ("hour", "시간", "시각"),
    "timezone": ("tz", "zone", "시간대", "타임존"),
    "days": ("day", "요일"),
    "holidays": ("holiday", "공휴일"),
    "layout": ("모양", "레이아웃"),
    "tags": ("tag", "filter", "태그"),
    "links": ("link", "unfurl", "unfurls", "링크"),
    "on": ("start", "subscribe", "켜기", "켜", "시작"),
    "off": ("stop", "unsubscribe", "끄기", "꺼", "중지"),
    "pause": ("snooze", "mute", "쉬기", "일시정지", "멈춤"),
    "skip": ("건너뛰기", "건너뛰어"),
    "resume": ("unpause", "continue", "재개", "다시"),
    "undo": ("revert", "되돌리기", "취소"),
    "status": ("state", "info", "상태", "현황"),
    "preview": ("미리보기",),
    "post": ("게시", "올리기"),
    "log": ("changes", "기록", "변경"),
    "history": ("posts", "내역", "이력", "게시내역"),
    "add": ("give", "추가", "주기"),
    "managers": ("manager", "관리자"),
    "settings": ("config", "configure", "setup", "preferences", "설정"),
    "help": ("?", "도움말", "도움"),
}
"""Each subcommand, with the other words people may type for it."""

SUBCOMMANDS_BY_WORD = {
    word: subcommand for subcommand, words in SUBCOMMANDS.items() for word in (subcommand, *words)
}
"""The subcommand that each word means."""


def find_subcommand(word: str) -> str | None:
    """The subcommand that a word means, or None."""
    return SUBCOMMANDS_BY_WORD.get(word.casefold())
