from pathlib import Path

import pytest

from octotui.model.checks.packages import package_of, warn_of_package_files
from octotui.model.process import Package, Requirement
from octotui.model.space import Feed
from octotui.model.toml.read import load, load_with_warnings
from octotui.model.toml.write import dump
from tests.model.texts import complaints_of, model_of, only_complaint

STEP = '[[runbooks.x.steps]]\nname = "One"\nscript = "true"\npackages = ["tools@1.2.0"]\n'
FEED = '[feeds.local]\ndirectory = "packages"\n'


@pytest.mark.parametrize(
    ("file", "package"),
    [
        ("worker-image.2.1.0.zip", Requirement("worker-image", "2.1.0")),
        ("tools.1.2.0.tar.gz", Requirement("tools", "1.2.0")),
        ("My.App.7.1.zip", Requirement("My.App", "7.1")),
        ("tools.1.0.0-beta.2.zip", Requirement("tools", "1.0.0-beta.2")),
        ("tools.1.0.0+build.7.nupkg", Requirement("tools", "1.0.0+build.7")),
        ("tools.1.0-².zip", None),
        ("tools.1.0.tar", None),
        ("tools.zip", None),
        ("1.2.0.zip", Requirement("1", "2.0")),
    ],
)
def test_the_name_of_a_file_says_id_and_version(file: str, package: Requirement | None) -> None:
    assert package_of(file) == package


def test_p1_a_package_needs_a_feed(tmp_path: Path) -> None:
    said = 'runbooks.x.steps["One"].packages[1]: "tools" needs a feed; declare one, such as [feeds.local].'
    assert only_complaint(tmp_path, STEP) == said


def test_p1_a_range_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "tools.1.0.0.zip").touch()
    said = only_complaint(tmp_path, (STEP + FEED).replace("1.2.0", "latest"))
    assert 'packages[1]: "latest" is no range of versions; write one such as "1.2.0"' in said
    model = model_of(tmp_path, (STEP + FEED).replace("1.2.0", "[1.0, 2.0)"))
    assert model.runbooks["x"].steps[0].packages == (Requirement("tools", "[1.0, 2.0)"),)


def test_p1_a_feed_needs_its_folder_and_its_packages_are_not_judged_without(tmp_path: Path) -> None:
    said = only_complaint(tmp_path, STEP + FEED)
    assert (
        said == f'feeds.local.directory: There is no folder "{tmp_path}/packages"; make it, or name another.'
    )


def test_p1_a_package_that_no_feed_holds_gets_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "toolz.1.0.0.zip").touch()
    said = only_complaint(tmp_path, STEP + FEED)
    assert said.endswith('No feed holds the package "tools"; did you mean "toolz"?')


def test_p1_any_feed_may_hold_it(tmp_path: Path) -> None:
    for folder, file in (("packages", "other.1.0.0.zip"), ("more", "tools.1.2.0.zip")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).touch()
    model = model_of(tmp_path, STEP + FEED + '[feeds.more]\ndirectory = "more"\n')
    assert model.runbooks["x"].steps[0].packages == (Requirement("tools", "1.2.0"),)


def test_a_feed_without_directory_is_one_complaint(tmp_path: Path) -> None:
    said = only_complaint(tmp_path, STEP + "[feeds.local]\n")
    assert said == 'feeds.local: One of "directory", "url", "registry" is missing.'


def test_p1_no_server_is_asked_just_to_check(tmp_path: Path) -> None:
    model = model_of(tmp_path, STEP + '[feeds.far]\nurl = "http://127.0.0.1:1/feed/"\ntimeout = "5s"\n')
    assert (model.feeds["far"].url, model.feeds["far"].timeout) == ("http://127.0.0.1:1/feed/", 5.0)


def test_a_feed_says_all_about_its_server(tmp_path: Path) -> None:
    said = 'url = "https://feeds.example/tools/?list-type=2"\ntimeout = "5s"\n'
    said += 'username = "ann"\ntoken_env = "TOKEN"\nhosts = ["cdn.example", "[::1]:8443"]\n'
    model = model_of(tmp_path, f'[feeds.far]\n{said}[engine]\npackage_cache = "10 GiB"\n')
    assert model.feeds["far"] == Feed(
        url="https://feeds.example/tools/?list-type=2",
        timeout=5.0,
        username="ann",
        token_env="TOKEN",
        hosts=("cdn.example", "[::1]:8443"),
    )
    assert model.engine.package_cache == 10 << 30
    (tmp_path / "again.toml").write_text(dump(model))
    assert load(tmp_path / "again.toml") == model


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        ('url = "file:///etc"', "Expected an address such as"),
        ('url = "https://ann:secret@feeds.example/"', "Expected an address such as"),
        ('url = "https://a"\nusername = "ann"', '"username" goes only with "token_env"; remove it.'),
        ('url = "https://a"\nhosts = ["https://b"]', 'Expected a host such as "cdn.example.com"'),
        ('url = "https://a"\nhosts = ["*.b"]', 'Expected a host such as "cdn.example.com"'),
        ('url = "https://a"\nhosts = ["b/c"]', 'Expected a host such as "cdn.example.com"'),
        ('directory = "."\nhosts = ["b"]', '"hosts" does not go with "directory"; remove one of them.'),
        ('url = "https://a"\ndirectory = "."', '"directory" does not go with "url"; keep one of them.'),
    ],
)
def test_what_a_feed_cannot_be_is_said(tmp_path: Path, feed: str, said: str) -> None:
    assert said in only_complaint(tmp_path, f"[feeds.far]\n{feed}\n")


