"""A supervisor says what a verdict should have been. A human may lower it (decision 7)."""

from __future__ import annotations

from bot.core.model.commands import CorrectVerdict
from bot.core.model.errors import AlreadyCorrected, BadInput, NotFound, RecordErased, TakenBack
from bot.core.model.events import VerdictCorrected
from bot.core.model.labels import TriageLabel, month_of
from bot.core.model.messages import Message, Sender
from bot.core.model.people import Permission
from bot.core.model.safety import raises_concern
from bot.core.model.talk import Talk, TalkState
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import answering_staff, heed, talk_of
from triage.verdict import Kind, Level, Verdict


async def correct_verdict(command: CorrectVerdict, uow: UnitOfWork, tools: Tools) -> None:
    """Keep a label that names nobody, and show the human's level from now on.

    A raise does what any verdict obliges. A lowering closes no flag and moves no talk: that is
    done by resolving.
    """
    staff = await answering_staff(uow, command.staff_id)
    staff.viewer.must(Permission.VERDICT_CORRECT)
    if command.level is Level.UNDECIDED:
        raise BadInput
    talk = await talk_of(uow, command.talk_id)
    message = await _correctable(command, uow, talk)
    machine, kinds = message.verdict, _kinds(command)
    await uow.labels.add(_label(machine, command.level, kinds, tools))
    message.correct(command.level, kinds)
    await uow.messages.save_verdict(message)
    if command.level > machine.level:
        await heed(uow, tools, talk=talk, message_id=message.id, verdict=message.verdict)
        talk.worsen(command.level, now=tools.clock.now())
        await uow.talks.save(talk)
    uow.publish(VerdictCorrected(talk.id, talk.person_id))


async def _correctable(command: CorrectVerdict, uow: UnitOfWork, talk: Talk) -> Message:
    if talk.state is TalkState.ERASED:
        raise RecordErased
    message = await uow.messages.get(command.message_id)
    if message is None or message.talk_id != talk.id or message.sender is not Sender.VISITOR:
        raise NotFound
    if message.taken_back:
        raise TakenBack
    if message.corrected:
        raise AlreadyCorrected
    return message


def _kinds(command: CorrectVerdict) -> frozenset[Kind]:
    """Below level 2 there is no danger that could be about something."""
    return command.kinds if raises_concern(command.level) else frozenset()


def _label(machine: Verdict, level: Level, kinds: frozenset[Kind], tools: Tools) -> TriageLabel:
    members = tuple(sorted({reason.member for reason in machine.reasons}))
    return TriageLabel(month_of(tools.clock.now()), machine.level, level, kinds, members)
