"""The reference of a model: every table and key, from the same specs as the reader and the JSON Schema."""

from collections.abc import Iterator

from octotui.model.toml.specs.machine_spec import ACCOUNT, MACHINE_POLICY, SSH
from octotui.model.toml.specs.process_spec import CHILD, CONTAINER, HEALTH_CHECK, PARAMETER, STEP, TEMPLATE
from octotui.model.toml.specs.space_spec import FEED, KEEP, MODEL, PROJECT
from octotui.model.toml.specs.spec import (
    AlternativeSpec,
    KeyedSpec,
    KeySpec,
    ListSpec,
    ScalarSpec,
    Spec,
    TableSpec,
)
from octotui.model.toml.specs.variable_spec import PROMPT, SECRET, VALUE
from octotui.store.user_config import CONFIG
from tests.docs.key_examples import KeyExample, example
from tests.docs.markdown_pages import ROOT, anchor, anchors
from tests.docs.markdown_table import NOTE, code, table

INTRODUCTION = """\
# Model reference

Every table and key of a model, generated from the tables that `octotui check` reads a model by and that
[configs/schema.json](../configs/schema.json) is made of. A model is a TOML file, or a folder of them; a
key that is not listed here is refused (R8). *Rule* leads to [what octotui promises](rules.md) about a
key. A relative path begins in the folder of its file, and a table `[pools.NAME]` is written once for each
NAME: its slug.

Examples are whole lines of the files in [configs](../configs); one without a file says how such a value
is written. [Variables](variables.md), [packages](packages.md) and [server](server.md) say more than this
page can.
"""
TOLD = {
    id(PROMPT): "How people are asked: for a variable at the start of a run, or for a field of a question.",
    id(SECRET): "Where a sensitive value is read; it never stands in the model.",
    id(VALUE): "One value of a variable; plain text is short for `{ value = … }`, and a list has several.",
    id(KEEP): "How much is kept of ended runs; where both keys stand, both must be met.",
    id(STEP): "A step of a runbook, and of a project's deployment, where it is `[[projects.NAME.steps]]`.",
    id(CHILD): "A step within a step: goes through one target before the next.",
    id(TEMPLATE): "A file `templates/NAME.toml` beside a model; see [templates](templates.md).",
    id(
        CONFIG
    ): "The file of the account that runs octotui, beside all models; see [server](server.md#trust).",
    id(PARAMETER): "What a template asks of the steps that use it.",
    id(MACHINE_POLICY): "How the health of workers and targets is checked; see [health](health.md).",
    id(HEALTH_CHECK): "How a step finds out whether its targets are healthy.",
    id(PROJECT): "What is deployed: a process as a runbook is, with variables, a lifecycle and channels.",
    id(ACCOUNT): "Who logs in to other machines; see [workers over SSH](ssh.md#who-logs-in-and-how).",
    id(
        SSH
    ): "Limits of all connections of the space; see [workers over SSH](ssh.md#a-connection-that-breaks).",
    id(CONTAINER): "The image that a step's script runs in, and how; see [containers](containers.md).",
    id(FEED): "Where packages are; see [packages](packages.md).",
}
"""A sentence for tables whose header says too little."""
RULES = {
    each[0].upper(): each
    for each in anchors((ROOT / "docs" / "rules.md").read_text("utf-8"))
    if each[1] == "-"
}
"""The heading of each letter's rules, as links name it."""


Places = dict[int, tuple[str, TableSpec]]
"""Tables by their identity, each with the header under which it is met first."""


def model_reference() -> str:
    """Return the page."""
    places: Places = {}
    for shape, where in ((MODEL, ""), (TEMPLATE, "templates/NAME.toml"), (CONFIG, "config.toml")):
        _collect(shape, where, places)
    lines = [INTRODUCTION + NOTE]
    for where, shape in places.values():
        if where:
            lines += ["", f"## {_heading(where)}", "", *_section(where, shape, places)]
    return "\n".join(lines) + "\n"


def tables(*shapes: TableSpec) -> list[TableSpec]:
    """Return these tables and all within them, each once."""
    places: Places = {}
    for shape in shapes:
        _collect(shape, "", places)
    return [shape for _, shape in places.values()]


def _collect(shape: Spec, where: str, places: Places) -> None:
    match shape:
        case TableSpec():
            if id(shape) not in places:
                places[id(shape)] = where, shape
                for name, key in sorted(shape.keys.items(), key=lambda each: each[0] == "projects"):
                    _collect(key.shape, f"{where}.{name}".lstrip("."), places)
        case KeyedSpec():
            _collect(shape.of, f"{where}.NAME", places)
        case ListSpec():
            _collect(shape.of, f"{where}[]" if isinstance(shape.of, TableSpec) else where, places)
        case AlternativeSpec():
            _collect(shape.record, where, places)


def _heading(where: str) -> str:
    """Return how the table is written, by its way: `[[runbooks.NAME.steps]]`."""
    if where.endswith(".toml"):
        return code(where)
    path = where.replace("templates/NAME.toml.", "")
    name = path.replace("[]", "")
    return code(f"[[{name}]]" if path.endswith("[]") else f"[{name}]")


def _section(where: str, shape: TableSpec, places: Places) -> Iterator[str]:
    if id(shape) in TOLD:
        yield from (TOLD[id(shape)], "")
    if shape.one_of:
        yield from (f"Exactly one of {_listed(shape.one_of)} is there.", "")
    rows = [_row(shape, name, key, places, example(shape, name)) for name, key in shape.keys.items()]
    yield from table(("Key", "Value", "Default", "Meaning", "Example", "Rule"), rows)


def _row(shape: TableSpec, name: str, key: KeySpec, places: Places, shown: KeyExample) -> list[str]:
    default = shape.default(name)
    plain = str(default).lower() if isinstance(default, bool | int) else f'"{default}"'
    link = f" ([{shown.file}](../configs/{shown.file}))" if shown.file else ""
    return [
        code(name),
        _value(key.shape, places),
        "**required**" if key.required else "" if default is None else code(plain),
        f"{key.about}{_beside(key)}",
        f"{code(shown.toml)}{link}" if shown.toml else "",
        ", ".join(f"[{each}](rules.md#{RULES[each[0]]})" for each in key.rule.split(", ") if each),
    ]


def _beside(key: KeySpec) -> str:
    """Return which keys have to stand, or may not stand, beside a key."""
    only = f" Only with {code(key.only_with)}." if key.only_with else ""
    never = f" Not with {_listed(key.not_with)}." if key.not_with else ""
    return only + never


def _listed(names: tuple[str, ...]) -> str:
    return " or ".join(code(each) for each in names)


def _value(shape: Spec, places: Places) -> str:
    match shape:
        case ScalarSpec():
            return " or ".join(code(f'"{each}"') for each in shape.known) if shape.known else shape.what
        case TableSpec():
            where = places[id(shape)][0]
            return f"table [{_heading(where)}](#{_anchor(where)})"
        case KeyedSpec():
            return f"table by name, each {_value(shape.of, places)}"
        case ListSpec(alone=True):
            return f"{_value(shape.of, places)}; or a list of such"
        case ListSpec():
            return f"list, each {_value(shape.of, places)}"
        case AlternativeSpec() if shape.leaf.schema == {"not": {}}:  # what the check tells of
            return _value(shape.record, places)
        case AlternativeSpec():
            return f"{shape.leaf.what}, or {_value(shape.record, places)}"


def _anchor(where: str) -> str:
    return anchor(_heading(where).strip("`"))
