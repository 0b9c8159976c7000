"""The effects of releases and published variables on a State."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.state import Run, State
from octotui.engine.state.releases import Deployed


def created(state: State, event: events.ReleaseCreated) -> State:
    """Add a release as the newest of its process."""
    release = event.release
    return replace(
        state,
        releases=state.releases.insert(release.key, release),
        newest=state.newest.insert(release.process, release.version),
        releases_created=release.created,
    )


def deployed(state: State, run: Run) -> State:
    """Record the deployment of a successful run's release; a replay may lack that release."""
    asked = run.request
    release = state.releases.get(asked.release.key) if asked.release else None
    if release is None:
        return state
    place = (asked.environment, asked.tenant)
    others = (each for each in release.deployed if (each.environment, each.tenant) != place)
    here = Deployed(environment=asked.environment, tenant=asked.tenant, run=run.id, at=state.at)
    release = replace(release, deployed=(*others, here))
    return replace(
        state,
        releases=state.releases.insert(release.key, release),
        current=state.current.insert(asked.destination, release.version),
    )


def published(state: State, event: events.VariablePublished) -> State:
    """Set a published value of a variable set for an environment."""
    variables = dict(state.published.get(event.variable_set, {}))
    variables[event.name] = {**variables.get(event.name, {}), event.environment or "": event.value}
    return replace(state, published=state.published.insert(event.variable_set, variables))
