"""Being there: on duty, still there, off duty; and forgetting what is stale."""

from __future__ import annotations

from bot.core.model.commands import ForgetStale, GoOffDuty, GoOnDuty, StayOnDuty
from bot.core.model.events import DutyChanged
from bot.core.ports.store import UnitOfWork
from bot.core.ports.tools import Tools
from bot.core.steps import answering_staff


async def go_on_duty(command: GoOnDuty, uow: UnitOfWork, tools: Tools) -> None:
    """Count as present from now on."""
    staff = await answering_staff(uow, command.staff_id)
    await uow.staff.start_duty(staff.id, tools.clock.now())
    uow.publish(DutyChanged(staff.id))


async def stay_on_duty(command: StayOnDuty, uow: UnitOfWork, tools: Tools) -> None:
    """The console was heard of."""
    await uow.staff.touch_duty(command.staff_id, tools.clock.now())


async def go_off_duty(command: GoOffDuty, uow: UnitOfWork, tools: Tools) -> None:
    """No longer count as present. Talks stay held until they are handed back."""
    await uow.staff.stop_duty(command.staff_id)
    uow.publish(DutyChanged(command.staff_id))


async def forget_stale(command: ForgetStale, uow: UnitOfWork, tools: Tools) -> int:
    """Forget expired sessions, links, tokens of platforms and browser addresses."""
    now = tools.clock.now()
    return await uow.staff.forget_stale(now) + await uow.platforms.forget_stale(now)
