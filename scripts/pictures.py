"""Draw docs/pictures: a fictional evening, photographed in a real Chromium.

Starts the service on a temporary folder and a free port, lets a made-up visitor and a made-up
supporter write through the real pages, and writes
``docs/pictures/{visitor,console}-{phone,desktop}-{light,dark}.png``.

    .venv/bin/python -m scripts.pictures

Needs ``make dev``, Chromium and Japanese fonts (``scripts/bring-services``).
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Literal

from playwright.async_api import Browser, Page, async_playwright

from bot.core.model.people import Role
from bot.privacy.redact import configure_logging
from bot.service import Service
from bot.settings import Settings

Scheme = Literal["light", "dark"]

OUT: Final = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SHAPES: Final[dict[str, dict[str, Any]]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
LARGEST_SUM: Final = 1_500_000  # bytes, all pictures together
SUPPORTER: Final = "ひなた"
PASSWORD: Final = "only-for-the-pictures"  # noqa: S105  # an account that lives for a minute

# Everybody and every word here is made up. (who, words)
TALK: Final = (
    ("visitor", "こんばんは。ここ、ほんとうに書いていいんですか"),
    ("staff", "こんばんは。はい、書けるところまでで大丈夫です。ひなたといいます。"),
    ("visitor", "とくに用事はないんですけど、眠れなくて"),
    ("staff", "用事がなくても、いていい場所です。わたしも、夜のほうが長い時期がありました。"),
    ("visitor", "三年くらい、夜に起きて朝に寝ています。コンビニの明かりだけ知ってます"),
    ("staff", "あの明かり、遠くからでもわかりますよね。"),
    ("visitor", "返事はゆっくりで大丈夫です"),
    ("staff", "ゆっくり書きますね。なにも書かない時間があっても、かまいません。"),
)
WAITING: Final = (
    "はじめて書きます。息子のことです",
    "死にゲーのボスにまた負けました。五時間。誰かに言いたかっただけです",
)


async def main() -> None:
    """Draw all pictures. Exits with a sentence where Chromium is missing or they are too big."""
    configure_logging(sys.stderr, "warning")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not here; scripts/bring-services installs it.")
    OUT.mkdir(parents=True, exist_ok=True)
    async with _house() as service, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        try:
            await _draw(browser, service)
        finally:
            await browser.close()
    total = sum(path.stat().st_size for path in OUT.glob("*.png"))
    print(f"{total} bytes in {OUT}")
    if total > LARGEST_SUM:
        sys.exit(f"The pictures are larger than {LARGEST_SUM} bytes together.")


@asynccontextmanager
async def _house() -> AsyncIterator[Service]:
    """A service that says on its pages that all is fiction, and leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="madoakari-pictures-") as folder:
        settings = Settings.load(
            env_file=None, environ={}, overrides={"data_dir": Path(folder), "port": 0}
        )
        service = await Service.prepare(settings, fiction=True)
        await service.start()
        try:
            yield service
        finally:
            await service.stop()


async def _draw(browser: Browser, service: Service) -> None:
    """One evening, then every shape and scheme of both screens."""
    visitor = await _page(browser, "phone", "dark")
    staff = await _page(browser, "desktop", "light")
    await _enter(browser, staff, service)
    await visitor.goto(f"{service.address}/")
    for who, words in TALK[:1]:
        await _say(visitor if who == "visitor" else staff, words)
    await staff.locator('form[action="/console/next"] button').click()
    await staff.wait_for_url("**/console/talks/*")
    for who, words in TALK[1:]:
        await _say(visitor if who == "visitor" else staff, words)
    await _note_passphrase(visitor)
    for words in WAITING:
        stranger = await _page(browser, "phone", "dark")
        await stranger.goto(f"{service.address}/")
        await _say(stranger, words)
        await stranger.context.close()
    await _shoot(browser, visitor, "visitor")
    await _shoot(browser, staff, "console")


async def _enter(browser: Browser, staff: Page, service: Service) -> None:
    """Open the accounts with one-time links, as people would; the supporter goes on duty."""
    admin = await _page(browser, "desktop", "light")
    first = await service.first_link()
    if first is None:
        sys.exit("The temporary folder is not empty.")
    await admin.goto(_here(service, first))
    await admin.locator("#work_name").fill("運営")
    await _choose_password(admin)
    await admin.context.close()
    roles = frozenset({Role.PEER, Role.COUNSELLOR})
    await staff.goto(_here(service, await service.invite(SUPPORTER, roles)))
    await _choose_password(staff)
    await staff.locator('form[action="/console/duty"] button').click()
    await staff.locator('form[action="/console/duty"] button[value="off"]').wait_for()


async def _choose_password(page: Page) -> None:
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#again").fill(PASSWORD)
    await page.locator("main form button").click()
    await page.locator('form[action="/console/sign-out"]').wait_for(state="attached")


def _here(service: Service, link: str) -> str:
    """A one-time link on the port that was free."""
    return f"{service.address}/console/welcome/{link.rsplit('/', 1)[1]}"


async def _say(page: Page, words: str) -> None:
    """Write something and wait until the page shows it as a line."""
    form = page.locator("form:has(textarea[name=words])").last
    await form.locator("textarea").fill(words)
    await form.locator("button:not([name])").last.click()
    await page.locator("#lines > li", has_text=words).wait_for()


async def _note_passphrase(visitor: Page) -> None:
    """Make the passphrase, so that the page no longer offers one, and go back to the talk."""
    talk = visitor.url
    await visitor.locator('form.offer[action^="/passphrase"] button').click()
    await visitor.get_by_text("合言葉").first.wait_for()
    await visitor.goto(talk)


async def _shoot(browser: Browser, seen: Page, name: str) -> None:
    """The page that ``seen`` shows, in every shape and scheme, with the same session."""
    cookies = await seen.context.storage_state()
    for shape in SHAPES:
        for scheme in SCHEMES:
            page = await _page(browser, shape, scheme, storage_state=cookies)
            await page.goto(seen.url.partition("#")[0] + ("#end" if name == "visitor" else ""))
            await page.locator("#lines > li", has_text=TALK[-1][1]).wait_for()
            await page.wait_for_timeout(600)  # the live stream has told its first news by then
            await page.screenshot(path=OUT / f"{name}-{shape}-{scheme}.png")
            await page.context.close()


async def _page(browser: Browser, shape: str, scheme: Scheme, **more: Any) -> Page:  # noqa: ANN401  # playwright's own options
    context = await browser.new_context(
        **SHAPES[shape],
        color_scheme=scheme,
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        reduced_motion="reduce",
        **more,
    )
    return await context.new_page()


if __name__ == "__main__":
    asyncio.run(main())
