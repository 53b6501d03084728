"""What is expected of a message of Norce's, and what it held instead, in words."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence

TEXT = sentence(_("text"))
AT_MOST = sentence(_("at most %(limit)s characters"))
NUMBER = sentence(_("a number"))
WHOLE = sentence(_("a whole number"))
DECIMAL = sentence(_("a Decimal"))
OF_DIGITS = sentence(_("a number of at most %(most)s digits"))
OF_32_BITS = sentence(_("a number of 32 bits (at most 2147483647)"))
TRUE_OR_FALSE = sentence(_("true or false"))
MOMENT = sentence(_("a date and time"))
ONE_OF = sentence(_("one of %(names)s"))
OBJECT = sentence(_("an object"))
LIST = sentence(_("a list"))
A_VALUE = sentence(_("a value"))
A_VALUE_OR_UNSET = sentence(_("a value, or UNSET to leave it out"))
SAME_MEMBERS = sentence(_("the same members as in %(place)s"))
AN_ADDRESS = sentence(_("an address to use for deliveries too"))
ROOT = sentence(_("the element OrderRequest"))
ONE_ELEMENT = sentence(_("one element"))
PLAIN_XML = sentence(_("plain, well-formed XML"))
XML_TEXT = sentence(_("a name and text that XML can hold"))

NOTHING = sentence(_("nothing"))
NULL = sentence(_("null, which Norce does not take here"))
NONE_OF_THEM = sentence(_("none of them"))
DIFFERENCE = sentence(_("a difference in %(members)s"))
SOMETHING_ELSE = sentence(_("something else (%(fault)s)"))
TWO_ELEMENTS = sentence(_("two of them"))
DOCUMENT_TYPE = sentence(_("a document type"))
CONTROL_CHARACTERS = sentence(_("control characters or the like"))
NO_CHARACTER = sentence(_("a character that is none"))
THE_TEXT = sentence(_("the text %(text)s"))
THE_NUMBER = sentence(_("the number %(number)s"))

# Members of which several kinds occur, in the names of their kinds.
EITHER = (
    sentence(_("whole or text")),
    sentence(_("choice or whole")),
    sentence(_("choice or whole or text")),
)
