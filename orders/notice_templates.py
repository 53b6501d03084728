"""Find the texts of a mail to a buyer, and fill them in: nothing in them can load, run or unescape anything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context, Engine, Template, TemplateSyntaxError, VariableDoesNotExist
from django.utils import translation
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import ConfigError
from hub.models import Application
from orders.models import NoticeTemplate
from orders.notice_content import Names

SHIPPED = settings.BASE_DIR / "templates" / "emails"
LONGEST_SUBJECT = 200
PARTS = ("subject", "text", "html")
AT_LINE = sentence(_("Line %(line)s: %(text)s"))
NO_NAME = sentence(_("There is no %(name)s in this mail; there are %(known)s."))
NO_FIELD = sentence(_("There is no %(name)s in %(place)s in this mail; there are %(known)s."))
# What a template that somebody has written can raise while it is read and filled in.
FAULTS = (TemplateSyntaxError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The three texts of a mail; ``origin`` names them to people, ``shipped`` says that nobody has changed them."""

    subject: str
    text: str
    html: str
    origin: str = ""
    shipped: bool = False

    @property
    def parts(self) -> tuple[str, str, str]:
        """The texts alone, to be compared."""
        return self.subject, self.text, self.html


class TemplateError(Exception):
    """A template cannot be filled in: ``part`` is subject, text or html, ``line`` 0 when it cannot be told."""

    def __init__(self, part: str, line: int, text: str) -> None:
        super().__init__(AT_LINE % {"line": line, "text": text} if line else text)
        self.part = part


class RestrictedEngine(Engine):
    """Django's template language with the tags and filters of `orders.notice_tags` alone, and no files."""

    default_builtins = ["orders.notice_tags"]


ENGINE = RestrictedEngine(debug=True, loaders=[])


def language_of(application: Application) -> str:
    """Return the language of an application's mails: the first part of its culture, else English."""
    language = application.culture.partition("-")[0].lower()
    return language if language in NoticeTemplate.Language.values else NoticeTemplate.Language.ENGLISH.value


def find(kind: str, application_key: str, language: str) -> Texts:
    """Return the texts that hold: the application's own, else those for all applications, else the shipped ones."""
    keys = {application_key, ""}
    rows = NoticeTemplate.objects.filter(kind=kind, language=language, application_key__in=keys).exclude(subject="")
    row = rows.order_by("-application_key").first()
    return own(row) if row else shipped(kind, language)


def own(row: NoticeTemplate) -> Texts:
    """Return the texts that are in a row."""
    origin = f"{row} – {row.application_key}" if row.application_key else str(row)
    return Texts(subject=row.subject, text=row.text, html=row.html, origin=origin)


def in_force(row: NoticeTemplate) -> Texts:
    """Return the texts that hold for a row: its own, else those it would have without them."""
    return own(row) if row.subject else inherited(row)


def inherited(row: NoticeTemplate) -> Texts:
    """Return the texts that hold where a row has none of its own."""
    return find(row.kind, "", row.language) if row.application_key else shipped(row.kind, row.language)


@cache
def shipped(kind: str, language: str) -> Texts:
    """Return the texts that come with the hub."""
    files = {part: SHIPPED / f"{kind}.{language}.{part.replace('text', 'txt')}" for part in PARTS}
    read = {part: file.read_text(encoding="utf-8").strip() for part, file in files.items()}
    return Texts(**read, origin=f"{kind}.{language}", shipped=True)


def fill_in(texts: Texts, names: Names, language: str) -> Texts:
    """Return the texts with everything filled in; HTML is escaped, the subject is one line.

    Raises ConfigError that names template, part and line, and what to do.
    """
    try:
        subject, text, html = (render(part, getattr(texts, part), names, language) for part in PARTS)
    except TemplateError as error:
        raise ConfigError("template_wrong", template=texts.origin, part=error.part, said=error) from error
    return Texts(subject=subject, text=text, html=html, origin=texts.origin, shipped=texts.shipped)


def render(part: str, source: str, names: Names, language: str) -> str:
    """Return one text filled in. Raises TemplateError, also for a name that this kind of mail does not have."""
    unknown: list[tuple[str, str]] = []
    result = ""
    try:
        with translation.override(language):
            template = Template(source, engine=ENGINE)
            result = template.render(StrictContext(names, unknown, autoescape=part == "html"))
    except VariableDoesNotExist as error:
        # Its own text quotes all that the template may show.
        unknown.append(_no_name(str(error.params[0]), names))
    except FAULTS as error:
        raise TemplateError(part, _line_of(error), str(error)) from error
    if unknown:
        name, text = unknown[0]
        raise TemplateError(part, _line_with(source, name), text)
    # Joined to a plain text: what a template gives is marked as safe for HTML, which no page of ours may believe.
    return " ".join(result.split())[:LONGEST_SUBJECT] if part == "subject" else "".join(result)


def _no_name(name: str, names: Names) -> tuple[str, str]:
    return name, NO_NAME % {"name": name, "known": ", ".join(names)}


class StrictContext(Context):
    """A context that notes every name that is asked for and not there, also in conditions, which swallow errors."""

    def __init__(self, names: Names, unknown: list[tuple[str, str]], *, autoescape: bool) -> None:
        """Make the context of what a template may show; ``unknown`` is filled while it is rendered."""
        super().__init__({key: _shown(value, key, unknown) for key, value in names.items()}, autoescape=autoescape)
        self.names, self.unknown = names, unknown

    def __getitem__(self, key: Any) -> Any:
        """Return the value of a name."""
        try:
            return super().__getitem__(key)
        except KeyError:
            self.unknown.append(_no_name(key, self.names))
            raise


class Shown(dict[str, Any]):
    """What a template sees of a dataclass: its fields and nothing else."""

    def __init__(self, path: str, unknown: list[tuple[str, str]]) -> None:
        """Make it empty; ``path`` is how the template calls it."""
        super().__init__()
        self.path, self.unknown = path, unknown

    def __missing__(self, key: str) -> Any:
        """Note a name that is not there."""
        self.unknown.append((key, NO_FIELD % {"name": key, "place": self.path, "known": ", ".join(self)}))
        raise KeyError(key)


def _shown(value: Any, path: str, unknown: list[tuple[str, str]]) -> Any:
    if isinstance(value, tuple):
        return [_shown(item, path, unknown) for item in value]
    if not is_dataclass(value):
        return value
    shown = Shown(path, unknown)
    shown |= {
        field.name: _shown(getattr(value, field.name), f"{path}.{field.name}", unknown) for field in fields(value)
    }
    return shown


def _line_of(error: BaseException) -> int:
    debug = getattr(error, "template_debug", None) or {}
    return int(debug.get("line") or getattr(getattr(error, "token", None), "lineno", 0) or 0)


def _line_with(source: str, name: str) -> int:
    lines: Iterable[tuple[int, str]] = enumerate(source.splitlines(), start=1)
    return next((number for number, line in lines if re.search(rf"\{{.*\b{re.escape(name)}\b", line)), 0)
