"""How far each holder has read. In memory only; the talk itself remembers it for good."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from bot.core.model.commands import NoteRead
from bot.core.model.ids import StaffId, TalkId
from bot.core.model.messages import Sender
from bot.core.ports.console import Backroom
from bot.core.ports.reads import TalkView

REMEMBERED: Final = 1000
"""Of so many talks; an older one costs one needless command."""


class Reading:
    """Tells the house what a holder has before their eyes, once for each new line."""

    def __init__(self) -> None:
        self._upto: OrderedDict[tuple[StaffId, TalkId], int] = OrderedDict()

    async def note(self, backroom: Backroom, reader: StaffId, view: TalkView, upto: int) -> None:
        """``view`` was sent to ``reader``, who has all lines up to ``upto`` now.

        Does nothing for anybody but the holder, and where nothing new was heard.
        """
        heard = [line.seq for line in view.lines if line.sender is Sender.VISITOR]
        newest = max((seq for seq in heard if seq <= upto), default=0)
        key = (reader, view.row.talk_id)
        if not view.may_answer or newest <= self._upto.get(key, 0):
            return
        await backroom.run(NoteRead(reader, view.row.talk_id, newest))
        self._upto[key] = newest
        self._upto.move_to_end(key)
        while len(self._upto) > REMEMBERED:
            self._upto.popitem(last=False)
