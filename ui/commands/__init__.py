"""One module for each subcommand: its parameters, its function, what it tells people."""
