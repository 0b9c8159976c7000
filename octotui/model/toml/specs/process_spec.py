"""Specifications of the tables of processes: steps, actions, templates, runbooks."""

from octotui.model.process import (
    ContainerSettings,
    HealthCheck,
    Manual,
    Runbook,
    Script,
    Simulate,
    StartRunbook,
    Step,
)
from octotui.model.toml.specs.scalars import (
    BYTES,
    CONDITION,
    INNER_FILES,
    NAME,
    NEED,
    PACKAGE,
    PATH,
    SLUG,
    TAG,
    TIME,
    TOOL_NEED,
    VARIABLE,
    name,
)
from octotui.model.toml.specs.spec import (
    AlternativeSpec,
    KeyedSpec,
    KeySpec,
    ListSpec,
    TableSpec,
    choice,
    flag,
    number,
    prose,
    scalar,
    text,
    whole,
)
from octotui.model.toml.specs.variable_spec import PROMPT

TEMPLATE_SHELLS = ("bash", "python", "pwsh")

SIMULATE = TableSpec(
    {
        "takes": KeySpec(TIME, "How long a job of this step takes in a prediction."),
        "result": KeySpec(choice("success", "failure"), "How it ends in a prediction."),
    },
    values=(Simulate,),
)

SCRIPT = TableSpec(
    {
        "shell": KeySpec(choice("bash", "sh", "python", "pwsh"), "What runs the script.", rule="V7"),
        "body": KeySpec(prose(), "The script itself.", rule="S7"),
        "file": KeySpec(PATH, "The file that holds the script, relative to this one.", rule="R9"),
        "verbatim": KeySpec(flag(), "Whether it runs as it is written, with nothing filled in.", rule="V1"),
    },
    one_of=("body", "file"),
    values=(Script,),
)

FIELD = text('the name of an output variable such as "Size"', r"[^\s\[\]#{}](?:[^\[\]#{}]*[^\s\[\]#{}])?")

MANUAL = TableSpec(
    {
        "instructions": KeySpec(
            prose(empty=False), "What to look at, in Markdown.", required=True, rule="I1"
        ),
        "teams": KeySpec(ListSpec(SLUG), "The teams that may answer; none named means anyone.", rule="I2"),
        "approvals": KeySpec(whole(1, 100), "How many different people must say proceed.", rule="I6"),
        "not_requester": KeySpec(
            flag(), "Whether another person than the requester of the run must answer.", rule="I6"
        ),
        "expires": KeySpec(TIME, "After how long it expires without an answer.", rule="I6"),
        "on_expiry": KeySpec(
            choice("abort", "proceed"), "The answer that it then counts as.", only_with="expires", rule="I6"
        ),
        "fields": KeySpec(
            KeyedSpec(FIELD, PROMPT),
            "What people fill in when they proceed; each is an output variable.",
            rule="I4",
        ),
    },
    values=(Manual,),
)

DEPLOYED = TableSpec(
    {
        "id": KeySpec(PACKAGE, "The package, such as shop or shop@[1.0,2.0).", required=True, rule="P1"),
        "install_to": KeySpec(
            name("a path"), "The folder it replaces, filled in; without it, one of its own.", rule="P4"
        ),
        "substitute": KeySpec(ListSpec(INNER_FILES), "The files of it that are filled in.", rule="V1"),
    }
)

HEALTH_CHECK = TableSpec(
    {
        "script": KeySpec(AlternativeSpec(prose(), SCRIPT), "The script that checks each target.", rule="S1"),
        "unhealthy": KeySpec(
            choice("fail", "exclude"), "Whether the run goes on without unhealthy targets.", rule="M4"
        ),
    },
    values=(HealthCheck,),
)

IMAGE = name("an image")

DOCKERFILE = TableSpec(
    {
        "file": KeySpec(
            PATH, "The file that holds the dockerfile, relative to this one.", required=True, rule="R9"
        )
    }
)

