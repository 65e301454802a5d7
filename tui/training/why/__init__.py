"""The `why` strip: what stands behind the numbers of a step, in words and in arithmetic, a state a file."""

from tui.format import short_names
from tui.training.why.page import Why
from tui.training.why.strip import why

__all__ = ["Why", "short_names", "why"]
