import pytest

from transcripts.audio import UnreadableAudioError
from transcripts.captions import trees


def test_bare_ampersands_and_names_of_html_are_text():
    assert trees.grow("<a>R&D &nbsp;&eacute; &lt;&#39; &what;</a>").root.text == "R&D \xa0é <' &what;"


def test_a_broken_tree_has_what_stands_before_the_break():
    tree = trees.grow("<a><b>one</b><b>two</c></a>")
    assert tree.root.findtext("b") == "one"
    assert tree.repairs == ("The XML breaks off before its end.",)


def test_control_characters_do_not_break_it():
    tree = trees.grow("<a>o\x0b\x00ne</a>")
    assert (tree.root.text, tree.repairs) == ("o ne", ())


@pytest.mark.parametrize("text", ["", "no xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_what_has_no_tree_or_declares_entities_is_refused(text):
    with pytest.raises(UnreadableAudioError, match="no well-formed XML|declare entities"):
        trees.grow(text)
