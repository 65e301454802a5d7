"""The `why` strip: what stands behind the numbers of a step, in words and in arithmetic, a state a file."""

from tui.training.why.page import Why
from tui.training.why.strip import why
from tui.training.why.texts import short_names

__all__ = ["Why", "short_names", "why"]
