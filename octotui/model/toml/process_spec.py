"""The tables of processes: steps, what they do, templates, runbooks."""

from msgspec.structs import replace

from octotui.model.toml.scalars import (
    CONDITION,
    INNER_FILES,
    NAME,
    NEED,
    PACKAGE,
    PATH,
    SLUG,
    TAG,
    TIME,
    VARIABLE,
    name,
)
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
    whole,
)
from octotui.model.toml.variable_spec import PROMPT

TEMPLATE_SHELLS = ("bash", "python", "pwsh")

SIMULATE = TableSpec(
    {
        "takes": KeySpec(TIME, "How long a job of this step takes in a prediction."),
        "result": KeySpec(choice("success", "failure"), "How it ends in a prediction."),
    }
)

SCRIPT = TableSpec(
    {
        "shell": KeySpec(choice("bash", "sh", "python", "pwsh"), "What runs the script."),
        "body": KeySpec(prose(), "The script itself."),
        "file": KeySpec(PATH, "The file that holds the script, relative to this one."),
        "verbatim": KeySpec(flag(), "Whether it runs as it is written, with nothing filled in."),
    },
    one_of=("body", "file"),
)

FIELD = text('the name of an output variable such as "Size"', r"[^\s\[\]#{}](?:[^\[\]#{}]*[^\s\[\]#{}])?")

MANUAL = TableSpec(
    {
        "instructions": KeySpec(prose(empty=False), "What to look at, in Markdown.", required=True),
        "teams": KeySpec(ListSpec(SLUG), "The teams that may answer; none named means anyone."),
        "approvals": KeySpec(whole(1, 100), "How many different people must say proceed."),
        "not_requester": KeySpec(flag(), "Whether somebody else than who started the run must answer."),
        "expires": KeySpec(TIME, "After how long it is answered by nobody."),
        "on_expiry": KeySpec(choice("abort", "proceed"), "What its answer is then.", only_with="expires"),
        "fields": KeySpec(
            KeyedSpec(FIELD, PROMPT), "What people fill in when they proceed; each is an output variable."
        ),
    }
)

DEPLOYED = TableSpec(
    {
        "id": KeySpec(PACKAGE, "The package, such as shop or shop@[1.0,2.0).", required=True),
        "install_to": KeySpec(
            name("a path"), "The folder it replaces, filled in; without it, one of its own."
        ),
        "substitute": KeySpec(ListSpec(INNER_FILES), "The files of it that are filled in."),
    }
)

HEALTH_CHECK = TableSpec(
    {
        "script": KeySpec(AlternativeSpec(prose(), SCRIPT), "The script that finds out, on each target."),
        "unhealthy": KeySpec(choice("fail", "exclude"), "Whether the run goes on without unhealthy targets."),
    }
)

CONTAINER = TableSpec(
    {
        "image": KeySpec(name("an image"), "The image, such as alpine or alpine@3.x.", required=True),
        "run": KeySpec(
            replace(flag(), schema={"const": False}), "Whether its script runs in it: false, as yet."
        ),
    }
)
IMAGE = replace(name("an image"), schema={"not": {}})
"""An image alone, in which a script was to run: editors tell of it, and the check that says what to do."""

GIVEN = KeyedSpec(name("the name of a variable"), scalar())

_NO_MANUAL = ("manual",)
_OF_SCRIPTS = ("manual", "runbook")
_NO_TARGETS = ("manual", "runbook")

