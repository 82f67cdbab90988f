# Two stages: the first builds, the second carries only what runs.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/madoakari
COPY requirements.lock ./
RUN /opt/madoakari/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes -r requirements.lock
COPY pyproject.toml LICENSE README.md ./
COPY bot ./bot
COPY channels ./channels
COPY triage ./triage
COPY moderator_ui ./moderator_ui
RUN /opt/madoakari/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --no-deps . \
    && /opt/madoakari/bin/python -m pip uninstall --yes --disable-pip-version-check pip

FROM python:3.12-slim
RUN groupadd --gid 10001 madoakari \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin madoakari \
    && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/madoakari /opt/madoakari
ENV PATH=/opt/madoakari/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MADOAKARI_HOST=0.0.0.0 \
    MADOAKARI_PORT=8080 \
    MADOAKARI_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['MADOAKARI_PORT'] + '/healthz', timeout=4)"]
CMD ["madoakari", "serve"]
