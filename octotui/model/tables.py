"""The tables of a model: every key there is, what it holds, and a sentence about it."""

from octotui.model.leaves import BYTES, NAME, PACKAGE_ID, PATH, SLUG, SPEED, TAG, TIME, URL, name
from octotui.model.process_tables import PROCESS, RUNBOOK, TEMPLATE_SHELLS
from octotui.model.shape import Key, Keyed, Listing, Record, choice, flag, scalar, text, whole
from octotui.model.variable_tables import VARIABLES

SPACE = Record({"name": Key(name(), "What people call this space.", required=True)})

ENGINE = Record(
    {
        "task_cap": Key(whole(1), "How many runs execute at a time."),
        "max_parallelism": Key(whole(1), "How many jobs of one run go side by side."),
        "built_in_worker": Key(flag(), "Whether an empty default pool runs steps on this machine."),
        "package_cache": Key(BYTES, "How much a worker keeps of packages that no open run needs."),
    }
)

KEEP = Record(
    {
        "keep": Key(whole(0, 1_000_000_000), "That of so many runs that ended last, with all they started."),
        "age": Key(TIME, "How long after its end a run's are kept."),
    }
)

RETENTION = Record(
    {
        "runs": Key(KEEP, "Which ended runs are kept, with all they left; others are forgotten."),
        "logs": Key(KEEP, "Of which ended runs the output is kept."),
        "artifacts": Key(KEEP, "Of which ended runs the artifacts are kept."),
        "workspaces": Key(KEEP, "Of which ended runs the workspaces are kept; without it, of none."),
    }
)

POOL = Record(
    {
        "name": NAME,
        "workers": Key(Listing(SLUG), "Its workers in order; a bare name is a worker on this machine."),
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
        "name": NAME,
        "enabled": Key(flag(), "Whether it may be selected."),
        "exclusive": Key(flag(), "Whether one script at a time runs on it."),
        "directory": Key(PATH, "Where it keeps its work and its packages."),
    }
)

ENVIRONMENT = Record(
    {
        "name": NAME,
        "guided_failure": Key(
            choice("on", "off"), "Whether a failed job asks people, where nobody says else."
        ),
    }
)

TARGET = Record(
    {
        "name": NAME,
        "roles": Key(Listing(name("a role")), "What it is there for; steps name roles.", required=True),
        "environments": Key(Listing(SLUG), "The environments it belongs to; none named means all."),
        "tenants": Key(Listing(SLUG), "The tenants it serves; with no tags named either, all."),
        "tenant_tags": Key(Listing(TAG), "The tags of tenants it serves."),
        "enabled": Key(flag(), "Whether steps go to it."),
        "directory": Key(PATH, "Where it keeps its work and its packages."),
    }
)

TENANT = Record({"name": NAME, "tags": Key(Listing(TAG), "Its tags, each written set/tag.")})

TEAM = Record(
    {
        "name": NAME,
        "members": Key(Listing(name()), "Accounts of this machine; nobody listed means anyone."),
    }
)

_WHO = Listing(name("a team or an account"))

ACCESS = Record(
    {
        "group": Key(name("a group of this machine"), "Whose members may connect to the space's server."),
        "read": Key(_WHO, "Teams and accounts that may look at everything."),
        "start": Key(_WHO, "Teams and accounts that may start runs and releases, cancel and move runs."),
        "answer": Key(_WHO, "Teams and accounts that may take and answer questions."),
    }
)

FEED = Record(
    {
        "directory": Key(PATH, "The folder of packages such as tools.1.2.0.zip."),
        "url": Key(URL, "The address that lists packages, as a web page, as JSON, or as S3 does."),
        "registry": Key(URL, "The address of a registry of container images."),
        "rate": Key(SPEED, "The most bytes a second that are copied from it."),
        "timeout": Key(TIME, "How long its server may keep us waiting.", not_with=("directory",)),
        "username": Key(name(), "The account on its server.", only_with="token_env"),
        "token_env": Key(
            text("the name of an environment variable", r"[A-Za-z_][A-Za-z0-9_]*"),
            "The environment variable that holds its token, or the password of the account.",
            not_with=("directory",),
        ),
    },
    one_of=("directory", "url", "registry"),
)

PHASE = Record(
    {
        "name": Key(name(), "What people call it; unique in its lifecycle.", required=True),
        "environments": Key(Listing(SLUG), "Its environments, in any order.", required=True),
        "optional": Key(flag(), "Whether a release may pass it by."),
    }
)

