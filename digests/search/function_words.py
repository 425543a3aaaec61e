"""Words that hold a question together and tell little of what is asked for. Pure."""

from __future__ import annotations

from digests.search import transliteration

FUNCTION = frozenset({
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but", "by",
    "can", "could", "did", "do", "does", "for", "from", "had", "has", "have", "how", "if", "in",
    "into", "is", "it", "its", "may", "might", "more", "most", "of", "on", "or", "should", "so",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to",
    "was", "we", "were", "what", "when", "where", "which", "while", "who", "why", "will", "with",
    "would", "you", "your",
})  # fmt: skip
"""English words that tell little, though in an archive that is mostly Korean they are rare."""

KINDS = frozenset({"paper", "papers", "report", "reports", "tech", "technical"})
"""What is asked for in most questions that say so, and in the titles of few papers that are meant."""

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
