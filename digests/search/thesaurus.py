"""What people say in their own words, and what papers call it: a machine-learning thesaurus. Pure.

Asked only where a question's own words leave much unanswered, since a synonym is never as sure as the word
that was typed. From general knowledge of the field, not from any archive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from digests.search import text
from digests.search.expressions import CALLED, CALLED_IN_KOREAN

_ALIKE = """
cnn convnet convolutional convolution
rnn recurrent lstm recurrence
ssm state-space mamba s4
transformer self-attention
llm language-model
vlm vision-language multimodal lmm mllm
moe mixture-of-experts experts
rl reinforcement
rlhf preference human-feedback alignment
dpo preference-optimization preference
gan adversarial
vae autoencoder variational
nerf radiance neural-field implicit
splat splatting gaussian
diffusion denoising score-based
tts text-to-speech speech-synthesis
asr speech-recognition transcription
ocr text-recognition document
mt translation
qa question-answering
rag retrieval-augmented retrieval
cot chain-of-thought rationale
icl in-context few-shot
lora adapter low-rank peft
sft supervised-fine-tuning instruction-tuning
image photo picture photograph visual
video clip movie footage
voice speech spoken audio
face facial portrait
hand gesture
robot manipulation embodied
agent agentic
code program programming software
maths math mathematical arithmetic
proof theorem theorem-proving
benchmark evaluation testbed
dataset corpus collection
weight parameter
neuron unit
layer block
token subword
vocabulary tokenizer
byte character-level character token-free
prompt instruction
example demonstration exemplar sample
answer response output
question query
reward score
judge evaluator critic
error mistake failure
bug fault
cost compute budget flops
speed latency throughput fast efficient
memory footprint
cheap efficient low-cost
tiny small compact lightweight
big large massive
long lengthy
noise noisy perturbation
blur blurry
depth monocular
edit editing manipulation
segmentation mask
detection detector
pose keypoint
layout form
table tabular
chart plot figure
graph node
molecule molecular drug
protein biology
medical clinical health
legal law
finance financial
weather climate forecast
game gameplay
poem creative story
"""
"""Words of one meaning, a line each."""

MOST = 8
"""Terms that a word may stand for."""


@cache
def _terms() -> dict[str, tuple[str, ...]]:
    """By the stem, or the two stems, of what was said, the stems of what else it may be called."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for line in _ALIKE.split("\n"):
        names = list(map(_stem, line.split()))
        for name in names:
            found[name] |= dict.fromkeys(other for other in names if other != name)
    for line in filter(None, CALLED.split("\n")):
        said, _, called = line.partition(":")
        key = " ".join(map(_stem, said.split()))
        found[key] |= dict.fromkeys(name for name in map(_stem, called.split()) if name != key)
    return {said: tuple(called) for said, called in found.items()}


@cache
def _korean() -> tuple[tuple[str, tuple[str, ...]], ...]:
    found = []
    for line in filter(None, CALLED_IN_KOREAN.split("\n")):
        said, _, called = line.partition(":")
        found += [(opening, tuple(map(_stem, called.split()))) for opening in said.split()]
    return tuple(found)


def synonyms(asked: Sequence[text.Word]) -> dict[str, tuple[str, ...]]:
    """The terms that each word of a question may stand for, also together with its neighbour, by the word as
    it was typed.
    """
    known = _terms()
    stems = [_stem(word.shown) for word in asked]
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for word, stem in zip(asked, stems, strict=True):
        found[word.shown] |= dict.fromkeys(known.get(stem, ()))
        if word.is_hangul:
            for opening, names in _korean():
                if word.folded.startswith(opening):
                    found[word.shown] |= dict.fromkeys(names)
    for (first, one), (second, other) in pairwise(zip(asked, stems, strict=True)):
        called = dict.fromkeys(known.get(f"{one} {other}", ()))
        for word in (first, second) if called else ():
            found[word.shown] = called | found[word.shown]
    return {shown: tuple(called)[:MOST] for shown, called in found.items() if called}


def _stem(word: str) -> str:
    return text.stem(text.joined(word))
