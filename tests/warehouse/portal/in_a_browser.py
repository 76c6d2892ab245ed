"""What the tests in a browser need beside a browser: more questions than a small city leaves, and how contrast is measured."""

from __future__ import annotations

from pipelines.resolution.questions import sides_of
from pipelines.stages.portal_review import HomeReview
from warehouse import judgements
from warehouse.model import Home
from warehouse.review import Question, lines_of, steps_of


class MoreQuestions(HomeReview):
    """The review of the home, and, because so small a city leaves few questions, some about neighbours in a table."""

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._real = home

    def questions(self, limit: int) -> list[Question]:
        sides = sides_of(self._real, "person", range(60))
        judged = judgements.read(self._real).to_pylist()
        gone = {(line["left_row_key"], line["right_row_key"]) for line in judged if line["verdict"] != "withdrawn"}
        made = [
            Question(
                lines_of(self._real.data_model, "person"),
                sides[n],
                sides[n + 1],
                "review",
                0.5,
                1,
                steps_of({}, {}, 0.0),
            )
            for n in range(0, 60, 2)
        ]
        keys = [tuple(sorted((q.left.identity, q.right.identity))) for q in made]
        fresh = [q for q, (a, b) in zip(made, keys, strict=True) if (a.row_key, b.row_key) not in gone]
        return [*super().questions(limit), *fresh][:limit]


CONTRAST = """() => {
  const colour = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const found = colour(getComputedStyle(e).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *:not(svg *)")) {
    if (![...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    if (!element.offsetParent || element.closest(".visually-hidden")) continue;
    const [a, b] = [light(colour(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}"""

"""Elements of a page whose text is too weak against its ground."""
