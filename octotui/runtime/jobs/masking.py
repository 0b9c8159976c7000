"""Sensitive values, kept out of what people see (V5)."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence

STARS = b"********"
SHORTEST = 4  # characters: masking what is shorter would spoil every log
ENCODED = 8  # characters of Base64 that are told from ordinary text


class Masker:
    """Puts ******** in place of every sensitive value in a text that comes in chunks.

    A value is masked as it is (UTF-8), each of its lines alone (without the spaces around it), and in Base64,
    wherever in an encoded text it begins. Values that overlap are masked together; what is shorter than four
    characters is not masked (V5 refuses it where it is declared).
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: tuple[bytes, ...] = ()
        self._held = b""  # the end of what came, that may be the beginning of a secret
        self._covered = 0  # how much of it is a part of the secret before it
        self.record(secrets)

    def record(self, secrets: Iterable[str]) -> None:
        """Mask more values in what is still to come."""
        forms = {form for secret in secrets for form in _forms(secret)}
        self._forms = tuple(sorted(forms.union(self._forms)))

    def feed(self, chunk: bytes) -> bytes:
        """Mask a chunk, and hold back its end as long as that may be the beginning of a secret."""
        if not self._forms:
            return chunk
        text = self._held + chunk if self._held else chunk
        return self._masked(text, len(text) - max(_begun(text, form) for form in self._forms))

    def end(self) -> bytes:
        """Give out what was held back; more may follow, as a new text."""
        text = self._masked(self._held, len(self._held))
        self._covered = 0
        return text

    def text(self, text: str) -> str:
        """Mask a text that is complete, as a message or a reason is."""
        whole = text.encode(errors="surrogateescape")
        return _mask(whole, _matches(whole, self._forms), 0, len(whole))[0].decode(errors="surrogateescape")

    def beginning(self, text: bytes) -> bytes:
        """Mask a text that was cut somewhere; what may be a cut secret at its end is left out."""
        until = len(text) - max((_begun(text, form) for form in self._forms), default=0)
        return _mask(text, _matches(text, self._forms), 0, until)[0]

    def holds(self, text: str) -> bool:
        """Whether there is something to mask in a text: then it is as sensitive itself."""
        return bool(_matches(text.encode(errors="surrogateescape"), self._forms))

    def _masked(self, text: bytes, until: int) -> bytes:
        matches = _matches(text, self._forms)
        self._held = text[until:]
        if not matches and not self._covered:
            return text if until == len(text) else text[:until]
        shown, self._covered = _mask(text, matches, self._covered, until)
        return shown


def _forms(secret: str) -> Iterator[bytes]:
    """Every way in which a secret is printed, as bytes."""
    for part in {secret, *(line.strip() for line in secret.splitlines())}:
        if len(part) >= SHORTEST:
            yield part.encode(errors="surrogateescape")
    if len(secret) >= SHORTEST:
        whole = secret.encode(errors="surrogateescape")
        encoded = [whole, *(whole[skip : skip + (len(whole) - skip) // 3 * 3] for skip in range(3))]
        yield from (form for form in map(b64encode, encoded) if len(form) >= ENCODED)


def _matches(text: bytes, forms: Sequence[bytes]) -> list[tuple[int, int]]:
    """Where the secrets are, in order: a find for each, since `re` is slow with many alternatives."""
    matches = []
    for form in forms:
        at = text.find(form)
        while at >= 0:
            matches.append((at, at + len(form)))
            at = text.find(form, at + 1)
    return sorted(matches)


def _begun(text: bytes, form: bytes) -> int:
    """How many bytes at a text's end are the beginning of a secret, not all of it."""
    if text[-1:] not in form:
        return 0  # as most texts end: with a line's end
    head = form[:SHORTEST]
    at = text.find(head, max(0, len(text) - len(form) + 1))
    while at >= 0:
        if form.startswith(text[at:]):
            return len(text) - at
        at = text.find(head, at + 1)
    return next((length for length in (3, 2, 1) if text.endswith(head[:length])), 0)


def _mask(text: bytes, matches: list[tuple[int, int]], covered: int, until: int) -> tuple[bytes, int]:
    """Mask what is found and begins before a place; how much of the text behind it is masked already."""
    shown = []
    at = covered
    for start, stop in matches:
        if start >= until:
            break
        if start >= at:
            shown += [text[at:start], STARS]
        at = max(at, stop)
    shown.append(text[at:until])
    return b"".join(shown), max(0, at - until)
