"""What Korean readers call things that papers name in English. Pure.

Commentary says 디퓨전 or 확산, titles say diffusion: each finds the other. Only words of the trade whose
meaning here is one; what people say in general is for the encoder.
"""

from __future__ import annotations

from collections import defaultdict

_NAMES = {
    "adapter": "어댑터",
    "adversarial": "적대적",
    "agent": "에이전트",
    "alignment": "정렬 얼라인먼트",
    "attention": "어텐션 주의집중",
    "augmentation": "증강",
    "autoregressive": "자기회귀",
    "backpropagation": "역전파",
    "batch": "배치",
    "benchmark": "벤치마크",
    "calibration": "캘리브레이션",
    "chain-of-thought": "사고사슬",
    "classification": "분류",
    "clustering": "클러스터링 군집화",
    "compression": "압축",
    "context": "컨텍스트 문맥",
    "contrastive": "대조학습",
    "convolution": "컨볼루션 합성곱",
    "curriculum": "커리큘럼",
    "decoding": "디코딩",
    "diffusion": "디퓨전 확산",
    "distillation": "디스틸레이션 증류",
    "dropout": "드롭아웃",
    "embedding": "임베딩",
    "encoder": "인코더",
    "expert": "전문가 엑스퍼트",
    "few-shot": "퓨샷",
    "fine-tuning": "파인튜닝 미세조정",
    "flash": "플래시",
    "flow matching": "플로우매칭",
    "gradient": "그래디언트 기울기",
    "graph": "그래프",
    "hallucination": "할루시네이션 환각",
    "inference": "인퍼런스",
    "initialization": "초기화",
    "kernel": "커널",
    "language model": "언어모델",
    "latent": "레이턴트",
    "learning rate": "학습률",
    "long context": "긴문맥 롱컨텍스트",
    "manifold": "매니폴드 다양체",
    "masking": "마스킹",
    "memorization": "암기",
    "merging": "머징 병합",
    "mixture": "믹스처 혼합",
    "momentum": "모멘텀",
    "multimodal": "멀티모달",
    "normalization": "정규화",
    "optimizer": "옵티마이저 최적화기",
    "overfitting": "과적합",
    "parallelism": "병렬화",
    "policy": "폴리시 정책",
    "preference": "선호",
    "pretraining": "프리트레이닝 사전학습",
    "prompt": "프롬프트",
    "pruning": "프루닝 가지치기",
    "quantization": "퀀타이제이션 양자화",
    "reasoning": "추론",
    "recurrent": "순환신경망",
    "regularization": "레귤러라이제이션",
    "reinforcement learning": "강화학습",
    "residual": "레지듀얼 잔차",
    "retrieval": "리트리벌 검색",
    "reward": "보상 리워드",
    "robustness": "강건성",
    "rollout": "롤아웃",
    "routing": "라우팅",
    "safety": "안전성",
    "scaling": "스케일링",
    "scaling law": "스케일링법칙",
    "segmentation": "세그멘테이션 분할",
    "self-supervised": "자기지도",
    "sparse": "스파스 희소",
    "speculative": "추측 투기적",
    "speech": "음성",
    "state space": "상태공간",
    "synthetic": "합성",
    "token": "토큰",
    "tokenizer": "토크나이저",
    "transformer": "트랜스포머",
    "translation": "번역",
    "uncertainty": "불확실성",
    "verifier": "검증기",
    "video": "비디오 동영상",
    "zero-shot": "제로샷",
}

_ENGLISH: dict[str, list[str]] = defaultdict(list)
for _english, _korean in _NAMES.items():
    for _word in _korean.split():
        _ENGLISH[_word].append(_english)


def in_english(korean: str) -> tuple[str, ...]:
    """The English names of what a Korean word says; none for most words."""
    return tuple(_ENGLISH.get(korean, ()))
