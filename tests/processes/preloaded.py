"""What the process from which workers are forked has in it."""

from __future__ import annotations

import django

django.setup()
