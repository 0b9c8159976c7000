"""P4: putting a package into its place writes through no link, whoever has made it."""

import base64
import importlib.util
import io
import os
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from octotui.workers.shells import HELPERS

PROGRAM = Path(HELPERS) / "deploy.py"
MARK = ".octotui-package"


@pytest.fixture
def deploy() -> ModuleType:
    """The program as a module."""
    spec = importlib.util.spec_from_file_location("deploy", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "extracted"
    (root / "web" / "in").mkdir(parents=True)
    (root / "app.json").write_text("plain")
    (root / "web" / "in" / "run").write_text("#!/bin/sh\n")
    (root / "web" / "in" / "run").chmod(0o755)
    os.utime(root / "web" / "in" / "run", (1000, 1000))
    (root / "conf").symlink_to("web/in")
    (root / MARK).symlink_to("app.json")
    return root


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder outside, with a file; `unharmed` says that all of it is as it was."""
    (tmp_path / "victim").mkdir(0o751)
    (tmp_path / "victim" / "file").write_text("as it was")
    return tmp_path / "victim"


def unharmed(victim: Path) -> bool:
    return (
        [each.name for each in victim.iterdir()] == ["file"]
        and (victim / "file").read_text() == "as it was"
        and stat.S_IMODE(victim.stat().st_mode) == 0o751
    )


def run(
    action: str, target: Path, *more: str, filled: dict[str, str] | None = None, umask: int = 0o022
) -> str:
    """What the program says where it refuses, nothing where it is done."""
    lines = [
        base64.b64encode(name.encode()) + b" " + base64.b64encode(text.encode()) + b"\n"
        for name, text in (filled or {}).items()
    ]
    command = [sys.executable, "-I", str(PROGRAM), action, str(target), "job-1.1", *more]
    done = subprocess.run(
        command, input=b"".join(lines), capture_output=True, check=False, umask=umask, cwd="/", timeout=60
    )
    assert done.stderr == b""
    assert (done.returncode != 0) == bool(done.stdout)
    return done.stdout.decode().strip()


def test_s1_a_package_is_copied_filled_in_and_put_in_place(tmp_path: Path, package: Path) -> None:
    """S1, P4: modes are those of the package whatever the umask, and the mark is ours."""
    target, filled = tmp_path / "srv" / "shop", {"app.json": "filled"}
    assert run("stage", target, str(package), "shop 1.2.0", filled=filled, umask=0o077) == ""
    staged = target.with_name("shop.new-job-1.1")
    assert not target.exists()
    assert (staged / "app.json").read_text() == "filled"
    assert run("install", target) == ""
    assert [each.name for each in target.parent.iterdir()] == ["shop"]
    assert sorted(each.relative_to(target).as_posix() for each in target.rglob("*") if not each.is_dir()) == [
        MARK,
        "app.json",
        "web/in/run",
    ]
    assert os.fspath((target / "conf").readlink()) == "web/in"
    assert (target / MARK).read_text() == "shop 1.2.0\n"
    assert not (target / MARK).is_symlink()
    assert (target / "web" / "in" / "run").stat().st_mtime == 1000
    modes = [stat.S_IMODE((target / each).stat().st_mode) for each in ("", "web", "app.json", "web/in/run")]
    assert modes == [0o755, 0o755, 0o644, 0o755]
    assert (package / "app.json").read_text() == "plain"
    assert run("leave", target) == ""
    assert target.is_dir()


def test_p4_what_is_planted_beside_a_target_leads_nowhere(
    tmp_path: Path, package: Path, victim: Path
) -> None:
    target = tmp_path / "srv" / "shop"
    target.parent.mkdir()
    new, old = (target.with_name(f"shop.{each}-job-1.1") for each in ("new", "old"))
    new.symlink_to(victim)
    old.symlink_to(victim)
    assert run("stage", target, str(package), "shop 1.2.0") == ""
    assert not new.is_symlink()
    assert run("install", target) == ""
    assert run("leave", target) == ""
    assert unharmed(victim)
    assert [each.name for each in target.parent.iterdir()] == ["shop"]


def test_p4_links_in_what_is_installed_are_replaced_and_not_followed(
    tmp_path: Path, package: Path, victim: Path
) -> None:
    """P4: of an installed package others have made its folders and files links to elsewhere."""
    target = tmp_path / "shop"
    target.mkdir()
    (target / MARK).write_text("shop 1.0\n")
    (target / "app.json").symlink_to(victim / "file")
    (target / "web").symlink_to(victim)
    (target / "more").symlink_to(victim)
    assert run("stage", target, str(package), "shop 1.2.0", filled={"app.json": "filled"}) == ""
    assert run("install", target) == ""
    assert unharmed(victim)
    assert (target / "app.json").read_text() == "filled"
    assert not (target / "more").is_symlink()


def test_p4_a_target_that_is_a_link_is_replaced_where_it_is_ours(
    tmp_path: Path, package: Path, victim: Path
) -> None:
    target = tmp_path / "shop"
    target.symlink_to(victim)
    refusal = (
        f"{target} is there already and no package that octotui installed: move it away, or install elsewhere"
    )
    assert run("stage", target, str(package), "shop 1.2.0") == refusal
    assert not target.with_name("shop.new-job-1.1").exists()
    target.unlink()
    target.symlink_to(tmp_path / "nowhere")
    assert run("stage", target, str(package), "shop 1.2.0") == refusal
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / MARK).touch()
    target.unlink()
    target.symlink_to(tmp_path / "data")
    assert run("stage", target, str(package), "shop 1.2.0") == ""
    assert run("install", target) == ""
    assert not target.is_symlink()
    assert [each.name for each in (tmp_path / "data").iterdir()] == [MARK]


def other_account(monkeypatch: pytest.MonkeyPatch, deploy: ModuleType, link: Path) -> None:
    """Let a link belong to somebody else than who deploys, whoever runs the tests."""
    if os.geteuid() == 0:
        os.lchown(link, 65534, 65534)
    else:
        monkeypatch.setattr(deploy.os, "geteuid", lambda: 65534)


def test_p4_links_on_the_way_are_followed_where_root_or_we_have_made_them(
    tmp_path: Path, victim: Path, deploy: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real").mkdir()
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to(tmp_path / "real")
    deploy.enter(f"{tmp_path}/one/new/../new/deep")
    assert Path.cwd() == (tmp_path / "real" / "new" / "deep").resolve()
    (tmp_path / "away").symlink_to(victim)
    other_account(monkeypatch, deploy, tmp_path / "away")
    with pytest.raises(
        deploy.DeploymentRefused, match=rf"^{tmp_path}/away is a link of the account \d+: install elsewhere$"
    ):
        deploy.enter(f"{tmp_path}/away/shop")
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(deploy.DeploymentRefused, match="round is a link"):
        deploy.enter(f"{tmp_path}/round")
    assert unharmed(victim)


def test_p4_a_link_put_in_the_place_of_the_copy_meanwhile_leads_nowhere(
    tmp_path: Path, package: Path, victim: Path, deploy: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P4: somebody who may write beside the target can stop a deployment, and turn it nowhere else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO()))
    go_into = deploy.go_into
    new = tmp_path / "shop.new-job"

    def planted(folder: Path) -> None:
        if folder.name == new.name:
            new.rename(tmp_path / "away")
            new.symlink_to(victim)
        go_into(folder)

    monkeypatch.setattr(deploy, "go_into", planted)
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        deploy.main("stage", f"{tmp_path}/shop", "job", str(package), "shop 1.2.0")
    assert unharmed(victim)
    new.unlink()

    def swapped(folder: Path) -> None:
        go_into(folder)
        if folder.name == new.name:
            new.rename(tmp_path / "gone")
            new.symlink_to(victim)

    monkeypatch.setattr(deploy, "go_into", swapped)
    deploy.main("stage", f"{tmp_path}/shop", "job", str(package), "shop 1.2.0")
    assert unharmed(victim)
    assert (tmp_path / "gone" / "app.json").read_text() == "plain"
    (victim / "file").rename(tmp_path / "kept")
    new.unlink()
    victim.rename(new)
    monkeypatch.setattr(deploy, "go_into", lambda folder: go_into(folder) or Path("planted").touch())
    with pytest.raises(deploy.DeploymentRefused, match=r"another account interferes with shop\.new-job"):
        deploy.stage(Path("shop.new-job"), package, "shop 1.2.0", {})


def test_s1_what_was_there_is_there_again(tmp_path: Path, package: Path) -> None:
    target = tmp_path / "shop"
    target.mkdir()
    (target / MARK).touch()
    target.rename(tmp_path / "shop.old-job-1.1")
    (tmp_path / "shop.new-job-1.1").mkdir()
    assert run("leave", target) == ""
    assert sorted(each.name for each in tmp_path.iterdir()) == ["extracted", "shop"]


def test_s1_what_cannot_be_done_is_a_sentence(tmp_path: Path, package: Path) -> None:
    (tmp_path / "file").touch()
    assert "Not a directory" in run("stage", tmp_path / "file" / "shop", str(package), "shop 1.2.0")
    assert "No such file" in run("install", tmp_path / "shop")


def test_p4_without_python_a_deployment_fails_with_one_sentence(tmp_path: Path) -> None:
    script = '_source=s _target=t _package=p _job=j _python=\n. "${BASH_ENV%/*}/deploy.bash"\nstage\n'
    done = subprocess.run(
        ("bash", "-c", script),
        env={"PATH": os.environ["PATH"], "BASH_ENV": f"{HELPERS}/octopus.bash"},
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    said = b"a package is deployed by Python, from 3.8 on, and this machine has none: install it"
    assert done.returncode != 0
    assert base64.b64encode(said) in done.stdout or said in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []
