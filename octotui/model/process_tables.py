"""The tables of processes: steps, what they do, templates, runbooks."""

from octotui.model.leaves import (
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
from octotui.model.shape import Either, Key, Keyed, Listing, Record, choice, flag, prose, scalar, text, whole
from octotui.model.variable_tables import PROMPT

TEMPLATE_SHELLS = ("bash", "python", "pwsh")

SIMULATE = Record(
    {
        "takes": Key(TIME, "How long a job of this step takes in a prediction."),
        "result": Key(choice("success", "failure"), "How it ends in a prediction."),
    }
)

SCRIPT = Record(
    {
        "shell": Key(choice("bash", "sh", "python", "pwsh"), "What runs the script."),
        "body": Key(prose(), "The script itself."),
        "file": Key(PATH, "The file that holds the script, relative to this one."),
    },
    one_of=("body", "file"),
)

FIELD = text('the name of an output variable such as "Size"', r"[^\s\[\]#{}](?:[^\[\]#{}]*[^\s\[\]#{}])?")

MANUAL = Record(
    {
        "instructions": Key(prose(empty=False), "What to look at, in Markdown.", required=True),
        "teams": Key(Listing(SLUG), "The teams that may answer; none named means anyone."),
        "approvals": Key(whole(1, 100), "How many different people must say proceed."),
        "not_requester": Key(flag(), "Whether somebody else than who started the run must answer."),
        "expires": Key(TIME, "After how long it is answered by nobody."),
        "on_expiry": Key(choice("abort", "proceed"), "What its answer is then.", only_with="expires"),
        "fields": Key(
            Keyed(FIELD, PROMPT), "What people fill in when they proceed; each is an output variable."
        ),
    }
)

DEPLOYED = Record(
    {
        "id": Key(PACKAGE, "The package, such as shop or shop@[1.0,2.0).", required=True),
        "install_to": Key(name("a path"), "The folder it replaces, filled in; without it, one of its own."),
        "substitute": Key(Listing(INNER_FILES), "The files of it that are filled in."),
    }
)

HEALTH_CHECK = Record(
    {
        "script": Key(Either(prose(), SCRIPT), "The script that finds out, on each target."),
        "unhealthy": Key(choice("fail", "exclude"), "Whether the run goes on without unhealthy targets."),
    }
)

_NO_MANUAL = ("manual",)
_NO_TARGETS = ("manual", "runbook")

_STEP = {
    "name": Key(name(), "What people call the step; unique in its process.", required=True),
    "script": Key(Either(prose(), SCRIPT), "A script for its worker; plain text means bash."),
    "runbook": Key(SLUG, "The runbook of which this step starts a run."),
    "manual": Key(MANUAL, "A question to people, who proceed or abort."),
    "package": Key(Either(PACKAGE, DEPLOYED), "The package it deploys."),
    "health_check": Key(HEALTH_CHECK, "How it finds out how its targets are.", only_with="roles"),
    "template": Key(SLUG, "The template whose script it runs: of octotui, or templates/NAME.toml."),
    "parameters": Key(
        Keyed(name("the name of a parameter"), scalar()),
        "What the template asks for, by name.",
        only_with="template",
    ),
    "shell": Key(
        choice(*TEMPLATE_SHELLS),
        "Which of the template's scripts, if not its first.",
        only_with="template",
    ),
    "environment": Key(SLUG, "The environment of the run it starts.", only_with="runbook"),
    "tenant": Key(SLUG, "The tenant of the run it starts.", only_with="runbook"),
    "wait": Key(flag(), "Whether it waits for the run it starts.", only_with="runbook"),
    "block_concurrent": Key(
        flag(), "Whether the run keeps its concurrency tag while it asks.", only_with="manual"
    ),
    "pool": Key(SLUG, "The pool that its worker comes from.", not_with=_NO_MANUAL),
    "pool_variable": Key(name(), "The variable that says which pool.", not_with=("pool", *_NO_MANUAL)),
    "packages": Key(Listing(PACKAGE), "Packages its worker acquires first, in order.", not_with=_NO_MANUAL),
    "container": Key(name("an image"), "The image its script runs in.", not_with=_NO_MANUAL),
    "roles": Key(
        Listing(name("a role")), "It goes to the targets with one of these roles.", not_with=_NO_TARGETS
    ),
    "on": Key(
        choice("target", "worker", "worker-for-each-target"), "Where its script runs.", only_with="roles"
    ),
    "window": Key(whole(1), "How many targets it is on at a time; all, if not said.", only_with="roles"),
    "shared": Key(flag(), "Whether it runs beside others on a target.", only_with="roles"),
    "start": Key(choice("after-previous", "with-previous"), "Whether it starts beside the step before."),
    "condition": Key(
        CONDITION, "What must have become of the steps before, or an expression that must be true."
    ),
    "enabled": Key(flag(), "Whether it takes part at all."),
    "environments": Key(Listing(SLUG), "The environments it applies to; none named means all."),
    "tenant_tags": Key(
        Listing(TAG), "The tags of tenants it applies to, one of each set named; none named means all."
    ),
    "channels": Key(Listing(SLUG), "The channels it applies to; none named means all."),
    "required": Key(flag(), "Whether nobody may skip it."),
    "publish": Key(
        Keyed(VARIABLE, SLUG),
        "The variable sets that are given its output variables, by the name of the variable.",
        not_with=_NO_MANUAL,
    ),
    "retries": Key(whole(0), "How often it is tried again.", not_with=_NO_MANUAL),
    "backoff": Key(TIME, "How long it waits before the first of its retries."),
    "time_limit": Key(TIME, "How long a job may take until it has failed."),
    "wait_limit": Key(TIME, "How long a job may wait for its worker's lock."),
    "grace": Key(TIME, "How long a job that must end has between TERM and KILL."),
    "simulate": Key(SIMULATE, "What a job of this step does in a prediction."),
}
_KINDS = ("script", "package", "template", "health_check")
_OF_CHILD = {
    *("name", *_KINDS, "parameters", "shell", "pool", "pool_variable", "packages", "container"),
    *("condition", "enabled", "environments", "tenant_tags", "channels", "publish", "simulate"),
    *("retries", "backoff", "time_limit", "wait_limit", "grace"),
}

CHILD = Record(
    {
        **{name: key for name, key in _STEP.items() if name in _OF_CHILD},
        "health_check": Key(HEALTH_CHECK, "How it finds out how the target is."),
        "on": Key(choice("target", "worker-for-each-target"), "Where its script runs."),
        "shared": Key(flag(), "Whether it runs beside others on a target."),
    },
    one_of=_KINDS,
)

STEP = Record(
    {
        **_STEP,
        "steps": Key(Listing(CHILD), "Steps that go through one target before the next.", only_with="roles"),
    },
    one_of=(*_KINDS, "runbook", "manual", "steps"),
)

PARAMETER = Record(
    {
        "label": Key(name(), "What people call it; without it, its name."),
        "help": Key(prose(), "What to write here."),
        "kind": Key(
            choice("text", "multiline", "select", "checkbox", "sensitive", "number"), "What it holds."
        ),
        "default": Key(scalar(), "What it is where a step says nothing.", not_with=("required",)),
        "required": Key(flag(), "Whether a step must say it."),
        "options": Key(Listing(name()), "What may be chosen, where it is a select."),
    }
)

TEMPLATE = Record(
    {
        "name": NAME,
        "description": Key(prose(), "What it does."),
        "parameters": Key(Keyed(name("the name of a parameter"), PARAMETER), "What a step says, by name."),
        "needs": Key(Listing(NEED), "Commands and Python modules that the worker must have."),
        "outputs": Key(Keyed(name(), prose()), "The output variables it sets, and what they are."),
        "scripts": Key(
            Record({shell: Key(prose(empty=False), f"The script for {shell}.") for shell in TEMPLATE_SHELLS}),
            "The script for each shell; the first is the one that runs where a step says nothing.",
            required=True,
        ),
    }
)

PROCESS = Record(
    {
        "name": NAME,
        "description": Key(prose(), "What it is for."),
        "concurrency": Key(name(), "A tag that one run at a time may hold."),
        "time_limit": Key(TIME, "How long a run may take until it has timed out."),
        "guided_failure": Key(
            choice("on", "off", "environment"), "Whether a failed job asks people: retry, ignore or fail."
        ),
        "priority": Key(flag(), "Whether its runs go before others in the queue."),
        "steps": Key(Listing(STEP), "What it does, in order."),
        "unavailable_targets": Key(
            choice("fail", "skip"), "Whether a run fails, or goes without, targets that are not available."
        ),
    }
)

RUNBOOK = Record({**PROCESS.keys, "project": Key(SLUG, "The project whose variables it has.")})
