"""The samples of the gateway's frames are what Discord describes and its client library reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import discord
import pytest

from tests.fakes.discord.platform import FakeDiscord
from tests.platforms.discord_bot import Bot, quiet_intents, running

SAMPLES: Final = Path(__file__).parents[2] / "channels" / "discord" / "samples"
FRAMES: Final[dict[str, dict[str, Any]]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES.glob("*.json")
}
HEARD: Final = {
    "message": ["message-create", *(f"message-create-{k}" for k in ("embed", "reply"))],
    "thing": ["message-create-attachment", "message-create-sticker"],
    "edit": ["message-update"],
    "delete": ["message-delete"],
    "react": ["message-reaction-add"],
    "unreact": ["message-reaction-remove"],
    "interaction": [
        *("interaction-command", "interaction-command-server"),
        *("interaction-button", "interaction-select", "interaction-form"),
    ],
}


class Listener(Bot):
    """Offers nothing and answers nothing: it only notes what arrives."""

    async def setup_hook(self) -> None:
        """Leave the commands and the buttons out."""

    async def on_message(self, message: discord.Message) -> None:
        carries = message.attachments or message.stickers
        self.note("thing" if carries else "message", message.content)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.note("interaction", interaction.user.name)


def test_there_is_a_frame_for_every_kind() -> None:
    assert len(FRAMES) == 23
    assert {frame["op"] for frame in FRAMES.values()} == {0, 7, 9, 10, 11}
    assert {name for names in HEARD.values() for name in names} <= FRAMES.keys()


@pytest.mark.parametrize(
    "name", [n for n in FRAMES if n.startswith("message-create") or n == "message-update"]
)
def test_a_message_fits_the_contract(name: str) -> None:
    message = {key: value for key, value in FRAMES[name]["d"].items() if key != "channel_type"}
    assert FakeDiscord().front.contract.named("MessageResponse", message) == []


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in HEARD.items() for name in names]
)
async def test_the_library_reads_it(kind: str, name: str) -> None:
    async with FakeDiscord() as fake, running(fake, Listener(quiet_intents())) as bot:
        await fake.dispatch(FRAMES[name]["t"], FRAMES[name]["d"])
        assert [heard for heard, _ in await bot.hears(1)] == [kind]


async def test_what_the_library_does_not_know_does_no_harm() -> None:
    async with FakeDiscord() as fake, running(fake, Listener(quiet_intents())) as bot:
        for name in ("unknown-event", "typing-start", "message-create"):
            await fake.dispatch(FRAMES[name]["t"], FRAMES[name]["d"])
        assert [heard for heard, _ in await bot.hears(1)] == ["message"]


async def send_and_wait(frame: str) -> None:
    async with FakeDiscord() as fake, running(fake, Listener(quiet_intents())) as bot:
        await fake.gateway.raw(frame)
        assert bot.life is not None
        await bot.life


@pytest.mark.parametrize(
    "frame", ["no json", '{"op": 0, "s": 9, "t": "MESSAGE_CREATE", "d": {"id": "1"}}', "[]"]
)
async def test_a_frame_that_the_library_cannot_read_ends_it(frame: str) -> None:
    # Its error comes out of ``Client.start``: a bot needs somebody who starts it again.
    with pytest.raises((ValueError, KeyError, AttributeError)):
        await send_and_wait(frame)
