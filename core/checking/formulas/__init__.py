"""Formulas that somebody wrote: read, judged on the step and at points of other numbers, and repaired."""
