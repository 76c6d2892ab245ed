"""Clerical review: the questions for a steward as a workbook to fill in, and the answers read back from it."""

from warehouse.review.answers import Answer, Answers, Problem, ReviewFileError, read_answers
from warehouse.review.question import Question, Side, Step, comparison_words, content_of, lines_of, make_side, token_of
from warehouse.review.waterfall import steps_of, words_of_comparison, words_of_level
from warehouse.review.workbook import write_review

__all__ = [
    "Answer",
    "Answers",
    "Problem",
    "Question",
    "ReviewFileError",
    "Side",
    "Step",
    "comparison_words",
    "content_of",
    "lines_of",
    "make_side",
    "read_answers",
    "steps_of",
    "token_of",
    "words_of_comparison",
    "words_of_level",
    "write_review",
]
