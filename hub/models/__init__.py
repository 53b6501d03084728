"""The hub's tables: work, what was tried, what was called, and what people configure."""

from __future__ import annotations

from hub.models.alerts import Alert, Digest
from hub.models.api_clients import ApiClient
from hub.models.bulk import BulkAction, BulkItem
from hub.models.configuration import Application, ErpConnection, ValueMapping
from hub.models.erasures import Erasure
from hub.models.inbox import EventSource, InboxEvent
from hub.models.records import ApiCall, Attempt, ClusterBeat, RejectedMessage
from hub.models.reveals import Reveal
from hub.models.roles import Right, Role
from hub.models.runs import NorceJob, SyncRow, SyncRun
from hub.models.summary import Summary
from hub.models.work import OutboxMessage, WorkItem

__all__ = [
    "Alert",
    "ApiCall",
    "ApiClient",
    "Application",
    "Attempt",
    "BulkAction",
    "BulkItem",
    "ClusterBeat",
    "Digest",
    "Erasure",
    "ErpConnection",
    "EventSource",
    "InboxEvent",
    "NorceJob",
    "OutboxMessage",
    "RejectedMessage",
    "Reveal",
    "Right",
    "Role",
    "Summary",
    "SyncRow",
    "SyncRun",
    "ValueMapping",
    "WorkItem",
]
