"""XML as far as it is sound."""

import html
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

from ingestion.text import strip_control_characters
from transcripts.audio import UnreadableAudioError

BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,30};)")
# Names that HTML knows and XML does not.
FOREIGN_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]\w{0,30};")


@dataclass(frozen=True)
class Tree:
    """A document; `repairs` says where it breaks off."""

    root: ET.Element
    repairs: tuple[str, ...] = ()


def grow(text: str) -> Tree:
    """Return the tree of an XML text, of a broken one what stands before the break.

    Raises UnreadableAudioError where nothing does, and for a text that declares entities: they can be made to
    fill any memory, and captions need none.
    """
    if "<!ENTITY" in text:
        raise UnreadableAudioError("The captions declare entities, which are not read.")
    known = FOREIGN_ENTITY.sub(lambda name: html.escape(html.unescape(name[0])), text)
    parser: Any = ET.XMLPullParser(("start",))
    repairs: tuple[str, ...] = ()
    parser.feed(strip_control_characters(BARE_AMPERSAND.sub("&amp;", known)).strip())
    root: ET.Element | None = None
    try:
        for _event, element in parser.read_events():
            root = element if root is None else root
        parser.close()
    except ET.ParseError:
        repairs = ("The XML breaks off before its end.",)
    if root is None:
        raise UnreadableAudioError("The captions are no well-formed XML.")
    return Tree(root, repairs)


def name_of(element: ET.Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
