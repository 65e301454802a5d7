"""The fingerprint of the machine, and how many threads the command lets numpy use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import core

TELL = "import core, json; print(json.dumps(core.fingerprint()._asdict()))"
COMMAND = f"import sys; from tui.cli import main; main(['--version']); {TELL}"
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def told(code: str, **variables: str) -> Any:
    environment = {name: value for name, value in os.environ.items() if name not in THREADS}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment | variables, capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout.splitlines()[-1])


def test_a_fingerprint_names_the_libraries_and_is_the_same_every_time() -> None:
    found = core.fingerprint()
    assert found == core.fingerprint()
    assert found.numpy == np.__version__
    assert all(isinstance(part, str) and part for part in found._replace(threads="1"))


def test_another_kernel_is_another_fingerprint() -> None:
    if core.fingerprint().kernel == "unknown":
        pytest.skip("numpy multiplies with a library that has no kernels to choose from")
    kernels = {told(TELL, OPENBLAS_CORETYPE=kernel)["kernel"] for kernel in ("Haswell", "Nehalem")}
    assert len(kernels) == 2


@pytest.mark.skipif(os.cpu_count() == 1, reason="more threads need more than one processor")
@pytest.mark.parametrize("variable", ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"])
def test_the_command_uses_one_thread_unless_somebody_sets_a_number(variable: str) -> None:
    if core.fingerprint().threads == 0:
        pytest.skip("numpy multiplies with a library that does not tell its threads")
    assert told(COMMAND)["threads"] == 1
    assert told(COMMAND, **{variable: "2"})["threads"] == 2


def test_a_program_that_has_numpy_already_keeps_its_settings() -> None:
    code = "import numpy, os, json; from tui.cli import main; main(['--version']); print(json.dumps(dict(os.environ)))"
    assert not set(THREADS) & set(told(code))
