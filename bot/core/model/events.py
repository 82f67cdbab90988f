"""Everything that has happened. Past tense, ids only, never words.

Events are news for screens after the commit; a lost one costs nothing, because whatever must
follow from a change is a row of the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model.ids import PersonId, StaffId, TalkId


class Event:
    """Base of all events."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TalkChanged(Event):
    """Something that its person or its reader sees of a talk is new."""

    talk_id: TalkId
    person_id: PersonId


@dataclass(frozen=True, slots=True)
class MessageHeard(TalkChanged):
    """A visitor's message was stored."""


@dataclass(frozen=True, slots=True)
class CardShown(TalkChanged):
    """The safety card was put into the talk."""


@dataclass(frozen=True, slots=True)
class VerdictRecorded(TalkChanged):
    """The second speed of triage has looked."""


@dataclass(frozen=True, slots=True)
class VerdictCorrected(TalkChanged):
    """A supervisor said what the verdict should have been."""


@dataclass(frozen=True, slots=True)
class AnswerWritten(TalkChanged):
    """A member of staff answered."""


@dataclass(frozen=True, slots=True)
class AnswerTravelled(TalkChanged):
    """An answer came further, or failed."""


@dataclass(frozen=True, slots=True)
class MessageTakenBack(TalkChanged):
    """The person took a message back; its words are gone."""


@dataclass(frozen=True, slots=True)
class ReachChanged(TalkChanged):
    """The person left a messenger or came back to it, or wants only a bell there."""


@dataclass(frozen=True, slots=True)
class LeaningsChanged(TalkChanged):
    """The person said something about themselves, or whom they would like."""


@dataclass(frozen=True, slots=True)
class PictureKept(TalkChanged):
    """A picture can be looked at, or will not come."""


@dataclass(frozen=True, slots=True)
class NoteWritten(TalkChanged):
    """A note lies beside a talk."""


@dataclass(frozen=True, slots=True)
class TalkTaken(TalkChanged):
    """Somebody holds the talk now."""


@dataclass(frozen=True, slots=True)
class TalkHandedBack(TalkChanged):
    """The talk waits again."""


@dataclass(frozen=True, slots=True)
class TalkClosed(TalkChanged):
    """The talk rests."""


@dataclass(frozen=True, slots=True)
class ConcernRaised(TalkChanged):
    """A flag was raised, or grew worse."""


@dataclass(frozen=True, slots=True)
class ConcernAcknowledged(TalkChanged):
    """A named person took a flag."""


@dataclass(frozen=True, slots=True)
class ConcernResolved(TalkChanged):
    """A flag is dealt with."""


@dataclass(frozen=True, slots=True)
class ErasureAsked(TalkChanged):
    """A person asked for erasure while a level-4 flag was open."""


@dataclass(frozen=True, slots=True)
class RecordShredded(TalkChanged):
    """A person's words can no longer be opened by anybody."""


@dataclass(frozen=True, slots=True)
class DutyChanged(Event):
    """Somebody came on duty or left."""

    staff_id: StaffId


@dataclass(frozen=True, slots=True)
class StaffChanged(Event):
    """An account was made, opened or disabled."""

    staff_id: StaffId


@dataclass(frozen=True, slots=True)
class ErrandPosted(Event):
    """Something is due for the relay, by this carrier."""

    carrier: str
