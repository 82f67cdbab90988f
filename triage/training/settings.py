"""The configuration file of the training, read once, and the processor that it runs on."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
CONFIG: Final[dict[str, Any]] = tomllib.loads((HERE / "config.toml").read_text(encoding="utf-8"))
