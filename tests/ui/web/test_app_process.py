"""A process of the app ends, also where it does not want to."""

import asyncio
import os
import pwd

import pytest

from octotui.ui.web import app_process
from octotui.ui.web.app_process import AppCommand
from tests.servers import gone
from tests.ui.web.pages import drawn, serving


async def test_an_app_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_process, "PATIENCE", 0.2)
    async with serving() as page:
        await page.enter()
        app = await page.app()
        process = int(await drawn(app, "process <"))
        await app.send_json(["stdin", "h"])
        await asyncio.sleep(0.2)
        await app.close()
    await asyncio.to_thread(gone, process)


async def test_a_program_that_is_not_there_is_reported() -> None:
    async with serving(lambda: AppCommand(["/no/such/program"], {})) as page:
        await page.enter()
        async with page.app() as app:
            assert (await app.receive(60)).type.name == "CLOSE"
        assert page.reports == ["the app cannot be started: No such file or directory"]


async def test_only_the_last_of_much_is_reported() -> None:
    code = "import os; os.write(2, b'x' * (1 << 17) + b'end')"
    async with serving(lambda: AppCommand(["/bin/sh", "-c", f'exec python3 -c "{code}"'], {})) as page:
        await page.enter()
        async with page.app() as app:
            assert (await app.receive(60)).type.name == "CLOSE"
        await page.reported()
        assert len(page.reports[0]) == app_process.ERRORS
        assert page.reports[0].endswith("xend")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
async def test_i10_an_app_of_another_account_has_its_rights_alone() -> None:
    nobody = pwd.getpwnam("nobody")
    arguments = ["/bin/sh", "-c", "echo $(id -u) $(id -G) $HOME >&2"]
    groups = os.getgrouplist("nobody", nobody.pw_gid)
    environment = {"HOME": nobody.pw_dir, "PATH": "/usr/bin:/bin"}
    start = AppCommand(arguments, environment, nobody.pw_uid, nobody.pw_gid, groups)
    async with serving(lambda: start) as page:
        await page.enter()
        async with page.app() as app:
            assert (await app.receive(60)).type.name == "CLOSE"  # who begins with nothing is no app
        await page.reported()
        numbers = " ".join(map(str, (nobody.pw_uid, *groups)))
        assert page.reports == [f"{numbers} {nobody.pw_dir}\n"]
