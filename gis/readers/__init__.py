"""Raw tables out of files: every cell as text, every row with its number, nothing dropped."""

from gis.readers.files import read_tables
from gis.readers.raw import RawTable

__all__ = ["RawTable", "read_tables"]
