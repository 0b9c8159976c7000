"""Specifications of machines: pools, workers, targets, accounts, and how machines are reached and checked."""

from octotui.model.machines.accounts import Account, SshSettings
from octotui.model.machines.dynamic_pools import DynamicPool, Image
from octotui.model.machines.health_policy import MachinePolicy
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.space import Pool, Target, Worker
from octotui.model.toml.specs.process_spec import SCRIPT
from octotui.model.toml.specs.scalars import (
    CERTIFICATE_FILE,
    CLUSTER,
    COMMAND_WORD,
    CONTEXT,
    DAY,
    ENDPOINT,
    EVERY,
    KEY_FILE,
    NAME,
    NAMESPACE,
    PATH,
    SLUG,
    TAG,
    TIME,
    USER,
    name,
)
from octotui.model.toml.specs.spec import (
    AlternativeSpec,
    KeySpec,
    ListSpec,
    TableSpec,
    choice,
    flag,
    prose,
    text,
    whole,
)
from octotui.model.toml.specs.variable_spec import SECRET

IMAGE = TableSpec(
    {
        "name": NAME,
        "reference": KeySpec(
            name("what the provider calls it"), "What the provider is given for it; without it, its slug."
        ),
        "deprecated": KeySpec(DAY, "From which day on it is not to be used any more.", rule="W12"),
    },
    values=(Image,),
)

DYNAMIC = TableSpec(
    {
        "provider": KeySpec(
            choice("container", "command"),
            "What its machines are: containers of this machine, or what a command provisions.",
            required=True,
            rule="W12",
        ),
        "image": KeySpec(
            name("the name of an image"), "What they begin as; one of [images], or any.", required=True
        ),
        "idle": KeySpec(TIME, "After how long without a run a machine is destroyed.", rule="W12"),
        "max_age": KeySpec(TIME, "After how long a machine is destroyed, once no run uses it.", rule="W12"),
        "warm": KeySpec(whole(0, 100), "How many machines are kept ready.", rule="W12"),
        "max": KeySpec(
            whole(1, 100),
            "How many machines there are at most; the next is provisioned while runs share all of them.",
            rule="W12",
        ),
        "provision": KeySpec(
            ListSpec(COMMAND_WORD, repeats=True, least=1),
            "The command that provisions a machine, and prints its id and endpoint as JSON.",
            rule="W12",
        ),
        "destroy": KeySpec(
            ListSpec(COMMAND_WORD, repeats=True, least=1),
            "The command that destroys the machine whose id it gets as its last argument.",
            rule="W12",
        ),
        "timeout": KeySpec(TIME, "How long each of both may take until it has failed.", rule="W12"),
        "limit": KeySpec(TIME, "How long a run waits for a machine until it fails.", rule="W12"),
        "cost": KeySpec(name("a cost"), 'What a machine costs in an hour, such as "0.12 EUR".'),
        "account": KeySpec(SLUG, "The account that works on its machines.", rule="M1"),
        "directory": KeySpec(
            text("a whole path", r"/(?:.*\S)?"), "Where its machines keep work and packages.", rule="R9"
        ),
        "policy": KeySpec(
            SLUG, 'The policy by which their health is checked; without it, "default".', rule="M5"
        ),
        "unreachable_limit": KeySpec(
            TIME, "After how long without a connection a machine is lost.", rule="M6"
        ),
    },
    values=(DynamicPool,),
)

POOL = TableSpec(
    {
        "name": NAME,
        "workers": KeySpec(
            ListSpec(SLUG), "Its workers in order; a bare name is a worker on this machine.", rule="W1"
        ),
        "dynamic": KeySpec(
            DYNAMIC,
            "How its machines are provisioned when runs need them, instead of workers.",
            not_with=("workers",),
            rule="W12",
        ),
        "default": KeySpec(
            flag(), "Whether it serves the steps that name no pool; one pool may.", rule="W1, W2"
        ),
        "policy": KeySpec(choice("round-robin", "least-leases"), "How a worker is selected.", rule="W5"),
        "affinity": KeySpec(
            choice("run", "step"), "Whether steps of a run with the same packages share a worker.", rule="W6"
        ),
        "exclusive": KeySpec(flag(), "Whether one script at a time runs on each of its workers.", rule="L3"),
        "containers": KeySpec(flag(), "Whether steps may run in containers here.", rule="S8"),
        "on_lost_worker": KeySpec(
            choice("fail", "reselect", "wait"),
            "What becomes of steps that have not begun when a worker that a run leases here is lost.",
            rule="M6",
        ),
    },
    values=(Pool,),
)

