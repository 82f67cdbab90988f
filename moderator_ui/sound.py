"""The alarm: two soft bell tones, made here so that nobody has to trust a binary file."""

from __future__ import annotations

import math
import struct
from typing import Final

RATE: Final = 8000  # samples a second; enough for a bell below 1 kHz
_TONES: Final = ((0.0, 659.26), (0.22, 880.0))  # seconds after the start, hertz: e'' and a''
_SECONDS: Final = 1.1
_LOUDNESS: Final = 0.3
_ATTACK_S: Final = 0.02  # a sudden start would frighten
_DECAY_PER_S: Final = 5.0


def alarm_sound() -> bytes:
    """A WAV file: 16 bits, mono, a bit over a second."""
    count = int(_SECONDS * RATE)
    samples = [round(32767 * _LOUDNESS * _bells(index / RATE)) for index in range(count)]
    data = struct.pack(f"<{count}h", *samples)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _bells(second: float) -> float:
    return sum(_bell(second - start, hertz) for start, hertz in _TONES) / len(_TONES)


def _bell(second: float, hertz: float) -> float:
    if second < 0:
        return 0.0
    fading = math.exp(-_DECAY_PER_S * second) * min(1.0, (_SECONDS - second) / _ATTACK_S)
    swelling = min(1.0, second / _ATTACK_S)
    wave = math.sin(2 * math.pi * hertz * second)
    return max(0.0, fading) * swelling * wave
