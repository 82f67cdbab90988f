"""Every store keeps the same promises: in memory, on a SQLite file, on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import migrations
from bot.core.model.events import ErrandPosted
from bot.core.model.ids import (
    ConcernId,
    ErrandId,
    MessageId,
    NoteId,
    PersonId,
    StaffId,
    TalkId,
)
from bot.core.model.labels import TriageLabel
from bot.core.model.mail import (
    TRIAGE,
    Picture,
    PictureState,
    RoomLink,
    StoredTicket,
    TicketUse,
)
from bot.core.model.messages import Delivery, Message, Note, Sender
from bot.core.model.people import (
    AgeBand,
    Leanings,
    Pace,
    Person,
    PersonState,
    Role,
    SpeaksAs,
    Staff,
    StaffState,
    Viewer,
    Wish,
)
from bot.core.model.safety import Concern, ConcernState
from bot.core.model.sealed import Tag, WrappedKey
from bot.core.model.talk import Talk, TalkState
from bot.core.ports.store import Action, Address, Errand, Invitation, SeenEvent, UnitOfWork, Units
from bot.storage.console_reads import ConsoleReadsSql
from bot.storage.engine import make_engine
from bot.storage.relay_reads import RelayReadsSql
from bot.storage.unit_of_work import GroupedUnits
from tests.fakes.store import FakeStore
from tests.fakes.tools import MIDNIGHT, OpenVault
from triage.verdict import Kind, Level, Reason, Verdict

NOW = MIDNIGHT
MINUTE = timedelta(minutes=1)
VERDICT = Verdict(
    Level.ACTIVE, frozenset({Kind.SUICIDE, Kind.ABUSE}), (Reason("wish", Level.ACTIVE, 2, 5),)
)

LEANINGS = Leanings(SpeaksAs.FAMILY, AgeBand.THIRTIES, Wish.SAME_AGE, Pace.LETTER)


def an_id(name: object) -> str:
    return str(name).ljust(26, "-")


def a_tag(name: object) -> Tag:
    return Tag(str(name).encode().ljust(32, b"."))


def a_person(name: str) -> Person:
    return Person(PersonId(an_id(name)), name, "ja", PersonState.PRESENT, NOW, NOW)


def a_talk(name: str, **changes: Any) -> Talk:
    person_id, talk_id = PersonId(an_id(name)), TalkId(an_id(f"talk {name}"))
    talk = Talk(talk_id, person_id, "webchat", TalkState.WAITING, NOW)
    for field, value in changes.items():
        setattr(talk, field, value)
    return talk


def a_message(name: str, seq: int, **changes: Any) -> Message:
    talk_id = TalkId(an_id(f"talk {name}"))
    message = Message(MessageId(an_id(f"{name} {seq}")), talk_id, seq, Sender.VISITOR, NOW)
    message.sealed = f"sealed {name} {seq}".encode()
    for field, value in changes.items():
        setattr(message, field, value)
    return message


def an_errand(name: str, lane: str, *, due_at: datetime = NOW, **changes: Any) -> Errand:
    message_id = MessageId(an_id("a 1"))
    errand = Errand(ErrandId(an_id(name)), lane, Action.DELIVER, message_id, due_at)
    return replace(errand, **changes)


def a_ticket(name: str, *, minutes: int = 1, **changes: Any) -> StoredTicket:
    ticket = StoredTicket(
        a_tag(name), "line", PersonId(an_id("a")), MessageId(an_id("a 1")), TicketUse.ANSWER,
        b"token", NOW + minutes * MINUTE,
    )  # fmt: skip
    return replace(ticket, **changes)


def a_picture(seq: int, state: PictureState, sealed: bytes | None, at: datetime = NOW) -> Picture:
    return Picture(MessageId(an_id(f"a {seq}")), state, sealed, at)


async def person(units: Units, name: str) -> Person | None:
    found, _ = await units.run(lambda unit: unit.people.get(PersonId(an_id(name))))
    return found


class StoreContract:
    """What the core may rely on."""

    async def arrive(self, units: Units, *names: str, **changes: Any) -> None:
        async def work(unit: UnitOfWork) -> None:
            for name in names:
                assert await unit.people.add(a_person(name), WrappedKey(f"key {name}".encode()))
                await unit.talks.add(a_talk(name, **changes))

        await units.run(work)

    async def hire(self, units: Units, name: str, *roles: Role) -> Staff:
        staff_id = StaffId(an_id(name))
        staff = Staff(staff_id, name, frozenset(roles), StaffState.ACTIVE, "hash", NOW)
        await units.run(lambda unit: unit.staff.add(staff))
        return staff

    async def test_what_is_stored_comes_back_whole(self, units: Units) -> None:
        changes: dict[str, Any] = {
            "last_heard_at": NOW, "waiting_since": NOW, "danger": Level.PASSIVE,
            "receipt_at": NOW, "bell_at": NOW + MINUTE, "seen_at": NOW - MINUTE, "read_upto": 3,
        }  # fmt: skip
        await self.arrive(units, "a", **changes)
        message = a_message("a", 1, verdict=VERDICT, delivery=Delivery.SENDING)

        async def work(unit: UnitOfWork) -> tuple[Person | None, Talk | None, Message | None]:
            await unit.messages.add(message)
            person = await unit.people.get(PersonId(an_id("a")))
            talk = await unit.talks.of_person(PersonId(an_id("a")))
            return person, talk, await unit.messages.get(message.id)

        (person, talk, kept), _ = await units.run(work)
        expected = a_talk("a", **changes)
        assert (person, talk, kept) == (a_person("a"), expected, message)

    async def test_what_raises_leaves_nothing(self, units: Units) -> None:
        async def work(unit: UnitOfWork) -> None:
            await unit.people.add(a_person("a"), WrappedKey(b"key"))
            unit.publish(ErrandPosted("line"))
            raise ValueError("refused")

        with pytest.raises(ValueError, match="refused"):
            await units.run(work)
        found, events = await units.run(lambda unit: unit.people.get(PersonId(an_id("a"))))
        assert (found, events) == (None, ())

    async def test_one_refusal_among_many_undoes_only_itself(self, units: Units) -> None:
        async def work(unit: UnitOfWork, number: int) -> int:
            await unit.people.add(a_person(f"p{number}"), WrappedKey(b"key"))
            if number % 3 == 0:
                raise ValueError(number)
            unit.publish(ErrandPosted("line"))
            return number

        def one(number: int) -> Any:
            return units.run(lambda unit: work(unit, number))

        results = await asyncio.gather(*(one(n) for n in range(60)), return_exceptions=True)
        for number, result in enumerate(results):
            found = await person(units, f"p{number}")
            if number % 3:
                assert result == (number, (ErrandPosted("line"),))
                assert found is not None
            else:
                assert isinstance(result, ValueError)
                assert found is None

    async def test_concurrent_messages_are_numbered_without_gaps(self, units: Units) -> None:
        await self.arrive(units, "a")

        async def work(unit: UnitOfWork) -> int:
            talk = await unit.talks.of_person(PersonId(an_id("a")))
            assert talk is not None
            seq = talk.next_seq()
            await unit.messages.add(a_message("a", seq))
            await unit.talks.save(talk)
            return seq

        results = await asyncio.gather(*(units.run(work) for _ in range(100)))
        assert sorted(seq for seq, _ in results) == list(range(1, 101))

    async def test_a_cancelled_caller_harms_nobody(self, units: Units) -> None:
        await self.arrive(units, "a")
        tasks = [asyncio.ensure_future(self.arrive(units, f"b{n}")) for n in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert results[1::2] == [None] * 10
        await self.arrive(units, "after")

    async def test_handles_and_names_are_taken_once(self, units: Units) -> None:
        await self.arrive(units, "a")
        twin = Person(PersonId(an_id("b")), "a", "ja", PersonState.PRESENT, NOW, NOW)
        added, _ = await units.run(lambda unit: unit.people.add(twin, WrappedKey(b"key")))
        assert not added
        key, _ = await units.run(lambda unit: unit.people.key(twin.id))
        assert key is None
        await self.hire(units, "あかり", Role.PEER)
        other = Staff(StaffId(an_id("x")), "あかり", frozenset(), StaffState.INVITED, None, NOW)
        added, _ = await units.run(lambda unit: unit.staff.add(other))
        assert not added

    async def test_the_queue_has_one_order(self, units: Units) -> None:
        waits = {
            "calm": (Level.NONE, 0, False),
            "calm, longer": (Level.NONE, 3, False),
            "calm, first time": (Level.NONE, 0, True),
            "undecided": (Level.UNDECIDED, 0, False),
            "passive": (Level.PASSIVE, 0, False),
            "imminent": (Level.IMMINENT, 0, False),
        }
        for name, (danger, minutes, first) in waits.items():
            since, answered = NOW - minutes * MINUTE, None if first else NOW
            changes = {"danger": danger, "waiting_since": since, "first_answered_at": answered}
            await self.arrive(units, name, **changes)

        async def take(unit: UnitOfWork) -> str:
            talk = await unit.talks.next_waiting()
            assert talk is not None
            talk.state = TalkState.CLOSED
            await unit.talks.save(talk)
            return talk.person_id.rstrip("-")

        taken = [(await units.run(take))[0] for _ in waits]
        assert taken == [
            "imminent", "passive", "calm, first time", "undecided", "calm, longer", "calm",
        ]  # fmt: skip
        assert (await units.run(lambda unit: unit.talks.next_waiting()))[0] is None

    async def test_an_event_is_remembered_once(self, units: Units) -> None:
        seen = SeenEvent("webchat", a_tag("e"), a_tag("d"), None, an_id("row"), NOW)
        first, _ = await units.run(lambda unit: unit.mail.remember(seen))
        again, _ = await units.run(lambda unit: unit.mail.remember(seen))
        assert (first, again) == (True, False)
        found, _ = await units.run(lambda unit: unit.mail.recall("webchat", a_tag("e")))
        other, _ = await units.run(lambda unit: unit.mail.recall("console", a_tag("e")))
        assert (found, other) == (seen, None)

    async def test_errands_keep_their_lane_and_their_lease(self, units: Units) -> None:
        await self.arrive(units, "a")
        later = an_errand("later", "other", due_at=NOW + MINUTE)

        async def post(unit: UnitOfWork) -> None:
            await unit.messages.add(a_message("a", 1))
            for errand in (an_errand("one", "lane"), an_errand("two", "lane"), later):
                await unit.mail.post(errand)

        await units.run(post)
        assert await self.claim(units, 0) == [("one", 1)]
        assert await self.claim(units, 1) == [("later", 1)]
        assert await self.claim(units, 6) == [("one", 2), ("later", 2)]
        await units.run(lambda unit: unit.mail.settle(ErrandId(an_id("one"))))
        await units.run(lambda unit: unit.mail.settle(ErrandId(an_id("one"))))
        assert await self.claim(units, 7) == [("two", 1)]
        due_at = NOW + 8 * MINUTE
        await units.run(lambda unit: unit.mail.postpone(ErrandId(an_id("two")), due_at))
        assert await self.claim(units, 7) == []
        assert await self.claim(units, 8) == [("two", 2)]

    async def claim(
        self, units: Units, minutes: int, carrier: str = TRIAGE
    ) -> list[tuple[str, int]]:
        now = NOW + minutes * MINUTE
        lease = now + 5 * MINUTE
        claimed, _ = await units.run(
            lambda unit: unit.mail.claim(now, lease_until=lease, limit=9, carrier=carrier)
        )
        return [(errand.id.rstrip("-"), errand.tries) for errand in claimed]

    async def test_what_was_seen_is_delivered_and_failures_stay(self, units: Units) -> None:
        await self.arrive(units, "a")
        states = [Delivery.SENDING, Delivery.IN_ROOM, Delivery.FAILED, Delivery.SENDING]

        async def work(unit: UnitOfWork) -> tuple[int, list[Delivery | None]]:
            for seq, delivery in enumerate(states, 1):
                await unit.messages.add(a_message("a", seq, delivery=delivery))
            changed = await unit.messages.mark_seen(TalkId(an_id("talk a")), 3)
            kept = [await unit.messages.get(MessageId(an_id(f"a {n}"))) for n in range(1, 5)]
            return changed, [message.delivery for message in kept if message]

        (changed, kept), _ = await units.run(work)
        assert changed == 2
        assert kept == [
            Delivery.DELIVERED, Delivery.DELIVERED, Delivery.FAILED, Delivery.SENDING,
        ]  # fmt: skip

    async def test_one_open_concern_a_talk(self, units: Units) -> None:
        await self.arrive(units, "a")
        talk_id = TalkId(an_id("talk a"))
        concern = Concern(
            ConcernId(an_id("c")), talk_id, None, Level.ACTIVE, frozenset({Kind.ABUSE}),
            ConcernState.RAISED, NOW,
        )  # fmt: skip
        await units.run(lambda unit: unit.concerns.add(concern))
        found, _ = await units.run(lambda unit: unit.concerns.open_of(talk_id))
        assert found == concern
        concern.state = ConcernState.RESOLVED
        await units.run(lambda unit: unit.concerns.save(concern))
        found, _ = await units.run(lambda unit: unit.concerns.open_of(talk_id))
        kept, _ = await units.run(lambda unit: unit.concerns.get(concern.id))
        assert (found, kept) == (None, concern)

    async def test_labels_come_back_by_month_and_no_erasure_reaches_them(
        self, units: Units
    ) -> None:
        await self.arrive(units, "a")
        december, november = (date(2026, month, 1) for month in (12, 11))
        labels = [
            TriageLabel(december, Level.UNDECIDED, Level.NONE, frozenset(), ()),
            TriageLabel(november, Level.NONE, Level.ACTIVE, VERDICT.kinds, ("linear", "rules")),
        ]

        async def fill(unit: UnitOfWork) -> bool:
            for label in labels:
                await unit.labels.add(label)
            message = a_message("a", 1, verdict=VERDICT)
            await unit.messages.add(message)
            message.correct(Level.NONE, frozenset())
            await unit.messages.save_verdict(message)
            return (await self._first(unit, "a")).corrected

        assert (await units.run(fill))[0]
        await units.run(lambda unit: unit.people.shred(PersonId(an_id("a"))))
        kept, _ = await units.run(lambda unit: unit.labels.all())
        message, _ = await units.run(lambda unit: self._first(unit, "a"))
        assert kept == labels[::-1]
        assert (message.corrected, message.verdict.level) == (False, Level.NONE)

    async def test_shredding_leaves_only_counts(self, units: Units) -> None:
        await self.arrive(units, "a", "b")
        staff = await self.hire(units, "あかり", Role.PEER)
        person_id, tag = PersonId(an_id("a")), a_tag("e")
        note = Note(NoteId(an_id("n")), TalkId(an_id("talk a")), staff.id, NOW, b"note")

        async def fill(unit: UnitOfWork) -> None:
            await unit.messages.add(a_message("a", 1, verdict=VERDICT))
            await unit.messages.add(a_message("b", 1))
            await unit.people.settle_at(Address("webchat", tag, person_id, b"x", None))
            await unit.people.set_passphrase(person_id, tag, NOW)
            await unit.talks.add_note(note)
            await unit.mail.post(an_errand("one", "lane"))
            await unit.mail.remember(SeenEvent("webchat", tag, tag, person_id, an_id("a 1"), NOW))
            await unit.platforms.add_ticket(a_ticket("t"))
            await unit.platforms.add_link(RoomLink(tag, person_id, NOW + MINUTE))
            await unit.platforms.add_picture(a_picture(1, PictureState.KEPT, b"picture"))
            leaning = a_person("a")
            leaning.leanings = LEANINGS
            await unit.people.save(leaning)

        await units.run(fill)
        await units.run(lambda unit: unit.people.shred(person_id))

        async def look(unit: UnitOfWork) -> list[object]:
            seen, message = await unit.mail.recall("webchat", tag), await self._first(unit, "a")
            return [
                await unit.people.key(person_id),
                await unit.people.at("webchat", tag),
                await unit.people.by_passphrase(tag),
                message.sealed,
                message.verdict.reasons,
                seen and seen.digest,
                await unit.mail.claim(NOW, lease_until=NOW + MINUTE, limit=9, carrier=TRIAGE),
                await unit.platforms.begin_ticket(a_ticket("t").tag, ErrandId(an_id("one"))),
                await unit.platforms.take_link(tag),
                await unit.platforms.picture(message.id),
                (await self._person(unit, "a")).leanings,
            ]

        gone, _ = await units.run(look)
        assert gone == [
            *(None, None, None, None, (), None, [], False, None),
            a_picture(1, PictureState.FORGOTTEN, None),
            Leanings(LEANINGS.speaks_as, LEANINGS.age_band),
        ]
        other, _ = await units.run(lambda unit: self._first(unit, "b"))
        key, _ = await units.run(lambda unit: unit.people.key(PersonId(an_id("b"))))
        assert (other.sealed, key) == (b"sealed b 1", b"key b")

    async def _person(self, unit: UnitOfWork, name: str) -> Person:
        person = await unit.people.get(PersonId(an_id(name)))
        assert person is not None
        return person

    async def _first(self, unit: UnitOfWork, name: str) -> Message:
        message = await unit.messages.get(MessageId(an_id(f"{name} 1")))
        assert message is not None
        return message

    async def settle(self, units: Units, address: Address) -> None:
        await units.run(lambda unit: unit.people.settle_at(address))

    async def test_an_address_moves_and_is_left(self, units: Units) -> None:
        await self.arrive(units, "a", "b")
        tag = a_tag("t")
        for name in ("a", "b"):
            address = Address("webchat", tag, PersonId(an_id(name)), None, NOW + MINUTE)
            await self.settle(units, address)
        found, _ = await units.run(lambda unit: unit.people.at("webchat", tag))
        assert found is not None
        assert found.person_id == an_id("b")
        await units.run(lambda unit: unit.people.leave("webchat", tag))
        await units.run(lambda unit: unit.people.leave("webchat", tag))
        assert (await units.run(lambda unit: unit.people.at("webchat", tag)))[0] is None

    async def test_erasures_come_due_and_silence_is_found(self, units: Units) -> None:
        await self.arrive(units, "leaving", "silent", "worried")
        leaving = a_person("leaving")
        leaving.state, leaving.erase_due_at = PersonState.LEAVING, NOW
        concern = Concern(
            ConcernId(an_id("c")), TalkId(an_id("talk worried")), None, Level.PASSIVE,
            frozenset(), ConcernState.RAISED, NOW,
        )  # fmt: skip
        await units.run(lambda unit: unit.people.save(leaving))
        await units.run(lambda unit: unit.concerns.add(concern))
        due, _ = await units.run(lambda unit: unit.people.due_for_erasure(NOW, 9))
        early, _ = await units.run(lambda unit: unit.people.due_for_erasure(NOW - MINUTE, 9))
        silent, _ = await units.run(lambda unit: unit.people.silent_since(NOW, 9))
        assert (due, early, silent) == ([an_id("leaving")], [], [an_id("silent")])

    async def test_links_sessions_and_duty_end(self, units: Units) -> None:
        staff = await self.hire(units, "あかり", Role.ADMIN, Role.PEER)

        async def fill(unit: UnitOfWork) -> None:
            for name in ("old", "new"):
                await unit.staff.invite(
                    Invitation(a_tag(name), staff.id, NOW + MINUTE, first=False)
                )
            await unit.staff.open_session(a_tag("s"), staff.id, NOW, NOW + MINUTE)
            await unit.staff.start_duty(staff.id, NOW)
            await unit.staff.start_duty(staff.id, NOW + MINUTE)

        await units.run(fill)

        async def look(unit: UnitOfWork) -> list[object]:
            return [
                await unit.staff.invitation(a_tag("old")),
                await unit.staff.active_with(Role.ADMIN),
                await unit.staff.active_with(Role.SUPERVISOR),
                await unit.staff.forget_stale(NOW),
                await unit.staff.forget_stale(NOW + MINUTE),
                await unit.staff.forget_stale(NOW + timedelta(days=2)),
            ]

        assert (await units.run(look))[0] == [None, 1, 0, 0, 2, 1]

    async def test_what_a_person_says_of_themselves_is_kept(self, units: Units) -> None:
        await self.arrive(units, "a")
        leaning = a_person("a")
        leaning.leanings = LEANINGS
        await units.run(lambda unit: unit.people.save(leaning))
        assert await person(units, "a") == leaning

    async def test_all_addresses_of_a_person_the_latest_last(self, units: Units) -> None:
        await self.arrive(units, "a", "b")
        person_id, other = PersonId(an_id("a")), PersonId(an_id("b"))
        one = Address("line", a_tag("1"), person_id, b"one", None)
        two = Address("webchat", a_tag("2"), person_id, None, NOW + MINUTE)
        three = Address("line", a_tag("3"), other, b"three", None, left_at=NOW, bell_only=True)

        async def known(unit: UnitOfWork) -> list[list[Address]]:
            return [await unit.people.addresses(who) for who in (person_id, other)]

        for address in (one, two, three):
            await self.settle(units, address)
        assert (await units.run(known))[0] == [[one, two], [three]]
        left, moved = replace(one, left_at=NOW, bell_only=True), replace(three, person_id=person_id)
        for address in (left, moved):
            await self.settle(units, address)
        assert (await units.run(known))[0] == [[two, left, moved], []]
        await self.settle(units, replace(left, left_at=None))
        found, _ = await units.run(lambda unit: unit.people.at("line", a_tag("1")))
        assert found == replace(left, left_at=None)

    async def test_words_taken_back_are_gone_with_their_digests(self, units: Units) -> None:
        await self.arrive(units, "a")
        message = a_message("a", 1, verdict=VERDICT)
        other = a_message("a", 2, verdict=VERDICT)
        seen = [SeenEvent("line", a_tag(n), a_tag("d"), None, message.id, NOW) for n in "123"]
        seen[2] = replace(seen[2], row_id=other.id)

        async def work(unit: UnitOfWork) -> list[object]:
            for each in (message, other):
                await unit.messages.add(each)
            for event in seen:
                await unit.mail.remember(event)
            message.take_back()
            await unit.messages.save_taken_back(message)
            await unit.mail.forget_words(message.id)
            kept = [await unit.messages.get(each.id) for each in (message, other)]
            events = [await unit.mail.recall("line", event.tag) for event in seen]
            return [*kept, *(event and event.digest for event in events)]

        kept, _ = await units.run(work)
        assert kept == [message, other, None, None, a_tag("d")]
        assert (message.sealed, message.verdict.level) == (None, Level.ACTIVE)

    async def test_the_latest_that_was_heard(self, units: Units) -> None:
        await self.arrive(units, "a", "b")

        async def work(unit: UnitOfWork) -> list[object]:
            senders = (Sender.VISITOR, Sender.STAFF, Sender.VISITOR, Sender.SERVICE)
            for seq, sender in enumerate(senders, 1):
                await unit.messages.add(a_message("a", seq, sender=sender))
            a, b = TalkId(an_id("talk a")), TalkId(an_id("talk b"))
            limits = (None, 4, 3, 2, 1, 0)
            heard = [await unit.messages.latest_heard(a, upto) for upto in limits]
            return [*heard, await unit.messages.latest_heard(b)]

        third, first = an_id("a 3"), an_id("a 1")
        assert (await units.run(work))[0] == [third, third, third, first, first, None, None]

    async def test_carriers_do_not_wait_for_one_another(self, units: Units) -> None:
        await self.arrive(units, "a")

        async def post(unit: UnitOfWork) -> None:
            await unit.messages.add(a_message("a", 1))
            for errand in (
                an_errand("line one", "lane", carrier="line"),
                an_errand("web two", "lane", carrier="webchat"),
                an_errand("web alone", "other", carrier="webchat", action=Action.RING),
                an_errand("look", "look"),
            ):
                await unit.mail.post(errand)

        await units.run(post)
        assert await self.claim(units, 0, "discord") == []
        assert await self.claim(units, 0, "webchat") == [("web alone", 1)]  # its lane's head
        assert await self.claim(units, 0, "line") == [("line one", 1)]
        assert await self.claim(units, 0) == [("look", 1)]
        await units.run(lambda unit: unit.mail.settle(ErrandId(an_id("line one"))))
        assert await self.claim(units, 0, "webchat") == [("web two", 1)]

    async def test_an_errand_comes_back_whole(self, units: Units) -> None:
        await self.arrive(units, "a")
        errand = an_errand("one", "lane", carrier="line", action=Action.SHOW_TYPING)

        async def work(unit: UnitOfWork) -> list[Errand]:
            await unit.messages.add(a_message("a", 1))
            await unit.mail.post(errand)
            return await unit.mail.claim(NOW, lease_until=NOW + MINUTE, limit=9, carrier="line")

        claimed, _ = await units.run(work)
        assert claimed == [replace(errand, due_at=NOW + MINUTE, tries=1)]

    async def test_what_a_fallen_house_had_in_hand_is_due_again(self, units: Units) -> None:
        errand = Errand(
            ErrandId(an_id("e")), "lane", Action.ASSESS, MessageId(an_id("m")), NOW, carrier="line"
        )
        later = NOW + MINUTE
        await units.run(lambda unit: unit.mail.post(errand))
        lease: Any = {"lease_until": later, "limit": 9, "carrier": "line"}
        assert (await units.run(lambda unit: unit.mail.claim(NOW, **lease)))[0]
        assert not (await units.run(lambda unit: unit.mail.claim(NOW, **lease)))[0]
        assert (await units.run(lambda unit: unit.mail.release(NOW)))[0] == 1
        assert [e.tries for e in (await units.run(lambda u: u.mail.claim(NOW, **lease)))[0]] == [2]

    async def test_what_moves_is_elsewhere_afterwards(self, units: Units) -> None:
        async def before(unit: UnitOfWork) -> None:
            for name in ("a", "b"):
                person = a_person(name)
                await unit.people.add(person, WrappedKey(name.encode()))
                await unit.talks.add(a_talk(name, last_seq=1))
            message = Message(
                MessageId(an_id("m")), a_talk("a").id, 1, Sender.VISITOR, NOW, sealed=b"old"
            )
            await unit.messages.add(message)
            seen = SeenEvent("line", a_tag("e"), a_tag("d"), a_person("a").id, message.id, NOW)
            await unit.mail.remember(seen)

        async def moves(unit: UnitOfWork) -> None:
            [message] = await unit.messages.all_of(a_talk("a").id)
            message.talk_id, message.seq, message.sealed = a_talk("b").id, 2, b"new"
            await unit.messages.move(message)
            await unit.mail.move(a_person("a").id, a_person("b").id)

        async def after(unit: UnitOfWork) -> None:
            assert await unit.messages.all_of(a_talk("a").id) == []
            [moved] = await unit.messages.all_of(a_talk("b").id)
            assert (moved.seq, moved.sealed) == (2, b"new")
            seen = await unit.mail.recall("line", a_tag("e"))
            assert seen is not None
            assert seen.person_id == a_person("b").id

        for work in (before, moves, after):
            await units.run(work)

    async def test_what_is_cancelled_is_told_and_never_carried(self, units: Units) -> None:
        await self.arrive(units, "a", "b")
        ours, theirs = MessageId(an_id("a 2")), MessageId(an_id("b 1"))

        async def post(unit: UnitOfWork) -> list[MessageId]:
            await unit.messages.add(a_message("a", 1))
            await unit.messages.add(a_message("a", 2, sender=Sender.STAFF))
            await unit.messages.add(a_message("b", 1, sender=Sender.STAFF))
            for errand in (
                an_errand("deliver", "a", carrier="line", message_id=ours),
                an_errand("receipt", "a", carrier="line", action=Action.RECEIPT),
                an_errand("ring", "r", carrier="line", action=Action.RING, message_id=ours),
                an_errand("elsewhere", "e", carrier="discord", message_id=ours),
                an_errand("assess", "s", action=Action.ASSESS),
                an_errand("of b", "b", carrier="line", message_id=theirs),
            ):
                await unit.mail.post(errand)
            return await unit.mail.cancel(TalkId(an_id("talk a")), "line")

        assert (await units.run(post))[0] == [ours]
        again, _ = await units.run(lambda unit: unit.mail.cancel(TalkId(an_id("talk a")), "line"))
        assert again == []
        assert await self.claim(units, 0, "line") == [("of b", 1)]
        assert await self.claim(units, 0, "discord") == [("elsewhere", 1)]
        assert await self.claim(units, 0) == [("assess", 1)]
        postponed = ErrandId(an_id("deliver"))
        await units.run(lambda unit: unit.mail.postpone(postponed, NOW))
        assert await self.claim(units, 0, "line") == []

    async def test_what_was_put_off_is_hastened_and_what_is_in_hand_is_not(
        self, units: Units
    ) -> None:
        await self.arrive(units, "a", "b")
        late = NOW + 60 * MINUTE

        async def post(unit: UnitOfWork) -> None:
            await unit.messages.add(a_message("a", 1))
            await unit.messages.add(a_message("b", 1))
            for errand in (
                an_errand("held", "1", carrier="line"),
                an_errand("in hand", "2", carrier="line"),
                an_errand("later", "3", carrier="line", due_at=late),
                an_errand("elsewhere", "4", carrier="discord", due_at=late),
                an_errand("of b", "5", carrier="line", message_id=an_id("b 1"), due_at=late),
            ):
                await unit.mail.post(errand)

        await units.run(post)
        assert len(await self.claim(units, 0, "line")) == 2
        await units.run(lambda unit: unit.mail.postpone(ErrandId(an_id("held")), late))
        assert await self.claim(units, 1, "line") == []
        await self.hasten(units, 1)
        assert await self.claim(units, 1, "line") == [("held", 2), ("later", 1)]
        assert await self.claim(units, 1, "discord") == []
        await self.hasten(units, 2)
        assert await self.claim(units, 2, "line") == []
        assert await self.claim(units, 5, "line") == [("in hand", 2)]

    async def hasten(self, units: Units, minutes: int) -> None:
        talk_id, now = TalkId(an_id("talk a")), NOW + minutes * MINUTE
        await units.run(lambda unit: unit.mail.hasten(talk_id, "line", now))

    async def test_a_token_is_used_by_one_errand(self, units: Units) -> None:
        await self.arrive(units, "a")
        ticket = a_ticket("t")
        one, two = ErrandId(an_id("one")), ErrandId(an_id("two"))

        async def work(unit: UnitOfWork) -> list[bool]:
            begin = unit.platforms.begin_ticket
            await unit.platforms.add_ticket(ticket)
            used = [await begin(ticket.tag, each) for each in (one, one, two)]
            await unit.platforms.add_ticket(ticket)  # the same again does not free it
            used.append(await begin(ticket.tag, two))
            for _ in range(2):
                await unit.platforms.spend_ticket(ticket.tag)
            return [*used, await begin(ticket.tag, one)]

        assert (await units.run(work))[0] == [True, True, False, False, False]

    async def test_a_link_is_taken_once(self, units: Units) -> None:
        await self.arrive(units, "a")
        link = RoomLink(a_tag("link"), PersonId(an_id("a")), NOW + MINUTE)
        await units.run(lambda unit: unit.platforms.add_link(link))

        async def refused(unit: UnitOfWork) -> None:
            await unit.platforms.take_link(link.tag)
            raise ValueError("its time is over")

        with pytest.raises(ValueError, match="over"):
            await units.run(refused)
        await units.run(lambda unit: unit.platforms.add_link(link))
        taken = [
            (await units.run(lambda unit: unit.platforms.take_link(link.tag)))[0] for _ in range(2)
        ]
        assert taken == [link, None]
        await units.run(lambda unit: unit.platforms.add_link(link))  # the same again
        again, _ = await units.run(lambda unit: unit.platforms.take_link(link.tag))
        assert again is None

    async def test_two_rooms_become_one_and_what_is_due_stays_due(self, units: Units) -> None:
        await self.arrive(units, "old", "new")
        staff = await self.hire(units, "あかり", Role.PEER)
        old, new = TalkId(an_id("talk old")), TalkId(an_id("talk new"))
        older, newer = PersonId(an_id("old")), PersonId(an_id("new"))
        note = Note(NoteId(an_id("n")), new, staff.id, NOW, b"note")
        concern = Concern(
            ConcernId(an_id("c")), new, None, Level.ACTIVE, frozenset(), ConcernState.RAISED, NOW
        )
        said = [a_message("new", seq) for seq in (1, 2)]

        async def fill(unit: UnitOfWork) -> None:
            for message in said:
                await unit.messages.add(message)
            await unit.talks.add_note(note)
            await unit.concerns.add(concern)
            await unit.mail.post(an_errand("assess", "x", message_id=said[0].id))
            await unit.mail.remember(SeenEvent("line", a_tag("e"), a_tag("d"), newer, "", NOW))

        async def join(unit: UnitOfWork) -> None:
            for seq, message in enumerate(await unit.messages.all_of(new), 7):
                message.talk_id, message.seq, message.sealed = old, seq, b"anew"
                await unit.messages.move(message)
            for each in await unit.talks.notes(new):
                await unit.talks.move_note(replace(each, talk_id=old, sealed=b"anew"))
            concern.talk_id = old
            await unit.concerns.save(concern)
            await unit.mail.move(newer, older)
            await unit.people.shred(newer)

        async def look(unit: UnitOfWork) -> list[object]:
            seen = await unit.mail.recall("line", a_tag("e"))
            return [
                [(each.id, each.seq, each.sealed) for each in await unit.messages.all_of(old)],
                [*await unit.messages.all_of(new), *await unit.talks.notes(new)],
                await unit.talks.notes(old),
                await unit.concerns.open_of(old),
                await unit.concerns.open_of(new),
                seen and (seen.person_id, seen.digest),
            ]

        await units.run(fill)
        await units.run(join)
        assert (await units.run(look))[0] == [
            [(said[0].id, 7, b"anew"), (said[1].id, 8, b"anew")], [],
            [replace(note, talk_id=old, sealed=b"anew")], concern, None, (older, a_tag("d")),
        ]  # fmt: skip
        assert await self.claim(units, 0) == [("assess", 1)]
        await units.run(lambda unit: unit.people.shred(older))
        assert await self.claim(units, 9) == []

    async def test_pictures_come_later_and_go_again(self, units: Units) -> None:
        await self.arrive(units, "a")
        due, kept = PictureState.DUE, PictureState.KEPT
        pictures = [
            a_picture(1, due, b"name", NOW - MINUTE),
            a_picture(2, due, b"name", NOW - MINUTE),
            a_picture(3, due, b"name", NOW),
        ]

        async def work(unit: UnitOfWork) -> list[object]:
            for seq, picture in enumerate(pictures, 1):
                await unit.messages.add(a_message("a", seq))
                await unit.platforms.add_picture(picture)
            await unit.platforms.save_picture(replace(pictures[0], state=kept, sealed=b"jpeg"))
            refused = replace(pictures[1], state=PictureState.REFUSED, sealed=None)
            await unit.platforms.save_picture(refused)
            before = await unit.platforms.picture(pictures[0].message_id)
            counts = [await unit.platforms.forget_pictures(NOW) for _ in range(2)]
            after = [await unit.platforms.picture(each.message_id) for each in pictures]
            return [before, *counts, after, await unit.platforms.picture(MessageId(an_id("b 1")))]

        assert (await units.run(work))[0] == [
            replace(pictures[0], state=kept, sealed=b"jpeg"), 1, 0,
            [
                replace(pictures[0], state=PictureState.FORGOTTEN, sealed=None),
                replace(pictures[1], state=PictureState.REFUSED, sealed=None),
                pictures[2],
            ],
            None,
        ]  # fmt: skip

    async def test_tokens_and_links_end(self, units: Units) -> None:
        await self.arrive(units, "a")

        async def work(unit: UnitOfWork) -> list[object]:
            for name in ("unused", "begun"):
                await unit.platforms.add_ticket(a_ticket(name))
            await unit.platforms.add_ticket(a_ticket("longer", minutes=2))
            await unit.platforms.begin_ticket(a_tag("begun"), ErrandId(an_id("one")))
            link = RoomLink(a_tag("link"), PersonId(an_id("a")), NOW + MINUTE)
            await unit.platforms.add_link(link)
            forget = unit.platforms.forget_stale
            gone = [await forget(NOW + minutes * MINUTE) for minutes in (0, 1, 2, 10, 11)]
            return [*gone, await unit.platforms.take_link(link.tag)]

        assert (await units.run(work))[0] == [0, 2, 1, 0, 1, None]

    async def test_costs_add_up_and_a_channel_lives(self, units: Units) -> None:
        async def work(unit: UnitOfWork) -> None:
            count = unit.platforms.count_sending
            await count("line", "2026-11", free=1, paid=2)
            await count("line", "2026-11", free=10, paid=20)
            await count("line", "2026-12", free=5, paid=0)
            await unit.platforms.note_alive("discord", NOW)
            await unit.platforms.note_alive("discord", NOW + MINUTE)

        await units.run(work)
        assert await self.costs(units) == [("line", "2026-11", 11, 22), ("line", "2026-12", 5, 0)]
        assert await self.alive_at(units, "discord") == NOW + MINUTE

    async def costs(self, units: Units) -> list[tuple[str, str, int, int]]:
        """What was counted, by whatever way the store shows it."""
        assert isinstance(units, FakeStore)
        return [(*key, *counts) for key, counts in sorted(units.rows.sendings.items())]

    async def alive_at(self, units: Units, channel: str) -> datetime | None:
        assert isinstance(units, FakeStore)
        return units.rows.alive.get(channel)


class TestInMemory(StoreContract):
    @pytest.fixture
    def units(self) -> Units:
        return FakeStore()


class SqlContract(StoreContract):
    """The same over a database, which shows some of its rows to readers only."""

    @pytest.fixture(autouse=True)
    async def _engine(self, url: str) -> AsyncIterator[None]:
        await migrations.upgrade(url)
        self.engine = make_engine(url)
        yield
        await self.engine.dispose()

    @pytest.fixture
    async def units(self, _engine: None) -> AsyncIterator[Units]:
        units = GroupedUnits(self.engine)
        yield units
        await units.close()

    async def costs(self, units: Units) -> list[tuple[str, str, int, int]]:
        reads = ConsoleReadsSql(self.engine, vault=OpenVault(), mask=lambda words: (words, False))
        viewer = Viewer(StaffId(an_id("s")), "責任", frozenset({Role.SUPERVISOR}))
        months = [await reads.sendings(viewer, month) for month in ("2026-11", "2026-12")]
        return [(s.channel, s.month, s.free, s.paid) for month in months for s in month]

    async def alive_at(self, units: Units, channel: str) -> datetime | None:
        return await RelayReadsSql(self.engine, vault=OpenVault()).alive_at(channel)


class TestSqlite(SqlContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}"


@pytest.mark.postgres
class TestPostgres(SqlContract):
    @pytest.fixture
    def url(self, postgres_url: str) -> str:
        return postgres_url
