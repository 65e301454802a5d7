"""Formulas as trees: `nodes` says what they are made of; beside it a file for each thing that is done with a tree."""
