"""The second speed of triage has looked: keep the graver opinion, and act on it."""

from __future__ import annotations

from bot.core.model.commands import RecordVerdict
from bot.core.model.events import VerdictRecorded
from bot.core.model.talk import TalkState
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import heed


async def record_verdict(command: RecordVerdict, uow: UnitOfWork, tools: Tools) -> None:
    """Join the verdict to the stored one. Does nothing for a message already assessed or gone.

    A verdict never lowers what was found before; only a human does (decision 7).
    """
    await uow.mail.settle(command.errand_id)
    message = await uow.messages.get(command.message_id)
    if message is None or message.assessed:
        return
    talk = await uow.talks.get(message.talk_id)
    if talk is None or talk.state is TalkState.ERASED:
        return
    before = message.verdict.level
    message.verdict = message.verdict.joined(command.verdict)
    message.assessed = True
    await uow.messages.save_verdict(message)
    if message.verdict.level > before:
        await heed(uow, tools, talk=talk, message_id=message.id, verdict=message.verdict)
    talk.worsen(message.verdict.level, now=tools.clock.now())
    await uow.talks.save(talk)
    uow.publish(VerdictRecorded(talk.id, talk.person_id))
