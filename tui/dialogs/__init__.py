"""The questions and texts that open over a screen, one file each."""
