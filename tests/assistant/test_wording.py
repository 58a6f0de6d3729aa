import pytest

from assistant import wording


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("two hundred and forty thousand rows", {240_000}),
        ("nine thousand nine hundred ninety nine", {9_999}),
        ("1,250.5 euros and 40 more", {1250.5, 40}),
        ("type two, three of them", {2, 3}),
        ("twenty-one or thirty one", {21, 31}),
        ("the first and the second step", {1, 2}),
        ("no number here", set()),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text, numbers):
    assert wording.find_numbers(text) == numbers


@pytest.mark.parametrize("token", ["3.11.2", "12.05.2024", "1,5,7", "192.168.0.1", "²"])
def test_digits_that_make_no_number_stay_a_word(token):
    assert wording.find_numbers(f"It runs on {token} now.") == set()
    assert token in wording.find_stems(f"It runs on {token} now.")


def test_names_are_capitals_inside_a_sentence_and_capitals_throughout():
    assert wording.find_names("Then Nora's shop used SQL in Dublin, I think.") == {"nora", "sql", "dublin"}
    assert wording.find_names("ETL is a process.") == {"etl"}


def test_forms_of_a_word_have_one_stem():
    for forms in [("choosing", "choose"), ("declaring", "declare"), ("keys", "key"), ("processes", "process")]:
        assert len({wording.find_stem(form) for form in forms}) == 1


def test_denial_is_counted_in_every_form():
    assert wording.count_negations("It never does, and it can't, and it does not.") == 3


def test_opposites_are_seen_from_both_sides():
    assert wording.is_opposed("It grows faster.", "It grows slower.")
    assert wording.is_opposed("It grows slower.", "It grows faster.")
    assert not wording.is_opposed("Faster or slower.", "Slower or faster.")
