"""The file of the model of a space that is shown, for the app: read with the rights of this account alone."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from octotui.cli.demo_space import DEMO, DEMO_SPACE
from octotui.cli.model_files import read_with_warnings
from octotui.model.complaints import ModelError
from octotui.store.errors import StoreError
from octotui.store.space_folder import space_folder
from octotui.ui.screens.model_file import CheckResult

DEMO_MODEL = "the demo is octotui's own: `octotui init` writes a model of yours"


class OpenedModel(NamedTuple):
    """The model of a space: of the file that it was opened with, or else of the one that it had last."""

    slug: str
    state: Path | None
    file: Path | None = None

    def path(self) -> Path | None:
        """Return its file or folder; None where it is not known to this account."""
        if self.file is not None:
            return self.file.absolute()
        with suppress(StoreError, OSError):
            if file := space_folder(self.slug, self.state).model:
                return file
        return DEMO if self._is_demo else None

    def refusal(self) -> str:
        """Refuse to edit the demo."""
        return DEMO_MODEL if self._is_demo and self.path() == DEMO else ""

    @property
    def _is_demo(self) -> bool:
        return self.slug == DEMO_SPACE.slug

    def check(self, path: Path) -> CheckResult:
        """Check the model as `octotui check` does."""
        try:
            return CheckResult(warnings=read_with_warnings(path)[1])
        except ModelError as error:
            return CheckResult(complaints=error.complaints)
