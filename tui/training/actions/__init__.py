"""What the keys of the training screen do, by subject."""
