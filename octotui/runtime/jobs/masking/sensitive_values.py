"""The sensitive values of a space: those of all open runs, and octotui's own (V5)."""

from collections import Counter
from collections.abc import Iterable

from octotui.model.values import SHORTEST
from octotui.runtime.jobs.masking.forms import ValueForms, encoded, forms_of
from octotui.runtime.jobs.masking.masked_text import mask
from octotui.runtime.jobs.masking.matcher import AnyMatcher, JointMatcher, Matcher

FEW = 100  # most values that are recompiled with each change
SHARE = 8  # of more values, an eighth may change before they are


class SensitiveValues:
    """Values by their holders, such as runs; each is masked in the whole space while it has a holder.

    Where there are very many, released ones are masked a while longer.
    """

    def __init__(self) -> None:
        self._held: dict[str, dict[str, None]] = {}
        self._holders: Counter[str] = Counter()
        self._forms: dict[str, ValueForms] = {}
        self._compiled = Matcher({})
        self._new: dict[str, ValueForms] = {}  # added since the compilation
        self._released = 0  # since then
        self._matcher: AnyMatcher | None = self._compiled
        self._joined: AnyMatcher = self._compiled

    def hold(self, holder: str, values: Iterable[str]) -> None:
        """Mask values until the holder releases them; too short ones are not masked (V5)."""
        for value in values:
            if len(value) >= SHORTEST and value not in self._held.get(holder, ()):
                self._held.setdefault(holder, {})[value] = None
                self._holders[value] += 1
                if value not in self._forms:
                    self._add(value)

    def release(self, holder: str) -> None:
        """Release a holder's values; those of other holders stay masked."""
        for value in self._held.pop(holder, ()):
            self._holders[value] -= 1
            if not self._holders[value]:
                self._remove(value)

    def held_by(self, holder: str) -> tuple[str, ...]:
        """Return the values of a holder."""
        return tuple(self._held.get(holder, ()))

    @property
    def matcher(self) -> AnyMatcher:
        """The matcher of all present values; the same object while they do not change."""
        if self._matcher is None:
            changed = len(self._new) + self._released
            if len(self._forms) <= FEW or changed * SHARE > len(self._forms):
                self._matcher = self._compiled = Matcher(self._forms)
                self._new, self._released = {}, 0
            else:
                self._matcher = JointMatcher(self._compiled, Matcher(self._new))
        return self._matcher

    def joined(self, earlier: AnyMatcher) -> AnyMatcher:
        """Return a matcher of all present values and those of an earlier matcher."""
        now = self.matcher
        if earlier is now or earlier.values <= now.values:
            return now
        if now.values <= earlier.values:
            return earlier
        more = earlier.values - now.values
        if self._joined.values != now.values | more:
            self._joined = JointMatcher(now, Matcher({value: forms_of(value) for value in more}))
        return self._joined

    def text(self, text: str) -> str:
        """Mask a complete text."""
        if text.isascii() and not self.matcher.values:
            return text
        return self.whole(encoded(text)).decode(errors="surrogateescape")

    def whole(self, text: bytes) -> bytes:
        """Mask complete bytes."""
        return masked_with(self.matcher, text)

    def are_in(self, text: str) -> bool:
        """Return whether a text contains a sensitive value."""
        return bool(self.matcher.find(encoded(text)))

    def _add(self, value: str) -> None:
        self._forms[value] = forms_of(value)
        if value in self._compiled.values:
            self._released -= 1
        else:
            self._new[value] = self._forms[value]
        self._matcher = None

    def _remove(self, value: str) -> None:
        del self._holders[value], self._forms[value]
        if value in self._new:
            del self._new[value]
        else:
            self._released += 1
        self._matcher = None


def masked_with(matcher: AnyMatcher, text: bytes) -> bytes:
    """Mask the matches in a text."""
    found = matcher.find(text)
    return mask(text, found, until=len(text)).shown if found else text
