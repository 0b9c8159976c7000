"""Specifications of the tables of a model: every key, its value, and a sentence about it."""

from octotui.model.process import Runbook
from octotui.model.space import (
    Channel,
    Engine,
    Environment,
    Feed,
    Notify,
    Phase,
    Schedule,
)
from octotui.model.toml.specs.machine_spec import ACCOUNT, IMAGE, MACHINE_POLICY, POOL, SSH, TARGET, WORKER
from octotui.model.toml.specs.process_spec import PROCESS, RUNBOOK, TEMPLATE_SHELLS
from octotui.model.toml.specs.scalars import (
    BYTES,
    ENVIRONMENT_NAMES,
    HOST,
    NAME,
    PACKAGE_ID,
    PATH,
    SLUG,
    SPEED,
    TAG,
    TIME,
    URL,
    name,
)
from octotui.model.toml.specs.spec import (
    KeyedSpec,
    KeySpec,
    ListSpec,
    TableSpec,
    choice,
    flag,
    scalar,
    text,
    whole,
)
from octotui.model.toml.specs.variable_spec import VARIABLES

SPACE = TableSpec({"name": KeySpec(name(), "What people call this space.", required=True)})

ENGINE = TableSpec(
    {
        "task_cap": KeySpec(whole(1), "How many runs execute at a time.", rule="Q1"),
        "max_parallelism": KeySpec(whole(1), "How many jobs of one run go side by side.", rule="L5"),
        "built_in_worker": KeySpec(
            flag(), "Whether an empty default pool runs steps on this machine.", rule="W3"
        ),
        "package_cache": KeySpec(BYTES, "How much a worker keeps of packages that no open run needs."),
        "environment": KeySpec(
            ListSpec(ENVIRONMENT_NAMES),
            "What scripts get of the server's environment, beside PATH, HOME, the locale, proxies and so on.",
            rule="V5",
        ),
        "supervisor": KeySpec(
            choice("agent", "each"),
            "What runs scripts and outlives octotui: one agent for all, or a supervisor for each.",
            rule="R4",
        ),
        "stderr": KeySpec(
            choice("merged", "separate"),
            "Whether output is one stream in exact order, or lines of stderr are told apart (by the agent).",
            rule="S9",
        ),
        "max_checks": KeySpec(whole(1, 1000), "How many health checks go side by side.", rule="M5"),
    },
    values=(Engine,),
)

KEEP = TableSpec(
    {
        "keep": KeySpec(
            whole(0, 1_000_000_000), "For how many of the runs that ended last, with all they started."
        ),
        "age": KeySpec(TIME, "For how long after the end of a run.", rule="R7"),
    }
)

RETENTION = TableSpec(
    {
        "runs": KeySpec(
            KEEP, "Which ended runs are kept, with all they left; others are forgotten.", rule="R7"
        ),
        "logs": KeySpec(KEEP, "Of which ended runs the output is kept."),
        "artifacts": KeySpec(KEEP, "Of which ended runs the artifacts are kept."),
        "workspaces": KeySpec(KEEP, "Of which ended runs the workspaces are kept; without it, of none."),
    }
)

ENVIRONMENT = TableSpec(
    {
        "name": NAME,
        "guided_failure": KeySpec(
            choice("on", "off"), "Whether a failed job asks people, where nothing else is said.", rule="I7"
        ),
    },
    values=(Environment,),
)

TENANT = TableSpec(
    {"name": NAME, "tags": KeySpec(ListSpec(TAG), "Its tags, each written set/tag.", rule="V2, S4")}
)

TEAM = TableSpec(
    {
        "name": NAME,
        "members": KeySpec(
            ListSpec(name()), "Accounts of this machine; nobody listed means anyone.", rule="I2"
        ),
    }
)

_WHO = ListSpec(name("a team or an account"))

