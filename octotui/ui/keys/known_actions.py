"""All actions of the app that have keys, by the places they work in."""

from functools import cache

from octotui.ui.key_actions import KeyAction, own_actions
from octotui.ui.keys.key_table import declaring


@cache
def known_actions() -> dict[str, dict[str, KeyAction]]:
    """Return the actions with their own keys: by place, then by name."""
    places: dict[str, dict[str, KeyAction]] = {}
    for kind in declaring():
        for each in own_actions(kind):
            place, _, name = (each.id or "").partition(".")
            places.setdefault(place, {})[name] = each
    return places


@cache
def place_titles() -> dict[str, str]:
    """Return what each place is called, by its id."""
    titles: dict[str, list[str]] = {}
    for kind in declaring():
        for each in own_actions(kind):
            place = (each.id or "").partition(".")[0]
            titles.setdefault(place, []).append(getattr(kind, "KEYS_TITLE", ""))
    return {place: ", ".join(dict.fromkeys(each)) for place, each in titles.items()}
