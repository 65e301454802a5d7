"""No number that a person reads depends on the processor: what prints them is tested under other BLAS kernels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import core

TESTS = Path(__file__).parent
PRINTING = (
    "test_readme.py",
    "test_snapshots.py",
    "test_explanation.py::TestText",
    "test_cli.py::TestRun",
    "test_check_command.py",
    "test_hinge_screen.py",
    "test_practise_screen.py::test_what_practice_looks_like",
    "test_solution.py::test_the_solution_says_how_each_matrix_comes_about",
    "test_solution_lines.py::test_the_arithmetic_of_a_cell_comes_out_at_the_usual_digits",
)
ONE_SIZE = "not 60x20 and not 80x24 and not 200x60"  # the numbers of a screen are the same at every size


def kernel_of(environment: dict[str, str]) -> str:
    """The kernel that numpy's BLAS chooses; "" where it cannot work here."""
    words = [sys.executable, "-c", "import core; print(core.fingerprint().kernel)"]
    return subprocess.run(words, env=environment, capture_output=True, text=True).stdout.strip()


# One without fused multiplication and addition, one with them, and one for each other width of vectors.
@pytest.mark.parametrize("wanted", ["Prescott", "Haswell or SkylakeX"])
def test_what_prints_numbers_prints_the_same_under_another_kernel(wanted: str) -> None:
    here = core.fingerprint().kernel
    kernel = wanted if wanted == "Prescott" else "SkylakeX" if here == "Haswell" else "Haswell"
    environment = os.environ | {"OPENBLAS_CORETYPE": kernel}
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_CURRENT_TEST"):
        environment.pop(name, None)
    found = kernel_of(environment)
    if found in ("", "unknown", here):
        pytest.skip(f"numpy's BLAS has no kernel {kernel} to choose on this machine")
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", "-q", "-k", ONE_SIZE]
    report = "--snapshot-report=/dev/null" if os.name == "posix" else "--snapshot-report=NUL"
    tests = [str(TESTS / name) for name in PRINTING]
    run = subprocess.run([*words, report, *tests], env=environment, cwd=TESTS.parent, capture_output=True, text=True)
    assert run.returncode == 0, f"under the kernel {found}:\n{run.stdout[-6000:]}{run.stderr[-2000:]}"