_STEP = {
    "name": KeySpec(name(), "What people call the step; unique in its process.", required=True),
    "script": KeySpec(AlternativeSpec(prose(), SCRIPT), "A script for its worker; plain text means bash."),
    "verbatim": KeySpec(
        flag(), "Whether its script runs as it is written, with nothing filled in.", only_with="script"
    ),
    "runbook": KeySpec(SLUG, "The runbook of which this step starts a run."),
    "manual": KeySpec(MANUAL, "A question to people, who proceed or abort."),
    "package": KeySpec(AlternativeSpec(PACKAGE, DEPLOYED), "The package it deploys."),
    "health_check": KeySpec(HEALTH_CHECK, "How it finds out how its targets are.", only_with="roles"),
    "template": KeySpec(SLUG, "The template whose script it runs: of octotui, or templates/NAME.toml."),
    "parameters": KeySpec(
        KeyedSpec(name("the name of a parameter"), scalar()),
        "What the template asks for, by name.",
        only_with="template",
    ),
    "shell": KeySpec(
        choice(*TEMPLATE_SHELLS),
        "Which of the template's scripts, if not its first.",
        only_with="template",
    ),
    "environment": KeySpec(SLUG, "The environment of the run it starts.", only_with="runbook"),
    "tenant": KeySpec(SLUG, "The tenant of the run it starts.", only_with="runbook"),
    "wait": KeySpec(flag(), "Whether it waits for the run it starts.", only_with="runbook"),
    "variables": KeySpec(
        GIVEN, "Values given to the run it starts, filled in with variables of this one.", only_with="runbook"
    ),
    "at": KeySpec(
        name('a time such as "03:00" or "2026-11-23 03:00 Europe/Berlin"'),
        "When the run it starts may begin: a time, filled in; of a time of day the next one, in UTC.",
        only_with="runbook",
    ),
    "guided_failure": KeySpec(
        choice("on", "off"), "Whether a failed job of the run it starts asks people.", only_with="runbook"
    ),
    "block_concurrent": KeySpec(
        flag(), "Whether the run keeps its concurrency tag while it asks.", only_with="manual"
    ),
    "pool": KeySpec(SLUG, "The pool that its worker comes from.", not_with=_NO_MANUAL),
    "pool_variable": KeySpec(name(), "The variable that says which pool.", not_with=("pool", *_NO_MANUAL)),
    "packages": KeySpec(
        ListSpec(PACKAGE), "Packages its worker acquires first, in order.", not_with=_NO_MANUAL
    ),
    "container": KeySpec(
        AlternativeSpec(IMAGE, CONTAINER),
        "The image that its script is given, with run = false: no script runs in one yet.",
        not_with=_OF_SCRIPTS,
    ),
    "roles": KeySpec(
        ListSpec(name("a role")), "It goes to the targets with one of these roles.", not_with=_NO_TARGETS
    ),
    "on": KeySpec(
        choice("target", "worker", "worker-for-each-target"), "Where its script runs.", only_with="roles"
    ),
    "window": KeySpec(whole(1), "How many targets it is on at a time; all, if not said.", only_with="roles"),
    "shared": KeySpec(flag(), "Whether it runs beside others on a target.", only_with="roles"),
    "start": KeySpec(choice("after-previous", "with-previous"), "Whether it starts beside the step before."),
    "condition": KeySpec(
        CONDITION, "What must have become of the steps before, or an expression that must be true."
    ),
    "enabled": KeySpec(flag(), "Whether it takes part at all."),
    "environments": KeySpec(ListSpec(SLUG), "The environments it applies to; none named means all."),
    "tenant_tags": KeySpec(
        ListSpec(TAG), "The tags of tenants it applies to, one of each set named; none named means all."
    ),
    "channels": KeySpec(ListSpec(SLUG), "The channels it applies to; none named means all."),
    "required": KeySpec(flag(), "Whether nobody may skip it."),
    "publish": KeySpec(
        KeyedSpec(VARIABLE, SLUG),
        "The variable sets that are given its output variables, by the name of the variable.",
        not_with=_NO_MANUAL,
    ),
    "retries": KeySpec(whole(0), "How often it is tried again.", not_with=_NO_MANUAL),
    "backoff": KeySpec(TIME, "How long it waits before the first of its retries.", not_with=_NO_MANUAL),
    "time_limit": KeySpec(TIME, "How long a job may take until it has failed.", not_with=_NO_MANUAL),
    "wait_limit": KeySpec(TIME, "How long a job may wait for its worker's lock.", not_with=_OF_SCRIPTS),
    "grace": KeySpec(TIME, "How long a job that must end has between TERM and KILL.", not_with=_OF_SCRIPTS),
    "simulate": KeySpec(SIMULATE, "What a job of this step does in a prediction.", not_with=_OF_SCRIPTS),
}
_KINDS = ("script", "package", "template", "health_check")
_OF_CHILD = {
    *("name", *_KINDS, "verbatim", "parameters", "shell", "pool", "pool_variable", "packages", "container"),
    *("condition", "enabled", "environments", "tenant_tags", "channels", "publish", "simulate"),
    *("retries", "backoff", "time_limit", "wait_limit", "grace"),
}

