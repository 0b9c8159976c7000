"""Creation of a release: its packages' versions are chosen from the feeds, then all is frozen (P1)."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from octotui.engine.commands import CreateRelease, Refused
from octotui.engine.decide.create_release import channel_of
from octotui.engine.events import ReleaseCreated
from octotui.engine.state.releases import Release, declared_channel, images, requirements
from octotui.model.complaints import did_you_mean
from octotui.model.process import Requirement
from octotui.runtime.space_access import SpaceAccess

NONE: Mapping[str, str] = MappingProxyType({})


async def make_release(
    session: SpaceAccess, command: CreateRelease, pinned: Mapping[str, str] = NONE
) -> Release:
    """Create a release with `pinned` versions, and the highest that fit of other packages; raises Refused."""
    model = session.state.model
    definition = model.process(command.process)
    if definition is not None:
        asked = _asked(requirements(definition), pinned) | {image: image for image in images(definition)}
        channel = channel_of(model, command.process, command.channel)
        limits = declared_channel(model, command.process, channel)
        chosen, problems = await session.choose(tuple(asked.values()), limits)
        if problems:
            raise Refused("; ".join(problems))
        command = replace(command, versions={text: chosen[wanted] for text, wanted in asked.items()})
    events = await session.send(command)
    return next(event.release for event in events if isinstance(event, ReleaseCreated))


def _asked(needed: Sequence[Requirement], pinned: Mapping[str, str]) -> dict[str, str]:
    """Return by requirement what feeds are asked for: the requirement, or its pinned version."""
    ids = [each.id for each in needed]
    for package in pinned:
        if package not in ids:
            raise Refused(f"no step needs the package {package}{did_you_mean(package, ids).rstrip('.')}")
    return {each.text: Requirement(each.id, pinned.get(each.id, each.version)).text for each in needed}
