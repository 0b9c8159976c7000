"""The tables of a model: every key there is, what it holds, and a sentence about it."""

from octotui.model.quantities import (
    DURATION,
    RATE,
    SIZE,
    bytes_per_second,
    duration,
    rate,
    seconds,
    size,
    size_in_bytes,
)
from octotui.model.shape import (
    Either,
    Key,
    Keyed,
    Leaf,
    Listing,
    Record,
    choice,
    flag,
    prose,
    quantity,
    scalar,
    text,
    whole,
)


def _name(what: str = "a name in one line") -> Leaf:
    return text(what, r"\S(?:.*\S)?")


_SLUG = text('a slug of lower-case letters, digits, "-", "_" and "."', r"[a-z0-9][a-z0-9_.\-]*")
_TAG = text('a tag such as "region/westus"', r"[^/\s]+/[^/\s]+")
_PACKAGE = text(
    'a package such as "tools", "tools@1.2.0" or "tools@[1.0,2.0)"',
    r"[^@\s/.][^@\s/]*(?:@[^@\s/](?:[^@/]*[^@\s/])?)?",
)
_PACKAGE_ID = text("the id of a package", r"[^@\s/]+")
_NEED = text(
    'a command such as "curl", or a Python module such as "python:boto3"',
    r"(?:python:)?[A-Za-z0-9_][A-Za-z0-9_.+\-]*",
)
_PATH = text("a path", r"\S(?:.*\S)?", path=True)
_URL = text('an address such as "https://feeds.example/tools/"', r"https?://[^\s/@?#]+(?:[/?][^\s#]*)?")
_DURATION = quantity('a duration such as "90s", "15m" or "1h30m"', DURATION, seconds, duration)
_SIZE = quantity('a size such as "500 MB" or "10 GiB"', SIZE, size_in_bytes, size)
_RATE = quantity('a rate such as "64 KiB/s" or "1 MB/s"', RATE, bytes_per_second, rate)
_CONDITION = text(
    '"success", "failure", "always" or an expression such as "#{Deploy}"', r"success|failure|always|.*#\{.*"
)
_NAME = Key(_name(), "What people call it; without it, its slug.")

TEMPLATE_SHELLS = ("bash", "python")
"""The shells that have Octopus's helper functions, on which templates rely."""

SPACE = Record({"name": Key(_name(), "What people call this space.", required=True)})

ENGINE = Record(
    {
        "task_cap": Key(whole(1), "How many runs execute at a time."),
        "max_parallelism": Key(whole(1), "How many jobs of one run go side by side."),
        "built_in_worker": Key(flag(), "Whether an empty default pool runs steps on this machine."),
        "package_cache": Key(_SIZE, "How much a worker keeps of packages that no open run needs."),
    }
)

POOL = Record(
    {
        "name": _NAME,
        "workers": Key(Listing(_SLUG), "Its workers in order; a bare name is a worker on this machine."),
        "default": Key(flag(), "Whether it serves the steps that name no pool; one pool may."),
        "policy": Key(choice("round-robin", "least-leases"), "How a worker is selected."),
        "affinity": Key(
            choice("run", "step"), "Whether steps of a run with the same packages share a worker."
        ),
        "exclusive": Key(flag(), "Whether one script at a time runs on each of its workers."),
        "containers": Key(flag(), "Whether steps may run in containers here."),
    }
)

WORKER = Record(
    {
        "name": _NAME,
        "enabled": Key(flag(), "Whether it may be selected."),
        "exclusive": Key(flag(), "Whether one script at a time runs on it."),
        "directory": Key(_PATH, "Where it keeps its work and its packages."),
    }
)

ENVIRONMENT = Record(
    {
        "name": _NAME,
        "guided_failure": Key(
            choice("on", "off"), "Whether a failed job asks people, where nobody says else."
        ),
    }
)

TARGET = Record(
    {
        "name": _NAME,
        "roles": Key(Listing(_name("a role")), "What it is there for; steps name roles.", required=True),
        "environments": Key(Listing(_SLUG), "The environments it belongs to; none named means all."),
        "tenants": Key(Listing(_SLUG), "The tenants it serves; with no tags named either, all."),
        "tenant_tags": Key(Listing(_TAG), "The tags of tenants it serves."),
        "enabled": Key(flag(), "Whether steps go to it."),
        "directory": Key(_PATH, "Where it keeps its work and its packages."),
    }
)

TENANT = Record({"name": _NAME, "tags": Key(Listing(_TAG), "Its tags, each written set/tag.")})

TEAM = Record(
    {
        "name": _NAME,
        "members": Key(Listing(_name()), "Accounts of this machine; nobody listed means anyone."),
    }
)

FEED = Record(
    {
        "directory": Key(_PATH, "The folder of packages such as tools.1.2.0.zip."),
        "url": Key(_URL, "The address that lists packages, as a web page, as JSON, or as S3 does."),
        "registry": Key(_URL, "The address of a registry of container images."),
        "rate": Key(_RATE, "The most bytes a second that are copied from it."),
        "timeout": Key(_DURATION, "How long its server may keep us waiting.", not_with=("directory",)),
        "username": Key(_name(), "The account on its server.", only_with="token_env"),
        "token_env": Key(
            text("the name of an environment variable", r"[A-Za-z_][A-Za-z0-9_]*"),
            "The environment variable that holds its token, or the password of the account.",
            not_with=("directory",),
        ),
    },
    one_of=("directory", "url", "registry"),
)

