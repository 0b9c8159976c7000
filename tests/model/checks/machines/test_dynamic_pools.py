"""W12: what contradicts itself in dynamic pools, in sentences with their places."""

from pathlib import Path

import pytest

from octotui.model.checks.machines.dynamic_pools import deprecation, warn_of_images
from octotui.model.complaints import ModelError
from octotui.model.space import Model
from octotui.model.toml.read import load, load_with_warnings

HEAD = '[space]\nname = "S"\n'
COMMANDS = 'provision = ["./up.sh", "-x"], destroy = ["down"]'


def written(folder: Path, text: str) -> Path:
    file = folder / "m.toml"
    file.write_text(HEAD + text)
    return file


def model(folder: Path, dynamic: str, more: str = "") -> Model:
    return load(written(folder, f"[pools.hosted]\ndynamic = {{ {dynamic} }}\n{more}"))


@pytest.mark.parametrize(("dynamic", "more", "sentence"), [
    ('provider = "command", image = "u"', "", '"provision" is missing; write the command'),
    ('provider = "container", image = "u", destroy = ["x"]', "", 'The provider "container" runs no command'),
    ('provider = "container", image = "u", warm = 2', "", "Its max is 1; keep fewer machines ready"),
    ('provider = "container", image = "u", timeout = "0s"', "", "It takes some time"),
    ('provider = "magic", image = "u"', "", '"magic" is not known'),
    ('image = "u"', "", '"provider" is missing.'),
    ('provider = "container"', "", '"image" is missing.'),
    ('provider = "container", image = "u"', 'workers = ["w"]', '"dynamic" does not go with "workers"'),
    ('provider = "container", image = "u", account = "a"', "[accounts.a]\nuser = 'a'", "Its containers"),
    (f'provider = "command", image = "u", {COMMANDS}, account = "a"', "", "There is no account"),
    ('provider = "container", image = "u", policy = "p"', "", 'There is no machine policy "p"'),
    ('provider = "container", image = "u", directory = "work"', "", "Expected a whole path"),
    ('provider = "container", image = "u"', '[images.u]\ndeprecated = "soon"', 'a day such as "2027-01-01"'),
])  # fmt: skip
def test_w12_each_contradiction_is_one_sentence(
    dynamic: str, more: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError) as found:
        model(tmp_path, dynamic, more)
    assert sentence in str(found.value)


def test_w12_paths_of_commands_are_relative_to_the_model(tmp_path: Path) -> None:
    found = model(tmp_path, f'provider = "command", image = "u", {COMMANDS}').pools["hosted"].dynamic
    assert found is not None
    assert (found.provision, found.destroy) == ((str(tmp_path / "up.sh"), "-x"), ("down",))


def test_w12_deprecated_images_and_those_of_no_pool_are_warned_of(tmp_path: Path) -> None:
    images = '[images.u]\nname = "Old"\ndeprecated = "2027-01-01"\n[images.other]\n'
    file = written(tmp_path, f'[pools.hosted]\ndynamic = {{ provider = "container", image = "u" }}\n{images}')
    found, warnings = load_with_warnings(file, (), (warn_of_images,))
    told = [each.message for each in warnings]
    assert told == [
        "Image Old is deprecated from 2027-01-01 on; name a newer one.",
        "No pool has it; name it in a dynamic pool, or remove it.",
    ]
    dynamic = found.pools["hosted"].dynamic
    assert dynamic is not None
    assert deprecation(found, dynamic) == "image Old is deprecated from 2027-01-01 on"
