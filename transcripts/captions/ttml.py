"""TTML, the timed text of the W3C; DFXP is the name of its drafts."""

import re
import xml.etree.ElementTree as ET

from transcripts.audio import UnreadableAudioError
from transcripts.captions import markup, trees
from transcripts.captions.cues import Reading, count_skipped

NAMESPACE = "http://www.w3.org/ns/ttml"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# pysubs2 reads no frames and no ticks.
TIME = re.compile(r"(?:(?:\d+:)?\d{1,2}:)?\d{2}(?:\.\d+)?|\d+(?:\.\d+)?(?:h|m|s|ms)", re.ASCII)


def read_ttml(text: str) -> Reading:
    """Return the paragraphs of TTML that have times. Raises UnreadableAudioError."""
    import pysubs2

    tree = trees.grow(text)
    paragraph_count = sum(trees.name_of(element) == "p" for element in tree.root.iter())
    _conform(tree.root)
    try:
        document = ET.tostring(tree.root, encoding="unicode")
        cues = tuple(
            markup.read_cue(
                # Not its plain text, which is without what stands in braces.
                event.text.replace("\\N", "\n"),
                start_seconds=event.start / 1000,
                end_seconds=event.end / 1000,
            )
            for event in pysubs2.SSAFile.from_string(document, format_="ttml")
        )
    except Exception as error:  # whatever comes up in parsing
        raise UnreadableAudioError("The captions cannot be read as TTML.") from error
    repairs = tree.repairs + count_skipped(paragraph_count - len(cues))
    return Reading(cues, tree.root.get(LANGUAGE, ""), repairs)


def _conform(root: ET.Element) -> None:
    """Make a tree one that pysubs2 reads: drafts in today's namespace, paragraphs with two times each."""
    for element in root.iter():
        element.tag = f"{{{NAMESPACE}}}{trees.name_of(element)}"
        if "dur" in element.attrib:
            element.set("duration", element.attrib["dur"])
        element[:] = [child for child in element if trees.name_of(child) != "p" or _is_timed(child)]


def _is_timed(paragraph: ET.Element) -> bool:
    end = paragraph.get("dur", paragraph.get("end", ""))
    return bool(TIME.fullmatch(paragraph.get("begin", "")) and TIME.fullmatch(end))
