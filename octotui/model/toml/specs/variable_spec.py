"""Specifications of the tables of variables: values, scopes, sources of secrets, prompts."""

from octotui.model.toml.specs.scalars import PATH, SLUG, VARIABLE, name
from octotui.model.toml.specs.spec import (
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
from octotui.model.values import Prompt

_NAMES = ListSpec(name(), alone=True)

SECRET = TableSpec(
    {
        "env": KeySpec(
            text("the name of an environment variable", r"[^=\s]+"), "The environment variable.", rule="V5"
        ),
        "file": KeySpec(PATH, "The file that holds it, relative to this one.", rule="V5, R9"),
        "command": KeySpec(
            ListSpec(prose(), repeats=True, least=1),
            "The program that prints it, by a name in PATH or an absolute path, and its arguments.",
            rule="V5, R9",
        ),
        "keyring": KeySpec(
            text('a service and a user such as "octotui/deploy"', r"[^/]+/.+"),
            "Its entry in the keyring.",
            rule="V5",
        ),
    },
    one_of=("env", "file", "command", "keyring"),
    hint="A sensitive value never stands in a file of the model.",
)

PROMPT = TableSpec(
    {
        "label": KeySpec(name(), "What people are asked; without it, the variable's name.", rule="V6"),
        "help": KeySpec(prose(), "A sentence that helps them to answer.", rule="V6"),
        "kind": KeySpec(
            choice("text", "multiline", "select", "checkbox", "sensitive"), "How they answer.", rule="V6"
        ),
        "default": KeySpec(
            scalar(), "The value that is offered, and taken where nobody says another.", rule="V6"
        ),
        "required": KeySpec(flag(), "Whether there must be a value.", rule="V6"),
        "options": KeySpec(ListSpec(name("an option in one line")), "What a select offers.", rule="V6"),
    },
    values=(Prompt,),
)

VALUE = TableSpec(
    {
        "value": KeySpec(scalar(), "The text.", rule="V1"),
        "pool": KeySpec(SLUG, "The pool, where the variable says which.", rule="W10"),
        "sensitive": KeySpec(SECRET, "Where a value that nobody may see is read.", rule="V5", secret=True),
        "prompt": KeySpec(PROMPT, "How people are asked for the value at the start of a run.", rule="V6"),
        "step": KeySpec(_NAMES, "The steps it holds for.", rule="V2"),
        "target": KeySpec(_NAMES, "The targets it holds for.", rule="V2"),
        "role": KeySpec(_NAMES, "The roles of targets it holds for.", rule="V2"),
        "tenant": KeySpec(_NAMES, "The tenants it holds for.", rule="V2"),
        "tenant_tag": KeySpec(_NAMES, "The tags of tenants it holds for.", rule="V2"),
        "environment": KeySpec(_NAMES, "The environments it holds for.", rule="V2"),
        "channel": KeySpec(_NAMES, "The channels it holds for.", rule="V2"),
        "process": KeySpec(_NAMES, "The runbooks and projects it holds for.", rule="V2"),
    },
    one_of=("value", "pool", "sensitive", "prompt"),
    hint='A variable with dots in its name is written in quotes, such as "Project.Pool" = "setup".',
)

VARIABLES = KeyedSpec(VARIABLE, ListSpec(AlternativeSpec(scalar(), VALUE), alone=True))
