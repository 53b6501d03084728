"""The benchmarks: intake, pipeline, quota and register, each against real processes on this machine."""

from __future__ import annotations
