"""The tables of variables: values, their scopes, where sensitive ones are read, how people are asked."""

from octotui.model.leaves import PATH, SLUG, VARIABLE, name
from octotui.model.shape import Either, Key, Keyed, Listing, Record, choice, flag, prose, scalar, text

_NAMES = Listing(name(), alone=True)

SECRET = Record(
    {
        "env": Key(text("the name of an environment variable", r"[^=\s]+"), "The environment variable."),
        "file": Key(PATH, "The file that holds it, relative to this one."),
        "command": Key(
            Listing(prose(), repeats=True, least=1), "The program that prints it, and its arguments."
        ),
        "keyring": Key(
            text('a service and a user such as "octotui/deploy"', r"[^/]+/.+"), "Its entry in the keyring."
        ),
    },
    one_of=("env", "file", "command", "keyring"),
    hint="A sensitive value never stands in a file of the model.",
)

PROMPT = Record(
    {
        "label": Key(name(), "What people are asked; without it, the variable's name."),
        "help": Key(prose(), "A sentence that helps them to answer."),
        "kind": Key(choice("text", "multiline", "select", "checkbox", "sensitive"), "How they answer."),
        "default": Key(scalar(), "The value that is offered, and taken where nobody says another."),
        "required": Key(flag(), "Whether there must be a value."),
        "options": Key(Listing(name("an option in one line")), "What a select offers."),
    }
)

VALUE = Record(
    {
        "value": Key(scalar(), "The text."),
        "pool": Key(SLUG, "The pool, where the variable says which."),
        "sensitive": Key(SECRET, "Where a value that nobody may see is read."),
        "prompt": Key(PROMPT, "How people are asked for the value at the start of a run."),
        "step": Key(_NAMES, "The steps it holds for."),
        "target": Key(_NAMES, "The targets it holds for."),
        "role": Key(_NAMES, "The roles of targets it holds for."),
        "tenant": Key(_NAMES, "The tenants it holds for."),
        "tenant_tag": Key(_NAMES, "The tags of tenants it holds for."),
        "environment": Key(_NAMES, "The environments it holds for."),
        "channel": Key(_NAMES, "The channels it holds for."),
        "process": Key(_NAMES, "The runbooks and projects it holds for."),
    },
    one_of=("value", "pool", "sensitive", "prompt"),
    hint='A variable with dots in its name is written in quotes, such as "Project.Pool" = "setup".',
)

VARIABLES = Keyed(VARIABLE, Listing(Either(scalar(), VALUE), alone=True))
