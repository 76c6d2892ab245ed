"""What a mention is made from is told of that mention, however many there are."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.matching.sources import Mentions


def test_hashes_stay_with_their_mention_in_a_file_read_by_several_threads(tmp_path):
    n = 400_000
    numbers = pa.array([f"{i:018d}" for i in range(n)])
    path = tmp_path / "person.parquet"
    pq.write_table(
        pa.table({"mention_id": pa.array(range(n), pa.int64()), "id_number": numbers}), path, row_group_size=20_000
    )
    rounded = numbers.take(pa.array(range(0, n, 40)))
    found = Mentions("person", path).hashed(
        4, rounded, own="mention_id", cut="coalesce(id_number in (select id_number from rounded), false)"
    )
    assert np.array_equal(found["own"], np.arange(n))
    assert np.array_equal(np.flatnonzero(found["cut"]), np.arange(0, n, 40))
