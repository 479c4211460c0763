"""The right side of the window: the task or the object under the hand."""
