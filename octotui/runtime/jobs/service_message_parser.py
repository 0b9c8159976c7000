"""Parser of Octopus's service messages in a job's output (V7)."""

import re

from octotui.runtime.jobs.service_message_types import Message, Problem, parse_message

MARK = b"##octopus["
LIMIT = 1 << 20  # bytes of a message; a longer one is text
_NO_MESSAGE = (
    "a line begins like a service message, but is not valid: it needs a name, key='Base64' pairs and ]"
    " on one line of at most 1 MiB"
)

_NAME = rb"##octopus\[([A-Za-z][\w.-]*+)"
_VALUE = rb"[A-Za-z0-9+/= \t]*+"
_PAIR = rb"[ \t]++[\w-]++=(?:'" + _VALUE + rb"'|\"" + _VALUE + rb'")'
_WHOLE = re.compile(_NAME + rb"((?:" + _PAIR + rb")*+)[ \t]*+\]")
_BEGUN = re.compile(
    rb"##octopus\[(?:[A-Za-z][\w.-]*+(?:" + _PAIR + rb")*+"
    rb"(?:[ \t]++(?:[\w-]++(?:=(?:['\"]" + _VALUE + rb")?)?)?)?)?\Z"
)
_LINE_END = re.compile(rb"\r?\n")


class ServiceMessageParser:
    """Splits a job's output, chunk by chunk, into visible text and service messages.

    A message begins a line, or ends one whose beginning stays visible; a line that begins like a message but
    is invalid stays visible, with a Problem. Only a possible message is held back, at most `LIMIT` bytes.
    """

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._size = 0
        self._open = False  # the held text is a message without its ]
        self._fresh = True  # no part of the present line is visible yet

    def feed(self, chunk: bytes) -> tuple[bytes, list[Message]]:
        """Return the visible text that a chunk adds, and its messages."""
        if self._held:
            if self._open and self._size + len(chunk) <= LIMIT and b"\n" not in chunk and b"]" not in chunk:
                self._hold(chunk)
                return b"", []
            chunk = self._take_held() + chunk
        if b"#" not in chunk or (MARK not in chunk and not _begun(chunk)):
            if chunk:
                self._fresh = chunk.endswith(b"\n")
            return chunk, []
        return self._read(chunk, last=False)

    def end(self) -> tuple[bytes, list[Message]]:
        """Return what was held back, at the end of the output."""
        return self._read(self._take_held(), last=True)

    def _read(self, text: bytes, last: bool) -> tuple[bytes, list[Message]]:
        page = _Page(self._fresh)
        at = 0
        while (start := text.find(MARK, at)) >= 0:
            page.show(text[at:start])
            if not last and _waits(text, start):
                break
            at = page.take(text, start)
        else:
            start = len(text) - (0 if last else _begun(text))
            page.show(text[at:start])
        self._hold(text[start:])
        self._fresh = page.fresh
        return b"".join(page.shown), page.said

    def _hold(self, text: bytes) -> None:
        if text:
            self._open = (self._open or text.startswith(MARK)) and b"]" not in text
            self._held.append(text)
            self._size += len(text)

    def _take_held(self) -> bytes:
        """Return and clear what was held back."""
        text = b"".join(self._held)
        self._held.clear()
        self._size = 0
        self._open = False
        return text


class _Page:
    """The result of parsing a text: visible pieces, and the messages between them."""

    def __init__(self, fresh: bool) -> None:
        self.shown: list[bytes] = []
        self.said: list[Message] = []
        self.fresh = fresh
        self._length = 0

    def show(self, piece: bytes) -> None:
        if piece:
            self.shown.append(piece)
            self._length += len(piece)
            self.fresh = piece.endswith(b"\n")

    def take(self, text: bytes, start: int) -> int:
        """Take a possible message, or leave it visible; return where the text goes on."""
        whole = _WHOLE.match(text, start)
        if not whole:
            if self.fresh:
                self.said.append(Problem(at=self._length, text=_NO_MESSAGE))
            self.show(MARK)
            return start + len(MARK)
        line_end = _LINE_END.match(text, whole.end())
        stop = line_end.end() if line_end else whole.end()
        if self.fresh or line_end or stop == len(text):
            visible = (
                stop if self.fresh else whole.end()
            )  # keeps the line end of a line whose beginning is visible
            message = parse_message(whole[1].decode(), whole[2], self._length + stop - visible)
            self.said.append(message)
            self.show(text[start if isinstance(message, Problem) else visible : stop])
        else:
            self.show(text[start:stop])
        return stop


def _waits(text: bytes, start: int) -> bool:
    """Return whether later output decides about the message that begins here."""
    if len(text) - start > LIMIT:
        return False
    whole = _WHOLE.match(text, start)
    if whole:
        return whole.end() >= len(text) - 1 and text[whole.end() :] in (b"", b"\r")
    return _BEGUN.match(text, start) is not None


def _begun(text: bytes) -> int:
    """Return how many bytes at the end of a text may be the beginning of a message."""
    at = text.find(b"#", max(0, len(text) - len(MARK) + 1))
    while at >= 0:
        if MARK.startswith(text[at:]):
            return len(text) - at
        at = text.find(b"#", at + 1)
    return 0
