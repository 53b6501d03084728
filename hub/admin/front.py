"""The hub's own parts of the front page."""

from __future__ import annotations

from hub import budget, news, now_panel, panels, work_panel

panels.add(now_panel.PART, budget.PART, work_panel.PART, news.PART)
