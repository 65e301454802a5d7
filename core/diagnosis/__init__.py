"""Why a network does not learn: why a number is 0, and what became of a run."""
