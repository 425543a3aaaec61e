"""Words and names spelt by ear in Hangul are known again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.search import phonetics
from digests.search.sounds import PeopleBySound, WordsBySound, letters

WORDS = """
adapter agent alignment alpaca attention autoformalization backdoor batch benchmark byte cache
calibration center chain circuit clip cloud code consistency contrastive corpus crawler data decoding
diffusion distillation embedding encoder ensemble entropy expert fast fine flash flex flow function gap
gaussian general generation going gradient graph grokking hallucination hypernetwork image language
latent layer llama lora lottery machine mamba matching math memory mesh mixture model multitask muon
network neuron norm optimizer paged patch pink pixel poorly press prompt quantization reasoning
reinforcement retrieval rope salmon sensing sink single softmax sparse speculative stable steering
suggest think token tokenizer transformer tuning vector vision weight window zero
""".split()  # noqa: SIM905 - a list would take a page
HEARD = WordsBySound(WORDS)

NAMES = [
    "Noam Shazeer", "Kaiming He", "Yann LeCun", "Tim Dettmers", "Minjoon Seo", "Kyunghyun Cho", "Yejin Choi",
    "Jason Wei", "Albert Gu", "Danqi Chen", "Andrew Y. Ng", "Geoffrey E. Hinton", "Ilya Sutskever",
    "Yoshua Bengio", "Percy Liang", "Luke Zettlemoyer", "Piotr Dollár", "Sung Ju Hwang", "Honglak Lee",
    "Hyeon-Woo Nam", "Jürgen Schmidhuber", "Zijun Wei", "Zhilin Yang", "Yang Liu", "Minjoon Kim",
    "Seo Taylor",
]  # fmt: skip
PEOPLE = PeopleBySound(NAMES)


@pytest.mark.parametrize(
    ("hangul", "english"),
    [
        ("믹스처", "mixture"), ("엑스퍼트", "expert"), ("플래시", "flash"), ("어텐션", "attention"),
        ("리인포스먼트", "reinforcement"), ("그래디언트", "gradient"), ("스테이블", "stable"),
        ("디퓨전", "diffusion"), ("디퓨젼", "diffusion"), ("라마", "llama"),
        ("랭귀지", "language"), ("퀀타이제이션", "quantization"), ("토크나이저", "tokenizer"),
        ("벤치마크", "benchmark"), ("얼라인먼트", "alignment"), ("네트워크", "network"),
        ("머신", "machine"), ("윈도우", "window"), ("그로킹", "grokking"),
        ("하이퍼네트워크", "hypernetwork"), ("싱크", "sink"), ("컨시스턴시", "consistency"),
        ("스페큘레이티브", "speculative"), ("페이지드", "paged"), ("뮤온", "muon"),
        ("오토포멀라이제이션", "autoformalization"), ("맘바", "mamba"), ("로라", "lora"),
        ("로프", "rope"), ("트렌스포머", "transformer"), ("프롬포트", "prompt"),
        ("멀티태스크", "multitask"), ("레이어", "layer"), ("웨이트", "weight"),
        ("가우시안", "gaussian"), ("바이트", "byte"), ("소프트맥스", "softmax"),
        ("배치놈", "batch norm"),
    ],
)  # fmt: skip
def test_a_word_spelt_by_ear_is_heard(hangul: str, english: str) -> None:
    """Of words that all are of the field, the one that was spelt sounds like it."""
    assert english in [word for word, _ in HEARD.like(hangul)][:2]


@pytest.mark.parametrize(
    "korean",
    ["가중치", "얼굴", "물고기", "음악", "법률", "방법론", "점심", "안녕", "강아지", "부동산",
     "떡볶이", "축구", "강화학습",
     "미세조정", "사전학습", "추론", "보상", "정책", "양자화", "홍길동",
     "가", "것"],
)  # fmt: skip
def test_korean_words_sound_like_no_english_one(korean: str) -> None:
    """What is no loanword is not taken for one."""
    assert HEARD.like(korean) == []


def test_of_words_that_sound_the_same_the_first_is_named() -> None:
    """The caller gives the common words first."""
    assert WordsBySound(["think", "sink"]).like("띵크")[0][0] == "think"
    assert WordsBySound(["rotary", "lottery"]).like("로터리")[0][0] == "rotary"
    assert WordsBySound(["lottery", "rotary"]).like("로터리")[0][0] == "lottery"


@pytest.mark.parametrize(
    ("hangul", "name"),
    [
        ("노암 셰이저", "Noam Shazeer"), ("카이밍 허", "Kaiming He"), ("허 카이밍", "Kaiming He"),
        ("얀 르쿤", "Yann LeCun"), ("르쿤", "Yann LeCun"), ("팀 데트머스", "Tim Dettmers"),
        ("데트머스", "Tim Dettmers"), ("서민준", "Minjoon Seo"), ("서 민준", "Minjoon Seo"),
        ("민준 서", "Minjoon Seo"), ("조경현", "Kyunghyun Cho"), ("최예진", "Yejin Choi"),
        ("제이슨 웨이", "Jason Wei"), ("알버트 구", "Albert Gu"), ("단치 첸", "Danqi Chen"),
        ("앤드류 응", "Andrew Y. Ng"), ("제프리 힌튼", "Geoffrey E. Hinton"),
        ("일리야 수츠케버", "Ilya Sutskever"), ("요슈아 벤지오", "Yoshua Bengio"),
        ("퍼시 리앙", "Percy Liang"), ("루크 제틀모이어", "Luke Zettlemoyer"),
        ("제틀모이어", "Luke Zettlemoyer"), ("피오트르 돌라", "Piotr Dollár"),
        ("황성주", "Sung Ju Hwang"), ("이홍락", "Honglak Lee"), ("남현우", "Hyeon-Woo Nam"),
        ("슈미트후버", "Jürgen Schmidhuber"),
    ],
)  # fmt: skip
def test_a_name_spelt_in_hangul_is_known(hangul: str, name: str) -> None:
    """Foreign names are heard, Korean ones are read in the spellings people use, in either order."""
    found = PEOPLE.like(hangul.split())
    assert NAMES[found[0][0]] == name
    assert [NAMES[place] for place, close in found if close > 0.99] in ([name], [])


@pytest.mark.parametrize("hangul", ["홍길동", "서민정", "김철수", "월드 모델", "강화 학습", "구", "서", ""])
def test_a_name_that_nobody_has_is_nobodys(hangul: str) -> None:
    """A Korean name is never cut down to a syllable of another, and words are no names."""
    assert PEOPLE.like(hangul.split()) == []


def test_names_of_letters_are_spelt_out() -> None:
    """A word that says letters gives them; any other gives none."""
    assert letters("지피티") == "gpt"
    assert letters("알엘에이치에프") == "rlhf"
    assert letters("학습") is None


@given(st.text(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")), max_size=14))
def test_any_word_in_hangul_is_listened_to(word: str) -> None:
    """There is an answer for any syllables, of at most so many words, with a closeness from 0 to 1."""
    heard = HEARD.like(word)
    assert len(heard) <= 4
    assert all(0 < close <= 1 for _, close in heard)
    PEOPLE.like([word])
    PEOPLE.like([word, "김"])


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_a_word_has_the_keys_of_its_readings(word: str) -> None:
    """The index finds a word by just the readings that it is compared by."""
    for is_name in (False, True):
        readings = phonetics.of_latin(word, is_name=is_name)
        assert phonetics.keys_of_latin(word, is_name=is_name) == {phonetics.key(one) for _, one in readings}
