"""What the app needs to show the file of a model: where it is, and what `check` says about it."""

from pathlib import Path
from typing import NamedTuple, Protocol

from octotui.model.complaints import Complaint


class CheckResult(NamedTuple):
    """What is wrong with a model, and what it is warned of."""

    complaints: tuple[Complaint, ...] = ()
    warnings: tuple[Complaint, ...] = ()


class ModelFile(Protocol):
    """The file or folder of a space's model, as this account may read it."""

    def path(self) -> Path | None:
        """Return the path of the model, None where it is not known here; this blocks."""

    def refusal(self) -> str:
        """Return why it is not to be edited here, as the end of a sentence; "" where it may be."""

    def check(self, path: Path) -> CheckResult:
        """Check the model as `octotui check` does; this blocks."""
