"""A picture arrives after its message: cleaned already, to be sealed here."""

from __future__ import annotations

from bot.core.model.commands import KeepPicture
from bot.core.model.events import PictureKept
from bot.core.model.mail import Picture, PictureState
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools


async def keep_picture(command: KeepPicture, uow: UnitOfWork, tools: Tools) -> None:
    """Seal it with the person's key; without one, or taken back meanwhile, nothing is kept."""
    await uow.mail.settle(command.errand_id)
    message = await uow.messages.get(command.message_id)
    picture = await uow.platforms.picture(command.message_id)
    if message is None or picture is None or picture.state is not PictureState.DUE:
        return
    talk = await uow.talks.get(message.talk_id)
    key = await uow.people.key(talk.person_id) if talk is not None else None
    if talk is None or key is None:
        return
    state, sealed = PictureState.REFUSED, None
    if command.picture is not None:
        bound_to = Picture.bound_to(message.id)
        state = PictureState.KEPT
        sealed = tools.vault.seal(key, command.picture, bound_to=bound_to)
    await uow.platforms.save_picture(Picture(message.id, state, sealed, picture.at))
    uow.publish(PictureKept(talk.id, talk.person_id))
