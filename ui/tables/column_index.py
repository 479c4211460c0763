"""One column of a table as the order and the filters see it: by its different values, not row by row.

Most columns hold few different values many times (areas, classes, villages); what they show is written
once for each of them. Columns whose values are nearly all different are sorted and searched as Arrow text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd

from ui.tables.sorting import COLLATED, text_order

Texts = Callable[[pd.Series], pd.Series]


class ColumnIndex:
    """What sorting and filtering need of one column.

    Parameters
    ----------
    values
        The stored values, in the order of the frame.
    texts
        Writes values as they are shown; None where the stored text is what is shown.
    """

    def __init__(self, values: pd.Series, texts: Texts | None) -> None:
        self._values = values
        self._texts = texts
        self._orders: dict[bool, np.ndarray] = {}

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers, yes and no among them."""
        dtype = self._values.dtype
        return self._texts is None and bool(
            pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype)
        )

    @cached_property
    def numbers(self) -> np.ndarray:
        """The values as numbers; missing ones are NaN."""
        return cast(np.ndarray, self._values.to_numpy(dtype=np.float64, na_value=np.nan))

    @cached_property
    def _coded(self) -> tuple[np.ndarray, pd.Series]:
        codes, values = pd.factorize(self._values)
        return np.asarray(codes), pd.Series(values).reset_index(drop=True)

    @property
    def codes(self) -> np.ndarray:
        """For each row which of the different values it holds, −1 where it is missing."""
        return self._coded[0]

    @property
    def different(self) -> pd.Series:
        """The different stored values."""
        return self._coded[1]

    @cached_property
    def shown(self) -> pd.Series:
        """What the different values show, as text; missing where they show nothing."""
        shown = self.different if self._texts is None else self._texts(self.different)
        shown = shown.reset_index(drop=True)
        return shown if shown.dtype == "str" else shown.astype("str").where(shown.notna(), None).astype("str")

    # ------------------------------------------------------------------ order

    def order(self, descending: bool) -> np.ndarray:
        """Give the positions in order, stable; missing values stand last either way."""
        if descending not in self._orders:
            self._orders = {descending: self._ordered(descending)}
        return self._orders[descending]

    def _ordered(self, descending: bool) -> np.ndarray:
        if self.is_number:
            return _ordered(self.numbers, descending)
        if self._is_nearly_unique:
            import pyarrow.compute as pc

            direction = "descending" if descending else "ascending"
            return np.asarray(pc.array_sort_indices(self._arrow, order=direction)).astype(np.int64)
        ranks = np.full(len(self.different) + 1, np.nan)
        named = np.flatnonzero(self.shown.notna().to_numpy())
        texts = pd.Index(self.shown.iloc[named].unique())
        rank_of = pd.Series(np.argsort(text_order(texts), kind="stable"), index=texts, dtype=np.float64)
        ranks[named] = rank_of.reindex(self.shown.iloc[named]).to_numpy()
        return _ordered(ranks[self.codes], descending)

    @cached_property
    def _is_nearly_unique(self) -> bool:
        head = self._values.iloc[: 2 * COLLATED]
        return self._texts is None and self._values.dtype == "str" and head.nunique() > COLLATED

    @cached_property
    def _arrow(self):  # type: ignore[no-untyped-def]
        import pyarrow as pa

        made = pa.array(self._values)
        return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made

    # ---------------------------------------------------------------- filters

    def containing(self, text: str) -> np.ndarray:
        """Find the rows that show `text`, without regard to case; numbers have to equal it."""
        if self.is_number:
            return self._equal(text)
        if self._texts is None and self._values.dtype == "str":
            return self._scan(text)
        hits = contains(self.shown, text)
        return np.asarray(np.append(hits, False)[self.codes])

    def _scan(self, text: str) -> np.ndarray:
        import pyarrow.compute as pc

        hits = pc.match_substring(self._arrow, text, ignore_case=text.lower() != text.upper())
        return np.asarray(hits.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)

    def _equal(self, text: str) -> np.ndarray:
        try:
            wanted = float(text.replace(" ", "").replace("\u00a0", "").replace(",", ""))
        except ValueError:
            return np.zeros(len(self._values), dtype=bool)
        if pd.api.types.is_bool_dtype(self._values.dtype):
            return np.zeros(len(self._values), dtype=bool)
        return np.asarray(self.numbers == wanted)

    @property
    def missing(self) -> np.ndarray:
        """The rows where nothing stands."""
        if self.is_number:
            return np.asarray(np.isnan(self.numbers))
        found = self._values.isna()
        if self._values.dtype == "str":
            found |= self._values.eq("").fillna(False)
        return np.asarray(found, dtype=bool)


def contains(texts: pd.Series, text: str) -> np.ndarray:
    """Say which of `texts` contain `text`, without regard to case; it is no pattern."""
    cased = text.lower() != text.upper()
    return np.asarray(
        texts.str.contains(text, case=not cased, regex=False, na=False).to_numpy(dtype=bool), dtype=bool
    )


def _ordered(ranks: np.ndarray, descending: bool) -> np.ndarray:
    keys = np.where(np.isnan(ranks), np.inf, -ranks if descending else ranks)
    return np.asarray(np.argsort(keys, kind="stable"))
