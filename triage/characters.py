"""The alphabet of the transformer: one number for each character of the plain form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Self

PAD: Final = 0
START: Final = 1
BREAK: Final = 2  # between two messages of one person
UNKNOWN: Final = 3
MASK: Final = 4
SPECIAL: Final = ("<pad>", "<start>", "<break>", "<unk>", "<mask>")


class Alphabet:
    """Which number stands for which character. Immutable."""

    __slots__ = ("_numbers", "characters")

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        self._numbers = {letter: n for n, letter in enumerate(characters, start=len(SPECIAL))}

    @classmethod
    def read(cls, path: Path) -> Self:
        """The alphabet in a file, one character a line as its code point in hexadecimal."""
        return cls([chr(int(line, 16)) for line in path.read_text(encoding="ascii").split()])

    def write(self, path: Path) -> None:
        """The same file anew."""
        lines = (f"{ord(letter):x}\n" for letter in self.characters)
        path.write_text("".join(lines), encoding="ascii")

    def __len__(self) -> int:
        return len(self.characters) + len(SPECIAL)

    def encode(self, text: Iterable[str]) -> list[int]:
        """The numbers of the characters; ``UNKNOWN`` for those that the alphabet lacks."""
        numbers = self._numbers
        return [numbers.get(letter, UNKNOWN) for letter in text]
