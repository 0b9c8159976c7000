"""Sensitive values, kept out of what a job prints (V5)."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from octotui.runtime.jobs.masking.forms import encoded
from octotui.runtime.jobs.masking.masked_text import mask
from octotui.runtime.jobs.masking.matcher import AnyMatcher
from octotui.runtime.jobs.masking.sensitive_values import SensitiveValues, masked_with
from octotui.store.logs.masked_spans import EarlierSpans, MaskedSpan

FULL = 1 << 16  # bytes of a chunk behind which there may be more that was printed before it came

Note = Callable[[Sequence[MaskedSpan]], None]


def _nobody(spans: Sequence[MaskedSpan]) -> None:
    """Note nothing."""


class Masker:
    """Puts ******** in place of every sensitive value of a space in a text that comes in chunks.

    What is released meanwhile is masked until all is read that was printed before. Each part that is masked
    is noted. What is read again after a crash is masked as it was, as far as it was.
    """

    def __init__(
        self,
        secrets: Iterable[str] = (),
        *,
        values: SensitiveValues | None = None,
        holder: str = "",
        earlier: EarlierSpans | None = None,
        note: Note = _nobody,
    ) -> None:
        """Mask what a space holds, and `secrets`, which `holder` holds from now on."""
        self._values = SensitiveValues() if values is None else values
        self._holder = holder
        self._earlier = deque(earlier.spans if earlier else ())
        self._again = earlier.printed if earlier else 0  # bytes that were read before
        self._note = note
        self._at = 0  # bytes that came before those that are held back
        self._held = b""  # the end of what came, that may be the beginning of a value
        self._covered = 0  # how much of it is a part of the value before it
        self.record(secrets)
        self._matcher = self._values.matcher

    def record(self, secrets: Iterable[str]) -> None:
        """Mask more values in what is still to come, here and in the whole space."""
        self._values.hold(self._holder, secrets)

    def feed(self, chunk: bytes) -> bytes:
        """Mask a chunk, and hold back its end as long as that may be the beginning of a value."""
        if not chunk:
            return b""
        matcher = self._in_force()
        text = self._held + chunk if self._held else chunk
        before, text = self._as_before(text) if self._at < self._again else (b"", text)
        if self._at < self._again:
            self._held = text
            return before
        shown = before + self._masked(text, matcher.decided(text))
        if len(chunk) < FULL:
            self._matcher = self._values.matcher
        return shown

    def end(self) -> bytes:
        """Give out what was held back; more may follow, as a new text."""
        self._in_force()
        return self._masked(self._held, len(self._held))

    def text(self, text: str) -> str:
        """Mask a text that is complete, as a message or a reason is."""
        return self.whole(encoded(text)).decode(errors="surrogateescape")

    def whole(self, text: bytes) -> bytes:
        """Mask a text that is complete."""
        return masked_with(self._in_force(), text)

    def beginning(self, text: bytes) -> bytes:
        """Mask a text that was cut somewhere; what may be a cut value at its end is left out."""
        matcher = self._in_force()
        return mask(text, matcher.find(text), until=matcher.decided(text)).shown

    def holds(self, text: str) -> bool:
        """Whether there is something to mask in a text: then it is as sensitive itself."""
        return bool(self._in_force().find(encoded(text)))

    def _in_force(self) -> AnyMatcher:
        """What finds the values that are held now, or were when this text was printed."""
        self._matcher = self._values.joined(self._matcher)
        return self._matcher

    def _masked(self, text: bytes, decided: int) -> bytes:
        """What is shown of a text that is decided up to a place, from which on it is held back."""
        parts = self._matcher.find(text)
        if parts or self._covered:
            shown, self._covered, spans = mask(text, parts, until=decided, covered=self._covered)
            if spans:
                self._note(
                    [MaskedSpan(self._at + start, self._at + stop, more) for start, stop, more in spans]
                )
        else:
            shown = text if decided == len(text) else text[:decided]
        self._held = text[decided:]
        self._at += decided
        return shown

    def _as_before(self, text: bytes) -> tuple[bytes, bytes]:
        """What was shown of a text that is read again, and the rest, which is new or not read as a whole."""
        until = min(self._again - self._at, len(text))
        parts = []
        while self._earlier and self._earlier[0].start < self._at + until:
            start, stop = self._earlier[0].start - self._at, self._earlier[0].stop - self._at
            if stop > len(text):
                until = start
                break
            parts.append((start, stop))
            self._earlier.popleft()
        shown, self._covered, _ = mask(text, parts, until=until, covered=self._covered)
        self._at += until
        return shown, text[until:]
