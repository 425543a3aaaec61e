# Two stages: what installs Haru stays behind, and the image holds Python, Haru and what it needs.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY config config
COPY digests digests
RUN /venv/bin/pip install --no-deps --no-build-isolation . \
    && /venv/bin/pip uninstall --yes pip

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PATH=/venv/bin:$PATH
RUN useradd --create-home --uid 10001 haru \
    && mkdir --parents --mode=700 /haru/data \
    && chown haru /haru/data \
    && pip uninstall --yes pip
COPY --from=build /venv /venv
WORKDIR /haru
USER haru
VOLUME /haru/data
# The local workspace listens on loopback by default, which nobody outside a container can reach.
ENV HARU_LOCAL_HOST=0.0.0.0 PORT=3000
EXPOSE 3000 8420
HEALTHCHECK --interval=30s --start-period=60s CMD ["haru", "health"]
CMD ["haru", "run"]
