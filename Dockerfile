FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /haru
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY config config
COPY digests digests
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
    && useradd --create-home haru \
    && mkdir data && chown haru data
USER haru
VOLUME /haru/data
# The local workspace listens on loopback by default, which nobody outside a container can reach.
ENV HARU_LOCAL_HOST=0.0.0.0
EXPOSE 3000 8420
CMD ["haru", "run"]
