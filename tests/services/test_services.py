"""The helpers themselves: each service answers, and each guard can say no."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
import redis.asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.services.axe import axe_complaints
from tests.services.chromium import Pages
from tests.services.presence import RefusedError, left_out

GOOD = """<!doctype html><html lang="ja"><head><title>メモ</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>こんばんは</h1></main></body></html>"""
BAD = """<!doctype html><html lang="ja"><head><title>x</title>
<script src="https://example.org/spy.js"></script></head>
<body><main><h1>x</h1><img src="data:,"><script>1</script></main></body></html>"""
POLICY = "default-src 'none'; script-src https://example.org"


async def _page(request: web.Request) -> web.Response:
    text = BAD if request.path == "/bad" else GOOD
    headers = {"Content-Security-Policy": POLICY} if request.path == "/bad" else {}
    return web.Response(text=text, content_type="text/html", headers=headers)


@pytest.fixture
async def site() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/favicon.ico", _empty)
    app.router.add_get("/{path:.*}", _page)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def _empty(_: web.Request) -> web.Response:
    return web.Response(status=204)


@pytest.mark.postgres
async def test_a_database_is_empty_and_ones_own(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    try:
        assert await connection.fetchval("select count(*) from pg_stat_user_tables") == 0
        assert await connection.fetchval("show server_encoding") == "UTF8"
    finally:
        await connection.close()


@pytest.mark.redis
async def test_redis_answers_and_keeps_nothing_between_tests(redis_url: str) -> None:
    async with redis.asyncio.from_url(redis_url) as client:
        assert await client.dbsize() == 0
        await client.set("a", "b")


@pytest.mark.browser
async def test_a_quiet_page_raises_no_complaint(phone_page: Pages, site: str) -> None:
    page = await phone_page(site)
    assert await page.evaluate("[innerWidth, navigator.language]") == [390, "ja-JP"]
    assert await axe_complaints(page) == []
    assert phone_page.complaints == []


@pytest.mark.browser
async def test_a_bad_page_is_caught(desk_page: Pages, site: str) -> None:
    page = await desk_page(f"{site}bad")
    complaints = " | ".join(desk_page.unexpected())
    assert "foreign request: https://example.org/spy.js" in complaints
    assert "CSP: script-src" in complaints
    assert any(line.startswith("image-alt") for line in await axe_complaints(page))
    desk_page.allow(".*")


@pytest.mark.browser
async def test_leaving_is_possible_where_a_test_says_so(phone_page: Pages, site: str) -> None:
    phone_page.let_leave("https://weather.example/")
    page = await phone_page(site, javascript=False)
    await page.goto("https://weather.example/today")
    assert phone_page.away == ["https://weather.example/today"]


def test_a_person_may_leave_services_out_by_name() -> None:
    assert left_out({"MADOAKARI_TEST_WITHOUT": "redis, chromium"}) == {"redis", "chromium"}
    assert left_out({}) == frozenset()


@pytest.mark.parametrize("environ", [{"CI": "true"}, {}])
def test_continuous_integration_and_misspelt_names_are_refused(environ: dict[str, str]) -> None:
    wish = "redis" if environ else "rediss"
    with pytest.raises(RefusedError):
        left_out(environ | {"MADOAKARI_TEST_WITHOUT": wish})
