"""LaTeX becomes readable; everything else stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.reading.latex import latex_to_unicode


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"$2\times$ faster", "2× faster"),
        (r"I$^2$SB", "I²SB"),
        (r"PixArt-$α$ and PIXART-{\alpha}", "PixArt-α and PIXART-α"),
        (r"1024$\times$1024", "1024×1024"),
        (r"\href{https://a.b/c}{here}", "here (https://a.b/c)"),
        (r"\url{https://a.b/c}.", "https://a.b/c."),
        (r"\textbf{UN}ified \textit{thing}", "UNified thing"),
        (r"\texttt{a_b} and \emph{c}", "a_b and c"),
        (r"Fr\'echet, na\"ive", "Fréchet, naïve"),
        (r"82.9\% and 5% more", "82.9% and 5% more"),
        (r"a \$10,000 Budget; An Extra \$4,000", "a $10,000 Budget; An Extra $4,000"),
        ("$0.15/0.35, 출력 $0.6/0.7", "$0.15/0.35, 출력 $0.6/0.7"),
        ("spending $>$1M hours", "spending >1M hours"),
        (r"$\mathcal{O}(n^2)$", "𝒪(n²)"),
        (r"as ~\citet{wei} says", "as says"),
        (r"(\ie, ViT) and \ours{}", "(i.e., ViT) and ours"),
        (r"model~\cite{a}.", "model."),
        ("``Who says what''", "“Who says what”"),
        (r"(7B)$\unicode{x2014}$a", "(7B)—a"),
        ("plain # text & <all> of it ~ 100%", "plain # text & <all> of it ~ 100%"),
    ],
)
def test_latex_becomes_unicode(source: str, text: str) -> None:
    """Formulas, macros, accents and escapes are unwrapped; prices and percent signs stay."""
    assert latex_to_unicode(source).replace("  ", " ") == text


@given(st.text(alphabet=r"\$${}^_%&~`'abn1 α" + "\n", max_size=80))
def test_any_text_is_read(text: str) -> None:
    """No mix of LaTeX's characters raises, and plain words are never invented."""
    assert isinstance(latex_to_unicode(text), str)


@pytest.mark.parametrize(
    "piece", ["{", "}", "$", "\\", "\\textbf{", "$x^{", "{\\it ", "\\'", "``", "\\href{a}{"]
)
def test_depth_does_not_matter(piece: str) -> None:
    """A hundred thousand of anything is read without recursion."""
    assert isinstance(latex_to_unicode(piece * 100_000), str)
