"""Whether a webhook is LINE's: the very bytes, and one of the secrets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from channels.line.genuine import is_genuine, sign
from tests.fakes.line import webhook

BODY = webhook.body(webhook.BOT, [webhook.text("こんばんは")])


def test_it_signs_as_line_does() -> None:
    assert sign(BODY, "s") == webhook.sign(BODY, "s")


def test_either_of_two_secrets_fits() -> None:
    for secret in ("old", "new"):
        assert is_genuine(BODY, sign(BODY, secret), ("old", "new"))


def test_nothing_else_fits() -> None:
    good = sign(BODY, "s")
    for shown in (None, "", "x", good[:-1], good + " ", good.lower(), "署名", "\ud83d"):
        assert not is_genuine(BODY, shown, ("s",))
    assert not is_genuine(BODY, good, ())
    assert not is_genuine(BODY, good, ("other",))


@given(st.binary(max_size=200), st.integers(0), st.text(max_size=60))
def test_a_bent_byte_and_any_header_are_refused(raw: bytes, place: int, shown: str) -> None:
    good = sign(raw, "s")
    assert is_genuine(raw, good, ("s",))
    if raw:
        at = place % len(raw)
        bent = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        assert not is_genuine(bent, good, ("s",))
    assert is_genuine(raw, shown, ("s",)) == (shown == good)
