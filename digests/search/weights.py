"""Every weight of the lookup, each with its reason. Pure.

What `make bench` shows to bring less than .002 on the labelled questions, and nothing to a test, does not
stand here.
"""

from __future__ import annotations

# How much a term counts in a paper: BM25F.

FIELDS = {
    "title": (5.0, 0.4, 10.0),
    "authors": (4.0, 0.3, 14.0),
    "tags": (4.0, 0.2, 3.0),
    "commentary": (1.6, 0.6, 110.0),
    "abstract": (1.0, 0.6, 150.0),
}
"""Of each field its weight, how much its length counts, and its average length in words. The averages are
fixed, so that a paper's terms do not depend on what was taken in before it."""

SATURATION = 1.2
"""The usual k1 of BM25: the tenth mention of a word adds little to the ninth."""

# What an alternative to a word that was typed is worth, in parts of the very word.

PREFIX = 0.75
"""A word that begins so: people stop typing."""

TYPO_ONE, TYPO_TWO = 0.6, 0.45
"""A word one slip away, and two."""

VARIANT = 0.95
"""Another spelling of the word: ``tokenisation``."""

NAMED = 0.2
"""The English name of a thing asked for in Korean, where papers say it in Korean: those come first."""

TOGETHER = 0.25
"""The same, where all of the question has English names: a title that says them is of the thing."""

HEARD = 0.6
"""The same, where no paper says the thing in Korean."""

KINDRED = 0.3
"""A word of like meaning (the extra), in either language."""

SYNONYM = 0.5
"""A word that papers of the field use for it (the thesaurus)."""

TRANSLATED = 0.95
"""A word of the other language (the dictionary)."""

TRANSLATED_LOSS = 0.7
"""The power of what an English word loses for being commoner than the Korean one: it is commoner because most
of what is said of a paper is its abstract. With 1, fewer Korean paraphrases are found (.61 for .66)."""

LEAST = 0.01
"""Any alternative: one that is worth nothing answers nothing."""

# How much a word of the question counts, in parts of what its rarity says.

FUNCTION_WORD = 0.1
"""A function word: in an archive that is mostly Korean, English ones are rare without saying much."""

KIND_OF_REPORT = 0.05
"""A word that only says what kind of paper is meant: ``tech report``."""

UNKNOWN = 0.3
"""A word that no paper has, in any form."""

PAIRS = 0.6
"""Of a Korean word of n pairs each counts n to the power of minus this."""

# What a paper gains beyond the sum of its terms, in parts of the question's whole weight.

HEAD_BONUS = 1.5
"""Times the square of the share of the question that its head answers: people remember titles and names."""

ADJACENT_BONUS = 0.3
"""Times the share of neighbours in the question that are neighbours in the title or a name."""

COVERAGE_BONUS = 0.6
"""Times the fourth power of the share of the question that it answers anywhere: all words beat most."""

TAG_BONUS = 1.5
"""Where a tag of it is the whole question."""

TYPED_BONUS = 0.4
"""Times the share of words that stand in title or names as they were typed."""

CALLED = {"t": 1.0, "o": 0.8, "i": 0.9, "s": 0.9}
"""A paper called so by its title, by itself or those who cite it, by its initials, or by other shortenings,
in parts of the whole gain."""

NAMED_ANYHOW = 0.5
"""The share of the question that a paper's name counts at least, where hardly any other paper says it:
however it is wrapped, and whatever is asked of the paper."""

ABOVE = 0.01
"""By how much such a paper stands above the best one that does not say the name."""

SAID_OTHERWISE = 0.1
"""A shortening that is a word of other papers: ``tran``, ``bn``."""

CALLED_WEIGHT = 2.2
"""What a name counts as a term: as much as the best term there can be."""

PERSON_WEIGHT = 2.0
"""What the name of an author counts as a term where it is known by its sound, times how close it is."""

CALLED_BONUS = 3.0
"""Times the square of the share of the question that is a name of the paper."""

CITED_BONUS = 0.1
"""Times the logarithm of the papers that cite it, of several that are called so."""

FLOOR = 0.34
"""The share of the question's weight that a paper must answer to be found."""

FEW_FIT = 0.5
"""The share of a question that the best paper must answer; below, it may have been typed on the other
keyboard."""

FITS, FITS_BETTER = 0.75, 0.2
"""The share of a question that papers of the time it names must answer; where they do not, and others answer
so much more, the time was no time: ``gpt4 turbo april``."""

DEMOTED = 1.5
"""What a paper loses that is about something that was said not to be meant: ``bf16 말고 fp16``."""

LACKING = 0.2
"""What the bare word is worth where papers are asked for that do without it: ``anchor 없는``."""

# Meaning, the optional extra.

ENOUGH = 0.9
"""The share of the question's weight above which its words alone have found what is meant."""

LIKE = 0.3
"""Likeness from which a paper is found though hardly any of the words stand in it."""

LIKENESS = 3.5
"""Times the likeness and the root of the share of the question that no paper answers."""
