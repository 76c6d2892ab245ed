"""How much agreement on a value says: a name that one firm holds is next to proof, a name that many people hold is not."""

import numpy as np
import pyarrow as pa
import pytest

from pipelines.matching import Comparison, Same
from pipelines.matching.engine.encode import encode
from pipelines.matching.engine.levels_enterprise import SameCore
from pipelines.matching.engine.term_frequency import UNSEEN, agreement_shares, frequency_bins, unseen_holders


def bins_of(rows):
    """Name → bin, of rows of (name, code)."""
    names, codes = zip(*rows, strict=True)
    encoded = encode(pa.table({"name": pa.array(names), "code": pa.array(codes, pa.string())}), ("name", "code"))
    bins = frequency_bins(encoded, "name", np.ones(len(rows), dtype=np.int64), encoded.codes["code"], None)
    return dict(zip(encoded.dictionaries["name"].values.to_pylist(), bins.tolist(), strict=True))


def firms(count, records, shared):
    """So many firms with as many records each; the first firms share their name with another firm, `shared` of them."""
    return [(f"firm {i if i >= 2 * shared else i // 2}", f"code {i}") for i in range(count) for _ in range(records)]


def test_the_records_of_one_firm_do_not_make_its_name_common():
    assert bins_of(firms(300, 5, 0))["firm 7"] == bins_of(firms(300, 1, 0))["firm 7"]


def test_a_name_of_one_firm_is_next_to_proof_where_firms_never_share_names():
    never, sometimes = bins_of(firms(300, 3, 0))["firm 200"], bins_of(firms(300, 3, 40))["firm 200"]
    assert never >= sometimes + 4


def test_a_name_that_two_hold_stays_common():
    bins = bins_of(firms(300, 3, 40))
    assert bins["firm 0"] == round(np.log2(300 / (1 + UNSEEN)))


@pytest.mark.parametrize(("once", "twice", "unseen"), [(99, 0, 0.01), (99, 2, 0.05), (9, 30, UNSEEN), (0, 0, UNSEEN)])
def test_unseen_holders_follow_from_how_many_values_have_a_second_one(once, twice, unseen):
    assert unseen_holders(once, twice) == pytest.approx(unseen)


def test_levels_on_one_column_split_its_agreements():
    levels = (SameCore("brand", ("trade",), (), True, "both"), SameCore("brand", (), (), True, "brand"), Same("trade"))
    comparison = Comparison("name", levels, columns=("brand", "trade"))
    shares = agreement_shares(comparison, np.array([0.0, 0.001, 0.009, 0.2, 0.79]))
    assert shares == pytest.approx([0.1, 0.9, 1.0, 1.0])
