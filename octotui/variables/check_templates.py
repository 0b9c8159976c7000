"""Syntax checks of every `#{…}` in a model: errors where a text decides something, else warnings (V1)."""

from collections.abc import Iterator
from typing import assert_never

from octotui.model.complaints import InsideReport, Keys, SourcePosition
from octotui.model.iteration import processes, steps, variables
from octotui.model.process import (
    HealthCheck,
    Manual,
    Package,
    Rolling,
    Script,
    StartRunbook,
    Step,
    TemplateCall,
)
from octotui.model.space import Model, Value
from octotui.variables.syntax.nodes import left_as_written
from octotui.variables.text_names import ModelTexts, Text

MOST = 10  # warnings about one text


def check_expressions(model: Model, report: InsideReport, names: ModelTexts | None = None) -> None:
    """Report syntax errors in texts that control execution, such as conditions.

    Unknown names are no error.
    """
    names = names or ModelTexts()
    for at, text, file in names.walked(_deciding, model):
        for error in names.of(text).errors[:1]:
            report(at, error.sentence, SourcePosition(error.line, error.column, file))


def warn_of_expressions(model: Model, report: InsideReport, names: ModelTexts | None = None) -> None:
    """Warn of syntax errors in all other texts, where the tag is left as written."""
    names = names or ModelTexts()
    for at, text, file in names.walked(_filled, model):
        errors = names.of(text).errors
        for error in errors[:MOST]:
            report(at, left_as_written(error.sentence), SourcePosition(error.line, error.column, file))
        if (more := len(errors) - MOST) > 0:
            last = errors[MOST]
            report(at, f"And {more:,} more from here on.", SourcePosition(last.line, last.column, file))
    for at, action in (*((at, step.action) for at, step in steps(model)), (("notify",), model.notify.action)):
        if isinstance(action, TemplateCall) and not action.verbatim:
            for error in names.of(action.body).errors[:1]:
                where = f'In line {error.line} of the script of "{action.template}"'
                report((*at, "template"), f"{where}: {left_as_written(error.sentence)}", SourcePosition(1, 1))


def expanded_texts(model: Model, names: ModelTexts) -> tuple[Text, ...]:
    """Return every text of a model that has tags to expand."""
    return names.walked(_deciding, model) + names.walked(_filled, model)


def _deciding(model: Model) -> Iterator[Text]:
    """Yield texts that control execution: concurrency tags, conditions, folders to replace, start times."""
    for at, process in processes(model):
        if process.concurrency is not None:
            yield (*at, "concurrency"), process.concurrency, None
    for at, step in steps(model):
        if "#{" in step.condition:
            yield (*at, "condition"), step.condition, None
        if isinstance(step.action, Package) and step.action.install_to is not None:
            yield (*at, "package", "install_to"), step.action.install_to, None
        if step.child_run is not None and step.child_run.at is not None:
            yield (*at, "at"), step.child_run.at, None


def _filled(model: Model) -> Iterator[Text]:
    """Yield texts that are expanded for scripts, and for people to read."""
    for at, step in steps(model):
        yield from _of_step(at, step)
    for name, text in model.notify.action.parameters.items() if model.notify.action else ():
        yield ("notify", "parameters", name), text, None
    for keys, values in variables(model):
        for index, value in enumerate(values):
            yield from _of_value((*keys, index), value)


def _of_step(at: Keys, step: Step) -> Iterator[Text]:
    match step.action:
        case TemplateCall(parameters=parameters):
            yield from _of_table((*at, "parameters"), parameters)
        case Script() as script:
            yield from _of_script(at, script)
        case HealthCheck(script=script):
            yield from _of_script((*at, "health_check"), script)
        case Manual() as question:
            yield from _of_question((*at, "manual"), question)
        case StartRunbook(variables=given):
            yield from _of_table((*at, "variables"), given)
        case Package() | Rolling():
            pass  # its texts control execution, or are those of its child steps
        case _:
            assert_never(step.action)


def _of_table(at: Keys, table: dict[str, str]) -> Iterator[Text]:
    return (((*at, name), text, None) for name, text in table.items())


def _of_question(at: Keys, question: Manual) -> Iterator[Text]:
    yield (*at, "instructions"), question.instructions, None
    for name, prompt in question.fields.items():
        yield (*at, "fields", name, "default"), prompt.default or "", None


def _of_script(at: Keys, script: Script) -> Iterator[Text]:
    if not script.verbatim:
        yield (*at, "script", "body" if script.file is None else "file"), script.body, script.file


def _of_value(at: Keys, value: Value) -> Iterator[Text]:
    if value.kind == "text":
        yield (*at, "value"), value.value, None
    elif value.prompt is not None and value.prompt.default is not None:
        yield (*at, "prompt", "default"), value.prompt.default, None
