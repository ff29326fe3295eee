"""The texts of the datasets, indexed once and kept from search to search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from domoadmin.sandbox.catalog import Catalog
from domoadmin.sandbox.search.text import SEPARATOR, TextIndex


class DatasetTexts:
    """What is dear to build and lasts from search to search: the text indexes and the order of the names."""

    def __init__(self, catalog: Catalog) -> None:
        self.names = TextIndex(catalog.table.names)
        self.texts = TextIndex([searched_text(catalog, index) for index in range(len(catalog.table))])
        self.ids = TextIndex(catalog.table.ids)
        self._ranks: tuple[int, NDArray[np.int64]] | None = None

    def name_ranks(self, names: list[str], revision: int) -> NDArray[np.int64]:
        """The place of each name in alphabetical order."""
        ranks = self._ranks
        if ranks is None or ranks[0] != revision or len(ranks[1]) != len(names):
            folded = [name.casefold() for name in names]
            order = sorted(range(len(folded)), key=folded.__getitem__)
            places = np.empty(len(folded), dtype=np.int64)
            places[order] = np.arange(len(folded))
            ranks = self._ranks = (revision, places)
        return ranks[1]


def searched_text(catalog: Catalog, index: int) -> str:
    """All that a query without a field looks at."""
    return SEPARATOR.join((catalog.table.names[index], catalog.description(index), *catalog.tags(index)))
