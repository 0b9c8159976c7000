"""S1: a package is deployed: installed, its files filled in, its own scripts run."""

import asyncio
import io
import os
import stat
import tarfile
import time
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from octotui.engine.commands import StartRun
from octotui.model.process import Package, Requirement, Script, Step
from octotui.model.space import Target, Value
from octotui.runtime.jobs import package_deployment
from octotui.runtime.jobs.package_deployment import (
    Undeployable,
    _fits,
    _target,
    _wanted,
    extracted_to,
    files_to_fill,
)
from octotui.runtime.open_space import open_space
from octotui.variables.budget import Budget
from octotui.variables.fill import Filler
from octotui.variables.template import Names
from octotui.workers.local.files import LocalFiles
from tests.runtime.feeds import fed
from tests.world import World, model

SAY = 'echo "{name}: $PWD: $(get_octopusvariable Octopus.Action.Package.PackageVersion): $(cat app.json)"\n'


class Deployed(NamedTuple):
    """How the run ended, why, and what was printed."""

    state: str
    reason: str
    printed: str
    warnings: tuple[str, ...]


def shop(feed: Path, files: dict[str, bytes], version: str = "1.2.0") -> None:
    """A package of these files, which may all be executed and none written."""
    feed.mkdir(exist_ok=True)
    with tarfile.open(feed / f"shop.{version}.tar.gz", "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o555
            archive.addfile(info, io.BytesIO(data))


async def deploy(
    tmp_path: Path, action: Package, *, later: str = "true", environment: str | None = None, **more: str
) -> Deployed:
    step = Step(name="Deploy", action=action, pool="setup", packages=(Requirement("shop", "[1.0,2.0)"),))
    declared = fed(tmp_path / "feed", a=[step, Step(name="Later", action=Script(body=later), pool="setup")])
    named = {"Colour": "red", "Root": str(tmp_path / "srv"), **more}
    variables = {name: (Value(value=value),) for name, value in named.items()}
    declared = replace(declared, variables=variables)
    async with open_space(declared, tmp_path / "state", "ann", time.time) as session:
        events = await session.send(StartRun(process="a", requester="ann", environment=environment))
        run = str(events[0].run)  # type: ignore[union-attr]
        async for state in session.states():
            if not len(state.runs):
                break
        family = await session.family(run)
        logs = [session.log_path(run, job) for job in family.runs[run].progress.jobs]
    found = family.runs[run]
    printed = "".join(log.read_text() for log in logs if log.exists())
    return Deployed(found.state, found.reason, printed, tuple(found.progress.warnings))


async def test_v9_a_packages_scripts_have_the_variables_that_are_called_as_those_of_our_own(
    tmp_path: Path,
) -> None:
    """What deploys it has names that no variable of a run has in an environment."""
    names = ("source", "target", "package", "job", "python", "new", "said")
    body = "".join(f'echo "{name}: ${name} $(get_octopusvariable {name})"\n' for name in names)
    shop(tmp_path / "feed", {"PreDeploy.sh": b"set -eu\n" + body.encode()})
    action = Package(install_to="#{Root}/shop")
    told = await deploy(tmp_path, action, **{name: f"my {name}" for name in names})
    assert told.state == "succeeded"
    for name in names:
        assert f"{name}: my {name} my {name}\n" in told.printed


async def test_s1_files_are_filled_in_and_its_scripts_run_in_order(tmp_path: Path) -> None:
    """S1: PreDeploy in a copy, Deploy and PostDeploy in place, each shell's."""
    files = {
        "app.json": b'{"colour": "#{Colour}"}',
        "web/in/page.config": b"#{Colour} #{Unknown}",
        "web/plain.txt": b"#{Colour}",
        "PostDeploy.sh": SAY.format(name="post").encode(),
        "Deploy.py": b"print('python', get_octopusvariable('Colour'))\n",
        "Deploy.sh": SAY.format(name="deploy").encode(),
        "PreDeploy.sh": SAY.format(name="pre").encode(),
    }
    shop(tmp_path / "feed", files)
    action = Package(install_to="#{Root}/shop", substitute=("*.json", "web/**/*.config"))
    told = await deploy(
        tmp_path,
        action,
        later='echo "later #{Octopus.Action[Deploy].Output.Package.InstallationDirectoryPath}"',
    )
    target = tmp_path / "srv" / "shop"
    assert (told.state, told.reason) == ("succeeded", "")
    assert (target / "app.json").read_text() == '{"colour": "red"}'
    assert (target / "web" / "in" / "page.config").read_text() == "red #{Unknown}"
    assert (target / "web" / "plain.txt").read_text() == "#{Colour}"
    assert stat.S_IMODE((target / "app.json").stat().st_mode) & 0o555 == 0o555
    assert any("web/in/page.config: there is no variable Unknown" in each for each in told.warnings)
    lines = [
        line
        for line in told.printed.splitlines()
        if line.startswith(("pre", "deploy", "post", "python", "later"))
    ]
    assert lines == [
        f'pre: {target}.new-job-1.2: 1.2.0: {{"colour": "red"}}',
        f'deploy: {target}: 1.2.0: {{"colour": "red"}}',
        "python red",
        f'post: {target}: 1.2.0: {{"colour": "red"}}',
        f"later {target}",
    ]
    assert [each.name for each in target.parent.iterdir()] == ["shop"]


async def test_s1_the_new_version_replaces_the_old_one_as_a_whole(tmp_path: Path) -> None:
    shop(tmp_path / "feed", {"old.txt": b"1"})
    action = Package(install_to=str(tmp_path / "srv" / "shop"))
    await deploy(tmp_path, action)
    shop(tmp_path / "feed", {"new.txt": b"2"}, "1.10.0")
    assert (await deploy(tmp_path, action)).state == "succeeded"
    assert sorted(each.name for each in (tmp_path / "srv" / "shop").iterdir()) == [
        ".octotui-package",
        "new.txt",
    ]


async def test_s1_a_failing_predeploy_leaves_what_was_there(tmp_path: Path) -> None:
    shop(tmp_path / "feed", {"old.txt": b"1"})
    action = Package(install_to=str(tmp_path / "srv" / "shop"))
    await deploy(tmp_path, action)
    shop(tmp_path / "feed", {"new.txt": b"2", "PreDeploy.sh": b"exit 7\n"}, "1.10.0")
    told = await deploy(tmp_path, action)
    assert (told.state, "exit code 7" in told.reason) == ("failed", True)
    assert [each.name for each in (tmp_path / "srv").iterdir()] == ["shop"]
    assert (tmp_path / "srv" / "shop" / "old.txt").exists()


async def test_s1_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    shop(tmp_path / "feed", {"new.txt": b"2"})
    mine = tmp_path / "srv" / "shop" / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("years of work")
    told = await deploy(tmp_path, Package(install_to=str(mine.parent)))
    assert told.state == "failed"
    assert "is there already and no package that octotui installed: move it away" in told.reason
    assert mine.read_text() == "years of work"


def test_s1_a_folder_in_one_of_the_root_is_deep_enough() -> None:
    name = "Octopus.Action.Package.InstallationDirectoryPath"
    assert _target(Filler(Names({name: "/srv/shop"}), None, Budget())) == "/srv/shop"


@pytest.mark.parametrize(
    "place", ["/", "/srv", "shop", "srv/in/shop", "/srv/#{Nothing}/shop", "/srv/../etc/shop"]
)
async def test_s1_no_half_of_a_machine_is_replaced(tmp_path: Path, place: str) -> None:
    shop(tmp_path / "feed", {"new.txt": b"2"})
    told = await deploy(tmp_path, Package(install_to=place))
    assert told.state == "failed"
    assert f'it cannot be installed to "{place}": give an absolute path, such as "/srv/shop"' in told.reason


async def test_s1_without_a_place_it_gets_one_of_its_own(tmp_path: Path) -> None:
    shop(tmp_path / "feed", {"new.txt": b"2"})
    told = await deploy(tmp_path, Package(), environment="test")
    assert told.state == "succeeded"
    (found,) = (tmp_path / "state").rglob("applications/test/shop/1.2.0/new.txt")
    assert found.read_bytes() == b"2"


async def test_v1_files_of_all_origins_keep_their_encoding_and_scripts_run(tmp_path: Path) -> None:
    """V1: also the package's own scripts, as systems write them that end lines otherwise."""
    text = "\ufeff<é>\r\n#{Colour}\r\n"
    files = {
        "a.txt": text.encode("utf-16-le"),
        "b.txt": text.encode("utf-16-be"),
        "c.txt": b"\xe9\r\n#{Colour} #{if}",
        "d.txt": b"\x89\0\r\n",
        "Deploy.sh": b"\xef\xbb\xbfif true; then\r\n  echo deploy '#{Colour}'\r\nfi\r\n",
        "PostDeploy.py": "\ufeffprint('python')\r\n".encode("utf-16-le"),
    }
    shop(tmp_path / "feed", files)
    told = await deploy(tmp_path, Package(install_to="#{Root}/shop", substitute=("*.txt",)))
    assert (told.state, told.reason) == ("succeeded", "")
    target = tmp_path / "srv" / "shop"
    assert (target / "a.txt").read_bytes() == text.replace("#{Colour}", "red").encode("utf-16-le")
    assert (target / "b.txt").read_bytes() == text.replace("#{Colour}", "red").encode("utf-16-be")
    assert (target / "c.txt").read_bytes() == b"\xe9\r\nred #{if}"
    assert (target / "d.txt").read_bytes() == files["d.txt"]
    assert "deploy #{Colour}\n" in told.printed
    assert "python\n" in told.printed
    assert [each for each in told.warnings if "txt" in each] == [
        "c.txt: there is no variable if",
    ]


async def test_v1_a_script_that_extracts_itself_finds_its_bytes(tmp_path: Path) -> None:
    payload = b"\x80\r\n\x81\r"
    shop(tmp_path / "feed", {"Deploy.sh": b'tail -n +3 "$0" >payload\nexit 0\n' + payload})
    told = await deploy(tmp_path, Package(install_to="#{Root}/shop"))
    assert (told.state, told.reason) == ("succeeded", "")
    assert (tmp_path / "srv" / "shop" / "payload").read_bytes() == payload


async def test_v1_what_an_encoding_cannot_hold_fails_before_anything_is_changed(tmp_path: Path) -> None:
    shop(tmp_path / "feed", {"a.txt": b"\xe9\n#{Name}", "b.txt": "\xe9\n#{Name}".encode()})
    told = await deploy(tmp_path, Package(install_to="#{Root}/shop", substitute=("*.txt",)), Name="\u4e2d")
    assert told.state == "failed"
    assert "a.txt cannot be filled in: a value in line 2 has a character that" in told.reason
    assert not (tmp_path / "srv" / "shop").exists()
    told = await deploy(tmp_path, Package(install_to="#{Root}/shop", substitute=("*.txt",)), Name="\u20ac")
    assert told.state == "succeeded"
    assert (tmp_path / "srv" / "shop" / "a.txt").read_bytes() == b"\xe9\n\x80"
    assert [each for each in told.warnings if "values are written" in each] == [
        "a.txt: it is not in UTF-8, so its values are written in windows-1252"
    ]


async def test_v1_what_cannot_be_filled_in_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop(tmp_path / "feed", {"a.json": b"\xff\0#{Colour}", "b.json": b"#{if", "c.json": b"x"})
    told = await deploy(tmp_path, Package(substitute=("*.json",)))
    assert told.state == "succeeded"
    assert any("a.json: it is not text, and stays as it is" in each for each in told.warnings)
    assert any("b.json: " in each for each in told.warnings)
    (found,) = (tmp_path / "state").rglob("applications/*/1.2.0/a.json")
    assert found.read_bytes() == b"\xff\0#{Colour}"
    monkeypatch.setattr(package_deployment, "LARGEST", 3)
    told = await deploy(tmp_path, Package(substitute=("*.json",)))
    assert "a.json cannot be filled in: that is for at most 1000 files of at most 3 bytes" in told.reason


async def test_v1_what_is_too_much_to_be_filled_in_is_deployed_where_nobody_wants_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package's own script may carry all it extracts, and takes no place of a file that is filled in."""
    monkeypatch.setattr(package_deployment, "LARGEST", 40)
    monkeypatch.setattr(package_deployment, "MOST", 2)
    files = {
        "Deploy.sh": b"echo deployed; exit\n" + b"\r\n" * 40,
        "PostDeploy.sh": b"echo over #".ljust(38) + b"\r\n",
    }
    shop(tmp_path / "feed", files | {"a.json": b"#{Colour}".ljust(40), "b.json": b"#{Colour}"})
    for patterns in ((), ("*.json",)):
        told = await deploy(tmp_path, Package(install_to="#{Root}/shop", substitute=patterns))
        assert (told.state, told.reason) == ("succeeded", "")
        assert "deployed\n" in told.printed
        assert "over\n" in told.printed
        assert (tmp_path / "srv" / "shop" / "Deploy.sh").read_bytes() == files["Deploy.sh"]
        assert (tmp_path / "srv" / "shop" / "PostDeploy.sh").read_bytes().endswith(b" \n")
    told = await deploy(tmp_path, Package(install_to="#{Root}/shop", substitute=("Deploy.*",)))
    assert "Deploy.sh cannot be filled in: that is for at most 2 files of at most 40 bytes" in told.reason
    told = await deploy(tmp_path, Package(install_to="#{Root}/shop", substitute=("*.json", "Post*")))
    assert "b.json cannot be filled in" in told.reason


async def test_v1_1000_files_of_4_mib_are_filled_in_and_no_more_or_larger_ones(tmp_path: Path) -> None:
    action = Package(substitute=("*.json", "*.txt"))
    step = Step(name="Deploy", action=action, pool="setup", packages=(Requirement("shop"),))
    world = World(model({"a": [step]}))
    world.send(StartRun(process="a", requester="ann"))
    run, job = world.state.runs["run-1"], world.state.jobs["job-1.1"]
    place = tmp_path / extracted_to(run, step, "packages")
    place.mkdir(parents=True)
    for number in range(999):
        (place / f"{number}.json").touch()
    large = place / "large.txt"
    large.touch()
    os.truncate(large, 4 << 20)
    assert len(await files_to_fill(run, job, LocalFiles(str(tmp_path)), "packages")) == 1000
    os.truncate(large, (4 << 20) + 1)
    with pytest.raises(Undeployable, match=r"^large\.txt .* at most 1000 files of at most 4,194,304 bytes$"):
        await files_to_fill(run, job, LocalFiles(str(tmp_path)), "packages")
    os.truncate(large, 0)
    (place / "more.txt").touch()
    with pytest.raises(Undeployable, match=r"^more\.txt cannot be filled in"):
        await files_to_fill(run, job, LocalFiles(str(tmp_path)), "packages")


async def test_q6_a_deployment_that_is_cancelled_puts_things_back(tmp_path: Path) -> None:
    from octotui.engine.commands import CancelRun

    shop(tmp_path / "feed", {"new.txt": b"2", "PreDeploy.sh": b"touch ../begun; sleep 60 & wait\n"})
    target = tmp_path / "srv" / "shop"
    step = Step(
        name="Deploy",
        action=Package(install_to=str(target)),
        pool="setup",
        packages=(Requirement("shop"),),
    )
    async with open_space(fed(tmp_path / "feed", a=[step]), tmp_path / "state", "ann", time.time) as session:
        events = await session.send(StartRun(process="a", requester="ann"))
        while not (tmp_path / "srv" / "begun").exists():
            await asyncio.sleep(0.01)
        await session.send(CancelRun(run=events[0].run, by="ann"))  # type: ignore[union-attr]
        async for state in session.states():
            if not len(state.runs):
                break
    assert [each.name for each in (tmp_path / "srv").iterdir()] == ["begun"]


async def test_s6_a_package_is_deployed_on_each_target(tmp_path: Path) -> None:
    """S6, P2: acquired and installed on the targets themselves."""
    shop(tmp_path / "feed", {"new.txt": b"2"})
    step = Step(
        name="Deploy",
        action=Package(install_to=f"{tmp_path}/#{{Octopus.Machine.Id}}/shop"),
        packages=(Requirement("shop"),),
        roles=("web",),
        on="target",
    )
    targets = {slug: Target(name=slug, roles=("web",)) for slug in ("web1", "web2")}
    declared = replace(fed(tmp_path / "feed", a=[step]), targets=targets)
    async with open_space(declared, tmp_path / "state", "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        async for state in session.states():
            if not len(state.runs):
                break
    for slug in targets:
        assert (tmp_path / slug / "shop" / "new.txt").read_bytes() == b"2"


async def test_p4_nothing_behind_a_link_is_filled_in(tmp_path: Path) -> None:
    """P4: the file itself is, and what else matches stays as it is; the mark is written through no link."""
    feed = tmp_path / "feed"
    feed.mkdir()
    with tarfile.open(feed / "shop.1.2.0.tar.gz", "w:gz") as archive:
        for name, link in (("real/app.json", ""), ("conf", "real"), ("top.json", "real/app.json")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = (tarfile.SYMTYPE, link) if link else (tarfile.REGTYPE, "")
            info.size = 0 if link else 10
            archive.addfile(info, io.BytesIO(b"#{Colour}\n"))
        mark = tarfile.TarInfo(".octotui-package")
        mark.type, mark.linkname = tarfile.SYMTYPE, "real/other"
        archive.addfile(mark)
    for pattern, content in (("*/*.json", "red\n"), ("*.json", "#{Colour}\n"), ("conf/*", "#{Colour}\n")):
        told = await deploy(tmp_path, Package(install_to="#{Root}/shop", substitute=(pattern,)))
        assert told.state == "succeeded"
        place = tmp_path / "srv" / "shop"
        assert (place / "real" / "app.json").read_text() == content
        assert (place / "top.json").is_symlink()
        assert (place / "conf").is_symlink()
        assert not (place / ".octotui-package").is_symlink()
        assert not (place / "real" / "other").exists()


async def test_p4_what_is_deployed_is_what_was_extracted(tmp_path: Path) -> None:
    """P4: though a script of the run has changed the cache before."""
    shop(tmp_path / "feed", {"new.txt": b"good #{Octopus.Step[Before].Status.Code}"})
    cached = tmp_path / "state" / "test" / "workers" / "worker1" / "packages" / "shop" / "1.2.0" / "new.txt"
    before = Step(
        name="Before",
        action=Script(body=f"echo evil >{cached}"),
        pool="setup",
        packages=(Requirement("shop", "[1.0,2.0)"),),
    )
    target = tmp_path / "srv" / "shop"
    action = Package(install_to=str(target), substitute=("*.txt",))
    step = replace(before, name="Deploy", action=action)
    async with open_space(
        fed(tmp_path / "feed", a=[before, step]), tmp_path / "state", "ann", time.time
    ) as session:
        await session.send(StartRun(process="a", requester="ann"))
        async for state in session.states():
            if not len(state.runs):
                break
        family = await session.family("run-1")
    assert family.runs["run-1"].state == "succeeded"
    assert (target / "new.txt").read_bytes() == b"good Succeeded"
    assert "was changed in the cache (new.txt)" in family.runs["run-1"].progress.warnings[0]


async def test_p4_a_link_of_another_account_on_the_way_is_not_followed(tmp_path: Path) -> None:
    """P4: one sentence says which it is, and nothing is written behind it."""
    shop(tmp_path / "feed", {"new.txt": b"2"})
    (tmp_path / "victim").mkdir()
    (tmp_path / "srv").symlink_to(tmp_path / "victim")
    if os.geteuid() == 0:  # only root can give a link away; tests/workers/test_deploying.py proves it for all
        os.lchown(tmp_path / "srv", 65534, 65534)
        told = await deploy(tmp_path, Package(install_to="#{Root}/shop"))
        assert told.state == "failed"
        assert f"{tmp_path}/srv is a link of the account 65534: install elsewhere" in told.reason
        assert list((tmp_path / "victim").iterdir()) == []
    else:
        assert (await deploy(tmp_path, Package(install_to="#{Root}/shop"))).state == "succeeded"


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("*.json", ["a.json"]),
        ("web/*.json", ["web/b.json"]),
        ("web/**/*.json", ["web/b.json", "web/x/y/c.json"]),
        ("**/*.json", ["a.json", "web/b.json", "web/x/y/c.json"]),
        ("**/x/**/*.json", ["web/x/y/c.json"]),
        ("web/x/**", ["web/x/d.txt", "web/x/y/c.json"]),
        ("*/*/*.json", []),
        ("[ab].json", ["a.json"]),
        ("web", []),
    ],
)
def test_s1_a_pattern_means_paths_of_files(pattern: str, fits: list[str]) -> None:
    names = ("a.json", "web/b.json", "web/x/d.txt", "web/x/y/c.json")
    parts = PurePosixPath(pattern).parts
    assert [each for each in names if _fits(tuple(each.split("/")), parts)] == fits


async def test_p4_links_of_a_package_multiply_no_paths(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "app.json").touch()
    for number in range(300):
        (root / f"l{number}").symlink_to(".")
    wanted = await _wanted(Package(substitute=("**/*.json",)), LocalFiles(str(tmp_path)), "root")
    assert wanted == ("app.json",)
    assert len(await LocalFiles(str(tmp_path)).list("root", deep=True)) == 301
