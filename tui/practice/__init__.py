"""Practice: an exercise on a screen, number by number."""
