"""The message for a name that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable


def suggest(found: str, known: Iterable[str]) -> str:
    """'unknown "sigmod"; did you mean "sigmoid"?', or with nothing near, what there is to choose from."""
    from difflib import get_close_matches  # only a person's mistake pays for this import

    names = list(known)
    spelled = {name.lower(): name for name in names}
    near = get_close_matches(found.lower(), spelled, n=1, cutoff=0.6)
    if near:
        return f'unknown "{found}"; did you mean "{spelled[near[0]]}"?'
    return f'unknown "{found}"; expected one of {", ".join(names)}'
