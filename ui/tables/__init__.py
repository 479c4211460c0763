"""Tables of the window: models over data frames, no row copied."""
