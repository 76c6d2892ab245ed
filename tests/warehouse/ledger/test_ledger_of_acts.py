"""The ledger of acts: it only grows, and whoever touches it is found out, each way of touching told apart."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from warehouse import judgements, ledger
from warehouse.judgements import MentionIdentity, Statement
from warehouse.model import Home


@pytest.fixture
def home(tmp_path):
    """A home whose ledger has six lines, the manifest of a download beside it."""
    home = Home(tmp_path)
    for number in range(6):
        ledger.append(home, "search", "chen", found=number)
    witness = {"files": [], "ledger": ledger.head(home).printed}
    (tmp_path / "manifest.json").write_text(json.dumps(witness))
    return home


def lines(home):
    return [json.loads(line) for line in home.acts.read_text().splitlines()]


def write(home, told):
    home.acts.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in told))


def whole_chain(told):
    """The chain computed anew, as someone would who owns the disk."""
    before, out = "0" * 64, []
    for number, line in enumerate(told, start=1):
        anew = {**line, "number": number, "before": before}
        anew["hash"] = before = ledger.hash_of(anew)
        out.append(anew)
    return out


def findings(home, *, held=True):
    witness = ledger.witness_of(home.root / "manifest.json")
    return [(f.what, f.where) for f in ledger.verify(home, [witness] if held else []).findings]


def forget_the_head(home):
    """What lies beside the ledger is in the same hands."""
    home.acts_head.unlink()


def test_an_untouched_ledger_is_whole(home):
    report = ledger.verify(home, [ledger.witness_of(home.root / "manifest.json")])
    assert report.whole
    assert report.head == ledger.head(home) == (6, lines(home)[-1]["hash"])
    assert report.witnesses == 2


def test_it_grows_past_a_witness_and_stays_whole(home):
    ledger.append(home, "sign_in", "li")
    assert findings(home) == []


def test_only_the_owner_reads_it(home):
    assert stat.S_IMODE(home.acts.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.acts_head.stat().st_mode) == 0o600


def test_a_line_that_was_altered_is_named(home):
    told = lines(home)
    told[2]["by"] = "wang"
    write(home, told)
    assert findings(home) == [("altered", "第 3 行 line 3")]


def test_a_line_altered_together_with_its_own_hash_is_named_too(home):
    told = lines(home)
    told[2]["by"] = "wang"
    told[2]["hash"] = ledger.hash_of(told[2])
    write(home, told)
    assert findings(home) == [("altered", "第 3 行 line 3")]


def test_a_line_that_is_no_json_any_more_is_altered(home):
    written = home.acts.read_bytes().splitlines(keepends=True)
    written[3] = b"{\n"
    home.acts.write_bytes(b"".join(written))
    assert ("altered", "第 4 行 line 4") in findings(home)


def test_a_line_that_was_taken_out_is_missing(home):
    told = lines(home)
    del told[2]
    write(home, told)
    assert findings(home)[0] == ("missing", "第 3 号 number 3")


def test_a_signed_witness_that_was_altered_is_a_false_one(home):
    printed = ledger.seal(home, ledger.head(home))
    path = home.root / "manifest.json"
    path.write_text(json.dumps({"ledger": printed}))
    assert findings(home) == []
    path.write_text(json.dumps({"ledger": {**printed, "count": 5}}))
    assert findings(home) == [("forged", "manifest.json")]
    home.seal_key.unlink()
    foreign = ledger.seal(home, ledger.head(home))
    assert foreign["key"] != printed["key"]
    path.write_text(json.dumps({"ledger": printed}))
    assert findings(home) == [("forged", "manifest.json")]
    assert stat.S_IMODE(home.seal_key.stat().st_mode) == 0o600


def test_a_recall_names_everybody_who_took_what(home, onenet):
    home.release("0001").mkdir(parents=True)
    for by, department, version in (("li", "gongan", "0001"), ("wu", "weijian", "0001"), ("li", "gongan", "0002")):
        ledger.append(home, "download", by, department=department, version=version, file="a.csv", purpose="核对")
    assert [line["by"] for line in ledger.downloads(home, "0001")] == ["li", "wu"]
    assert [line["by"] for line in ledger.downloads(home, "0001", "weijian")] == ["wu"]
    told = onenet("ledger", "recall", "0001", "--home", home.root)
    assert told.exit_code == 0
    assert "weijian" in told.output
    assert onenet("ledger", "recall", "0003", "--home", home.root).exit_code == 1


def test_an_end_that_was_cut_off_is_told_by_a_witness(home):
    write(home, lines(home)[:4])
    assert ("cut", "manifest.json") in findings(home)
    assert findings(home, held=False) == [("cut", "ledger/head.json")]
    forget_the_head(home)
    assert (
        findings(home, held=False) == []
    )  # nothing inside a chain shows where it ended: that is what witnesses are for
    assert findings(home) == [("cut", "manifest.json")]


def test_a_chain_computed_anew_is_told_by_a_witness(home):
    told = lines(home)
    told[2]["by"] = "wang"
    write(home, whole_chain(told))
    forget_the_head(home)
    assert findings(home, held=False) == []
    assert findings(home) == [("rewritten", "manifest.json")]


def test_a_chain_computed_anew_without_a_line_and_filled_up_again_is_rewritten(home):
    told = lines(home)
    del told[2]
    write(home, whole_chain([*told, told[-1]]))
    assert ("rewritten", "manifest.json") in findings(home)


def test_what_a_crash_broke_off_is_no_line_and_the_next_act_follows_the_last_whole_one(home):
    with home.acts.open("ab") as file:
        file.write(b'{"number": 7, "at"')
    assert ledger.verify(home).whole
    assert ledger.append(home, "search", "chen", found=0).lines == 7
    assert ledger.verify(home).whole
    assert len(lines(home)) == 7


def test_nobody_acts_outside_the_list(home):
    with pytest.raises(ValueError, match="allowed"):
        ledger.append(home, "shredding", "chen")


def test_many_hands_at_once_make_one_chain(home):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: ledger.append(home, "view", "chen", entity=str(number)), range(40)))
    assert ledger.verify(home).head.lines == 46
    assert ledger.verify(home).whole


def test_a_damaged_end_is_not_built_upon(home):
    with home.acts.open("ab") as file:
        file.write(b"nonsense\n")
    with pytest.raises(ledger.ChainError):
        ledger.append(home, "search", "chen")


def judged(home):
    pair = tuple(MentionIdentity("a", "b", "subject", key, 0) for key in "xy")
    judgements.record(home, [Statement("person", (pair,), "same", "li", datetime.now(UTC))])


def test_judgements_stand_in_the_same_chain_by_the_hash_of_their_file(home):
    judged(home)
    told = lines(home)[-1]
    assert (told["act"], told["by"], told["about"]["file"]) == ("judgement", "li", "000001.jsonl")
    assert ledger.verify(home).whole


def test_a_file_of_judgements_that_was_changed_lost_or_slipped_in_is_named(home):
    judged(home)
    judged(home)
    first, second = sorted(home.judgements.glob("*.jsonl"))
    first.chmod(0o600)
    first.write_text(first.read_text().replace("same", "different"))
    second.unlink()
    (home.judgements / "000003.jsonl").write_text("{}\n")
    assert {(f.what, f.where) for f in ledger.verify(home).findings} == {
        ("altered", "judgements/000001.jsonl"),
        ("missing", "judgements/000002.jsonl"),
        ("unrecorded", "judgements/000003.jsonl"),
    }


def test_judgements_of_before_there_was_a_ledger_are_taken_in_with_the_next(home):
    judged(home)
    home.acts.unlink()
    home.acts_head.unlink()
    assert [f.what for f in ledger.verify(home).findings] == ["unrecorded"]
    judged(home)
    assert ledger.verify(home).whole