SIMULATE = Record(
    {
        "takes": Key(_DURATION, "How long a job of this step takes in a prediction."),
        "result": Key(choice("success", "failure"), "How it ends in a prediction."),
    }
)

SCRIPT = Record(
    {
        "shell": Key(choice("bash", "sh", "python", "pwsh"), "What runs the script."),
        "body": Key(prose(), "The script itself."),
        "file": Key(_PATH, "The file that holds the script, relative to this one."),
    },
    one_of=("body", "file"),
)

MANUAL = Record(
    {
        "instructions": Key(prose(empty=False), "What to look at, in Markdown.", required=True),
        "teams": Key(Listing(_SLUG), "The teams that may answer; none named means anyone."),
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
_VARIABLE = _name("the name of a variable")

_STEP = {
    "name": Key(_name(), "What people call the step; unique in its process.", required=True),
    "script": Key(Either(prose(), SCRIPT), "A script for its worker; plain text means bash."),
    "runbook": Key(_SLUG, "The runbook of which this step starts a run."),
    "manual": Key(MANUAL, "A question to people, who proceed or abort."),
    "health_check": Key(HEALTH_CHECK, "How it finds out how its targets are.", only_with="roles"),
    "template": Key(_SLUG, "The template whose script it runs: of octotui, or templates/NAME.toml."),
    "parameters": Key(
        Keyed(_name("the name of a parameter"), scalar()),
        "What the template asks for, by name.",
        only_with="template",
    ),
    "shell": Key(
        choice(*TEMPLATE_SHELLS),
        "Which of the template's scripts, if not its first.",
        only_with="template",
    ),
    "environment": Key(_SLUG, "The environment of the run it starts.", only_with="runbook"),
    "tenant": Key(_SLUG, "The tenant of the run it starts.", only_with="runbook"),
    "wait": Key(flag(), "Whether it waits for the run it starts.", only_with="runbook"),
    "block_concurrent": Key(
        flag(), "Whether the run keeps its concurrency tag while it asks.", only_with="manual"
    ),
    "pool": Key(_SLUG, "The pool that its worker comes from.", not_with=_NO_MANUAL),
    "pool_variable": Key(_name(), "The variable that says which pool.", not_with=("pool", *_NO_MANUAL)),
    "packages": Key(Listing(_PACKAGE), "Packages its worker acquires first, in order.", not_with=_NO_MANUAL),
    "container": Key(_name("an image"), "The image its script runs in.", not_with=_NO_MANUAL),
    "roles": Key(
        Listing(_name("a role")), "It goes to the targets with one of these roles.", not_with=_NO_TARGETS
    ),
    "on": Key(
        choice("target", "worker", "worker-for-each-target"), "Where its script runs.", only_with="roles"
    ),
    "window": Key(whole(1), "How many targets it is on at a time; all, if not said.", only_with="roles"),
    "shared": Key(flag(), "Whether it runs beside others on a target.", only_with="roles"),
    "start": Key(choice("after-previous", "with-previous"), "Whether it starts beside the step before."),
    "condition": Key(
        _CONDITION, "What must have become of the steps before, or an expression that must be true."
    ),
    "enabled": Key(flag(), "Whether it takes part at all."),
    "environments": Key(Listing(_SLUG), "The environments it applies to; none named means all."),
    "tenant_tags": Key(
        Listing(_TAG), "The tags of tenants it applies to, one of each set named; none named means all."
    ),
    "channels": Key(Listing(_SLUG), "The channels it applies to; none named means all."),
    "required": Key(flag(), "Whether nobody may skip it."),
    "publish": Key(
        Keyed(_VARIABLE, _SLUG),
        "The variable sets that are given its output variables, by the name of the variable.",
        not_with=_NO_MANUAL,
    ),
    "retries": Key(whole(0), "How often it is tried again.", not_with=_NO_MANUAL),
    "backoff": Key(_DURATION, "How long it waits before the first of its retries."),
    "time_limit": Key(_DURATION, "How long a job may take until it has failed."),
    "wait_limit": Key(_DURATION, "How long a job may wait for its worker's lock."),
    "grace": Key(_DURATION, "How long a job that must end has between TERM and KILL."),
    "simulate": Key(SIMULATE, "What a job of this step does in a prediction."),
}
_KINDS = ("script", "template", "health_check")
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
        "label": Key(_name(), "What people call it; without it, its name."),
        "help": Key(prose(), "What to write here."),
        "kind": Key(
            choice("text", "multiline", "select", "checkbox", "sensitive", "number"), "What it holds."
        ),
        "default": Key(scalar(), "What it is where a step says nothing.", not_with=("required",)),
        "required": Key(flag(), "Whether a step must say it."),
        "options": Key(Listing(_name()), "What may be chosen, where it is a select."),
    }
)

