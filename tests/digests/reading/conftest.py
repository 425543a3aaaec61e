"""How hard Hypothesis looks: a little in every run, long in `make fuzz` (``--hypothesis-profile=fuzz``)."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("fuzz", max_examples=4_000)
