"""Health, metrics and error pages: plain sentences, and nothing of a request in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.core.model.errors import TextTooLong
from bot.http.headers import SECURITY_HEADERS
from bot.runtime.metrics import Metrics
from bot.texts import Texts
from bot.web import Health, WebParts, make_app

Client = TestClient[web.Request, web.Application]


class Store:
    """A store that can be away."""

    def __init__(self) -> None:
        self.away = False

    async def check(self) -> None:
        if self.away:
            raise ConnectionError("store of 192.0.2.7 is away")


async def _breaks(_: web.Request) -> web.Response:
    raise RuntimeError("わたしの秘密の言葉")


async def _refuses(_: web.Request) -> web.Response:
    raise TextTooLong(limit=2000, length=2001)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def health(store: Store) -> Health:
    return Health(check=store.check)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def open_client(
    health: Health, metrics: Metrics
) -> AsyncIterator[Callable[[str | None], Client]]:
    clients: list[Client] = []

    def make(token: str | None = None) -> Client:
        parts = WebParts(
            routes=[web.get("/breaks", _breaks), web.get("/refuses", _refuses)],
            health=health,
            say=Texts.load().say,
            title="メモ",
            metrics_page=metrics.page,
            count_answer=metrics.answer,
            metrics_token=token,
        )
        client: Client = TestClient(TestServer(make_app(parts)))
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
async def client(open_client: Callable[[str | None], Client]) -> Client:
    client = open_client(None)
    await client.start_server()
    return client


async def test_ready_says_when_the_store_is_away(client: Client, store: Store) -> None:
    assert (await client.get("/readyz")).status == 200
    store.away = True
    answer = await client.get("/readyz")
    assert answer.status == 503
    assert "192" not in await answer.text()
    assert (await client.get("/healthz")).status == 200


async def test_ready_names_the_members_of_triage_and_stays_ready(
    client: Client, health: Health
) -> None:
    assert "triage" not in await (await client.get("/readyz")).text()
    health.members = {"rules": "ready", "linear": "ready"}
    lines = (await (await client.get("/readyz")).text()).splitlines()
    assert lines == ["ready", "triage ready", "triage.rules ready", "triage.linear ready"]
    health.members = {"rules": "ready", "linear": "altered"}
    answer = await client.get("/readyz")
    assert answer.status == 200
    assert (await answer.text()).splitlines()[1:] == [
        "triage degraded",
        "triage.rules ready",
        "triage.linear altered",
    ]


async def test_metrics_name_the_members_of_triage_and_count_its_looks(
    client: Client, metrics: Metrics
) -> None:
    metrics.triage({"linear": "missing"})
    for outcome in ("done", "late", "late"):
        metrics.second_look(outcome)
    page = await (await client.get("/metrics")).text()
    assert 'madoakari_triage_member{member="linear",state="missing"} 1.0' in page
    assert 'madoakari_triage_second_looks_total{outcome="late"} 2.0' in page


async def test_new_work_is_refused_while_stopping(client: Client, health: Health) -> None:
    health.stopping = True
    assert (await client.get("/refuses")).status == 503
    assert (await client.get("/readyz")).status == 503
    assert (await client.get("/healthz")).status == 200


@pytest.mark.parametrize(
    ("path", "status"), [("/breaks", 500), ("/refuses", 400), ("/nowhere", 404)]
)
async def test_errors_are_one_sentence(client: Client, path: str, status: int) -> None:
    answer = await client.get(path)
    text = await answer.text()
    assert answer.status == status
    assert "Traceback" not in text
    assert "秘密" not in text
    assert 'lang="ja"' in text
    assert _has_security_headers(answer)


async def test_a_script_gets_the_sentence_as_json(client: Client) -> None:
    answer = await client.get("/refuses?lang=en", headers={"Accept": "application/json"})
    assert "2000" in (await answer.json())["error"]


async def test_metrics_stay_on_this_machine(client: Client) -> None:
    assert (await client.get("/metrics")).status == 200
    proxied = await client.get("/metrics", headers={"X-Forwarded-For": "198.51.100.4"})
    assert proxied.status == 404


async def test_a_token_opens_metrics_and_nothing_else_does(
    open_client: Callable[[str | None], Client],
) -> None:
    client = open_client("open sesame")
    await client.start_server()
    assert (await client.get("/metrics")).status == 404
    wrong = await client.get("/metrics", headers={"Authorization": "Bearer ひらけ"})
    assert wrong.status == 404
    shown = {"Authorization": "Bearer open sesame", "X-Forwarded-For": "198.51.100.4"}
    assert (await client.get("/metrics", headers=shown)).status == 200


async def test_metrics_name_routes_and_never_paths(client: Client) -> None:
    await client.get("/nowhere/secret-path")
    await client.get("/refuses")
    page = await (await client.get("/metrics")).text()
    assert "secret-path" not in page
    assert 'route="/refuses",status="400"' in page


def _has_security_headers(answer: ClientResponse) -> bool:
    kept = answer.headers["Cache-Control"] == "no-store" and answer.headers["Server"] == "web"
    return kept and all(answer.headers[name] == value for name, value in SECURITY_HEADERS.items())
