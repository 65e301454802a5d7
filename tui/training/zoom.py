"""Which steps the plot shows: nearer, farther, or others."""

from __future__ import annotations

CLOSEST = 4  # steps that a zoom leaves in view


def zoomed(window: tuple[int, int] | None, last: int, at: int, factor: float) -> tuple[int, int] | None:
    """The window `factor` times as near as this one (None: all steps up to `last`), around step `at`, which stays
    where it is in the plot; None where all steps are in view.
    """
    first, end = window or (0, last)
    length = end - first
    wanted = min(round(length / factor), length - 1) if factor > 1 else max(round(length / factor), length + 1)
    length = max(min(CLOSEST, last), wanted)
    if length >= last:
        return None
    at = max(first, min(end, at))
    share = (at - first) / max(1, end - first)
    start = max(0, min(last - length, round(at - share * length)))
    return start, start + length


def panned(window: tuple[int, int] | None, last: int, share: float) -> tuple[int, int] | None:
    """The window moved by a share of its length, to the right where that is above 0, within the steps up to `last`."""
    if window is None:
        return None
    length = window[1] - window[0]
    by = round(share * length) or (1 if share > 0 else -1)
    start = max(0, min(last - length, window[0] + by))
    return start, start + length
