"""A tiny set of weights for tests: a linear member that knows one word, blends, thresholds."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from triage.grams import BITS, distinct
from triage.opinion import KINDS, STEPS

WORD = "ぺんぎん"  # harmless, so that no rule knows it
OUTPUTS = len(STEPS) + len(KINDS)

_THRESHOLDS = """
[points.first]
distress = 0.5
passive = 0.6
active = 0.9
imminent = 0.99
doubt = 1.0
heard = 0.2
kind = 0.5
[points.second]
distress = 0.5
passive = 0.5
active = 0.9
imminent = 0.99
doubt = 0.2
heard = 0.2
kind = 0.5
"""


def write(folder: Path) -> Path:
    """Weights without a transformer; every file but that one is named in the manifest."""
    weights = np.zeros((1 << BITS, OUTPUTS), dtype=np.int8)
    weights[distinct(WORD)] = 100
    np.savez_compressed(
        folder / "linear.npz",
        weights=weights,
        scale=np.full(OUTPUTS, 0.05, dtype=np.float32),
        rarity=np.full(1 << BITS, 16, dtype=np.uint8),
        bias=np.full(OUTPUTS, -3.0, dtype=np.float32),
    )
    each = [0.0, 1.0]
    blends = {"linear": {"steps": [each] * len(STEPS), "kinds": [each] * len(KINDS)}}
    (folder / "fusion.json").write_text(json.dumps({"version": "tiny", "blends": blends}))
    (folder / "thresholds.toml").write_text(_THRESHOLDS)
    seal(folder)
    return folder


def seal(folder: Path) -> None:
    """Name every file that is there in the manifest, with its hash."""
    sums = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "manifest.json"
    }
    (folder / "manifest.json").write_text(json.dumps({"files": sums}))
