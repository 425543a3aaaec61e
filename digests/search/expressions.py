"""How people say things of the field in their own words: the thesaurus's entries, a line each. Pure."""

from __future__ import annotations

CALLED = """
shrink: compression pruning distillation quantization compact
smaller: compression distillation pruning compact
compress: compression quantization pruning distillation
drop weights: pruning sparsity
zero weights: pruning sparsity
int4: quantization 4-bit low-bit
int8: quantization 8-bit low-bit
4bit: quantization low-bit
bits: quantization low-bit precision
precision: quantization fp8 low-precision
forget: unlearning forgetting catastrophic continual
erase: unlearning removal
remove: unlearning erasure
remember: memorization memory recall
memorize: memorization
memorise: memorization
leak: leakage privacy contamination extraction
made-up: hallucination factuality
make up: hallucination factuality
lie: hallucination deception truthfulness honesty
truth: truthfulness factuality
facts: factuality knowledge
wrong: error incorrect
confident: calibration uncertainty confidence
confidence: calibration uncertainty
sure: uncertainty calibration
unsure: uncertainty abstention
know: knowledge
cheating: reward-hacking contamination
gaming: reward-hacking
flatter: sycophancy
agree: sycophancy agreement
polite: alignment
harmful: safety toxicity red-teaming
unsafe: safety
dangerous: safety risk
jailbreak: safety red-teaming adversarial
attack: adversarial jailbreak
steal: extraction stealing attack
fool: adversarial
fair: fairness impartial
unfair: bias fairness
biased: bias
secret: privacy
private: privacy federated
watermark: watermarking detection
think: reasoning thinking deliberation
thinking: reasoning chain-of-thought
thought: reasoning chain-of-thought
overthinking: reasoning efficient length
reason: reasoning
logic: reasoning logical
puzzle: reasoning logic
plan: planning
steps: chain-of-thought step-by-step
step by: chain-of-thought step-by-step
backwards: reverse backward
explain: interpretability explanation
understand: interpretability analysis
inside: mechanistic interpretability
neurons: interpretability mechanistic
circuit: mechanistic interpretability
probe: probing representation
see: visual vision perception
look: attention visual
watch: video
listen: audio speech
hear: audio speech
sing: singing music
song: music audio
talk: speech dialogue conversation
chat: dialogue conversational assistant
chatbot: assistant dialogue conversational
assistant: chatbot dialogue
draw: generation image synthesis
drawing: generation image synthesis sketch
paint: generation image
create: generation synthesis
invent: generation discovery
imagine: generation imagination world-model
dream: world-model generation
write: generation writing
writing: generation text
rewrite: rephrasing paraphrase editing
translate: translation
summary: summarization
summarise: summarization
summarize: summarization
shorten: summarization compression
search: retrieval search
find: retrieval search
look up: retrieval memory
lookup: retrieval memory
reuse: transfer cache
store: memory cache
cache: kv-cache
self-improve: self-improvement self-training bootstrapping
teach: distillation training supervision
teacher: distillation
student: distillation
imitate: imitation distillation
copy: distillation imitation copying
learn from: learning
labels: supervision annotation
unlabelled: unsupervised self-supervised semi-supervised
unlabeled: unsupervised self-supervised semi-supervised
without labels: unsupervised self-supervised
few examples: few-shot
no examples: zero-shot
unseen: generalization zero-shot out-of-distribution
new task: transfer generalization
extrapolate: extrapolation generalization length
longer than: length-generalization extrapolation
longer: length long-context
lengthy: long-context long-range
long documents: long-context
book: long-context book-length
context: long-context window
window: context
recombine: compositional
compose: compositional composition
parts: compositional part-based
mix: mixture mixing
mixing: mixture mixup
blend: merging interpolation
merge: merging
merging: merging averaging
average: averaging ensemble
combine: ensemble fusion merging
split: partition parallel
parallel: parallelism distributed
many gpus: distributed parallelism
gpu: hardware kernel efficient
phone: mobile on-device edge
device: on-device mobile edge
laptop: on-device
faster: efficient acceleration fast speedup
fast: efficient acceleration speedup
quick: fast efficient
slow: latency efficient
speed up: acceleration efficient
accelerate: acceleration efficient
real-time: streaming low-latency
stream: streaming
one step: one-step few-step consistency
single step: one-step consistency
draft: speculative
guess: speculative prediction
stable: stability
unstable: instability stability
explode: instability divergence
spike: instability loss-spikes
diverge: instability divergence
collapse: collapse diversity
boring: diversity
diverse: diversity
evenly: uniform
balance: balancing
random: stochastic randomness
why: analysis understanding
theory: theoretical
proves: theoretical provably
explains: analysis understanding
surprising: emergent
suddenly: emergent grokking phase-transition
bigger: scaling large
scale: scaling
grow: scaling growing expansion
predict performance: scaling-law
budget: compute-optimal
how much data: scaling-law data
clean data: filtering curation quality
good data: curation quality selection
quality: filtering curation
filter: filtering curation selection
pick: selection
choose: selection
crawl: web corpus commoncrawl
web: crawl corpus
fake: synthetic generated deepfake
artificial: synthetic
generated data: synthetic
duplicate: deduplication
test set: contamination benchmark
order: curriculum ordering
easy to: curriculum
schedule: learning-rate schedule
learning rate: schedule optimizer hyperparameter
optimizer: adam sgd optimization
momentum: optimizer
batch: batch-size
sensitivity: robustness
robust: robustness
sturdy: robustness
corrupted: robustness corruption
one photo: single-image monocular
single photo: single-image one-shot
single image: one-shot monocular
viewpoint: novel-view view-synthesis
angle: view pose
3d: geometry shape reconstruction
scene: scenes reconstruction rendering
render: rendering
city: large-scale scenes
human body: avatar pose
avatar: human head
clothes: garment try-on
hair: portrait
cut out: segmentation matting
outline: segmentation contour
count: counting
sharpen: super-resolution deblurring
upscale: super-resolution
restore: restoration
old photos: restoration colorization
colour: colorization
color: colorization
style: stylization transfer
caption: captioning
describe: captioning description
read text: ocr
handwriting: handwritten recognition
receipt: document extraction form
screen: gui web
click: gui agent web
website: web agent
tools: tool-use api function-calling
api: tool-use
issue: software-engineering
github: software repository
pull request: software-engineering repository
debug: repair
unit tests: code execution
vote: majority self-consistency
self-check: verification self-correction
check: verification verifier
verify: verification verifier
fix: correction repair refinement
critique: feedback critic
feedback: preference reward
ranking: preference
taste: preference
persona: role-playing
child: developmental language-acquisition
animal: biology
brain: neuroscience
"""
"""What people may say, a word or two, and what papers call it."""

