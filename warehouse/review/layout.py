"""Where things stand in a review workbook: what the writer and the reader must agree on."""

from __future__ import annotations

from warehouse.model.judgement import DIFFERENT, SAME, UNSURE

FORMAT = "onenet-review-1"
LEDGER_SHEET = "_onenet"
"""Very hidden: format, release, how much was judged, and the identities behind every question."""

ALSO = "+"
"""Before the token of a question in that sheet: a further pair the answer is about, without a kind."""

LABEL, VERDICT, WHY, BASIS, WHO, WEIGHT, TOKEN = range(7)
"""Columns of a question's answer line; the token names the question."""

WORDS = {"相同": SAME, "不同": DIFFERENT, "不确定": UNSURE}
"""What may be chosen."""
