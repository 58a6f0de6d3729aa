"""What a sentence says, as far as words alone tell: numbers, names, negation and the stems that carry it."""

import re

WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")  # noqa: RUF001


def _list_words(words: str) -> list[str]:
    return words.split()


STOP_WORDS = frozenset(
    _list_words(
        """a about after all also am an and any are as at be because been before being between both but by
        can could did do does doing done down each either else few for from had has have having he her
        here hers him his how i if in into is it its itself just let may me might more most much must my
        of off on once one's only or other our out over own same shall she should so some such than that
        the their them then there these they this those through to too under until up upon us very was we
        were what when where which while who whom whose why will with would you your yours"""
    )
)
# Words that say how statements hang together: said without the lecture's leave, they make another statement.
CONNECTIVES = frozenset(
    _list_words("although because but except if instead only since so though too unless until when while")
)
NEGATIONS = frozenset(_list_words("no not never none nobody nothing neither nor without cannot hardly nowhere"))

SMALL_NUMBERS = {
    word: value
    for value, word in enumerate(
        _list_words(
            """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
        sixteen seventeen eighteen nineteen"""
        )
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(_list_words("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
}
MAGNITUDES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}
PLAIN_NUMBERS = SMALL_NUMBERS | TENS | ORDINALS

# Words that turn a statement round while all others stay.
OPPOSITES = [
    pair.split("/")
    for pair in _list_words(
        """more/less more/fewer most/least before/after above/below first/last always/never all/none
        increase/decrease increases/decreases faster/slower larger/smaller big/small large/small high/low
        higher/lower early/late earlier/later old/new older/newer true/false right/wrong same/different
        add/remove adds/removes longer/shorter left/right rise/fall rises/falls allow/forbid
        allows/forbids good/bad better/worse best/worst read/write reads/writes reading/writing
        wide/narrow open/closed empty/full yes/no gain/loss win/lose"""
    )
]
SUFFIXES = (
    "ations",
    "ation",
    "ingly",
    "edly",
    "ness",
    "ing",
    "ies",
    "ied",
    "est",
    "ed",
    "es",
    "ly",
    "er",
    "s",
    "e",
)


def find_words(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


def find_stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order; numbers as their values."""
    stems = []
    for word in _find_values(text):
        if isinstance(word, float):
            stems.append(f"{word:g}")
        elif word not in STOP_WORDS and word not in NEGATIONS and not is_negated(word):
            stems.append(find_stem(word))
    return stems


def find_stem(word: str) -> str:
    """Return a word without its ending: enough to meet its other forms, and no linguistics."""
    word = word.removesuffix("'s").removesuffix("’s")  # noqa: RUF001
    for suffix in SUFFIXES:
        if word.endswith(suffix) and not word.endswith("ss") and len(word) - len(suffix) >= 3:
            return word.removesuffix(suffix)
    return word


def find_numbers(text: str) -> set[float]:
    """Return the values of the numbers said, in digits or in words: "two hundred and forty" is 240."""
    return {value for value in _find_values(text) if isinstance(value, float)}


def find_names(text: str) -> set[str]:
    """Return words written like names: a capital where no sentence begins, or capitals throughout."""
    words = WORD.findall(text)
    inner = {word for word in words[1:] if word[:1].isupper() and word not in ("I", "I'm", "I've", "I'll")}
    return {
        word.lower().removesuffix("'s") for word in inner | {w for w in words[:1] if len(w) > 1 and w.isupper()}
    }


def find_connectives(text: str) -> set[str]:
    return set(find_words(text)) & CONNECTIVES


def count_negations(text: str) -> int:
    return sum(word in NEGATIONS or is_negated(word) for word in find_words(text))


def is_negated(word: str) -> bool:
    return word.endswith(("n't", "n’t"))  # noqa: RUF001


def is_opposed(text: str, other: str) -> bool:
    """Return whether one text has a word for which the other has only the opposite."""
    mine, others = set(find_words(text)), set(find_words(other))
    return any(
        (left in mine and left not in others and right in others)
        or (right in mine and right not in others and left in others)
        for left, right in OPPOSITES
    )


def _find_values(text: str) -> list[str | float]:
    """Return the words in order, each run of number words as its one value."""
    values: list[str | float] = []
    run: list[str] = []
    for word in [*find_words(text), ""]:
        is_number = word in PLAIN_NUMBERS or word in MAGNITUDES
        if is_number or (word == "and" and run and run[-1] in MAGNITUDES):
            run.append(word)
            continue
        if run:
            values.extend(_read_run(run))
            run = []
        if word[:1].isdigit():
            values.append(_read_digits(word))
        elif word:
            values.append(word)
    return values


def _read_digits(word: str) -> str | float:
    """Return the number, or the word where it is none: a version, a date, an address."""
    try:
        return float(re.sub(r",(?=\d{3})", "", word).replace(",", "."))
    except ValueError:
        return word


def _read_run(run: list[str]) -> list[str | float]:
    """Return the numbers in a run of number words; "two three" are two of them."""
    numbers: list[str | float] = []
    total, current, previous = 0.0, 0.0, ""
    for word in run:
        if word in MAGNITUDES and MAGNITUDES[word] > 100:
            total, current = total + (current or 1) * MAGNITUDES[word], 0.0
        elif word in MAGNITUDES:
            current = (current or 1) * MAGNITUDES[word]
        elif word != "and":
            joins = not previous or previous in MAGNITUDES or previous == "and" or _is_compound(previous, word)
            if not joins:
                numbers.append(total + current)
                total, current = 0.0, 0.0
            current += PLAIN_NUMBERS[word]
        previous = word
    return [*numbers, total + current]


def _is_compound(tens: str, word: str) -> bool:
    return tens in TENS and 0 < PLAIN_NUMBERS[word] < 10