CALLED_IN_KOREAN = """
작게 작은 작아 가볍 가벼: compression distillation pruning quantization small compact
줄이 줄여: compression reduction pruning efficient
빠르 빨리 빨라 빠른: fast efficient acceleration speedup
느리 느린: latency efficient
늘리 늘려 키우 키워: scaling extension extrapolation
길게 길어 기다란: long-context length
잊: unlearning forgetting
지우 지워: unlearning erasure removal
외우 외워 외운: memorization
지어내 거짓 거짓말: hallucination factuality
속이 속여 속는: adversarial deception
훔치 빼내: stealing extraction
맞추 맞춤: alignment
사람처럼 인간처럼: human-like alignment
취향: preference
칭찬 아부: sycophancy
스스로: self-improvement self-supervised
혼자: self autonomous
가르치 가르쳐: distillation supervision
베끼 베껴 따라하: distillation imitation
섞: mixture mixing
합치 합쳐: merging fusion
나누 나눠 쪼개: split partition
고르 골라: selection filtering
거르 걸러: filtering curation
깨끗: clean filtering
중복: deduplication duplicate
가짜: synthetic fake
그리 그려 그림: image generation drawing
사진: image photo
움직: motion video
목소리: speech voice
말하: speech dialogue
듣: audio speech
읽: reading ocr
쓰기 글쓰기: writing
번역: translation
고치 고쳐: correction repair editing
찾아내 찾기: retrieval detection search
생각: reasoning thinking chain-of-thought
머릿속: imagination visualization
확신 자신감: confidence calibration uncertainty
왜: analysis understanding
이유: analysis
속마음 내부: interpretability mechanistic
설명: explanation interpretability
공짜: training-free
학습없이: training-free
예시 예제: few-shot in-context examples
처음부터: scratch
한번에 한단계: one-step single-stage
휴대폰 스마트폰 기기 모바일: on-device mobile
컴퓨터: computer
여러 다양한: multi diverse
규칙: rule
위험 해로: safety toxicity
비서: assistant agent
"""
"""The same for Korean: how a word may begin."""
