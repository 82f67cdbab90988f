"""Between rows and the model: which columns make a thing, and which values make a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table

from bot.core.model.messages import Message, Note
from bot.core.model.people import Leanings, Person, Staff
from bot.core.model.safety import Concern
from bot.core.model.talk import Talk
from bot.core.ports.store import Address, Errand, Invitation, SeenEvent
from bot.storage import tables as t
from bot.storage.columns import AnyRow
from triage.verdict import Verdict

Values = dict[str, Any]


def pick(table: Table, names: str) -> Sequence[Any]:
    """Columns of a table, in the order in which a thing wants them."""
    return [table.c[name] for name in names.split()]


LEANINGS = pick(t.persons, "speaks_as age_band wish pace")
PERSON = [
    *pick(t.persons, "id handle locale state first_seen_at last_contact_at erase_due_at"),
    *LEANINGS,
]
ADDRESS = pick(t.addresses, "channel tag person_id sealed expires_at left_at bell_only")
TALK = pick(
    t.talks,
    "id person_id channel state opened_at last_seq danger waiting_since holder"
    " first_answered_at first_wait_s card_shown_at last_heard_at"
    " receipt_at bell_at seen_at read_upto",
)
MESSAGE = pick(
    t.messages,
    "id talk_id seq sender at sealed text_key staff_id delivery level kinds reasons assessed"
    " taken_back corrected",
)
NOTE = pick(t.notes, "id talk_id staff_id at sealed")
CONCERN = pick(
    t.concerns,
    "id talk_id message_id level kinds state raised_at acknowledged_by acknowledged_at"
    " resolved_by resolved_at resolution",
)
STAFF = pick(t.staff, "id work_name roles state password_hash made_at")
INVITATION = pick(t.invitations, "token staff_id expires_at first")
SEEN = pick(t.seen_events, "source tag digest person_id row_id at")
ERRAND = pick(t.errands, "id lane action message_id due_at tries carrier")


def person(row: AnyRow) -> Person:
    """A person from ``PERSON`` columns."""
    return Person(*[*row[:7], Leanings(*row[7:])])


def person_values(person: Person) -> Values:
    """Everything of a person but the id."""
    return {
        "handle": person.handle,
        "locale": person.locale,
        "state": person.state,
        "first_seen_at": person.first_seen_at,
        "last_contact_at": person.last_contact_at,
        "erase_due_at": person.erase_due_at,
        "speaks_as": person.leanings.speaks_as,
        "age_band": person.leanings.age_band,
        "wish": person.leanings.wish,
        "pace": person.leanings.pace,
    }


def address(row: AnyRow) -> Address:
    """An address from ``ADDRESS`` columns."""
    return Address(*row)


def address_values(address: Address) -> Values:
    """Everything of an address."""
    return {
        "channel": address.channel,
        "tag": address.tag,
        "person_id": address.person_id,
        "sealed": address.sealed,
        "expires_at": address.expires_at,
        "left_at": address.left_at,
        "bell_only": address.bell_only,
    }


def talk(row: Sequence[Any]) -> Talk:
    """A talk from ``TALK`` columns."""
    return Talk(*row)


def talk_values(talk: Talk) -> Values:
    """Everything of a talk that changes, its place in the queue included."""
    place = talk.place
    return {
        "channel": talk.channel,
        "state": talk.state,
        "last_seq": talk.last_seq,
        "danger": talk.danger,
        "waiting_since": talk.waiting_since,
        "holder": talk.holder,
        "first_answered_at": talk.first_answered_at,
        "first_wait_s": talk.first_wait_s,
        "card_shown_at": talk.card_shown_at,
        "last_heard_at": talk.last_heard_at,
        "receipt_at": talk.receipt_at,
        "bell_at": talk.bell_at,
        "seen_at": talk.seen_at,
        "read_upto": talk.read_upto,
        "queue_band": 0 if place is None else place.band,
        "queue_since": None if place is None else place.since,
    }


def message(row: AnyRow) -> Message:
    """A message from ``MESSAGE`` columns."""
    head, (level, kinds, reasons, *rest) = list(row[:9]), row[9:]
    return Message(*[*head, Verdict(level, kinds, reasons), *rest])


def message_values(message: Message) -> Values:
    """Everything of a message."""
    return {
        "id": message.id,
        "talk_id": message.talk_id,
        "seq": message.seq,
        "sender": message.sender,
        "at": message.at,
        "sealed": message.sealed,
        "text_key": message.text_key,
        "staff_id": message.staff_id,
        "delivery": message.delivery,
        "taken_back": message.taken_back,
        **verdict_values(message),
    }


def verdict_values(message: Message) -> Values:
    """What triage said of a message. A calm one keeps no lists at all."""
    verdict = message.verdict
    return {
        "level": verdict.level,
        "kinds": verdict.kinds or None,
        "reasons": verdict.reasons or None,
        "assessed": message.assessed,
        "corrected": message.corrected,
    }


def note_values(note: Note) -> Values:
    """Everything of a note."""
    return {
        "id": note.id,
        "talk_id": note.talk_id,
        "staff_id": note.staff_id,
        "at": note.at,
        "sealed": note.sealed,
    }


def concern(row: AnyRow) -> Concern:
    """A concern from ``CONCERN`` columns."""
    return Concern(*row)


def concern_values(concern: Concern) -> Values:
    """Everything of a concern but its id and its talk."""
    return {
        "message_id": concern.message_id,
        "level": concern.level,
        "kinds": concern.kinds or None,
        "state": concern.state,
        "raised_at": concern.raised_at,
        "acknowledged_by": concern.acknowledged_by,
        "acknowledged_at": concern.acknowledged_at,
        "resolved_by": concern.resolved_by,
        "resolved_at": concern.resolved_at,
        "resolution": concern.resolution,
    }


def staff(row: AnyRow) -> Staff:
    """An account from ``STAFF`` columns."""
    return Staff(*row)


def staff_values(staff: Staff) -> Values:
    """Everything of an account but its id."""
    return {
        "work_name": staff.work_name,
        "roles": staff.roles,
        "state": staff.state,
        "password_hash": staff.password_hash,
        "made_at": staff.made_at,
    }


def invitation(row: AnyRow) -> Invitation:
    """A one-time link from ``INVITATION`` columns."""
    return Invitation(*row)


def invitation_values(invitation: Invitation) -> Values:
    """Everything of a one-time link."""
    return {
        "token": invitation.token,
        "staff_id": invitation.staff_id,
        "expires_at": invitation.expires_at,
        "first": invitation.first,
    }


def seen(row: AnyRow) -> SeenEvent:
    """An event from ``SEEN`` columns."""
    return SeenEvent(*row)


def seen_values(seen: SeenEvent) -> Values:
    """Everything of an event."""
    return {
        "source": seen.source,
        "tag": seen.tag,
        "digest": seen.digest,
        "person_id": seen.person_id,
        "row_id": seen.row_id,
        "at": seen.at,
    }


def errand(row: Sequence[Any]) -> Errand:
    """An errand from ``ERRAND`` columns."""
    return Errand(*row)


def errand_values(errand: Errand) -> Values:
    """Everything of an errand, and once more the message by which its talk is found."""
    return {
        "id": errand.id,
        "lane": errand.lane,
        "action": errand.action,
        "message_id": errand.message_id,
        "due_at": errand.due_at,
        "tries": errand.tries,
        "carrier": errand.carrier,
        "of_message": errand.message_id,
    }
