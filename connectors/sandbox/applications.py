"""The two Norce applications that every sandbox has."""

from __future__ import annotations

from typing import Any

CLIENT_ID = 1900


def _application(number: int, key: str, name: str, url: str) -> dict[str, Any]:
    return {
        "Id": number,
        "Key": key,
        "Name": name,
        "Description": None,
        "Url": url,
        "HostClientId": CLIENT_ID,
        "IsActive": True,
        "Created": "2024-02-20T15:30:01.477Z",
        "CreatedBy": 9,
        "Updated": None,
        "UpdatedBy": None,
        "ParentId": None,
    }


APPLICATIONS = (
    _application(1901, "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10", "Exempel SE", "https://shop.example.com"),
    _application(1902, "3c9a5be2-0f17-4d6b-b0c8-91e4a6d7f203", "Exempel Företag", "https://business.example.com"),
)
APPLICATION_IDS = {application["Key"]: application["Id"] for application in APPLICATIONS}