TEMPLATE = Record(
    {
        "name": _NAME,
        "description": Key(prose(), "What it does."),
        "parameters": Key(Keyed(_name("the name of a parameter"), PARAMETER), "What a step says, by name."),
        "needs": Key(Listing(_NEED), "Commands and Python modules that the worker must have."),
        "outputs": Key(Keyed(_name(), prose()), "The output variables it sets, and what they are."),
        "scripts": Key(
            Record({shell: Key(prose(empty=False), f"The script for {shell}.") for shell in TEMPLATE_SHELLS}),
            "The script for each shell; the first is the one that runs where a step says nothing.",
            required=True,
        ),
    }
)

PROCESS = Record(
    {
        "name": _NAME,
        "description": Key(prose(), "What it is for."),
        "concurrency": Key(_name(), "A tag that one run at a time may hold."),
        "time_limit": Key(_DURATION, "How long a run may take until it has timed out."),
        "guided_failure": Key(
            choice("on", "off", "environment"), "Whether a failed job asks people: retry, ignore or fail."
        ),
        "steps": Key(Listing(STEP), "What it does, in order."),
        "unavailable_targets": Key(
            choice("fail", "skip"), "Whether a run fails, or goes without, targets that are not available."
        ),
    }
)

RUNBOOK = Record({**PROCESS.keys, "project": Key(_SLUG, "The project whose variables it has.")})

_NAMES = Listing(_name(), alone=True)

SECRET = Record(
    {
        "env": Key(text("the name of an environment variable", r"[^=\s]+"), "The environment variable."),
        "file": Key(_PATH, "The file that holds it, relative to this one."),
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
        "label": Key(_name(), "What people are asked; without it, the variable's name."),
        "help": Key(prose(), "A sentence that helps them to answer."),
        "kind": Key(choice("text", "multiline", "select", "checkbox", "sensitive"), "How they answer."),
        "default": Key(scalar(), "The value that is offered, and taken where nobody says another."),
        "required": Key(flag(), "Whether there must be a value."),
        "options": Key(Listing(_name("an option in one line")), "What a select offers."),
    }
)

VALUE = Record(
    {
        "value": Key(scalar(), "The text."),
        "pool": Key(_SLUG, "The pool, where the variable says which."),
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

VARIABLES = Keyed(_VARIABLE, Listing(Either(scalar(), VALUE), alone=True))

PHASE = Record(
    {
        "name": Key(_name(), "What people call it; unique in its lifecycle.", required=True),
        "environments": Key(Listing(_SLUG), "Its environments, in any order.", required=True),
        "optional": Key(flag(), "Whether a release may pass it by."),
    }
)

LIFECYCLE = Record({"name": _NAME, "phases": Key(Listing(PHASE), "Its phases, in order.")})

CHANNEL = Record(
    {
        "name": _NAME,
        "default": Key(flag(), "Whether releases that name no channel are of this one; one channel may."),
        "lifecycle": Key(_SLUG, "The lifecycle of its releases, instead of the project's."),
        "versions": Key(
            Keyed(_PACKAGE_ID, _name('a range of versions such as "[1.0,2.0)"')),
            "Ranges that the versions of packages must be in, by package.",
        ),
        "tag": Key(
            _name("a pattern of pre-release tags"), "What the pre-release tags of versions must match."
        ),
    }
)

PROJECT = Record(
    {
        **PROCESS.keys,
        "lifecycle": Key(_SLUG, "Through which environments its releases go; none named means any."),
        "variable_sets": Key(Listing(_SLUG), "The variable sets it shares."),
        "variables": Key(VARIABLES, "Its own variables, which beat those of its sets."),
        "channels": Key(Keyed(_SLUG, CHANNEL), "Kinds of releases, by slug."),
    }
)

MODEL = Record(
    {
        "space": Key(SPACE, "The space this model declares; required once."),
        "engine": Key(ENGINE, "Limits of the space."),
        "pools": Key(Keyed(_SLUG, POOL), "Pools of workers, by slug."),
        "workers": Key(Keyed(_SLUG, WORKER), "Workers of which there is more to say than their name."),
        "targets": Key(Keyed(_SLUG, TARGET), "Machines that are deployed to, by slug."),
        "environments": Key(Keyed(_SLUG, ENVIRONMENT), "Environments, by slug."),
        "tenants": Key(Keyed(_SLUG, TENANT), "Tenants, by slug."),
        "teams": Key(Keyed(_SLUG, TEAM), "Teams that answer questions, by slug."),
        "feeds": Key(Keyed(_SLUG, FEED), "Where packages come from, by slug."),
        "variables": Key(VARIABLES, "Variables: a value, or a list of values with their scopes."),
        "variable_sets": Key(Keyed(_SLUG, VARIABLES), "Variables that projects share, by slug."),
        "lifecycles": Key(Keyed(_SLUG, LIFECYCLE), "Which environment comes after which, by slug."),
        "projects": Key(Keyed(_SLUG, PROJECT), "What is deployed, by slug."),
        "runbooks": Key(Keyed(_SLUG, RUNBOOK), "Runbooks, by slug."),
    }
)
