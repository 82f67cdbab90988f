"""``madoakari line setup`` and ``check``: what the operator would otherwise click together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.core.model.meter import percent_used
from bot.core.ports.channel import Finding, Meter
from bot.texts import Texts
from channels.line.calls import Did, Status
from channels.line.client import LineClient
from channels.line.richmenu import MENUS, OUR_ROOMS, OURS, RELAY, ROOM, Menu
from channels.line.routes import PATH
from channels.line.settings import LineSettings

_PNG: Final = "image/png"
_WHY: Final = {
    Status.TOKEN: "LINE does not take the channel access token: issue a new one in LINE's console"
    " and put it into MADOAKARI_LINE_CHANNEL_TOKEN.",
    Status.AWAY: "LINE cannot be reached: is this machine allowed to go out?",
    Status.RATE: "LINE asks for patience: try again in a minute.",
}
_NEAR: Final = 80  # per cent


async def set_up(own: LineSettings, settings: Any) -> Sequence[Finding]:  # noqa: ANN401  # bot.settings.Settings
    """Menus, their pictures, the webhook's address; each step says how it went."""
    client = LineClient(own)
    try:
        found = [await _token(client)]
        if found[0].mark == "mend":
            return found
        found.append(await _put_menus(client, own, str(settings.locale)))
        found += await _put_webhook(client, _address(settings))
        return found
    finally:
        await client.close()


async def examine(own: LineSettings, settings: Any) -> Sequence[Finding]:  # noqa: ANN401  # bot.settings.Settings
    """Token, webhook, menus and quota, as LINE has them; nothing is changed."""
    client = LineClient(own)
    try:
        found = [await _token(client)]
        if found[0].mark == "mend":
            return found
        found.append(await _webhook(client, _address(settings)))
        found.append(await _menus(client, own))
        found.append(await _quota(client))
        return found
    finally:
        await client.close()


def _address(settings: Any) -> str:  # noqa: ANN401  # bot.settings.Settings
    return f"{settings.base_url}{PATH}"


async def _token(client: LineClient) -> Finding:
    did = await client.bot_info()
    return Finding("ok", "LINE takes the channel access token.") if did.ok else _trouble(did)


async def _put_menus(client: LineClient, own: LineSettings, locale: str) -> Finding:
    """Both menus, where they are not there yet; then the one of the mode for everybody.

    What is there stays: people who want notices only are tied to their menu by its id.
    """
    before = await client.menus()
    if not before.ok:
        return _trouble(before)
    texts, there = Texts.load(), {name: menu_id for menu_id, name in before.body}
    for menu in MENUS:
        if menu.name not in there:
            did = await _make(client, menu, texts, locale)
            if not did.ok:
                return _trouble(did)
            there[menu.name] = did.body
    did = await client.show_menu_to_all(there[_shown(own).name])
    if not did.ok:
        return _trouble(did)
    return await _drop_old(client, own, there)


async def _drop_old(client: LineClient, own: LineSettings, there: Mapping[str, str]) -> Finding:
    """Earlier versions go, but never a room menu that somebody may be tied to."""
    current = {menu.name for menu in MENUS}
    old = [name for name in there if name.startswith(OURS) and name not in current]
    for name in old:
        if not name.startswith(OUR_ROOMS) and not (await client.drop_menu(there[name])).ok:
            return Finding("note", "An older menu could not be taken away; run this again later.")
    return Finding("ok", f"The menu for {own.mode} mode is in place, with its picture.")


def _shown(own: LineSettings) -> Menu:
    return ROOM if own.mode == "room" else RELAY


async def _make(client: LineClient, menu: Menu, texts: Texts, locale: str) -> Did:
    """A menu with its picture; one without would be shown as nothing, so it does not stay."""
    did = await client.make_menu(menu.shape(texts.say, locale))
    if not did.ok:
        return did
    painted = await client.paint_menu(did.body, menu.picture(locale), _PNG)
    if not painted.ok:
        await client.drop_menu(did.body)
        return painted
    return did


async def _put_webhook(client: LineClient, address: str) -> list[Finding]:
    if not address.startswith("https://"):
        return [_no_https(address)]
    did = await client.set_webhook(address)
    if not did.ok:
        return [_trouble(did)]
    told = Finding("ok", f"LINE sends events to {address}.")
    tested = await client.test_webhook()
    if not tested.ok:
        return [told, _trouble(tested)]
    success, reason = tested.body
    if not success:
        return [
            told,
            Finding("mend", f"LINE called {address} and it did not work ({reason}): is the service"
                    " running, and does the web server in front pass this address on?"),
        ]  # fmt: skip
    return [told, await _webhook(client, address)]


async def _webhook(client: LineClient, address: str) -> Finding:
    did = await client.webhook()
    if did.status is Status.MISSING:
        return Finding("mend", "LINE has no webhook address: run madoakari line setup.")
    if not did.ok:
        return _trouble(did)
    endpoint, active = did.body
    if endpoint != address:
        return Finding("mend", f"LINE sends events elsewhere, not to {address}:"
                       " run madoakari line setup.")  # fmt: skip
    if not active:
        return Finding("mend", "The webhook is switched off: switch on 'Use webhook' in LINE's"
                       " console, and 'Webhook redelivery' with it.")  # fmt: skip
    return Finding("ok", f"LINE sends events to {address}, and the webhook is on.")


async def _menus(client: LineClient, own: LineSettings) -> Finding:
    did, shown = await client.menus(), await client.default_menu()
    if not did.ok:
        return _trouble(did)
    there = {name: menu_id for menu_id, name in did.body}
    if not {menu.name for menu in MENUS} <= there.keys():
        return Finding("note", "The menus are missing or old: run madoakari line setup.")
    if shown.body != there[_shown(own).name]:
        return Finding(
            "mend", f"People do not see the menu for {own.mode} mode: run madoakari line setup."
        )
    return Finding("ok", f"Both menus are there, and people see the one for {own.mode} mode.")


async def _quota(client: LineClient) -> Finding:
    quota, used = await client.quota(), await client.consumption()
    if not quota.ok or not used.ok:
        return _trouble(used if quota.ok else quota)
    meter = Meter(quota.body, used.body)
    if meter.limit is None:
        return Finding("ok", f"{meter.used} messages were counted this month; there is no limit.")
    share = percent_used(used=meter.used, limit=meter.limit) or 0
    said = f"{meter.used} of this month's {meter.limit} messages are used ({share} %)."
    return Finding("note" if share >= _NEAR else "ok", said)


def _no_https(address: str) -> Finding:
    return Finding(
        "mend",
        f"LINE needs an https address and {address} is none: put a TLS web server in front and"
        " set MADOAKARI_BASE_URL.",
    )


def _trouble(did: Did) -> Finding:
    said = f"LINE refused ({did.body})." if did.body else "LINE refused."
    return Finding("mend", _WHY.get(did.status, said))
