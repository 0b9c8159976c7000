"""Every `#{…}` of a model that cannot be read, where it stands (V1)."""

from collections.abc import Iterator

from octotui.model.complaints import InsideReport, Keys, SourcePosition
from octotui.model.iteration import processes, steps, variables
from octotui.model.process import HealthCheck, Manual, Script, StartRunbook, Step, TemplateCall
from octotui.model.space import Model, Value
from octotui.variables.text_names import ModelTexts

Text = tuple[Keys, str, str | None]
"""The keys of a text, what it says, and the file it was read from, if it was."""

PLAIN = ("success", "failure", "always")


def check_expressions(model: Model, report: InsideReport, names: ModelTexts | None = None) -> None:
    """Complains about every text whose expressions are broken; names that nobody knows are no error."""
    names = names or ModelTexts()
    for at, text, file in texts(model):
        if error := names.of(text).error:
            report(at, error.sentence, SourcePosition(error.line, error.column, file))
    for at, action in (*((at, step.action) for at, step in steps(model)), (("notify",), model.notify.action)):
        if isinstance(action, TemplateCall) and (error := names.of(action.body).error):
            where = f'In line {error.line} of the script of "{action.template}"'
            report((*at, "template"), f"{where}: {error.sentence}", SourcePosition(1, 1))


def texts(model: Model) -> Iterator[Text]:
    """Every text of a model that is filled in."""
    for at, process in processes(model):
        if process.concurrency is not None:
            yield (*at, "concurrency"), process.concurrency, None
    for at, step in steps(model):
        yield from _of_step(at, step)
        yield from _of_start(at, step.action)
    for name, text in model.notify.action.parameters.items() if model.notify.action else ():
        yield ("notify", "parameters", name), text, None
    for keys, values in variables(model):
        for index, value in enumerate(values):
            yield from _of_value((*keys, index), value)


def _of_step(at: Keys, step: Step) -> Iterator[Text]:
    if step.condition not in PLAIN:
        yield (*at, "condition"), step.condition, None
    match step.action:
        case TemplateCall(parameters=parameters):
            for name, text in parameters.items():
                yield (*at, "parameters", name), text, None
        case Script() as script:
            yield _of_script(at, script)
        case HealthCheck(script=script):
            yield _of_script((*at, "health_check"), script)
        case Manual(instructions=instructions, fields=fields):
            yield (*at, "manual", "instructions"), instructions, None
            for name, prompt in fields.items():
                yield (*at, "manual", "fields", name, "default"), prompt.default or "", None
        case _:
            pass


def _of_start(at: Keys, action: object) -> Iterator[Text]:
    """What a step that starts a run says of it."""
    if isinstance(action, StartRunbook):
        yield from (((*at, "variables", name), text, None) for name, text in action.variables.items())
        yield (*at, "at"), action.at or "", None


def _of_script(at: Keys, script: Script) -> Text:
    return (*at, "script", "body" if script.file is None else "file"), script.body, script.file


def _of_value(at: Keys, value: Value) -> Iterator[Text]:
    if value.kind == "text":
        yield (*at, "value"), value.value, None
    elif value.prompt is not None and value.prompt.default is not None:
        yield (*at, "prompt", "default"), value.prompt.default, None
