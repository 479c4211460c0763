"""Both faces of Taiqu: the command line and the window."""
