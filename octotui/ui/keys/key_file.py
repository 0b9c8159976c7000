"""The file of keys of an account: read, checked, and printed."""

import os
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from octotui.model.complaints import Complaint, Keys, ModelError
from octotui.model.toml.specs.spec import KeySpec, ListSpec, ScalarSpec, TableSpec
from octotui.model.toml.validate import Validator
from octotui.store.screen_settings.keys_path import NAMED, has_keys_file, keys_file
from octotui.store.user_config import user_source
from octotui.ui.key_actions import KeyAction
from octotui.ui.keys.key_conflicts import KeyProblem, conflicts, shadowed
from octotui.ui.keys.key_names import key_problem, parse_key, spelled
from octotui.ui.keys.known_actions import known_actions, place_titles
from octotui.ui.settings.keymap import DEFAULT_KEYS, Keymap
from octotui.views.text.visible_text import visible

KEY = ScalarSpec(
    what='a key such as "s", "F", "?", "ctrl+g" or "pagedown"',
    schema={"type": "string"},
    holds=lambda raw: isinstance(raw, str) and parse_key(raw) is not None,
    clean=parse_key,
    why=key_problem,
)
HEAD = """\
# The keys of octotui, by place and action. An action may have several keys, or none: [].
# {file}
# is read when the app opens. What it leaves out keeps its key; `octotui keys --check` checks it.
"""


class KeyFile(NamedTuple):
    """The keymap of an account, the usual one where there are complaints about its file."""

    keymap: Keymap = DEFAULT_KEYS
    complaints: tuple[Complaint, ...] = ()
    warnings: tuple[Complaint, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What the app says of it, in one sentence."""
        if not self.complaints:
            return ()
        more = f" ({len(self.complaints) - 1} more)" if len(self.complaints) > 1 else ""
        return (f"The usual keys are in force: {self.complaints[0]}{more}",)


def read_keys() -> KeyFile:
    """Read the account's keys; complaints are by line and column, and leave the usual keys."""
    file = keys_file()
    if not os.path.lexists(file):
        missing = f"There is no such file, which {NAMED} names; `octotui keys` prints one."
        return (
            KeyFile(complaints=(Complaint(str(file), 0, 0, "", missing),)) if has_keys_file() else KeyFile()
        )
    try:
        source = user_source(file)
    except ModelError as error:
        return KeyFile(complaints=error.complaints)
    found: dict[Keys, str] = {}

    def report(at: Keys, problem: str) -> None:
        found.setdefault(at, problem)

    tables = Validator(source.folder, report).read(_shape(), source.tables)
    keymap = Keymap(dict(_changed(tables)))
    if not found:
        found = {_path(each): each.sentence for each in conflicts(keymap)}
    if found:
        complaints = ModelError(source.complaint(*each) for each in found.items()).complaints
        return KeyFile(complaints=complaints)
    hidden = {_path(each): each.sentence for each in shadowed(keymap)}
    return KeyFile(keymap, warnings=tuple(source.complaint(*each) for each in hidden.items()))


def printed_keys(keymap: Keymap) -> str:
    """Return all actions with their keys as a file that is read again to the same keymap."""
    return "\n".join([HEAD.format(file=visible(str(keys_file()))), *_printed(keymap)])


def _printed(keymap: Keymap) -> Iterator[str]:
    titles = place_titles()
    for place, actions in known_actions().items():
        yield f"# {titles[place]}"
        yield f"[{place}]"
        for name, action in actions.items():
            keys = [spelled(key) for key in keymap.key_of(action.id or "", action.key).split(",") if key]
            texts = [msgspec.json.encode(key).decode() for key in keys]
            value = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
            yield f"{name} = {value}  # {action.meaning}"
        yield ""


def _changed(tables: dict[str, dict[str, list[str]]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the actions to which the tables of a file give other keys than their own."""
    known = known_actions()
    for place, actions in tables.items():
        for name, keys in actions.items():
            action, given = known[place][name], tuple(dict.fromkeys(keys))
            if given != action.raw_keys:
                yield f"{place}.{name}", given


def _shape() -> TableSpec:
    """Return what the file may hold: a table for each place, with a key for each action."""

    def key(action: KeyAction) -> KeySpec:
        return KeySpec(ListSpec(KEY, alone=True), action.meaning)

    return TableSpec(
        {
            place: KeySpec(TableSpec({name: key(each) for name, each in actions.items()}), place)
            for place, actions in known_actions().items()
        }
    )


def _path(problem: KeyProblem) -> Keys:
    return tuple(problem.action.split("."))
