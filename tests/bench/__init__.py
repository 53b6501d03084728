"""The benchmarks: intake, pipeline and quota, each against real processes on this machine."""

from __future__ import annotations
