"""The columns of a table: taken from a file, chosen, and read one by one as numbers, classes or one-hot features."""
