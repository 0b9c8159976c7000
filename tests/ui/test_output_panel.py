from tests import scenes
from tests.ui.opened import opened


async def test_output_comes_as_it_is_written(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.sees("Output · run-2 Create the instance", "waiting for the instance", "following")
        with (tmp_path / "job-2.1.log").open("a") as log:
            log.write("the instance is there\n")
        await it.sees("the instance is there")


async def test_a_job_without_output_says_so(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        it.session.log_path = lambda run, job: tmp_path / "none.log"
        await it.press("j")
        await it.sees("Output · run-3", "no output yet")
