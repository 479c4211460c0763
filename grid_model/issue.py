"""What is odd in the data: one row per finding, never a dropped row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Severity(Enum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Issue:
    """One finding.

    Parameters
    ----------
    severity
        How bad.
    code
        Fixed identifier such as ``unknown-node``; its sentence stands in `ui.messages`.
    table, object_id
        The row concerned, as far as known.
    details
        What the sentence names.
    file, row
        Where it was read; the header of a file is row 1, 0 means no row.
    row_kept
        Whether the row stands in the project.
    """

    severity: Severity
    code: str
    table: str = ""
    object_id: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    file: str = ""
    row: int = 0
    row_kept: bool = True


def counts(issues: Iterable[Issue]) -> dict[str, int]:
    """Count findings by severity, every severity named."""
    found = Counter(issue.severity.value for issue in issues)
    return {severity.value: found.get(severity.value, 0) for severity in Severity}
