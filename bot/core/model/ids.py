"""Identities, each a type of its own, so that one is never passed for another.

All are 26 characters (ULID): sortable by the moment of making, meaningless otherwise.
"""

from __future__ import annotations

from typing import NewType

PersonId = NewType("PersonId", str)
TalkId = NewType("TalkId", str)
MessageId = NewType("MessageId", str)
StaffId = NewType("StaffId", str)
ConcernId = NewType("ConcernId", str)
NoteId = NewType("NoteId", str)
ErrandId = NewType("ErrandId", str)
