"""The hub's tables: work, what was tried, what was called, and what people configure."""

from __future__ import annotations

from hub.models.configuration import Application, ErpConnection, ValueMapping
from hub.models.erasures import Erasure
from hub.models.inbox import InboxEvent
from hub.models.records import ApiCall, Attempt, ClusterBeat, RejectedMessage
from hub.models.runs import NorceJob, SyncRow, SyncRun
from hub.models.work import OutboxMessage, WorkItem

__all__ = [
    "ApiCall",
    "Application",
    "Attempt",
    "ClusterBeat",
    "Erasure",
    "ErpConnection",
    "InboxEvent",
    "NorceJob",
    "OutboxMessage",
    "RejectedMessage",
    "SyncRow",
    "SyncRun",
    "ValueMapping",
    "WorkItem",
]
