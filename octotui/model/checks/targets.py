"""Keys that steps on targets cannot have."""

from octotui.model.complaints import Report
from octotui.model.iteration import steps_with_roles
from octotui.model.process import HealthCheck, Rolling, Step
from octotui.model.space import Model

_OF_CHILDREN = (
    *("pool", "pool_variable", "packages", "container", "retries", "backoff", "time_limit", "wait_limit"),
    *("grace", "simulate", "publish", "shared", "needs"),
)


_PLAIN = Step(name="", action=Rolling())


def check_targets(model: Model, report: Report) -> None:
    """Report keys that do not apply to a step on targets."""
    for at, step in steps_with_roles(model):
        for key, message in _problems(model, step):
            report((*at, key), message)


def _problems(model: Model, step: Step) -> list[tuple[str, str]]:
    if isinstance(step.action, Rolling):
        problems = [
            (key, f'"{key}" is for its child steps; move it there.')
            for key in _declared_keys(step, _OF_CHILDREN)
        ]
        if step.on != "target":
            problems.append(("on", 'Where scripts run is for its child steps to say; move "on" there.'))
        if not step.action.steps:
            problems.append(("steps", "It has no child steps; write some, or a script."))
        return problems
    if step.on != "target":
        if isinstance(step.action, HealthCheck):
            return [("on", "A health check runs on its targets; remove it.")]
        return []
    if any(target.kubernetes and target.has_role_of(step.roles) for target in model.targets.values()):
        return []
    sentence = 'It runs on its targets and has no worker; remove it, or say on = "worker-for-each-target".'
    return [(key, sentence) for key in _declared_keys(step, ("pool", "pool_variable"))]


def _declared_keys(step: Step, keys: tuple[str, ...]) -> list[str]:
    """Return the keys whose values differ from their defaults."""
    return [key for key in keys if getattr(step, key) != getattr(_PLAIN, key)]
