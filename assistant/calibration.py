"""Every number that decides what is found, answered and refused, and what it rests on.

The shares are of xquad.en (1,190 questions, 240 paragraphs, a question's sentence being the one its answer begins
in); nothing is fitted to the sample course. `tests/benchmarks/retrieval.py` measures ranking and refusals.
"""

# The five parts of a sentence's score for a question: cosine of the sentence, of it with the one before, and
# of its chunk; share of the question's words, weighed by rarity, in the sentence and in the chunk. Sentence
# hit@1 .798, paragraph hit@1 .971, much the same for weights near these; with BM25 in place of the shares
# .766 and .960, without the cosine of the sentence with the one before .787 and .971.
SENTENCE_COSINE_WEIGHT = 0.225
CONTEXT_COSINE_WEIGHT = 0.225
CHUNK_COSINE_WEIGHT = 0.225
SENTENCE_COVERAGE_WEIGHT = 0.1625
CHUNK_COVERAGE_WEIGHT = 0.1625

# What does not pay beside them (450 questions, .802 without): reordering the best by how likely the chat model
# finds the question after the sentence (.800 to .804 at twenty times the cost), weights fitted by listwise
# regression (.798 held out), the neighbours' scores (.798), the kind of answer asked for (.802).

# Candidates that each index gives to the exact scoring.
NEAREST_SENTENCES = 100
NEAREST_CHUNKS = 30
WORDED_SENTENCES = 100

# Below this score nothing found answers the question: 1.5 % of the questions are refused wrongly, 89 %
# rightly once their whole article is left out, 46 % with only their paragraph left out.
LEAST_SCORE = 0.36

# A small model reads little: an excerpt is one sentence, and what it says after two is repetition.
EXCERPT_COUNT = 3
MOST_SENTENCES = 2

# A sentence is supported if so much of it is in one sentence of the lecture, so much of that in it, in so
# much the same order, and so alike in meaning. A wrong number, name, connective or denial is not weighed: it
# fails. The false sentences of tests/assistant/test_verification.py, most of them the model's, stay outside.
LEAST_SUPPORTED = 0.6
LEAST_REPEATED = 0.5
LEAST_ORDER = 0.7
LEAST_SUPPORT_COSINE = 0.7

# A sentence may be true and beside the question: what supports it may score so much less than the best. Of
# what the model says to 250 questions and a lecture supports, all of the 11 sentences up to here cite the
# right sentence of the lecture, 2 of the 13 after.
MOST_BEHIND_BEST = 0.05
