"""Watches: conditions on the numbers of a step, and the search for the steps where they hold."""
