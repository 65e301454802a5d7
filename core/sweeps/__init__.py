"""Many runs of one problem: what is varied, where they run, and what is kept of each."""
