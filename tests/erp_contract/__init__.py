"""What every ERP adapter must do alike: one suite, and a workbench for each ERP."""

from __future__ import annotations
