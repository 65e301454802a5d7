"""Marking the answer sheets of a class: points by quantity, by a scheme, and the table of them all."""
