"""What can go wrong with a call to Discord, named by what to do next."""

from __future__ import annotations


class Trouble(Exception):
    """Base of everything that Discord, or the way to it, may answer."""


class Away(Trouble):
    """No answer, or a server's error: try again."""


class Busy(Trouble):
    """Too many calls. ``wait_s`` is what Discord asks for, in seconds."""

    def __init__(self, wait_s: float | None = None) -> None:
        super().__init__()
        self.wait_s = wait_s


class BadToken(Trouble):
    """The bot's token is not, or no longer, good."""


class BadSetup(Trouble):
    """Discord does not let this bot listen; the developer portal must be looked at."""


class Closed(Trouble):
    """This person takes no direct messages from the bot."""


class Refused(Trouble):
    """It will never work as it is."""
