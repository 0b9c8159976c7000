"""Dynamic pools that contradict themselves, and images that are not to be used any more (W12)."""

from collections.abc import Iterator

from octotui.model.complaints import InsideReport, Report, SourcePosition
from octotui.model.machines.dynamic_pools import DynamicPool, Image
from octotui.model.space import Model

_START = SourcePosition(1, 1)
_COMMANDS = ("provision", "destroy")


def check_dynamic_pools(model: Model, report: Report) -> None:
    """Report keys of dynamic pools that are missing, or that do not go together."""
    for slug, pool in model.pools.items():
        for key, sentence in _problems(pool.dynamic) if pool.dynamic is not None else ():
            report(("pools", slug, "dynamic", key), sentence)


def _problems(dynamic: DynamicPool) -> Iterator[tuple[str, str]]:
    """Yield what contradicts itself, by key."""
    for key in _COMMANDS:
        command = getattr(dynamic, key)
        if dynamic.provider == "command" and not command:
            yield "provider", f'"{key}" is missing; write the command, such as {key} = ["./{key}.sh"].'
        elif dynamic.provider != "command" and command:
            yield key, f'The provider "{dynamic.provider}" runs no command; remove it, or say "command".'
    if dynamic.provider == "container" and dynamic.account is not None:
        yield "account", "Its containers need none: jobs run as the account of their image; remove it."
    if dynamic.warm > dynamic.max:
        yield "warm", f"Its max is {dynamic.max}; keep fewer machines ready, or raise it."
    for key in ("max_age", "timeout", "limit"):
        if getattr(dynamic, key) <= 0:
            yield key, 'It takes some time; say "20m", for example.'


def image_of(model: Model, dynamic: DynamicPool) -> Image:
    """Return the image of a pool, also of one that [images] does not name."""
    return model.images.get(dynamic.image) or Image(name=dynamic.image)


def deprecation(model: Model, dynamic: DynamicPool) -> str:
    """Return the warning about a pool's image, or `""`: `image ubuntu-22.04 is deprecated on 2027-01-01`."""
    image = image_of(model, dynamic)
    return f"image {image.name} is deprecated from {image.deprecated} on" if image.deprecated else ""


def warn_of_images(model: Model, report: InsideReport) -> None:
    """Warn of pools whose image is deprecated, and of images that no pool names."""
    used = set()
    for slug, pool in model.pools.items():
        if pool.dynamic is None:
            continue
        used.add(pool.dynamic.image)
        if warning := deprecation(model, pool.dynamic):
            sentence = f"{warning[0].upper()}{warning[1:]}; name a newer one."
            report(("pools", slug, "dynamic", "image"), sentence, _START)
    for slug in model.images:
        if slug not in used:
            report(("images", slug), "No pool has it; name it in a dynamic pool, or remove it.", _START)
