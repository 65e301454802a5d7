"""Checking work done by hand: answer sheets, their numbers and formulas judged, and slips named."""
