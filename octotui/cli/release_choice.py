"""Which release a caller means, and where it comes next, from what is on disk."""

from pathlib import Path

from octotui.cli.model_files import refuse
from octotui.engine.decide.create_release import releases_of
from octotui.engine.rules.lifecycles import next_environments
from octotui.engine.state import State
from octotui.engine.state.releases import Release, place_key, release_key
from octotui.model.space import Model


def state_of(model: Model, state_dir: Path | None) -> State:
    """Where the space was left; exit code 1 where that cannot be read."""
    from octotui.runtime.open_space import space_folder, state_on_disk
    from octotui.store.errors import StoreError

    try:
        return state_on_disk(space_folder(model.space.slug, state_dir))
    except StoreError as error:
        refuse(str(error), 1)


def newest(model: Model, state: State, project: str) -> Release:
    """The newest release of a project's default channel; exit code 2 where there is none."""
    declared = model.projects[project]
    releases = [each for each in releases_of(state, project) if each.channel == declared.default_channel]
    if not releases:
        refuse(
            f"{declared.name} has no release in the channel {declared.default_channel}:"
            " make one with octotui release, or say which with --release"
        )
    return releases[-1]


def deployed_in(model: Model, state: State, project: str, environment: str, tenant: str | None) -> Release:
    """The release that was deployed last to an environment; exit code 2 where there is none."""
    version = state.current.get(place_key(project, environment, tenant))
    release = state.releases.get(release_key(project, version or ""))
    if release is None:
        for_whom = f" for {model.tenants[tenant].name}" if tenant else ""
        refuse(
            f"nothing of {model.projects[project].name} is in"
            f" {model.environments[environment].name}{for_whom}"
        )
    return release


def next_place(model: Model, release: Release, tenant: str | None) -> str:
    """The environment that a release goes to next; exit code 2 where there are several, or none."""
    places = next_environments(model, release, tenant)
    if not places:
        refuse(f"{release.title} is at the end of its lifecycle: say where with --to")
    if len(places) > 1:
        refuse(f"{release.title} may go to {' or '.join(places)}: say which with --to")
    return places[0]
