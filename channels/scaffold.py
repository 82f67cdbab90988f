"""A new channel to begin with: ``python -m channels.scaffold NAME``.

What it writes is whole and works: a messenger that posts JSON here and is posted to. Replace
``inbound.py``, ``outbound.py`` and ``client.py`` by what your network speaks.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from bot.settings import Settings

HERE: Final = Path(__file__).parent
TEMPLATES: Final = HERE / "_scaffold"
_NAME: Final = re.compile(r"[a-z]{3,16}")
_RESERVED: Final = {"channel", "channels", "scaffold", "test", "tests"}
_FOLDER: Final = "+"
"""Stands in a template's name for the slash: a real folder of texts would be read as one."""


class BadName(ValueError):
    """No channel can have this name; the message says why."""


def make(name: str, into: Path = HERE) -> Sequence[Path]:
    """Write the package ``into/name``. Returns its files.

    Raises ``BadName`` before anything is written, ``OSError`` where it cannot be written.
    """
    _check(name, into)
    made = []
    for template in sorted(TEMPLATES.glob("*.tmpl")):
        path = into / name / template.name.removesuffix(".tmpl").replace(_FOLDER, "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(template.read_text(encoding="utf-8"), name), encoding="utf-8")
        made.append(path)
    return made


def _check(name: str, into: Path) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise BadName("A name has 3 to 16 letters from a to z.")
    if name in _RESERVED or any((folder / name).exists() for folder in (HERE, into)):
        raise BadName(f"The name {name} is taken.")
    if any(field.startswith(f"{name}_") for field in Settings.model_fields):
        raise BadName(f"Settings of the house begin with {name.upper()}; please take another name.")


def _filled(text: str, name: str) -> str:
    known = {"@name@": name, "@Name@": name.capitalize(), "@NAME@": name.upper()}
    for mark, word in known.items():
        text = text.replace(mark, word)
    return text


@click.command()
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=HERE,
    help="The folder to write into; the channels' own unless given.",
)
def main(name: str, into: Path) -> None:
    """Write a small, working channel called NAME."""
    try:
        made = make(name, into)
    except BadName as error:
        raise click.ClickException(str(error)) from None
    for path in made:
        click.echo(str(path))
    click.echo(f"Now read {into / name / 'README.md'}.")


if __name__ == "__main__":
    main()