ACCOUNT = TableSpec(
    {
        "user": KeySpec(USER, "Its name over there; without it, what ~/.ssh/config says, or your own."),
        "key": KeySpec(
            AlternativeSpec(KEY_FILE, SECRET),
            "Its private key: the file, or where it is read. Without it, those of ssh-agent and ~/.ssh.",
            rule="V5",
            secret=True,
        ),
        "passphrase": KeySpec(
            SECRET, "Where the passphrase of the key is read.", only_with="key", rule="V5", secret=True
        ),
        "password": KeySpec(SECRET, "Where its password is read.", rule="V5", secret=True),
        "token": KeySpec(
            SECRET,
            "Where the token is read by which a Kubernetes cluster knows it.",
            not_with=("password", "certificate"),
            rule="W13, V5",
            secret=True,
        ),
        "certificate": KeySpec(
            AlternativeSpec(CERTIFICATE_FILE, SECRET),
            "The certificate by which a Kubernetes cluster knows it: the file, or where it is read.",
            only_with="key",
            rule="W13, V5",
            secret=True,
        ),
    },
    values=(Account,),
)

SSH = TableSpec(
    {
        "connecting": KeySpec(whole(1, 1000), "How many connections are made at once."),
        "timeout": KeySpec(TIME, "How long it may take until one is made.", rule="M1"),
        "keep_alive": KeySpec(
            TIME,
            "How often a silent machine is asked whether it is there; it is away at the third no.",
            rule="M1",
        ),
    },
    values=(SshSettings,),
)

MACHINE_POLICY = TableSpec(
    {
        "name": NAME,
        "check": KeySpec(
            choice("connection", "script"), "Whether a script on the machine judges it, too.", rule="M5"
        ),
        "script": KeySpec(
            AlternativeSpec(prose(), SCRIPT),
            "The script that judges a machine; plain text means bash.",
            rule="M5",
        ),
        "every": KeySpec(EVERY, "How often machines are checked.", rule="M5"),
        "timeout": KeySpec(TIME, "How long a check may take until it has failed.", rule="M5"),
    },
    values=(MachinePolicy,),
)

_MACHINE = {
    "directory": KeySpec(PATH, "Where it keeps its work and its packages.", rule="R9"),
    "endpoint": KeySpec(
        ENDPOINT, 'The way to its machine; without it, or "local", it is this one.', rule="M1"
    ),
    "account": KeySpec(SLUG, "The account that works over there.", only_with="endpoint", rule="M1"),
    "policy": KeySpec(SLUG, 'The policy by which its health is checked; without it, "default".', rule="M5"),
    "unreachable_limit": KeySpec(
        TIME, "After how long without a connection it is lost; without it, never.", rule="M1, M6"
    ),
}

KUBERNETES = TableSpec(
    {
        "context": KeySpec(CONTEXT, "The cluster, by a context of the kubeconfig of the worker's account."),
        "url": KeySpec(CLUSTER, "The cluster, by the address of its API."),
        "namespace": KeySpec(NAMESPACE, "The namespace that scripts work in."),
        "account": KeySpec(SLUG, "The account that works there: a token, a certificate, or a password."),
        "ca": KeySpec(
            CERTIFICATE_FILE,
            "The certificate, as PEM, that the server's was made with; without it those the worker trusts.",
            only_with="url",
            not_with=("insecure",),
        ),
        "insecure": KeySpec(
            flag(),
            "Whether anybody may pass for the server: its certificate is not checked.",
            only_with="url",
        ),
        "pool": KeySpec(
            SLUG,
            "The pool whose workers check it, and run the steps on it that name no pool; without it the"
            " default one.",
        ),
    },
    one_of=("context", "url"),
    hint="A cluster is reached from a worker with kubectl.",
    values=(Kubernetes,),
)

WORKER = TableSpec(
    {
        "name": NAME,
        "enabled": KeySpec(flag(), "Whether it may be selected.", rule="W4"),
        "exclusive": KeySpec(flag(), "Whether one script at a time runs on it.", rule="L3"),
        **_MACHINE,
    },
    values=(Worker,),
    there=("directory",),
)

TARGET = TableSpec(
    {
        "name": NAME,
        "roles": KeySpec(
            ListSpec(name("a role")), "Its roles, by which steps select it.", required=True, rule="S6"
        ),
        "environments": KeySpec(
            ListSpec(SLUG), "The environments it belongs to; none named means all.", rule="S6"
        ),
        "tenants": KeySpec(ListSpec(SLUG), "The tenants it serves; with no tags named either, all."),
        "tenant_tags": KeySpec(ListSpec(TAG), "The tags of tenants it serves."),
        "enabled": KeySpec(flag(), "Whether steps go to it."),
        "kubernetes": KeySpec(
            KUBERNETES,
            "The Kubernetes cluster that it is; its steps run on a worker with kubectl.",
            not_with=("endpoint", "directory", "account"),
            rule="W13",
        ),
        **_MACHINE,
    },
    values=(Target,),
    there=("directory",),
)
