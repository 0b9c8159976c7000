"""The lines that report an error by their text, found block by block.

Stderr is often not told apart, and few scripts set a level: what their lines say is then all there is.
"""

from octotui.ui.log.lines.job_lines import LineSource
from octotui.ui.log.lines.patterns import Pattern
from octotui.ui.log.lines.search import NOTHING, Search

_WORDS = ("rror", "ERR", "FATAL", "atal", "CRITICAL", "PANIC", "anic", "xception:", "Traceback (", "attempt ")
_ERROR = (
    r"(?:\b[Ee]rror|\b[Ff]atal|\b[Pp]anic)(?:\[[^\]]{1,40}\]| error)?:"  # `error: …`, `error[E0308]: …`
    r"|(?:Error|Exception):"  # `KeyError: …`
    r"|\b(?:ERROR|FATAL|CRITICAL|PANIC)\b|\bERR!"
    r"|^Traceback \("
    r"|^octotui: attempt \d+$"  # the attempt before has failed
)


class ErrorPattern(Pattern):
    """What lines that report an error hold, as compilers, databases and interpreters write it."""

    def __init__(self) -> None:
        super().__init__(_ERROR)
        self.words = tuple(word.encode() for word in _WORDS)


class ErrorSearch(Search):
    """A search of the lines that report an error, also of those that are hidden."""

    def __init__(self, lines: LineSource) -> None:
        super().__init__(NOTHING, lines)
        self.pattern = ErrorPattern()
