"""A third channel, written by the scaffold into a folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import channels
from channels import scaffold
from tests.contract.cases import THIRD


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A channel that nobody here has ever seen, found like any other."""
    folder = tmp_path_factory.mktemp("channels")
    scaffold.make(THIRD, folder)
    channels.__path__.append(str(folder))
    yield folder
    channels.__path__.remove(str(folder))
    for name in [name for name in sys.modules if name.startswith(f"channels.{THIRD}")]:
        del sys.modules[name]
    vars(channels).pop(THIRD, None)