CONTAINER = TableSpec(
    {
        "image": KeySpec(IMAGE, "The image, such as alpine:3.20 or alpine@3.x; filled in.", rule="S8"),
        "dockerfile": KeySpec(
            AlternativeSpec(prose(empty=False), DOCKERFILE),
            "The dockerfile that its image is built from, once on each worker.",
            rule="S8",
        ),
        "feed": KeySpec(SLUG, "The feed whose registry has the image.", only_with="image", rule="S8, P1"),
        "pull": KeySpec(
            choice("missing", "always", "never"),
            "When its worker pulls it: where it lacks the image, always, or never.",
            only_with="image",
            rule="S8",
        ),
        "network": KeySpec(
            text('a network such as "none", "host" or "tools"', r"[A-Za-z0-9][A-Za-z0-9_.:=\-]*"),
            "The network it is in; without it, what is usual for its engine.",
            rule="S8",
        ),
        "memory": KeySpec(BYTES, "The most memory it may use.", rule="S8"),
        "cpus": KeySpec(number(), "How many processors it may use, such as 1.5.", rule="S8"),
        "mounts": KeySpec(
            ListSpec(
                text(
                    'a mount such as "/srv/data:/data" or "/srv/data:/data:ro"',
                    r"[A-Za-z0-9_./][^:]*:/[^:]*(?::r[ow])?",
                )
            ),
            "Folders of its worker, or volumes, that it has as well.",
            rule="S8",
        ),
        "run": KeySpec(
            flag(), "Whether its script runs in it, or is only given the image.", rule="S8", default=True
        ),
    },
    one_of=("image", "dockerfile"),
    values=(ContainerSettings,),
)

GIVEN = KeyedSpec(name("the name of a variable"), scalar())

_NO_MANUAL = ("manual",)
_OF_SCRIPTS = ("manual", "runbook")
_NO_TARGETS = ("manual", "runbook")

_STEP = {
    "name": KeySpec(name(), "What people call the step; unique in its process.", required=True, rule="S2"),
    "script": KeySpec(
        AlternativeSpec(prose(), SCRIPT), "A script for its worker; plain text means bash.", rule="S1, S7"
    ),
    "verbatim": KeySpec(
        flag(),
        "Whether its script runs as it is written, with nothing filled in.",
        only_with="script",
        rule="V1",
    ),
    "runbook": KeySpec(SLUG, "The runbook of which this step starts a run.", rule="S1, W6"),
    "manual": KeySpec(MANUAL, "A question to people, who proceed or abort.", rule="I1"),
    "package": KeySpec(AlternativeSpec(PACKAGE, DEPLOYED), "The package it deploys.", rule="S1, P4"),
    "health_check": KeySpec(
        HEALTH_CHECK, "How it finds out how its targets are.", only_with="roles", rule="S1"
    ),
    "template": KeySpec(
        SLUG, "The template whose script it runs: of octotui, or templates/NAME.toml.", rule="S1, R9"
    ),
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
    "wait": KeySpec(flag(), "Whether it waits for the run it starts.", only_with="runbook", rule="Q4"),
    "variables": KeySpec(
        GIVEN,
        "Values given to the run it starts, filled in with variables of this one.",
        only_with="runbook",
        rule="V6",
    ),
    "at": KeySpec(
        name('a time such as "03:00" or "2026-11-23 03:00 Europe/Berlin"'),
        "When the run it starts may begin: a time, filled in; of a time of day the next one, in UTC.",
        only_with="runbook",
        rule="Q5",
    ),
    "guided_failure": KeySpec(
        choice("on", "off"),
        "Whether a failed job of the run it starts asks people.",
        only_with="runbook",
        rule="I7",
    ),
    "block_concurrent": KeySpec(
        flag(), "Whether the run keeps its concurrency tag while it asks.", only_with="manual", rule="Q3"
    ),
    "pool": KeySpec(SLUG, "The pool that its worker comes from.", not_with=_NO_MANUAL, rule="W2"),
    "pool_variable": KeySpec(
        name(), "The variable that says which pool.", not_with=("pool", *_NO_MANUAL), rule="W10"
    ),
    "packages": KeySpec(
        ListSpec(PACKAGE), "Packages its worker acquires first, in order.", not_with=_NO_MANUAL, rule="P2, W6"
    ),
    "container": KeySpec(
        AlternativeSpec(IMAGE, CONTAINER),
        "The image that its script runs in, on its worker.",
        not_with=_OF_SCRIPTS,
        rule="S8, W6",
    ),
    "needs": KeySpec(
        ListSpec(TOOL_NEED),
        "Tools that its machine must have, with versions.",
        not_with=_OF_SCRIPTS,
        rule="M4, W4",
    ),
    "roles": KeySpec(
        ListSpec(name("a role")),
        "It goes to the targets with one of these roles.",
        not_with=_NO_TARGETS,
        rule="S6",
    ),
    "on": KeySpec(
        choice("target", "worker", "worker-for-each-target"),
        "Where its script runs.",
        only_with="roles",
        rule="S6",
        default="target",
    ),
    "window": KeySpec(
        whole(1), "How many targets it is on at a time; all, if not said.", only_with="roles", rule="S6"
    ),
    "shared": KeySpec(flag(), "Whether it runs beside others on a target.", only_with="roles", rule="L3"),
    "start": KeySpec(
        choice("after-previous", "with-previous"), "Whether it starts beside the step before.", rule="S2"
    ),
    "condition": KeySpec(
        CONDITION,
        "How the steps before must have ended; or an expression, which decides however they ended.",
        rule="S3",
    ),
    "enabled": KeySpec(flag(), "Whether it takes part at all.", rule="S4"),
    "environments": KeySpec(
        ListSpec(SLUG), "The environments it applies to; none named means all.", rule="S4"
    ),
    "tenant_tags": KeySpec(
        ListSpec(TAG),
        "The tags of tenants it applies to, one of each set named; none named means all.",
        rule="S4",
    ),
    "channels": KeySpec(ListSpec(SLUG), "The channels it applies to; none named means all.", rule="S4"),
    "required": KeySpec(flag(), "Whether it is required, so that a run cannot skip it.", rule="S4"),
    "publish": KeySpec(
        KeyedSpec(VARIABLE, SLUG),
        "The variable sets that are given its output variables, by the name of the variable.",
        not_with=_NO_MANUAL,
        rule="V4",
    ),
    "retries": KeySpec(whole(0), "How often it is tried again.", not_with=_NO_MANUAL, rule="S5"),
    "backoff": KeySpec(
        TIME, "How long it waits before the first of its retries.", not_with=_NO_MANUAL, rule="S5"
    ),
    "time_limit": KeySpec(
        TIME, "How long a job may take until it has failed.", not_with=_NO_MANUAL, rule="S5"
    ),
    "wait_limit": KeySpec(
        TIME, "How long a job may wait for its worker's lock.", not_with=_OF_SCRIPTS, rule="L6"
    ),
    "grace": KeySpec(
        TIME, "How long a job that must end has between TERM and KILL.", not_with=_OF_SCRIPTS, rule="S5"
    ),
    "simulate": KeySpec(SIMULATE, "What a job of this step does in a prediction.", not_with=_OF_SCRIPTS),
}
_KINDS = ("script", "package", "template", "health_check")
_OF_CHILD = {
    *("name", *_KINDS, "verbatim", "parameters", "shell", "pool", "pool_variable", "packages", "container"),
    *("needs",),
    *("condition", "enabled", "environments", "tenant_tags", "channels", "publish", "simulate"),
    *("retries", "backoff", "time_limit", "wait_limit", "grace"),
}

