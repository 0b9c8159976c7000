"""S8: containers without root, by real podman of another account: user mapping, and what it needs for that.

The account and its ranges of ids are those of a mount namespace of the test alone.
"""

import base64
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.model.process import ContainerSettings
from octotui.runtime.jobs.containers.contained_script import contained
from octotui.workers.shells import HELPERS, command
from octotui.workers.values_file import encode
from tests.podman import CONFIG, containered, file_system
from tests.workers.jobs import work

pytestmark = [
    pytest.mark.usefixtures("containered"),
    pytest.mark.xdist_group("podman"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another account"),
    pytest.mark.skipif(shutil.which("newuidmap") is None, reason="there is no newuidmap on this machine"),
]
__all__ = ["containered"]

ACCOUNT = 54321
IMAGE = "localhost/octotui-test:1"
PLAY = """
set -e
for each in passwd group subuid subgid; do
    [ -e /etc/$each ] || touch /etc/$each
    mount --bind {base}/$each /etc/$each
done
mount --make-rshared /
as="setpriv --reuid={account} --regid={account} --clear-groups env -i HOME={home} XDG_RUNTIME_DIR={home}/run"
as="$as CONTAINERS_CONF={home}/containers.conf PATH=$PATH OCTOTUI_VALUES={work}/values"
cd {work}
$as podman import {base}/image.tar {image} >&2
$as "$@" && code=0 || code=$?
$as podman ps --all --format 'left {{{{.Names}}}}'
exit $code
"""


def play(base: Path, body: str, ranges: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a container as another account, whose ranges of ids are these."""
    base.mkdir(mode=0o755)
    home = base / "home"
    folder = home / "worker" / "work" / "attempt"
    folder.mkdir(parents=True)
    (home / "run").mkdir()
    for name in ("passwd", "group"):
        (base / name).write_text(f"root:x:0:0::/root:/bin/sh\nann:x:{ACCOUNT}:{ACCOUNT}::{home}:/bin/sh\n")
    for name in ("subuid", "subgid"):
        (base / name).write_text(ranges)
    (base / "image.tar").write_bytes(file_system())
    shutil.copy(CONFIG, home / "containers.conf")
    helpers = base / "helpers"
    shutil.copytree(HELPERS, helpers)
    plain = work(home / "worker", body, shell="sh")
    spec = contained(plain, ContainerSettings(), (IMAGE, ""), "space-1-job-1.1-1", f"{home}/none")
    (folder / "script").write_text(spec.script)
    (folder / "values").write_bytes(encode({"Greeting": "hello"}))
    subprocess.run(("chown", "-R", f"{ACCOUNT}:{ACCOUNT}", home), check=True)
    (base / "play").write_text(PLAY.format(base=base, home=home, work=folder, account=ACCOUNT, image=IMAGE))
    given = command("sh", str(folder / "script"), str(helpers))
    call = [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "--propagation",
        "private",
        "sh",
        str(base / "play"),
        *given,
    ]
    return subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that other accounts reach, as those of pytest are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "base"


def test_s8_files_belong_to_the_account_that_has_no_root(base: Path) -> None:
    body = "id -u; get_octopusvariable Greeting; echo x >made; exit 4\n"
    done = play(base, body, f"ann:{200000}:65536\n")
    assert (done.returncode, done.stdout) == (4, f"{ACCOUNT}\nhello"), done
    made = base / "home" / "worker" / "work" / "attempt" / "workspace" / "made"
    assert (made.stat().st_uid, made.stat().st_gid) == (ACCOUNT, ACCOUNT)
    assert not [*(base / "home" / "worker" / "containers").iterdir()]


def test_s8_without_ranges_of_ids_it_says_what_to_do(base: Path) -> None:
    done = play(base, "echo ran\n", "")
    assert done.returncode == 125
    assert "ran" not in done.stdout.split()
    assert "left" not in done.stdout
    assert "##octopus[resultMessage" in done.stdout
    message = base64.b64decode(done.stdout.partition("message='")[2].partition("'")[0]).decode()
    assert message.startswith("podman needs ranges of ids on worker1, since it is used without root: usermod")
    assert message.endswith(" ann")
