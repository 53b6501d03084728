"""Records by their key, with indexes and an order, found without ever walking over all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import simplejson

Record = dict[str, Any]
IndexValues = Callable[[Record], Iterable[str | None]]


class Table:
    """Records in memory. One may be changed in place; it counts only when it has been given to `save` again."""

    def __init__(self, key: str, **indexes: IndexValues) -> None:
        self._key = key
        self._indexes = indexes
        self._rows: dict[Any, Record] = {}
        self._order = _Order()
        self._found: dict[tuple[str, str], dict[Any, None]] = {}
        self._entries: dict[Any, list[tuple[str, str]]] = {}
        self._encoded: dict[Any, str] = {}
        self._unsaved: dict[Any, None] = {}

    def __iter__(self) -> Iterator[Record]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: Any) -> Record | None:
        """Return the record with this key, None when there is none."""
        return self._rows.get(key)

    def find(self, index: str, value: str) -> list[Record]:
        """Return the records that have this value in the index, oldest first."""
        return [self._rows[key] for key in self._found.get((index, value), ())]

    def count(self, index: str, value: str) -> int:
        """Return how many records have this value in the index."""
        return len(self._found.get((index, value), ()))

    def after(self, key: Any) -> Iterator[Record]:
        """Return the records whose key is greater, in the order of their keys; None begins with the first."""
        return (self._rows[each] for each in self._order.after(key))

    def save(self, record: Record) -> None:
        """Keep a new record, or a changed one together with its index entries."""
        key = record[self._key]
        if key not in self._rows:
            self._order.add(key)
        entries = [(name, value) for name, values in self._indexes.items() for value in values(record) if value]
        self._forget_entries(key, kept=entries)
        for entry in entries:
            self._found.setdefault(entry, {})[key] = None
        self._entries[key] = entries
        self._rows[key] = record
        self._unsaved[key] = None

    def remove(self, key: Any) -> None:
        """Take a record away; raises KeyError when there is none."""
        del self._rows[key]
        self._order.remove(key)
        self._forget_entries(key)
        self._unsaved[key] = None

    @property
    def changed(self) -> bool:
        """Tell whether a record was saved or removed since the last call of `lines`."""
        return bool(self._unsaved)

    def lines(self) -> list[str]:
        """Return every record as JSON. Only those saved since the last call are encoded anew."""
        for key in self._unsaved:
            if key in self._rows:
                self._encoded[key] = simplejson.dumps(self._rows[key], use_decimal=True)
            else:
                self._encoded.pop(key, None)
        self._unsaved.clear()
        return list(self._encoded.values())

    def _forget_entries(self, key: Any, kept: Iterable[tuple[str, str]] = ()) -> None:
        """Drop a record's entries; one that is kept keeps its place among the others."""
        for entry in set(self._entries.pop(key, ())).difference(kept):
            self._found[entry].pop(key, None)


class _Order:
    """Keys in ascending order. Those that come out of order are sorted in when somebody looks."""

    def __init__(self) -> None:
        self._keys: list[Any] = []
        self._is_sorted = True

    def add(self, key: Any) -> None:
        self._is_sorted = self._is_sorted and (not self._keys or self._keys[-1] < key)
        self._keys.append(key)

    def remove(self, key: Any) -> None:
        keys = self._sorted()
        del keys[bisect_left(keys, key)]

    def after(self, key: Any) -> Iterator[Any]:
        keys = self._sorted()
        return (keys[place] for place in range(0 if key is None else bisect_right(keys, key), len(keys)))

    def _sorted(self) -> list[Any]:
        if not self._is_sorted:
            self._keys.sort()
            self._is_sorted = True
        return self._keys
