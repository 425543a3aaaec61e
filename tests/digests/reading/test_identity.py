"""By what a paper is recognised."""

from __future__ import annotations

import pytest

from digests.model import Paper
from digests.reading.identity import address_keys, arxiv_id, direct_url, identity, normal_url


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/2502.17416",
        "http://arxiv.org/abs/2502.17416v3",
        "https://www.arxiv.org/pdf/2502.17416",
        "https://arxiv.org/pdf/2502.17416v1.pdf",
        "https://arxiv.org/html/2502.17416v1#S2",
        "https://export.arxiv.org/abs/2502.17416?context=cs",
        "https://www.alphaxiv.org/abs/2502.17416",
        "https://huggingface.co/papers/2502.17416",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Farxiv.org%2Fabs%2F2502.17416%3Ffbclid%3Dabc&h=AT0",
        "https://www.google.com/url?q=https://arxiv.org/abs/2502.17416&sa=D",
        "https://doi.org/10.48550/arXiv.2502.17416",
        "https://ar5iv.labs.arxiv.org/html/2502.17416",
        "arXiv:2502.17416v2",
        "2502.17416",
    ],
)
def test_an_arxiv_id_is_known_in_every_dress(url: str) -> None:
    """Any version, page and mirror gives the same id, without its version."""
    assert arxiv_id(url) == "2502.17416"


def test_old_arxiv_ids_are_known() -> None:
    """Ids from before 2007 keep their archive."""
    assert arxiv_id("https://arxiv.org/abs/cs/0112017v1") == "cs/0112017"


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/list/cs.CL/recent",
        "https://example.org/2502.17416",
        "https://github.com/a/2502.17416",
        "https://huggingface.co/someone/1234567",
        "https://doi.org/10.1145/2502.17416",
        "https://arxiv.org.evil.example/abs/2502.17416",
        "https://arxiv.org/abs/2513.17416",
        "javascript:2502.17416",
        "http://[",
        "",
    ],
)
def test_what_is_no_arxiv_address_has_no_id(url: str) -> None:
    """Numbers elsewhere are not ids."""
    assert arxiv_id(url) is None


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTP://WWW.Example.org/A/?utm_source=x&b=1&fbclid=y#top", "https://example.org/A?b=1"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fa&h=1", "https://example.org/a"),
        ("https://example.org/", "https://example.org"),
    ],
)
def test_web_addresses_have_one_form(url: str, normal: str) -> None:
    """Redirects, tracking, case and a final slash do not make another address."""
    assert normal_url(url) == normal


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/a", "data:text/html,x", "a b", ""])
def test_only_web_addresses_are_addresses(url: str) -> None:
    """Other schemes are none."""
    assert normal_url(url) is None


@pytest.mark.parametrize(
    ("paper", "key"),
    [
        (Paper("T", url="https://arxiv.org/abs/2502.17416", arxiv_id="2502.17416"), "arxiv:2502.17416"),
        (Paper("T", url="https://doi.org/10.1145/3292500.3330701"), "doi:10.1145/3292500.3330701"),
        (Paper("T", url="https://github.com/a/b/"), "url:https://github.com/a/b t"),
        (Paper("T", url="https://openreview.net/pdf?id=AbC12"), "url:https://openreview.net/forum?id=AbC12"),
        (
            Paper("T", url="https://openreview.net/forum?id=AbC12&noteId=x"),
            "url:https://openreview.net/forum?id=AbC12",
        ),
        (
            Paper("T", url="https://aclanthology.org/2024.acl-long.1.pdf"),
            "url:https://aclanthology.org/2024.acl-long.1",
        ),
        (
            Paper("T", url="https://www.biorxiv.org/content/10.1101/2024.01.01.573800v2.full.pdf"),
            "doi:10.1101/2024.01.01.573800",
        ),
        (Paper("Attention: All  you NEED!"), "title:attentionallyouneed"),
        (Paper("왜 어텐션인가"), "title:왜어텐션인가"),
        (Paper(" ??? "), "title:???"),
    ],
)
def test_a_papers_key_is_the_strongest_thing_known(paper: Paper, key: str) -> None:
    """arXiv id before DOI before address before title."""
    assert identity(paper) == key


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        (
            "https://github.com/MoonshotAI/MoBA/blob/master/Report.pdf",
            "http://github.com/moonshotai/moba.git",
        ),
        ("https://github.com/state-spaces/mamba.", "git@github.com:state-spaces/mamba.git"),
        ("https://x.com/suchenzang/status/17", "https://mobile.twitter.com/suchenzang/status/17?s=20"),
        ("https://x.com/suchenzang/status/17", "https://twitter.com/i/web/status/17"),
        ("https://openreview.net/forum?id=aB-1", "https://openreview.net/pdf?id=aB-1"),
        ("https://www.nature.com/articles/s41586-023-06747-5", "https://doi.org/10.1038/s41586-023-06747-5"),
        ("https://arxiv.org/abs/2502.17416v2", "2502.17416"),
        ("https://hf.co/microsoft/phi-1_5", "https://huggingface.co/microsoft/phi-1_5/tree/main"),
        ("https://proceedings.mlr.press/v139/a21b.html", "https://proceedings.mlr.press/v139/a21b/a21b.pdf"),
    ],
)
def test_links_to_one_thing_share_a_key(kept: str, asked: str) -> None:
    """A link that is kept and one that is asked for meet, though they are written otherwise."""
    assert set(address_keys(kept)) & set(address_keys(asked))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://github.com/a/b", "https://github.com/a/c"),
        ("https://huggingface.co/collections/a/b", "https://huggingface.co/collections/a/c"),
        ("https://openreview.net/forum?id=aB", "https://openreview.net/forum?id=ab"),
        ("https://example.org/a", "https://example.org/b"),
    ],
)
def test_links_to_two_things_share_none(one: str, other: str) -> None:
    """Only what names the same thing meets."""
    assert not set(address_keys(one)) & set(address_keys(other))


@pytest.mark.parametrize(
    "wrapped",
    [
        "https://n.safelinks.protection.outlook.com/?url=https%3A%2F%2Farxiv.org%2Fabs%2F2502.00001&data=05",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__arxiv.org_abs_2502.00001&d=DwMFaQ",
        "https://urldefense.com/v3/__https://arxiv.org/abs/2502.00001__;!!abc",
        "https://www.google.com/url?sa=t&url=https%3A%2F%2Farxiv.org%2Fabs%2F2502.00001",
    ],
)
def test_links_that_mail_filters_wrap_lead_to_their_paper(wrapped: str) -> None:
    """A link wrapped by a mail filter or a redirect has the arXiv id of the address inside it."""
    assert arxiv_id(wrapped) == "2502.00001"
    assert direct_url(wrapped) == "https://arxiv.org/abs/2502.00001"
