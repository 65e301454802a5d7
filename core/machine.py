"""What the last bits of a run depend on beside its problem: the libraries, the processor's kernels, the threads."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple, cast

import numpy as np

UNKNOWN = "unknown"
# OpenBLAS prefixes its names in numpy's wheels and marks those with 64-bit integers.
SPELLINGS = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")


class Fingerprint(NamedTuple):
    """Two runs of one problem have the same bits where their fingerprints are equal.

    numpy     its version: "2.4.6"
    blas      the library that multiplies matrices, and its version: "scipy-openblas 0.3.31"
    kernel    the set of its routines that it has chosen for this processor: "Haswell", "SkylakeX"; "unknown" where it
              does not tell
    threads   how many it uses; 0 where it does not tell
    simd      the widest instructions that numpy itself uses, for exp and tanh: "AVX2", "AVX512_ICL"
    """

    numpy: str
    blas: str
    kernel: str
    threads: int
    simd: str


def fingerprint() -> Fingerprint:
    """That of this process as it is now."""
    built = cast("dict[str, Any]", np.show_config(mode="dicts"))
    blas = built.get("Build Dependencies", {}).get("blas", {})
    extensions = built.get("SIMD Extensions", {})
    kernel, threads = _ask("get_corename", ctypes.c_char_p), _ask("get_num_threads", ctypes.c_int)
    return Fingerprint(
        numpy=np.__version__,
        blas=" ".join(str(blas[key]) for key in ("name", "version") if blas.get(key)) or UNKNOWN,
        kernel=UNKNOWN if kernel is None else kernel.decode(),
        threads=threads or 0,
        simd=[UNKNOWN, *extensions.get("baseline", ()), *extensions.get("found", ())][-1],
    )


def told_apart(now: Fingerprint, then: Fingerprint) -> str:
    """In words, what makes this machine's last bits others than those of then."""
    parts = zip(now._fields, now, then, strict=True)
    changes = "; ".join(f"{name} {here}, was {before}" for name, here, before in parts if here != before)
    return f"this machine computes with other last bits: {changes}"


def _ask(name: str, kind: type) -> Any:
    """What one of OpenBLAS's functions without arguments answers; None where numpy multiplies with another library."""
    try:
        # A name is looked for in the libraries that this one was linked with, too.
        library = ctypes.CDLL(np.linalg._umath_linalg.__file__)
    except (AttributeError, OSError):
        return None
    for spelling in SPELLINGS:
        if function := getattr(library, spelling.format(name), None):
            function.restype = kind
            return function()
    return None
