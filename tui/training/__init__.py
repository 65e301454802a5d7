"""The training screen: one sheet of computation, drawn from the step, and the keys that move through the run."""
