"""Take a person out of a stored body for good and leave its shape: members, codes, numbers and sums stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import simplejson
from lxml import etree

from connectors.redaction import redact_text

ERASED = "erased"
# Everything written inside these is about a person, but for what names a country, a code or an organisation.
PEOPLE = frozenset({"sellto", "billto", "shipto", "person", "customer"})
CODES = "country id type code code2 customercode companycode pricelistcodes deliverycodes paymentcodes"
SWITCHES = "isactive pricelistlimit deliverycodelimit paymentcodelimit"
KEPT = frozenset(" ".join((CODES, SWITCHES)).split())
ORGANISATION = frozenset({"name", "vatno"})
# Texts and references that people write, wherever they stand, and what else tells who somebody is.
TEXTS = "customerordercomment comment value importedrow"
REFERENCES = "customerorderref customerinvoiceref buyerreference invoicereference"
NAMES = "firstname middlename lastname ssn socialsecuritynumber email emailaddress buyeremail"
PHONES = "cellphone cellphonenumber phonenumber privatephone workphone shippingphonenumber"
WRITTEN = frozenset(" ".join((TEXTS, REFERENCES, NAMES, PHONES)).split())
Clean = Callable[[str], str]


class Place(NamedTuple):
    """Where in a body a text stands: its member, the one around it, and whether that is about people."""

    name: str = ""
    around: str = ""
    about_people: bool = False

    def inside(self, name: str) -> Place:
        """Return the place of a member of the object that stands here."""
        plain = name.replace("_", "").replace("-", "").lower()
        return Place(plain, self.name, self.about_people or self.name in PEOPLE)

    def is_private(self, text: str) -> bool:
        """Return whether a text at this place goes; a sole trader's VAT number is a personal number."""
        if self.around == "company" and self.name in ORGANISATION:
            return self.name == "vatno" and redact_text(text) != text
        return self.name in WRITTEN or (self.about_people and self.name not in KEPT)

    def cleaned(self, text: str, clean: Clean) -> str:
        """Return what is left of a text at this place."""
        return ERASED if text.strip() and self.is_private(text) else clean(text)


def scrambled(body: bytes, clean: Clean) -> bytes:
    """Return a JSON or XML body in which everything personal is the word "erased"; of any other only that word.

    ``clean`` takes the person out of the texts that stay: of products, references, an organisation's
    name. Numbers keep their digits; comments, processing instructions and a document type go.
    """
    try:
        data = simplejson.loads(body.decode("utf-8-sig"), use_decimal=True)
        return simplejson.dumps(_value(data, Place(), clean), use_decimal=True, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return _xml(body, clean)


def _value(value: Any, place: Place, clean: Clean) -> Any:
    if isinstance(value, dict):
        return {key: _value(item, place.inside(key), clean) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item, place, clean) for item in value]
    return place.cleaned(value, clean) if isinstance(value, str) else value


def _xml(body: bytes, clean: Clean) -> bytes:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ERASED.encode() if body else b""
    _element(root, Place().inside(etree.QName(root).localname), clean)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _element(element: etree._Element, place: Place, clean: Clean) -> None:
    element.text = place.cleaned(element.text or "", clean) or None
    for name, value in element.attrib.items():
        # Those of a namespace are the format's own, like nil.
        if not str(name).startswith("{"):
            element.set(name, place.inside(str(name)).cleaned(str(value), clean))
    for child in element:
        child.tail = place.cleaned(child.tail or "", clean) or None
        if isinstance(child.tag, str):
            _element(child, place.inside(etree.QName(child).localname), clean)
