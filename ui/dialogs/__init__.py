"""Dialogs; those of operations are made from their descriptions."""
