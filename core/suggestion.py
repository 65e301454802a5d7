"""The message for a name that nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterable


def suggest(found: str, known: Iterable[str]) -> str:
    """'unknown "sigmod"; did you mean "sigmoid"?', or with nothing near, what there is to choose from."""
    names = list(known)
    meant = nearest(found, names)
    if meant:
        return f'unknown "{found}"; did you mean "{meant}"?'
    return f'unknown "{found}"; expected one of {", ".join(names)}'


def nearest(found: str, known: Iterable[str]) -> str:
    """The known name that another may be a slip of; empty where none is near."""
    from difflib import get_close_matches  # only a person's mistake pays for this import

    spelled = {name.lower(): name for name in known}
    asked = found.lower()
    near = get_close_matches(asked, spelled, n=1, cutoff=0.8)
    near = near or [word for word in re.split("[-_ ]", asked) if word in spelled][-1:]  # data-seed: seed
    near = near or get_close_matches(asked, spelled, n=1, cutoff=0.6)
    return spelled[near[0]] if near else ""
