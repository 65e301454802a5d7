"""What `sgdb` can be told to do: one file a command, each with `main(argv)`, which returns the exit status."""
