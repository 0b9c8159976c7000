"""Machine policies that contradict themselves, and machines that name none that there is."""

from collections.abc import Iterator

from octotui.model.complaints import Report, did_you_mean
from octotui.model.machines.health_policy import DEFAULT_POLICY, MachinePolicy
from octotui.model.space import Model

OFTEN = 5.0  # seconds between two checks at least


def check_machine_policies(model: Model, report: Report) -> None:
    """Report unknown policies, policies that no machine has, and what contradicts itself in them."""
    of_workers = [(("workers", slug), each.policy) for slug, each in model.workers.items()]
    of_targets = [(("targets", slug), each.policy) for slug, each in model.targets.items()]
    dynamic = [
        (("pools", slug, "dynamic"), each.dynamic.policy)
        for slug, each in model.pools.items()
        if each.dynamic
    ]
    for at, name in (*of_workers, *of_targets, *dynamic):
        if name is not None and name not in model.machine_policies:
            meant = did_you_mean(name, model.machine_policies)
            report((*at, "policy"), f'There is no machine policy "{name}"{meant}')
    named = {name or DEFAULT_POLICY for _, name in (*of_workers, *of_targets, *dynamic)}
    for slug, policy in model.machine_policies.items():
        if slug not in named and slug != DEFAULT_POLICY:
            sentence = f'No machine has it; name it by policy = "{slug}", or call it "{DEFAULT_POLICY}".'
            report(("machine_policies", slug), sentence)
        for key, sentence in _problems(policy):
            report(("machine_policies", slug, key), sentence)


def _problems(policy: MachinePolicy) -> Iterator[tuple[str, str]]:
    """Yield what contradicts itself, by key."""
    if policy.check == "script" and policy.script is None:
        yield "check", "There is no script; write one, such as script = '''…'''."
    if policy.check == "connection" and policy.script is not None:
        yield "script", 'No check runs it; add check = "script", or remove it.'
    if policy.every is not None and policy.every < OFTEN:
        yield "every", f'Say "{OFTEN:g}s" or longer, or "never".'
    if policy.timeout <= 0:
        yield "timeout", 'A check takes some time; say "60s", for example.'
