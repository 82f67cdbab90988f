"""``docs/settings.md`` and ``.env.example``, drawn from the settings themselves.

``python -m tests.house.settings_docs`` writes both; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.settings import Documented, Settings
from channels import own_pages
from tests.house.source import ROOT

_HEAD = """# Settings

Every setting is an environment variable, or a line in a file `.env` in the folder where the
service is started. The environment wins over the file. An empty value counts as not set. A name
that Madoakari does not know stops the start, so that a misspelt setting cannot go unnoticed.
`.env.example` has every name with its default.

| name | what it is for | it must be | default |
| --- | --- | --- | --- |
"""


def every() -> Iterator[Documented]:
    """All settings, those of channels too."""
    return Settings.documented(own_pages())


def as_page() -> str:
    """The text of ``docs/settings.md``."""
    rows = [f"| `{s.name}` | {s.what} | {s.wants} | {s.default} |" for s in every()]
    return _HEAD + "\n".join(rows) + "\n"


def as_example() -> str:
    """The text of ``.env.example``: everything commented out, so a copy changes nothing."""
    blocks = [f"# {s.what}\n# ({s.wants}; default: {s.default})\n# {s.name}=" for s in every()]
    return "# Copy to .env and take the '#' away where you want something else.\n\n" + (
        "\n\n".join(blocks) + "\n"
    )


def main() -> None:
    """Write both files."""
    (ROOT / "docs/settings.md").write_text(as_page(), encoding="utf-8")
    (ROOT / ".env.example").write_text(as_example(), encoding="utf-8")


if __name__ == "__main__":
    main()
