"""Words that hold a question together and tell little of what is asked for. Pure."""

from __future__ import annotations

from digests.search import transliteration

FUNCTION = frozenset({
    "a", "about", "after", "again", "all", "also", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "between", "both", "but", "by", "can", "could", "did", "do",
    "does", "during", "each", "even", "every", "few", "for", "from", "get", "gets", "had", "has",
    "have", "he", "her", "him", "his", "how", "i", "if", "in", "instead", "into", "is", "it", "its",
    "just", "like", "made", "make", "makes", "making", "many", "may", "me", "might", "more", "most",
    "much", "my", "no", "not", "of", "off", "on", "one", "only", "or", "other", "others", "our",
    "out", "own", "rather", "same", "she", "should", "so", "some", "someone", "something", "such",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "thing", "things",
    "this", "those", "through", "to", "too", "under", "until", "up", "us", "use", "used", "uses",
    "using", "very", "want", "was", "way", "ways", "we", "were", "what", "when", "where", "whether",
    "which", "while", "who", "why", "will", "with", "work", "works", "would", "you", "your",
})  # fmt: skip
"""English words that tell little, though in an archive that is mostly Korean they are rare."""

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