ACCESS = TableSpec(
    {
        "group": KeySpec(
            name("a group of this machine"), "Whose members may connect to the space's server.", rule="I8"
        ),
        "read": KeySpec(_WHO, "Teams and accounts that may look at everything.", rule="I8"),
        "start": KeySpec(
            _WHO, "Teams and accounts that may start runs and releases, cancel and move runs.", rule="I8"
        ),
        "answer": KeySpec(_WHO, "Teams and accounts that may take and answer questions.", rule="I8"),
    }
)

FEED = TableSpec(
    {
        "directory": KeySpec(PATH, "The folder of packages such as tools.1.2.0.zip.", rule="P1, R9"),
        "url": KeySpec(
            URL, "The address that lists packages, as a web page, as JSON, or as S3 does.", rule="P1"
        ),
        "registry": KeySpec(URL, "The address of a registry of container images.", rule="P1"),
        "rate": KeySpec(
            SPEED, "The most bytes a second that are copied from it.", not_with=("registry",), rule="P2"
        ),
        "timeout": KeySpec(TIME, "How long to wait for its server.", not_with=("directory",)),
        "username": KeySpec(name(), "The account on its server.", only_with="token_env"),
        "token_env": KeySpec(
            text("the name of an environment variable", r"[A-Za-z_][A-Za-z0-9_]*"),
            "The environment variable that holds its token, or the password of the account.",
            not_with=("directory",),
            rule="V5, P1",
            secret=True,
        ),
        "hosts": KeySpec(
            ListSpec(HOST),
            "Other hosts that its server may lead to, by links or redirects.",
            not_with=("directory",),
            rule="P1",
        ),
    },
    one_of=("directory", "url", "registry"),
    values=(Feed,),
)

PHASE = TableSpec(
    {
        "name": KeySpec(name(), "What people call it; unique in its lifecycle.", required=True),
        "environments": KeySpec(ListSpec(SLUG), "Its environments, in any order.", required=True),
        "optional": KeySpec(flag(), "Whether a release may pass it by."),
    },
    values=(Phase,),
)

LIFECYCLE = TableSpec({"name": NAME, "phases": KeySpec(ListSpec(PHASE), "Its phases, in order.")})

CHANNEL = TableSpec(
    {
        "name": NAME,
        "default": KeySpec(flag(), "Whether releases that name no channel are of this one; one channel may."),
        "lifecycle": KeySpec(SLUG, "The lifecycle of its releases, instead of the project's."),
        "versions": KeySpec(
            KeyedSpec(PACKAGE_ID, name('a range of versions such as "[1.0,2.0)"')),
            "Ranges that the versions of packages must be in, by package.",
            rule="P1",
        ),
        "tag": KeySpec(
            name("a pattern of pre-release tags"), "What the pre-release tags of versions must match."
        ),
    },
    values=(Channel,),
)

PROJECT = TableSpec(
    {
        **PROCESS.keys,
        "lifecycle": KeySpec(SLUG, "Through which environments its releases go; none named means any."),
        "variable_sets": KeySpec(ListSpec(SLUG), "The variable sets it shares.", rule="V4"),
        "variables": KeySpec(VARIABLES, "Its own variables, which beat those of its sets.", rule="V4"),
        "channels": KeySpec(KeyedSpec(SLUG, CHANNEL), "Kinds of releases, by slug."),
    },
    values=(Runbook,),
)

SCHEDULE = TableSpec(
    {
        "name": NAME,
        "cron": KeySpec(
            name('a cron text such as "0 3 * * *"'),
            "Minute, hour, day, month and weekday at which it starts a run.",
            required=True,
            rule="Q5, R7",
        ),
        "timezone": KeySpec(name("a time zone"), "The time zone of its times; without it, UTC."),
        "runbook": KeySpec(SLUG, "The runbook that it runs."),
        "project": KeySpec(SLUG, "The project whose newest release it deploys."),
        "channel": KeySpec(SLUG, "The channel of the release, if not the default one.", only_with="project"),
        "environment": KeySpec(SLUG, "The environment that its runs take effect in."),
        "tenant": KeySpec(SLUG, "The tenant that its runs are for."),
        "variables": KeySpec(
            KeyedSpec(name("the name of a variable"), scalar()), "Values given to its runs.", rule="V6"
        ),
        "enabled": KeySpec(flag(), "Whether it starts anything."),
    },
    one_of=("runbook", "project"),
    values=(Schedule,),
)

