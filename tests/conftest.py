"""What every test starts from."""

from __future__ import annotations

import gc
import os
from itertools import count

import pytest
from hypothesis import settings

# They change what Textual draws, and Textual reads them when it is imported. The tests of pictures tell each other a
# folder by one of the kind.
for name in [name for name in os.environ if name == "NO_COLOR" or name.startswith("TEXTUAL_")]:
    if not name.startswith("TEXTUAL_SNAPSHOT_"):
        del os.environ[name]

from quiet import without_sleeping  # noqa: E402  only now

without_sleeping()

# The modules alone are some hundred thousand objects, which nobody needs to go through again and again.
gc.set_threshold(50_000, 20, 10)

# A slow, shared machine must not turn a property red, and neither must chance: the examples are the same in every run,
# until a property changes. New ones are drawn by hand.
settings.register_profile("sgdb", deadline=None, max_examples=20, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=1_000)  # by hand: --hypothesis-profile long
settings.load_profile("sgdb")

FOLDERS = count()


@pytest.fixture(scope="session")
def states(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("states"))


@pytest.fixture(autouse=True)
def no_session_of_another_test(states: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test saves by itself is offered to no other test, and is not in a person's home."""
    monkeypatch.setenv("XDG_STATE_HOME", f"{states}/{next(FOLDERS)}")


def pytest_xdist_auto_num_workers() -> int:
    """A worker more than processors: a screen that is tested waits some of its time."""
    return (os.cpu_count() or 1) + 1
