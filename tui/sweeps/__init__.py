"""Many runs on a screen: the grid of a sweep, the table of its runs, their curves, and runs side by side."""
