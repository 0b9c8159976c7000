"""Promotion of releases through the phases of their lifecycle."""

from octotui.engine.state.releases import Release
from octotui.model.complaints import Reason
from octotui.model.space import Lifecycle, Model


def why_not_here(model: Model, release: Release, environment: str, tenant: str | None) -> Reason | None:
    """Return why a release may not be deployed to an environment yet, or None."""
    lifecycle = lifecycle_of(model, release)
    if lifecycle is None:
        return None
    named = model.environments[environment].name
    for phase in lifecycle.phases:
        if environment in phase.environments:
            return None
        if not phase.optional and not release.deployed_to(phase.environments, tenant):
            if not any(environment in each.environments for each in lifecycle.phases):
                break
            first = " or ".join(_name(model, each) for each in phase.environments)
            for_whom = f" for {tenant}" if tenant else ""
            return (
                f"{release.title} may not go to {named} yet: deploy it to {first} first{for_whom},"
                f" as “{phase.name}” of the lifecycle {lifecycle.name} says"
            )
    return f"the lifecycle {lifecycle.name} of {release.title} does not lead to {named}"


def lifecycle_of(model: Model, release: Release) -> Lifecycle | None:
    """Return the lifecycle of a release's channel or project, or None if it may go anywhere."""
    project = model.projects.get(release.process)
    slug = project.lifecycle_of(release.channel or "") if project else None
    lifecycle = model.lifecycles.get(slug or "")
    return lifecycle if lifecycle and lifecycle.phases else None


def next_environments(model: Model, release: Release, tenant: str | None) -> tuple[str, ...]:
    """Return the environments of the phase after the last one deployed to, for a tenant."""
    lifecycle = lifecycle_of(model, release)
    if lifecycle is None:
        return tuple(model.environments)
    done = [release.deployed_to(phase.environments, tenant) for phase in lifecycle.phases]
    last = max((index for index, here in enumerate(done) if here), default=-1)
    return lifecycle.phases[last + 1].environments if last + 1 < len(done) else ()


def _name(model: Model, environment: str) -> str:
    declared = model.environments.get(environment)
    return declared.name if declared else environment
