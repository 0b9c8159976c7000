"""The tables of variables: values, their scopes, where sensitive ones are read, how people are asked."""

from octotui.model.toml.scalars import PATH, SLUG, VARIABLE, name
from octotui.model.toml.spec import (
    AlternativeSpec,
    KeyedSpec,
    KeySpec,
    ListSpec,
    TableSpec,
    choice,
    flag,
    prose,
    scalar,
    text,
)

_NAMES = ListSpec(name(), alone=True)

SECRET = TableSpec(
    {
        "env": KeySpec(text("the name of an environment variable", r"[^=\s]+"), "The environment variable."),
        "file": KeySpec(PATH, "The file that holds it, relative to this one."),
        "command": KeySpec(
            ListSpec(prose(), repeats=True, least=1),
            "The program that prints it, by a name in PATH or an absolute path, and its arguments.",
        ),
        "keyring": KeySpec(
            text('a service and a user such as "octotui/deploy"', r"[^/]+/.+"), "Its entry in the keyring."
        ),
    },
    one_of=("env", "file", "command", "keyring"),
    hint="A sensitive value never stands in a file of the model.",
)

PROMPT = TableSpec(
    {
        "label": KeySpec(name(), "What people are asked; without it, the variable's name."),
        "help": KeySpec(prose(), "A sentence that helps them to answer."),
        "kind": KeySpec(choice("text", "multiline", "select", "checkbox", "sensitive"), "How they answer."),
        "default": KeySpec(scalar(), "The value that is offered, and taken where nobody says another."),
        "required": KeySpec(flag(), "Whether there must be a value."),
        "options": KeySpec(ListSpec(name("an option in one line")), "What a select offers."),
    }
)

VALUE = TableSpec(
    {
        "value": KeySpec(scalar(), "The text."),
        "pool": KeySpec(SLUG, "The pool, where the variable says which."),
        "sensitive": KeySpec(SECRET, "Where a value that nobody may see is read."),
        "prompt": KeySpec(PROMPT, "How people are asked for the value at the start of a run."),
        "step": KeySpec(_NAMES, "The steps it holds for."),
        "target": KeySpec(_NAMES, "The targets it holds for."),
        "role": KeySpec(_NAMES, "The roles of targets it holds for."),
        "tenant": KeySpec(_NAMES, "The tenants it holds for."),
        "tenant_tag": KeySpec(_NAMES, "The tags of tenants it holds for."),
        "environment": KeySpec(_NAMES, "The environments it holds for."),
        "channel": KeySpec(_NAMES, "The channels it holds for."),
        "process": KeySpec(_NAMES, "The runbooks and projects it holds for."),
    },
    one_of=("value", "pool", "sensitive", "prompt"),
    hint='A variable with dots in its name is written in quotes, such as "Project.Pool" = "setup".',
)

VARIABLES = KeyedSpec(VARIABLE, ListSpec(AlternativeSpec(scalar(), VALUE), alone=True))
