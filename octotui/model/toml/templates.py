"""Step templates: named scripts with parameters, in TOML files shipped with octotui or beside a model."""

import re
from pathlib import Path
from typing import Literal

import msgspec

from octotui.model.complaints import Complaint, Keys, ModelError, Reason, Report, did_you_mean
from octotui.model.file_trust import FileTrust
from octotui.model.process import Shell
from octotui.model.toml.sources import Source
from octotui.model.toml.specs.process_spec import TEMPLATE
from octotui.model.toml.validate import Validator

SHIPPED = Path(__file__).parents[1] / "templates"
FOLDER = "templates"  # beside a model


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of a template: a text, which may be empty unless `required`."""

    label: str
    help: str = ""
    kind: Literal["text", "multiline", "select", "checkbox", "sensitive", "number", "script"] = "text"
    default: str = ""
    required: bool = False
    options: tuple[str, ...] = ()


class StepTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A named script for one shell or several; `outputs` describe its output variables.

    With `verbatim`, no variables are substituted in its scripts.
    """

    name: str
    scripts: dict[Shell, str]
    description: str = ""
    parameters: dict[str, Parameter] = {}
    needs: tuple[str, ...] = ()
    outputs: dict[str, str] = {}
    verbatim: bool = False


class Library:
    """The templates of a model: those in the folder beside it, then those shipped with octotui."""

    def __init__(self, folder: Path | None = None, trust: FileTrust | None = None) -> None:
        """Check files beside the model by `trust`, but not the shipped ones."""
        self.complaints: list[Complaint] = []
        self.trust = trust or FileTrust()
        self._folders = (SHIPPED,) if folder is None else (folder / FOLDER, SHIPPED)
        self._read: dict[str, StepTemplate | None] = {}

    @property
    def names(self) -> list[str]:
        """The sorted slugs of all templates."""
        return sorted({file.stem for folder in self._folders for file in folder.glob("*.toml")})

    def file(self, slug: str) -> Path | None:
        """Return the file of a template, or None; one beside the model takes precedence."""
        files = (folder / f"{slug}.toml" for folder in self._folders)
        return next((file for file in files if file.is_file()), None)

    def find(self, slug: str) -> StepTemplate | None:
        """Return the template of that slug; None, with complaints, if its file is invalid."""
        if slug not in self._read:
            file = self.file(slug)
            self._read[slug] = None if file is None else self._template(slug, file)
        return self._read[slug]

    def _template(self, slug: str, file: Path) -> StepTemplate | None:
        try:
            return read_template(slug, file, FileTrust() if file.parent == SHIPPED else self.trust)
        except ModelError as error:
            self.complaints += error.complaints
            return None


def read_template(slug: str, file: Path, trust: FileTrust | None = None) -> StepTemplate:
    """Read a template from a file. Raises ModelError with all complaints."""
    source = Source(file, trust)
    problems: dict[Keys, str] = {}

    def report(at: Keys, problem: str) -> None:
        problems.setdefault(at, problem)

    tables = Validator(source.folder, report).read(TEMPLATE, source.tables)
    asked = tables.get("parameters", {})
    parameters = {name: msgspec.convert({"label": name, **each}, Parameter) for name, each in asked.items()}
    for name, parameter in parameters.items():
        _check(parameter, ("parameters", name), report)
    if not problems and not tables.get("scripts"):
        report(("scripts",), "There is no script; write one, such as [scripts] and bash = '''…'''.")
    if problems:
        raise ModelError([source.complaint(at, message) for at, message in problems.items()])
    return msgspec.convert({"name": slug, **tables, "parameters": parameters}, StepTemplate)


def _check(parameter: Parameter, at: Keys, report: Report) -> None:
    """Report a parameter with contradictory keys."""
    if parameter.kind == "select" and not parameter.options:
        report((*at, "kind"), 'A select offers options; name some in options = ["…"].')
    elif parameter.kind != "select" and parameter.options:
        report((*at, "options"), 'Only a select offers options; add kind = "select" or remove them.')
    elif (problem := problem_with(parameter, parameter.default)) is not None:
        report((*at, "default"), problem)


def problem_with(parameter: Parameter, text: str) -> Reason | None:
    """Return the problem of a parameter's text, or None; texts with expressions are not checked."""
    if not text or "#{" in text:
        return None
    match parameter.kind:
        case "sensitive":
            return 'This is sensitive, so it may not stand here: say a variable, such as "#{Password}".'
        case "number" if not re.fullmatch(r"-?\d+(?:\.\d+)?", text):
            return f'Expected a number, not "{text}".'
        case "checkbox" if text not in ("True", "False"):
            return "A checkbox is true or false."
        case "select" if text not in parameter.options:
            return f'There is no option "{text}"{did_you_mean(text, parameter.options)}'
    return None
