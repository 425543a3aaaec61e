"""Words that hold a question together and tell little of what is asked for. Pure."""

from __future__ import annotations

from digests.search import transliteration, word_lists

FUNCTION = frozenset(
    word
    for name in ("function_words", "function_words_korean")
    for word, _ in word_lists.current().rows(name)
)
"""Words that tell little: English ones too are rare in an archive that is mostly Korean."""

KINDS = frozenset({
    "paper", "papers", "report", "reports", "tech", "technical",
    "보고서", "리포트", "기술보고서", "테크리포트", "테크니컬",
})  # fmt: skip
"""What is asked for in most questions that say so, and in the titles of few papers that are meant."""

KIND_OF_REPORT = "기술"
"""Before one of these, technical; by itself, technology."""

ASKING = transliteration.LITTLE_WORDS | {
    "논문",
    "논문들",
    "페이퍼",
    "관련",
    "관련된",
    "관한",
    "대한",
    "위한",
    "찾아줘",
    "알려줘",
    "보여줘",
    "추천해줘",
    "최신",
    "최근",
    "가장",
}
"""Korean words of a question that ask for papers, or stand where English has of and for."""