NOTIFY = TableSpec(
    {
        "bell": KeySpec(
            flag(), "Whether the terminal rings when there is a question that its user may answer."
        ),
        "terminal": KeySpec(flag(), "Whether the terminal is told to show a notification of it."),
        "template": KeySpec(SLUG, "The template that is sent, once for each question."),
        "parameters": KeySpec(
            KeyedSpec(name("the name of a parameter"), scalar()),
            "What the template asks for, by name; variables of the question's run are filled in.",
            only_with="template",
        ),
        "shell": KeySpec(
            choice(*TEMPLATE_SHELLS), "Which of its scripts, if not its first.", only_with="template"
        ),
    },
    values=(Notify,),
)

MODEL = TableSpec(
    {
        "space": KeySpec(SPACE, "The space this model declares; required once."),
        "engine": KeySpec(ENGINE, "Limits of the space.", rule="Q1"),
        "notify": KeySpec(NOTIFY, "How people hear of questions."),
        "retention": KeySpec(
            RETENTION, "What is removed of ended runs; nothing, where nothing is said.", rule="R7"
        ),
        "pools": KeySpec(KeyedSpec(SLUG, POOL), "Pools of workers, by slug.", rule="W1"),
        "images": KeySpec(
            KeyedSpec(SLUG, IMAGE), "Images of machines of dynamic pools, by slug.", rule="W12"
        ),
        "workers": KeySpec(
            KeyedSpec(SLUG, WORKER), "Workers of which there is more to say than their name.", rule="W4"
        ),
        "targets": KeySpec(KeyedSpec(SLUG, TARGET), "Machines that are deployed to, by slug.", rule="S6, L1"),
        "accounts": KeySpec(
            KeyedSpec(SLUG, ACCOUNT), "Accounts on other machines, and how they log in, by slug.", rule="M1"
        ),
        "ssh": KeySpec(SSH, "Limits of connections by SSH."),
        "environments": KeySpec(KeyedSpec(SLUG, ENVIRONMENT), "Environments, by slug."),
        "tenants": KeySpec(KeyedSpec(SLUG, TENANT), "Tenants, by slug."),
        "teams": KeySpec(KeyedSpec(SLUG, TEAM), "Teams that may answer questions, by slug.", rule="I2"),
        "access": KeySpec(ACCESS, "Who beside the owner of the space's server may do what.", rule="I8"),
        "feeds": KeySpec(KeyedSpec(SLUG, FEED), "Where packages come from, by slug.", rule="P1"),
        "variables": KeySpec(
            VARIABLES, "Variables: a value, or a list of values with their scopes.", rule="V2, V3"
        ),
        "variable_sets": KeySpec(
            KeyedSpec(SLUG, VARIABLES), "Variables that projects share, by slug.", rule="V4"
        ),
        "lifecycles": KeySpec(KeyedSpec(SLUG, LIFECYCLE), "Which environment comes after which, by slug."),
        "projects": KeySpec(KeyedSpec(SLUG, PROJECT), "What is deployed, by slug."),
        "runbooks": KeySpec(KeyedSpec(SLUG, RUNBOOK), "Runbooks, by slug.", rule="S1, S2"),
        "schedules": KeySpec(KeyedSpec(SLUG, SCHEDULE), "Schedules that start runs, by slug.", rule="Q5"),
        "machine_policies": KeySpec(
            KeyedSpec(SLUG, MACHINE_POLICY), "How the health of machines is checked, by slug.", rule="M5"
        ),
    }
)