LIFECYCLE = Record({"name": NAME, "phases": Key(Listing(PHASE), "Its phases, in order.")})

CHANNEL = Record(
    {
        "name": NAME,
        "default": Key(flag(), "Whether releases that name no channel are of this one; one channel may."),
        "lifecycle": Key(SLUG, "The lifecycle of its releases, instead of the project's."),
        "versions": Key(
            Keyed(PACKAGE_ID, name('a range of versions such as "[1.0,2.0)"')),
            "Ranges that the versions of packages must be in, by package.",
        ),
        "tag": Key(
            name("a pattern of pre-release tags"), "What the pre-release tags of versions must match."
        ),
    }
)

PROJECT = Record(
    {
        **PROCESS.keys,
        "lifecycle": Key(SLUG, "Through which environments its releases go; none named means any."),
        "variable_sets": Key(Listing(SLUG), "The variable sets it shares."),
        "variables": Key(VARIABLES, "Its own variables, which beat those of its sets."),
        "channels": Key(Keyed(SLUG, CHANNEL), "Kinds of releases, by slug."),
    }
)

SCHEDULE = Record(
    {
        "name": NAME,
        "cron": Key(
            name('a cron text such as "0 3 * * *"'),
            "Minute, hour, day, month and weekday at which it starts a run.",
            required=True,
        ),
        "timezone": Key(name("a time zone"), "Whose clock it goes by; without it, UTC."),
        "runbook": Key(SLUG, "The runbook that it runs."),
        "project": Key(SLUG, "The project whose newest release it deploys."),
        "channel": Key(SLUG, "The channel of the release, if not the default one.", only_with="project"),
        "environment": Key(SLUG, "Where the runs take effect."),
        "tenant": Key(SLUG, "For whom."),
        "variables": Key(Keyed(name("the name of a variable"), scalar()), "Values given to its runs."),
        "enabled": Key(flag(), "Whether it starts anything."),
    },
    one_of=("runbook", "project"),
)

NOTIFY = Record(
    {
        "bell": Key(flag(), "Whether the terminal rings when there is a question for who sits at it."),
        "terminal": Key(flag(), "Whether the terminal is told to show a notification of it."),
        "template": Key(SLUG, "The template that is sent, once for each question."),
        "parameters": Key(
            Keyed(name("the name of a parameter"), scalar()),
            "What the template asks for, by name; variables of the question's run are filled in.",
            only_with="template",
        ),
        "shell": Key(
            choice(*TEMPLATE_SHELLS), "Which of its scripts, if not its first.", only_with="template"
        ),
    }
)

MODEL = Record(
    {
        "space": Key(SPACE, "The space this model declares; required once."),
        "engine": Key(ENGINE, "Limits of the space."),
        "notify": Key(NOTIFY, "How people hear of questions."),
        "retention": Key(RETENTION, "What is removed of ended runs; nothing, where nothing is said."),
        "pools": Key(Keyed(SLUG, POOL), "Pools of workers, by slug."),
        "workers": Key(Keyed(SLUG, WORKER), "Workers of which there is more to say than their name."),
        "targets": Key(Keyed(SLUG, TARGET), "Machines that are deployed to, by slug."),
        "environments": Key(Keyed(SLUG, ENVIRONMENT), "Environments, by slug."),
        "tenants": Key(Keyed(SLUG, TENANT), "Tenants, by slug."),
        "teams": Key(Keyed(SLUG, TEAM), "Teams that answer questions, by slug."),
        "access": Key(ACCESS, "Who beside the owner of the space's server may do what."),
        "feeds": Key(Keyed(SLUG, FEED), "Where packages come from, by slug."),
        "variables": Key(VARIABLES, "Variables: a value, or a list of values with their scopes."),
        "variable_sets": Key(Keyed(SLUG, VARIABLES), "Variables that projects share, by slug."),
        "lifecycles": Key(Keyed(SLUG, LIFECYCLE), "Which environment comes after which, by slug."),
        "projects": Key(Keyed(SLUG, PROJECT), "What is deployed, by slug."),
        "runbooks": Key(Keyed(SLUG, RUNBOOK), "Runbooks, by slug."),
        "schedules": Key(Keyed(SLUG, SCHEDULE), "What the clock starts, by slug."),
    }
)
