"""What a mail template may show, as a list for those who write one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal

from orders.notice_content import Names
from orders.notice_tags import day, money, number

AMOUNTS = frozenset(("price", "amount", "net", "vat", "gross", "total"))


def variables(names: Names) -> list[tuple[str, str]]:
    """Return what may be written and an example of what it gives, in the order in which it is known."""
    return [line for name, value in names.items() for line in _lines(name, value)]


def _lines(path: str, value: object) -> Iterator[tuple[str, str]]:
    if is_dataclass(value):
        for field in fields(value):
            yield from _lines(f"{path}.{field.name}", getattr(value, field.name))
    elif isinstance(value, tuple):
        each = path.rpartition(".")[2].removesuffix("s")
        yield f"{{% for {each} in {path} %}} … {{% endfor %}}", ""
        yield from _lines(each, value[0])
    elif isinstance(value, datetime):
        yield f"{{{{ {path}|day }}}}", day(value)
    elif isinstance(value, Decimal) and path.rpartition(".")[2] in AMOUNTS:
        yield f"{{{{ {path}|money:order.currency }}}}", money(value, "SEK")
    elif isinstance(value, Decimal):
        yield f"{{{{ {path}|number }}}}", number(value)
    else:
        yield f"{{{{ {path} }}}}", str(value)