def test_p1_folders_of_feeds_that_are_empty_are_called_that(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    said = only_complaint(tmp_path, STEP + FEED)
    assert said.endswith('No feed holds the package "tools"; their folders hold no package at all.')


DEPLOYED = """
[[runbooks.x.steps]]
name = "One"
package = { id = "shop@[1.0,2.0)", install_to = "/srv/#{Name}", substitute = ["*.json", "web/**/*.config"] }
packages = ["tools"]
[[runbooks.x.steps]]
name = "Two"
package = "shop"
"""


def test_s1_a_package_is_deployed(tmp_path: Path) -> None:
    """S1: the package of a step comes first of those it needs."""
    (tmp_path / "packages").mkdir()
    for name in ("shop.1.0.zip", "tools.1.0.zip"):
        (tmp_path / "packages" / name).touch()
    model = model_of(tmp_path, DEPLOYED + FEED)
    one, two = model.runbooks["x"].steps
    assert one.packages == (Requirement("shop", "[1.0,2.0)"), Requirement("tools"))
    assert one.action == Package(install_to="/srv/#{Name}", substitute=("*.json", "web/**/*.config"))
    assert (two.action, two.packages) == (Package(), (Requirement("shop"),))
    (tmp_path / "again.toml").write_text(dump(model))
    assert load(tmp_path / "again.toml") == model


@pytest.mark.parametrize(
    ("package", "said"),
    [
        ('"shop@latest"', 'runbooks.x.steps["One"].package: "latest" is no range of versions'),
        ('{ id = "none" }', 'runbooks.x.steps["One"].package: No feed holds the package "none"'),
        ('{ id = "tools", substitute = ["../*"] }', "Expected a pattern such as"),
        ('{ id = "tools", substitute = ["/etc/*"] }', "Expected a pattern such as"),
        ('{ install_to = "/srv/shop" }', '"id" is missing.'),
    ],
)
def test_what_cannot_be_deployed_is_said(tmp_path: Path, package: str, said: str) -> None:
    (tmp_path / "packages").mkdir()
    for name in ("shop.1.0.zip", "tools.1.0.zip"):
        (tmp_path / "packages" / name).touch()
    step = f'[[runbooks.x.steps]]\nname = "One"\npackage = {package}\n'
    found = [str(each) for each in complaints_of(tmp_path, step + FEED)]
    assert said in found[0]


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ("script = '''\necho\n  tar xf \"$Octopus_Action_Package_tools__PackageFilePath\"\n'''", ":10:42: "),
        ('script = { file = "use.sh" }', "use.sh:2:6: "),
        ('template = "own"', ":8:13: "),
        (
            "roles = ['web']\nhealth_check = { script = '#{Octopus.Action.Package[x].packagefilename}' }",
            ":9:",
        ),
    ],
)
def test_p2_a_script_that_asks_for_the_file_of_a_package_is_warned_of(
    tmp_path: Path, step: str, place: str
) -> None:
    """P2: packages are extracted."""
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "tools.1.0.zip").touch()
    (tmp_path / "use.sh").write_text("true\necho PackageFilePath\n")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.toml").write_text("[scripts]\nbash = 'echo PackageFilePath'")
    head = "[space]\nname = 'S'\n[targets.w]\nroles = ['web']\n[[runbooks.x.steps]]\nname = 'One'\n"
    file = tmp_path / "model.toml"
    file.write_text(f"{head}packages = ['tools']\n{step}\n{FEED}")
    _, (said,) = load_with_warnings(file, (), (warn_of_package_files,))
    assert place in str(said)
    assert said.message.startswith("Packages are extracted, and their files not kept: PackageFilePath and ")
    file.write_text(f"{head}{step}\n")
    assert load_with_warnings(file, (), (warn_of_package_files,))[1] == ()
