"""M1, V5: passphrases that people give: known to all that want them, asked for once, forgotten if wrong."""

import asyncio

from octotui.workers.ssh.passphrases import Passphrases

KEY = "~/.ssh/deploy"


async def test_v5_without_anybody_to_ask_there_are_those_that_were_given() -> None:
    passphrases = Passphrases()
    assert (passphrases.known(KEY), passphrases.any) == (None, False)
    assert await passphrases.other(KEY, None) is None
    passphrases.give(KEY, "correct horse")
    assert (passphrases.known(KEY), passphrases.any) == ("correct horse", True)
    assert await passphrases.other(KEY, "a wrong one before") == "correct horse"
    assert await passphrases.other(KEY, "correct horse") is None
    assert passphrases.known(KEY) is None


async def test_m1_many_machines_with_one_key_ask_once() -> None:
    asked = list[tuple[str, bool]]()

    async def ask(key: str, wrong: bool) -> str | None:
        asked.append((key, wrong))
        await asyncio.sleep(0)
        return "battery staple" if len(asked) == 1 else "correct horse"

    passphrases = Passphrases(ask)
    given = await asyncio.gather(*(passphrases.other(KEY, None) for _ in range(20)))
    assert set(given) == {"battery staple"}
    given = await asyncio.gather(*(passphrases.other(KEY, "battery staple") for _ in range(20)))
    assert set(given) == {"correct horse"}
    assert asked == [(KEY, False), (KEY, True)]
