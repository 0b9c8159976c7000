"""The values that nobody may see: those of all open runs of a space, and what octotui itself reads (V5)."""

from collections import Counter
from collections.abc import Iterable

from octotui.model.values import SHORTEST
from octotui.runtime.jobs.masking.forms import ValueForms, encoded, forms_of
from octotui.runtime.jobs.masking.masked_text import mask
from octotui.runtime.jobs.masking.matcher import Matcher


class SensitiveValues:
    """Values by their holders, such as runs: each is masked in the whole space while it has one."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, None]] = {}
        self._holders: Counter[str] = Counter()
        self._forms: dict[str, ValueForms] = {}
        self._matcher: Matcher | None = None

    def hold(self, holder: str, values: Iterable[str]) -> None:
        """Mask values until the holder releases them; those that are too short are not masked (V5)."""
        held = self._held.setdefault(holder, {})
        for value in values:
            if len(value) >= SHORTEST and value not in held:
                held[value] = None
                self._holders[value] += 1
                if value not in self._forms:
                    self._forms[value] = forms_of(value)
                    self._matcher = None

    def release(self, holder: str) -> None:
        """Mask what a holder held no longer, unless another one holds it."""
        for value in self._held.pop(holder, ()):
            self._holders[value] -= 1
            if not self._holders[value]:
                del self._holders[value], self._forms[value]
                self._matcher = None

    def held_by(self, holder: str) -> tuple[str, ...]:
        """The values of a holder."""
        return tuple(self._held.get(holder, ()))

    @property
    def matcher(self) -> Matcher:
        """What finds all that is held now; the same one as long as that does not change."""
        if self._matcher is None:
            self._matcher = Matcher(self._forms)
        return self._matcher

    def joined(self, earlier: Matcher) -> Matcher:
        """What finds all that is held now, and what an earlier one found."""
        now = self.matcher
        if earlier.values <= now.values:
            return now
        if now.values <= earlier.values:
            return earlier
        more = earlier.values - now.values
        return Matcher({**self._forms, **{value: forms_of(value) for value in more}})

    def text(self, text: str) -> str:
        """Mask a text that is complete, as a message or a reason is."""
        return self.whole(encoded(text)).decode(errors="surrogateescape")

    def whole(self, text: bytes) -> bytes:
        """The same for bytes."""
        return masked_with(self.matcher, text)

    def are_in(self, text: str) -> bool:
        """Whether there is something to mask in a text: then it is as sensitive itself."""
        return bool(self.matcher and self.matcher.find(encoded(text)))


def masked_with(matcher: Matcher, text: bytes) -> bytes:
    """A text without what is found in it."""
    found = matcher.find(text) if matcher else []
    return mask(text, found, until=len(text)).shown if found else text
