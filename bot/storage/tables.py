"""Every table of the house, and beside each column what is kept there and for how long.

"While the person is there" ends with an erasure, which takes the row away or empties it
(``People.shred``). No column holds a name, a network address or a browser's description.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from bot.core.model.labels import LabelOutcome
from bot.core.model.mail import TRIAGE
from bot.core.model.messages import Delivery, Sender
from bot.core.model.people import AgeBand, Pace, PersonState, Role, SpeaksAs, StaffState, Wish
from bot.core.model.safety import ConcernState, Resolution
from bot.core.model.talk import TalkState
from bot.core.ports.store import Action
from bot.storage.columns import (
    KINDS,
    Choices,
    Moment,
    Rank,
    Reasons,
    Sorted,
    counting,
    hashed,
    identity,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

persons = Table(
    "persons",
    metadata,
    Column("id", identity(), primary_key=True),  # for ever, names nobody
    Column("handle", String(64), unique=True),  # the given pseudonym; while the person is there
    Column("locale", String(16), nullable=False),  # language of our words to them; for ever
    Column("state", Choices(PersonState), nullable=False),  # for ever
    Column("first_seen_at", Moment, nullable=False),  # for ever, for counts
    Column("last_contact_at", Moment, nullable=False, index=True),  # starts the retention clock
    Column("erase_due_at", Moment),  # latest moment of a waiting erasure; until it is done
    Column("speaks_as", Choices(SpeaksAs)),  # who writes, where they said so; for ever, for counts
    Column("age_band", Choices(AgeBand)),  # a bracket, where they said so; for ever, for counts
    Column("wish", Choices(Wish)),  # whom they would like; while the person is there
    Column("pace", Choices(Pace), nullable=False, server_default=Pace.LIVE),  # as above
)
Index(
    "ix_persons_erase_due_at",
    persons.c.erase_due_at,
    sqlite_where=persons.c.erase_due_at.is_not(None),
    postgresql_where=persons.c.erase_due_at.is_not(None),
)

person_keys = Table(
    "person_keys",
    metadata,
    Column("person_id", ForeignKey("persons.id"), primary_key=True),  # while the person is there
    Column("wrapped", LargeBinary, nullable=False),  # data key, sealed; while the person is there
)

addresses = Table(
    "addresses",
    metadata,
    Column("channel", String(32), primary_key=True),  # until the person leaves it
    Column("tag", hashed(), primary_key=True),  # keyed hash of the address; as above
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),  # as above
    Column("sealed", LargeBinary),  # the address, sealed; none for a browser; as above
    Column("expires_at", Moment),  # end of a browser's session; the row goes soon after
    Column("turn", Integer, nullable=False),  # rises with every settling: the latest is used
    Column("left_at", Moment),  # blocked or left; until they come back, or as above
    Column("bell_only", Boolean, nullable=False, server_default=false()),  # their wish; as above
)

passphrases = Table(
    "passphrases",
    metadata,
    Column("person_id", ForeignKey("persons.id"), primary_key=True),  # while the person is there
    Column("verifier", hashed(), nullable=False, unique=True),  # slow keyed hash; until replaced
    Column("set_at", Moment, nullable=False),  # as above
)

talks = Table(
    "talks",
    metadata,
    Column("id", identity(), primary_key=True),  # for ever, names nobody
    Column("person_id", ForeignKey("persons.id"), nullable=False, unique=True),  # for ever
    Column("channel", String(32), nullable=False),  # where they wrote last; for ever
    Column("state", Choices(TalkState), nullable=False),  # for ever
    Column("opened_at", Moment, nullable=False),  # for ever, for counts
    Column("last_seq", Integer, nullable=False),  # how many messages there are; for ever
    Column("danger", Rank, nullable=False),  # gravest open level; until it is closed
    Column("waiting_since", Moment),  # until somebody answers
    Column("holder", ForeignKey("staff.id")),  # who is with them; until given back or closed
    Column("first_answered_at", Moment),  # for ever, for the wait that visitors are told
    Column("first_wait_s", Integer),  # for ever, for the wait that visitors are told
    Column("card_shown_at", Moment),  # for ever: the safety card comes once an hour at most
    Column("last_heard_at", Moment),  # for ever, for counts
    Column("queue_band", SmallInteger, nullable=False),  # from talk.place; while it waits
    Column("queue_since", Moment),  # from talk.place; while it waits
    Column("receipt_at", Moment),  # a messenger was told where things stand; for ever
    Column("bell_at", Moment),  # a messenger was told to look into the room; for ever
    Column("seen_at", Moment),  # their page had something new; for ever
    Column("read_upto", Integer, nullable=False, server_default=text("0")),  # by us; for ever
)
WAITS = text("state = 'waiting'")
Index(
    "ix_talks_queue",
    talks.c.queue_band.desc(),
    talks.c.queue_since,
    talks.c.id,
    sqlite_where=WAITS,
    postgresql_where=WAITS,
)
Index(
    "ix_talks_holder",
    talks.c.holder,
    sqlite_where=talks.c.holder.is_not(None),
    postgresql_where=talks.c.holder.is_not(None),
)
Index(
    "ix_talks_first_answered_at",
    talks.c.first_answered_at,
    sqlite_where=talks.c.first_answered_at.is_not(None),
    postgresql_where=talks.c.first_answered_at.is_not(None),
)

messages = Table(
    "messages",
    metadata,
    Column("id", identity(), primary_key=True),  # for ever, for counts
    Column("talk_id", ForeignKey("talks.id"), nullable=False),  # for ever
    Column("seq", Integer, nullable=False),  # number within the talk; for ever
    Column("sender", Choices(Sender), nullable=False),  # for ever
    Column("at", Moment, nullable=False, index=True),  # for ever, for counts
    Column("sealed", LargeBinary),  # the words, sealed; while the person is there
    Column("text_key", String(64)),  # which template; for ever
    Column("staff_id", ForeignKey("staff.id")),  # who answered; for ever
    Column("delivery", Choices(Delivery)),  # how far it came; for ever
    Column("level", Rank, nullable=False),  # what triage said; for ever, for counts
    Column("kinds", KINDS),  # about what; while the person is there
    Column("reasons", Reasons),  # rule ids and offsets; while the person is there
    Column("assessed", Boolean, nullable=False),  # the second look is done; for ever
    Column("taken_back", Boolean, nullable=False, server_default=false()),  # for ever
    # a supervisor said what the level is; while the person is there
    Column("corrected", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("talk_id", "seq"),
)

triage_labels = Table(
    "triage_labels",
    metadata,
    Column("id", counting(), primary_key=True),  # for ever; a number, because an id tells a time
    Column("month", Date, nullable=False),  # its first day, in Japan; for ever
    Column("machine", Rank, nullable=False),  # what triage said; for ever
    Column("corrected", Rank, nullable=False),  # what a supervisor said; for ever
    Column("kinds", KINDS),  # about what, as they said; for ever
    Column("members", String(64), nullable=False),  # which members of triage spoke; for ever
    Column("outcome", Choices(LabelOutcome), nullable=False),  # for ever
)

notes = Table(
    "notes",
    metadata,
    Column("id", identity(), primary_key=True),  # while the person is there
    Column("talk_id", ForeignKey("talks.id"), nullable=False, index=True),  # as above
    Column("staff_id", ForeignKey("staff.id"), nullable=False),  # who wrote it; as above
    Column("at", Moment, nullable=False),  # as above
    Column("sealed", LargeBinary, nullable=False),  # the note, sealed; as above
)

concerns = Table(
    "concerns",
    metadata,
    Column("id", identity(), primary_key=True),  # for ever: what was done about a flag
    Column("talk_id", ForeignKey("talks.id"), nullable=False),  # for ever
    Column("message_id", identity()),  # what raised it last; for ever
    Column("level", Rank, nullable=False),  # for ever
    Column("kinds", KINDS),  # about what; while the person is there
    Column("state", Choices(ConcernState), nullable=False),  # for ever
    Column("raised_at", Moment, nullable=False),  # for ever
    Column("acknowledged_by", ForeignKey("staff.id")),  # for ever
    Column("acknowledged_at", Moment),  # for ever
    Column("resolved_by", ForeignKey("staff.id")),  # for ever
    Column("resolved_at", Moment),  # for ever
    Column("resolution", Choices(Resolution)),  # why it was over; for ever
)
OPEN = text("state <> 'resolved'")
Index(
    "uq_concerns_open",
    concerns.c.talk_id,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)

staff = Table(
    "staff",
    metadata,
    Column("id", identity(), primary_key=True),  # for ever
    Column("work_name", String(64), nullable=False, unique=True),  # not their own name; for ever
    Column("roles", Sorted(Role), nullable=False),  # for ever
    Column("state", Choices(StaffState), nullable=False),  # for ever
    Column("password_hash", Text),  # argon2id; until the account is disabled
    Column("made_at", Moment, nullable=False),  # for ever
)

invitations = Table(
    "invitations",
    metadata,
    Column("token", hashed(), primary_key=True),  # keyed hash of a one-time link; until used
    Column("staff_id", ForeignKey("staff.id"), nullable=False, unique=True),  # as above
    Column("expires_at", Moment, nullable=False),  # the row goes soon after
    Column("first", Boolean, nullable=False),  # the very first administrator's; as above
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", hashed(), primary_key=True),  # keyed hash of a staff session; until it ends
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),  # as above
    Column("opened_at", Moment, nullable=False),  # as above
    Column("expires_at", Moment, nullable=False),  # the row goes soon after
)

duty = Table(
    "duty",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),  # while on duty
    Column("since", Moment, nullable=False),  # while on duty
    Column("seen_at", Moment, nullable=False),  # while on duty
)

seen_events = Table(
    "seen_events",
    metadata,
    Column("source", String(32), primary_key=True),  # for ever: no event is taken twice
    Column("tag", hashed(), primary_key=True),  # keyed hash of the event's id; for ever
    Column("digest", hashed()),  # keyed hash of the words; while the person is there
    Column("person_id", identity(), index=True),  # for ever
    # the message or note that came of it; for ever
    Column("row_id", identity(), nullable=False, index=True),
    Column("at", Moment, nullable=False),  # for ever
)

errands = Table(
    "errands",
    metadata,
    Column("turn", counting(), primary_key=True),  # order of posting; until it is settled
    Column("id", identity(), nullable=False, unique=True),  # as above
    Column("lane", String(64), nullable=False),  # as above
    Column("action", Choices(Action), nullable=False),  # as above
    Column("message_id", identity(), nullable=False),  # as above
    Column("due_at", Moment, nullable=False),  # due, or end of the lease; as above
    Column("tries", Integer, nullable=False),  # as above
    Column("carrier", String(32), nullable=False, server_default=TRIAGE),  # as above
    Column("talk_id", identity()),  # the message's; as above
    Column("leased", Boolean, nullable=False, server_default=false()),  # in hand; as above
)
Index("ix_errands_carrier_due_at", errands.c.carrier, errands.c.due_at)
Index("ix_errands_talk_id_carrier", errands.c.talk_id, errands.c.carrier)
Index("ix_errands_lane_turn", errands.c.lane, errands.c.turn)
