from pathlib import Path

from octotui.store.journal.in_memory import MemoryJournal
from octotui.store.journal.journal import Journal
from tests.store.events import history


async def test_it_says_what_the_journal_says(tmp_path: Path) -> None:
    disk, memory = Journal(tmp_path / "journal.sqlite"), MemoryJournal()
    for event in history():
        await disk.append([event])
        assert memory.append([event]).done()
    for root in ("run-1", "run-2", "run-3", "run-4"):
        assert memory.family(root) == disk.family(root)
        assert memory.family(root, others=True) == disk.family(root, others=True)
    for limit, before in ((10, None), (1, None), (10, 3), (10, 1)):
        assert memory.runs(limit, before) == disk.runs(limit, before)
    assert memory.open_runs() == disk.open_runs()
    assert list(memory.read(3)) == list(disk.read(3))
    disk.close()
    memory.close()
