"""Rich menus: made, given a picture, shown to everybody or to one person."""

from __future__ import annotations

from typing import Any, Final

from tests.fakes.line.wire import Answer, Request, error

PICTURE_BYTES: Final = 1_000_000
_MOST: Final = 1_000
_BEGINNINGS: Final = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_GONE: Final = "richmenu not found"


class Menus:
    """Every rich menu of the bot."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.made: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, bytes] = {}
        self.default: str | None = None
        self.linked: dict[str, str] = {}
        """Person to menu."""
        self._count = 0

    def create(self, request: Request) -> Answer:
        """Make a menu; it cannot be shown before it has a picture."""
        if len(self.made) >= _MOST:
            return error(400, f"rich menus exceed the limit of {_MOST}")
        self._count += 1
        menu_id = f"richmenu-{self._count:032x}"
        self.made[menu_id] = request.body
        return Answer(body={"richMenuId": menu_id})

    def all(self, request: Request) -> Answer:
        """List the menus."""
        return Answer(
            body={"richmenus": [{"richMenuId": n, **menu} for n, menu in self.made.items()]}
        )

    def one(self, request: Request) -> Answer:
        """Give one menu."""
        menu_id = request.filled["richMenuId"]
        if menu_id not in self.made:
            return error(404, _GONE)
        return Answer(body={"richMenuId": menu_id, **self.made[menu_id]})

    def delete(self, request: Request) -> Answer:
        """Delete a menu, wherever it is shown."""
        menu_id = request.filled["richMenuId"]
        if self.made.pop(menu_id, None) is None:
            return error(404, _GONE)
        self.pictures.pop(menu_id, None)
        self.default = None if self.default == menu_id else self.default
        self.linked = {who: n for who, n in self.linked.items() if n != menu_id}
        return Answer()

    def upload(self, request: Request) -> Answer:
        """Take the picture, once, where bytes and content type say the same."""
        menu_id = request.filled["richMenuId"]
        kind = request.headers.get("Content-Type", "")
        if menu_id not in self.made:
            return error(404, _GONE)
        if menu_id in self.pictures:
            return error(400, "An image has already been uploaded to the richmenu")
        fits = isinstance(request.body, bytes) and request.body.startswith(
            _BEGINNINGS.get(kind, b"\0none")
        )
        if not fits or len(request.body) > PICTURE_BYTES:
            self.violations.append("rich menu: the picture is no JPEG or PNG of at most 1 MB")
            return error(400, "The image is invalid")
        self.pictures[menu_id] = request.body
        return Answer()

    def set_default(self, request: Request) -> Answer:
        """Show a menu to everybody who has none of their own."""
        return self._show(request) or self._set_default(request.filled["richMenuId"])

    def cancel_default(self, request: Request) -> Answer:
        """Show no menu to those who have none of their own."""
        self.default = None
        return Answer()

    def get_default(self, request: Request) -> Answer:
        """Tell which menu everybody sees."""
        if self.default is None:
            return error(404, "no default richmenu")
        return Answer(body={"richMenuId": self.default})

    def link(self, request: Request) -> Answer:
        """Show a menu to one person."""
        if (refused := self._show(request)) is not None:
            return refused
        self.linked[request.filled["userId"]] = request.filled["richMenuId"]
        return Answer()

    def unlink(self, request: Request) -> Answer:
        """Give one person the menu that everybody has."""
        self.linked.pop(request.filled["userId"], None)
        return Answer()

    def of_user(self, request: Request) -> Answer:
        """Tell which menu one person was given."""
        menu_id = self.linked.get(request.filled["userId"])
        if menu_id is None:
            return error(404, "the user has no richmenu")
        return Answer(body={"richMenuId": menu_id})

    def _show(self, request: Request) -> Answer | None:
        menu_id = request.filled["richMenuId"]
        if menu_id not in self.made:
            return error(404, _GONE)
        if menu_id not in self.pictures:
            return error(400, "must upload richmenu image before applying it to user")
        return None

    def _set_default(self, menu_id: str) -> Answer:
        self.default = menu_id
        return Answer()
