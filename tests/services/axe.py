"""axe-core on a page: what a screen reader, a keyboard or weak eyes would stumble over."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from playwright.async_api import Page

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_ASK: Final = """async tags => (await axe.run(document, {runOnly: {type: 'tag', values: tags}}))
  .violations.map(v => v.id + ': ' + v.help + ' | ' + v.nodes.map(n => n.target).join(' ; '))"""


async def axe_complaints(page: Page) -> list[str]:
    """Every violation on ``page`` as one line; empty where there is none. Needs JavaScript."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    await page.evaluate(source)
    found: list[str] = await page.evaluate(_ASK, TAGS)
    return found
