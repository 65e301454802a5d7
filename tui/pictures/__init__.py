"""Pictures of data and networks: pure functions from arrays and a size to lines of the sheet."""

from tui.pictures.small import thumbnail

__all__ = ["thumbnail"]