CHILD = TableSpec(
    {
        **{name: key for name, key in _STEP.items() if name in _OF_CHILD},
        "health_check": KeySpec(HEALTH_CHECK, "How it finds out how the target is.", rule="S1"),
        "on": KeySpec(
            choice("target", "worker-for-each-target"), "Where its script runs.", rule="S6", default="target"
        ),
        "shared": KeySpec(flag(), "Whether it runs beside others on a target.", rule="L3"),
    },
    one_of=_KINDS,
    values=(Step,),
)

STEP = TableSpec(
    {
        **_STEP,
        "steps": KeySpec(
            ListSpec(CHILD), "Steps that go through one target before the next.", only_with="roles", rule="S6"
        ),
    },
    one_of=(*_KINDS, "runbook", "manual", "steps"),
    values=(Step, StartRunbook),
)

PARAMETER = TableSpec(
    {
        "label": KeySpec(name(), "What people call it; without it, its name."),
        "help": KeySpec(prose(), "What to write here."),
        "kind": KeySpec(
            choice("text", "multiline", "select", "checkbox", "sensitive", "number", "script"),
            "What it holds; a script is what the template runs, such as statements of SQL.",
            default="text",
        ),
        "default": KeySpec(scalar(), "Its value where a step gives none.", not_with=("required",)),
        "required": KeySpec(flag(), "Whether a step must say it.", default=False),
        "options": KeySpec(ListSpec(name()), "The options of a select."),
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
        "verbatim": KeySpec(
            flag(), "Whether its scripts run as they are written, with nothing filled in.", rule="V1"
        ),
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
        "concurrency": KeySpec(name(), "A tag that one run at a time may hold.", rule="Q2, L5"),
        "time_limit": KeySpec(TIME, "How long a run may take until it has timed out.", rule="S5, R1"),
        "guided_failure": KeySpec(
            choice("on", "off", "environment"),
            "Whether a failed job asks people: retry, ignore or fail.",
            rule="I7",
        ),
        "priority": KeySpec(flag(), "Whether its runs go before others in the queue.", rule="Q1"),
        "steps": KeySpec(ListSpec(STEP), "What it does, in order.", rule="S2"),
        "unavailable_targets": KeySpec(
            choice("fail", "skip"), "Whether a run fails, or goes without, targets that are not available."
        ),
    },
    values=(Runbook,),
)

RUNBOOK = TableSpec(
    {**PROCESS.keys, "project": KeySpec(SLUG, "The project whose variables it has.", rule="V4")},
    values=(Runbook,),
)
