from assistant import speech


def stream(*pieces, most=5):
    return list(speech.stream_sentences(pieces, most=most))


def test_a_sentence_comes_as_soon_as_it_is_whole():
    pieces = iter(["One", " two.", " Thr", "ee."])
    sentences = speech.stream_sentences(pieces, most=5)
    assert next(sentences) == "One two."
    assert next(pieces) == "ee."


def test_what_breaks_off_is_no_sentence():
    assert stream("One two. And then the") == ["One two."]


def test_a_repetition_ends_the_answer():
    assert stream("It ends. It ends. It goes on.") == ["It ends."]


def test_no_more_are_read_than_wanted():
    pieces = iter(["One. ", "Two. ", "Three. ", "Four."])
    assert list(speech.stream_sentences(pieces, most=2)) == ["One.", "Two."]
    assert list(pieces) == ["Three. ", "Four."]


def test_abbreviations_and_decimals_stay_inside():
    assert stream("Dr. Codd said 3.5 hours. Then left!") == ["Dr. Codd said 3.5 hours.", "Then left!"]


def test_lines_are_sentences_of_their_own():
    assert stream("First line.\nSecond line.") == ["First line.", "Second line."]