CHILD = TableSpec(
    {
        **{name: key for name, key in _STEP.items() if name in _OF_CHILD},
        "health_check": KeySpec(HEALTH_CHECK, "How it finds out how the target is."),
        "on": KeySpec(choice("target", "worker-for-each-target"), "Where its script runs."),
        "shared": KeySpec(flag(), "Whether it runs beside others on a target."),
    },
    one_of=_KINDS,
)

STEP = TableSpec(
    {
        **_STEP,
        "steps": KeySpec(
            ListSpec(CHILD), "Steps that go through one target before the next.", only_with="roles"
        ),
    },
    one_of=(*_KINDS, "runbook", "manual", "steps"),
)

PARAMETER = TableSpec(
    {
        "label": KeySpec(name(), "What people call it; without it, its name."),
        "help": KeySpec(prose(), "What to write here."),
        "kind": KeySpec(
            choice("text", "multiline", "select", "checkbox", "sensitive", "number", "script"),
            "What it holds; a script is what the template runs, such as statements of SQL.",
        ),
        "default": KeySpec(scalar(), "What it is where a step says nothing.", not_with=("required",)),
        "required": KeySpec(flag(), "Whether a step must say it."),
        "options": KeySpec(ListSpec(name()), "What may be chosen, where it is a select."),
    }
)

TEMPLATE = TableSpec(
    {
        "name": NAME,
        "description": KeySpec(prose(), "What it does."),
        "parameters": KeySpec(
            KeyedSpec(name("the name of a parameter"), PARAMETER), "What a step says, by name."
        ),
        "needs": KeySpec(ListSpec(NEED), "Commands and Python modules that the worker must have."),
        "outputs": KeySpec(KeyedSpec(name(), prose()), "The output variables it sets, and what they are."),
        "verbatim": KeySpec(flag(), "Whether its scripts run as they are written, with nothing filled in."),
        "scripts": KeySpec(
            TableSpec(
                {shell: KeySpec(prose(empty=False), f"The script for {shell}.") for shell in TEMPLATE_SHELLS}
            ),
            "The script for each shell; the first is the one that runs where a step says nothing.",
            required=True,
        ),
    }
)

PROCESS = TableSpec(
    {
        "name": NAME,
        "description": KeySpec(prose(), "What it is for."),
        "concurrency": KeySpec(name(), "A tag that one run at a time may hold."),
        "time_limit": KeySpec(TIME, "How long a run may take until it has timed out."),
        "guided_failure": KeySpec(
            choice("on", "off", "environment"), "Whether a failed job asks people: retry, ignore or fail."
        ),
        "priority": KeySpec(flag(), "Whether its runs go before others in the queue."),
        "steps": KeySpec(ListSpec(STEP), "What it does, in order."),
        "unavailable_targets": KeySpec(
            choice("fail", "skip"), "Whether a run fails, or goes without, targets that are not available."
        ),
    }
)

RUNBOOK = TableSpec({**PROCESS.keys, "project": KeySpec(SLUG, "The project whose variables it has.")})
