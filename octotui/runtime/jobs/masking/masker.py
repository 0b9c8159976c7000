"""Masks sensitive values in the output of a job (V5)."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from octotui.runtime.jobs.masking.forms import encoded
from octotui.runtime.jobs.masking.masked_text import mask
from octotui.runtime.jobs.masking.matcher import AnyMatcher
from octotui.runtime.jobs.masking.sensitive_values import SensitiveValues, masked_with
from octotui.store.logs.masked_spans import EarlierSpans, MaskedSpan

FULL = 1 << 16  # bytes of a full chunk, after which more output may be waiting

Note = Callable[[Sequence[MaskedSpan]], None]


def _nobody(spans: Sequence[MaskedSpan]) -> None:
    """Ignore spans."""


class Masker:
    """Replaces every sensitive value of a space by ******** in a text that comes in chunks.

    A value released meanwhile is masked until all output printed before is read. `note` gets each masked
    span. Output that is reread after a crash is masked as it was.
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
        """Mask the space's `values`, and `secrets`, which `holder` holds from now on."""
        self._values = SensitiveValues() if values is None else values
        self._holder = holder
        self._earlier = deque(earlier.spans if earlier else ())
        self._reread = earlier.printed if earlier else 0  # bytes that were read before
        self._note = note
        self._at = 0  # offset of the bytes that are held back
        self._held = b""  # the end of the text, which may be the beginning of a value
        self._covered = 0  # bytes of it that belong to the previous value
        self.record(secrets)
        self._matcher = self._values.matcher

    def beside(self, earlier: EarlierSpans | None = None, note: Note = _nobody) -> "Masker":
        """Return a masker of the same values for another text."""
        return Masker(values=self._values, holder=self._holder, earlier=earlier, note=note)

    def record(self, secrets: Iterable[str]) -> None:
        """Mask more values from now on, here and in the whole space."""
        self._values.hold(self._holder, secrets)

    def feed(self, chunk: bytes) -> bytes:
        """Mask a chunk, and hold back its end while that may be the beginning of a value."""
        if not chunk:
            return b""
        matcher = self._in_force()
        text = self._held + chunk if self._held else chunk
        before, text = self._as_before(text) if self._at < self._reread else (b"", text)
        if self._at < self._reread:
            self._held = text
            return before
        shown = before + self._masked(text, matcher.decided(text))
        if len(chunk) < FULL:
            self._matcher = self._values.matcher
        return shown

    def end(self) -> bytes:
        """Return what was held back; a new text may follow."""
        self._in_force()
        return self._masked(self._held, len(self._held))

    def text(self, text: str) -> str:
        """Mask a complete text."""
        return self.whole(encoded(text)).decode(errors="surrogateescape") if text else text

    def whole(self, text: bytes) -> bytes:
        """Mask a complete text."""
        return masked_with(self._in_force(), text)

    def beginning(self, text: bytes) -> bytes:
        """Mask a truncated text, without a possibly truncated value at its end."""
        matcher = self._in_force()
        return mask(text, matcher.find(text), until=matcher.decided(text)).shown

    def holds(self, text: str) -> bool:
        """Return whether a text contains a sensitive value."""
        return bool(self._in_force().find(encoded(text)))

    def _in_force(self) -> AnyMatcher:
        """Return the matcher of the values held now, or when this text was printed."""
        self._matcher = self._values.joined(self._matcher)
        return self._matcher

    def _masked(self, text: bytes, decided: int) -> bytes:
        """Mask a text up to `decided`, and hold back the rest."""
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
        """Mask reread text as it was; return that and the rest, which is new or incomplete."""
        until = min(self._reread - self._at, len(text))
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
