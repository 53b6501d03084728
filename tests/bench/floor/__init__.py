"""The least a Django view can do with an order: the measure that the hub's intake is held against."""

from __future__ import annotations
