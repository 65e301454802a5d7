"""Sweeps that are killed at any moment, and begun again: at last the file has the same results as one that was not.

`python tests/killed_sweeps.py 50` kills fifty times.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

import core

OPTIONS = {"lr": "0.05..5/log/12", "seed": "0..9", "update": "sgd adam"}
STEPS = 300
LATEST = 0.6  # seconds after its first results at which a sweep is killed
CHILD = """
import sys
from core.sweeps.executors import Processes
import core

if __name__ == "__main__":
    for result in core.sweep("xor", {options}, steps={steps}, executor=Processes({workers}), into=sys.argv[1]):
        print(result.run.key, flush=True)
"""


def begun(path: Path, workers: int = 2) -> subprocess.Popen[str]:
    """A process that goes on with the sweep, and tells each result that is in the file."""
    script = path.with_suffix(".py")
    script.write_text(CHILD.format(options=OPTIONS, steps=STEPS, workers=workers))
    environment = {**os.environ, "PYTHONPATH": str(Path(core.__file__).parent.parent), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, script, path], stdout=subprocess.PIPE, text=True, env=environment)


def killed(path: Path, after: float) -> int:
    """Kill a sweep so many seconds after its first result. Returns how many results it has told."""
    sweep = begun(path)
    assert sweep.stdout is not None
    sweep.stdout.readline()
    timer = Timer(after, sweep.send_signal, (signal.SIGKILL,))
    timer.start()
    told = sum(1 for _ in sweep.stdout)
    sweep.wait()
    timer.cancel()
    return told


def table(path: Path) -> str:
    """What is in the file, in order."""
    with core.SweepFile.open(path) as file:
        results = list(file.whole_results())
    assert all(len(result.curve) for result in results)
    return core.table_csv(results)


def main(times: int) -> None:
    with TemporaryDirectory() as folder:
        whole, path = Path(folder, "whole.sqlite"), Path(folder, "killed.sqlite")
        runs = len(list(core.sweep("xor", OPTIONS, steps=STEPS, into=whole)))
        for time in range(times):
            print(time, killed(path, random.uniform(0, LATEST)), path.stat().st_size, flush=True)
            with core.SweepFile.open(path) as file:
                ready = len(file) == runs
            if ready:  # from the beginning
                for part in Path(folder).glob("killed.sqlite*"):
                    part.unlink()
        sweep = begun(path)
        sweep.communicate()
        assert table(path) == table(whole)
    print("the same table")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
