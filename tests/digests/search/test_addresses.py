"""Ids and links are found however they are pasted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search.addresses import Address, addresses_in
from digests.search.pasted import plain

FORMS = """
2502.17416
(2502.17416)
[2502.17416]
"2502.17416"
“2502.17416”
'2502.17416'
`2502.17416`
*2502.17416*
_2502.17416_
~2502.17416~
2502.17416.
2502.17416,
2502.17416?
2502.17416v1
2502.17416V12
2502.17416v3.pdf
2502.17416.pdf
#2502.17416
２５０２.１７４１６
25\u200b02.17416
arxiv 2502.17416
arXiv:2502.17416
arXiv: 2502.17416v2
ARXIV:2502.17416
arXiv：2502.17416
arxiv/2502.17416
arxiv#2502.17416
arXiv-2502.17416v1.pdf
arXiv_2502_17416
arxiv id 2502.17416
arXiv preprint arXiv:2502.17416
arXiv:2502.17416v1 [cs.CL]
아카이브 2502.17416
https://arxiv.org/abs/2502.17416
http://arxiv.org/abs/2502.17416
HTTPS://ARXIV.ORG/abs/2502.17416
hxxps://arxiv.org/abs/2502.17416
https ://arxiv.org/abs/2502.17416
https://www.arxiv.org/abs/2502.17416
https://export.arxiv.org/abs/2502.17416
https://arxiv.org/abs/2502.17416v1
https://arxiv.org/abs/2502.17416/
https://arxiv.org/abs/2502.17416.
https://arxiv.org/abs/2502.17416,
https://arxiv.org/abs/2502.17416?context=cs.CL
https://arxiv.org/abs/2502.17416#references
https://arxiv.org/pdf/2502.17416
https://arxiv.org/pdf/2502.17416.pdf
https://arxiv.org/pdf/2502.17416v3.pdf
https://arxiv.org/pdf/2502.17416v3#page=4
https://arxiv.org/html/2502.17416v1#S2.SS1
https://arxiv.org/format/2502.17416
https://arxiv.org/ps/2502.17416
https://arxiv.org/e-print/2502.17416
https://arxiv.org/src/2502.17416
https://arxiv.org/bibtex/2502.17416
https://arxiv.org/a/2502.17416
arxiv.org/abs/2502.17416
arxiv.org/pdf/2502.17416v2.pdf
www.arxiv.org/abs/2502.17416
(https://arxiv.org/abs/2502.17416)
(see https://arxiv.org/abs/2502.17416).
"https://arxiv.org/abs/2502.17416"
<https://arxiv.org/abs/2502.17416>
<https://arxiv.org/abs/2502.17416|arxiv.org/abs/2502.17416>
<https://arxiv.org/abs/2502.17416|a label>
[a label](https://arxiv.org/abs/2502.17416)
[a label](<https://arxiv.org/abs/2502.17416> "a title")
&lt;https://arxiv.org/abs/2502.17416&gt;
> https://arxiv.org/abs/2502.17416
- https://arxiv.org/abs/2502.17416
https://arxiv.org/abs/2502.17416이 뭐야
2502.17416은 뭐야
https://doi.org/10.48550/arXiv.2502.17416
https://dx.doi.org/10.48550/arXiv.2502.17416
doi:10.48550/arXiv.2502.17416
10.48550/arXiv.2502.17416
10.48550/ARXIV.2502.17416
https://huggingface.co/papers/2502.17416
hf.co/papers/2502.17416
https://alphaxiv.org/abs/2502.17416
https://www.alphaxiv.org/overview/2502.17416v1
https://ar5iv.org/abs/2502.17416
https://ar5iv.labs.arxiv.org/html/2502.17416
https://scirate.com/arxiv/2502.17416
https://api.semanticscholar.org/arXiv:2502.17416
https://api.semanticscholar.org/graph/v1/paper/arXiv:2502.17416?fields=title
https://www.semanticscholar.org/arxiv/2502.17416
https://arxiv-sanity-lite.com/?rank=pid&pid=2502.17416
https://papers.cool/arxiv/2502.17416
https://ui.adsabs.harvard.edu/abs/2025arXiv250217416S/abstract
https://inspirehep.net/literature?q=arxiv:2502.17416
https://web.archive.org/web/2025/https://arxiv.org/abs/2502.17416
https://l.facebook.com/l.php?u=https%3A%2F%2Farxiv.org%2Fabs%2F2502.17416&h=AT0
https://www.google.com/url?q=https://arxiv.org/abs/2502.17416&sa=D
https://www.google.com/url?sa=t&url=https%3A%2F%2Farxiv.org%2Fabs%2F2502.17416
""".strip().splitlines()


@pytest.mark.parametrize("typed", FORMS)
def test_an_arxiv_id_is_found_however_it_is_pasted(typed: str) -> None:
    """Every page, version, bracket and redirect leads to the same paper."""
    (address,), _ = addresses_in(plain(typed))
    assert address.key == "arxiv:2502.17416"


@pytest.mark.parametrize("typed", FORMS)
def test_words_may_stand_around_an_id(typed: str) -> None:
    """In a sentence the same ids are found, and the words around them stay."""
    found, rest = addresses_in(plain(f"anyone read {typed} yet"))
    assert [address.key for address in found] == ["arxiv:2502.17416"]
    assert rest.split()[:2] == ["anyone", "read"]
    assert rest.split()[-1] == "yet"
    assert "2502" not in rest


def test_ids_from_before_2007_keep_their_archive() -> None:
    """An old id is found bare and in a link; a word and a number are none."""
    assert [
        address.key for address in addresses_in("cs/0112017 https://arxiv.org/abs/hep-th/9901001v3")[0]
    ] == [
        "arxiv:cs/0112017",
        "arxiv:hep-th/9901001",
    ]
    assert addresses_in("gan/0112017")[0] == ()


def test_two_ids_are_two_papers() -> None:
    """All addresses of a question are found, each once and in order."""
    found, rest = addresses_in("https://arxiv.org/abs/2405.05254, 2309.06180 and 2405.05254v2")
    assert [address.key for address in found] == ["arxiv:2405.05254", "arxiv:2309.06180"]
    assert rest.split() == [",", "and"]


@pytest.mark.parametrize(
    "typed",
    ["MoBA/NSA", "gpt-4.1/o3", "0.12345", "1234.5678", "2513.17416", "2502.1741", "2502.174167", "v1.5",
     "1.2.3", "f(f(x))", "a.b/c", "and/or", "2024.01", "mistral.ai"],
)  # fmt: skip
def test_words_and_numbers_are_no_addresses(typed: str) -> None:
    """What has no scheme and no known ending, or no month in it, stays as it was typed."""
    assert addresses_in(typed) == ((), typed)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("https://github.com/MoonshotAI/MoBA", "https://github.com/moonshotai/moba"),
        ("https://github.com/MoonshotAI/MoBA.git", "https://github.com/moonshotai/moba"),
        ("git@github.com:MoonshotAI/MoBA.git", "https://github.com/moonshotai/moba"),
        ("github.com/MoonshotAI/MoBA/tree/master", "https://github.com/moonshotai/moba"),
        ("https://github.com/MoonshotAI/MoBA/blob/master/a.pdf", "https://github.com/moonshotai/moba"),
        ("https://raw.githubusercontent.com/MoonshotAI/MoBA/master/a.pdf", "https://github.com/moonshotai/moba"),
        ("https://twitter.com/suchenzang/status/17?s=20", "https://x.com/suchenzang/status/17"),
        ("https://mobile.twitter.com/suchenzang/status/17", "https://x.com/suchenzang/status/17"),
        ("x.com/suchenzang/status/17", "https://x.com/suchenzang/status/17"),
        ("https://openreview.net/pdf?id=BGnm7Lo8oW", "https://openreview.net/forum?id=BGnm7Lo8oW"),
        ("https://openreview.net/forum?id=BGnm7Lo8oW&noteId=x", "https://openreview.net/forum?id=BGnm7Lo8oW"),
        ("10.1038/s41586-023-06747-5", "https://nature.com/articles/s41586-023-06747-5"),
        ("https://www.nature.com/articles/s41586-023-06747-5.pdf", "https://doi.org/10.1038/s41586-023-06747-5"),
        ("https://dl.acm.org/doi/pdf/10.1145/3600006.3613165", "https://doi.org/10.1145/3600006.3613165"),
        ("https://aclanthology.org/2023.acl-long.1.pdf", "https://aclanthology.org/2023.acl-long.1"),
        ("https://huggingface.co/microsoft/phi-1_5/tree/main", "https://huggingface.co/microsoft/phi-1_5"),
        ("https://youtu.be/abcdefghijk?t=4", "https://youtube.com/watch?v=abcdefghijk"),
    ],
)  # fmt: skip
def test_other_links_lead_to_one_thing(typed: str, key: str) -> None:
    """A link has a key in common with the other links to the same thing."""
    ((address,), rest) = addresses_in(plain(f"{typed}."))
    assert key in (address.key, *address.also)
    assert rest.strip() == "."


def test_an_address_may_say_a_title() -> None:
    """Where a site names a paper by its title, the words of it are kept."""
    (address,), _ = addresses_in(f"https://www.semanticscholar.org/paper/Rho-1%3A-Not-All-Tokens/{'e' * 40}")
    assert address.title == "Rho 1: Not All Tokens"


def test_a_number_among_words_is_not_sure_to_be_an_id() -> None:
    """Alone, or with arXiv's name, a number is an id; beside other words it only looks like one."""
    assert addresses_in("2405.05254 yoco")[0] == (Address("arxiv:2405.05254", is_sure=False),)
    assert addresses_in("arxiv 2405.05254 yoco")[0] == (Address("arxiv:2405.05254"),)
    assert addresses_in("2405.05254v2")[0] == (Address("arxiv:2405.05254"),)


@given(st.text(max_size=300))
def test_any_text_is_looked_through(typed: str) -> None:
    """Nothing pasted is an error."""
    found, rest = addresses_in(plain(typed))
    assert all(address.key for address in found)
    assert isinstance(rest, str)
