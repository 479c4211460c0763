"""What can go wrong for a reason we know, as a code and values; the sentence stands in `ui.messages`."""

from __future__ import annotations


class GridError(Exception):
    """Something that cannot be done, and why is known.

    Parameters
    ----------
    code
        Fixed identifier such as ``unknown-device``; never shown.
    values
        What the sentence for the code names: file, row, object.
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.code} ({details})" if details else self.code


class Cancelled(Exception):
    """The person asked to stop; everything is as before."""
