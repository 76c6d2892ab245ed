"""What must hold about people, homes and firms, whatever the model has learned."""

import importlib.util
from pathlib import Path

import pytest

from pipelines.kinds import specification
from pipelines.kinds.person_columns import coded_persons
from pipelines.matching import link
from warehouse.model.data_model import shipped

_SPEC = importlib.util.spec_from_file_location("people", Path(__file__).with_name("people.py"))
assert _SPEC
assert _SPEC.loader
people_of = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(people_of)
mention, table, city = people_of.mention, people_of.table, people_of.city
WITHOUT_NUMBER, NOTHING_ELSE, id_number = people_of.WITHOUT_NUMBER, people_of.NOTHING_ELSE, people_of.id_number


def match_people(mentions, enterprise=None, **options):
    """What is found among mentions of persons; `enterprise` are the firms they point to, already clustered."""
    view = coded_persons(mentions, None, enterprise, threads=1)
    return link(view, specification(shipped(), "person"), id_column="mention_id", threads=1, **options)


@pytest.fixture(scope="module")
def town():
    """A town whose model knows what is usual, and a function that adds mentions and tells their clusters."""
    people, mentions, truth = city()
    model = match_people(table(mentions)).model

    def clusters(*added, **options):
        result = match_people(table([*mentions, *added]), model=model, **options)
        return result.clusters["cluster_id"].to_pylist()

    return people, mentions, truth, clusters


def of(person):
    """The first mention of a person in the town."""
    return 3 * person


def test_mentions_of_a_town_find_their_people(town):
    _people, _, truth, clusters = town
    found = clusters()
    right = sum(found[i] == of(t) for i, t in enumerate(truth))
    assert right / len(truth) > 0.995


def test_a_transposed_id_number_is_a_typo_not_a_person(town):
    people, _, _, clusters = town
    number = people[8]["id_number"]
    swapped = number[:12] + number[13] + number[12] + number[14:]
    added = mention(people[8], id_number=None, id_number_state="invalid", id_number_legible=swapped, phone=None)
    assert clusters(added)[-1] == of(8)


def test_a_masked_number_and_the_name_are_enough(town):
    people, _, _, clusters = town
    number = people[8]["id_number"]
    masked = number[:6] + "********" + number[14:]
    added = mention(people[8], **NOTHING_ELSE | {"id_number_state": "damaged", "id_number_legible": masked})
    assert clusters(added)[-1] == of(8)


def test_two_different_valid_numbers_never_share_a_cluster(town):
    people, mentions, _, clusters = town
    other = mention(people[8], id_number=id_number(110101, people[8]["birth"], 77))
    found = clusters(other)
    numbers = {}
    for cluster, row in zip(found, [*mentions, other], strict=True):
        numbers.setdefault(cluster, set()).add(row["id_number"])
    assert all(len(n - {None}) <= 1 for n in numbers.values())


def test_another_persons_number_under_an_unrelated_name_is_no_link(town):
    people, _, _, clusters = town
    stranger = mention(people[40], id_number=people[8]["id_number"], sex=None, birth_date=None)
    assert clusters(stranger)[-1] != of(8)


def test_twins_are_two(town):
    people, _, _, clusters = town
    twin = people[8] | {"name": people[8]["name"][:2] + "燕", "id_number": None}
    found = clusters(mention(twin, **WITHOUT_NUMBER), mention(twin, **WITHOUT_NUMBER, education="小学"))
    assert found[-1] == found[-2] != of(8)


def test_father_and_son_at_one_address_with_one_phone_are_two(town):
    people, _, _, clusters = town
    father = people[8] | {"name": people[8]["surname"] + "桦松", "birth": people[8]["birth"].replace(year=1931)}
    assert clusters(mention(father, **WITHOUT_NUMBER, phone=people[8]["phone"]))[-1] != of(8)


def test_a_mention_with_nothing_but_a_common_name_stays_alone(town):
    people, _mentions, _, clusters = town
    namesakes = [
        mention(p | {"name": "赵岚", "surname": "赵"}, id_number=id_number(330102, p["birth"], 900 + i))
        for i, p in enumerate(people[100:112])
    ]
    bare = mention(people[0] | {"name": "赵岚", "surname": "赵"}, **NOTHING_ELSE)
    found = clusters(*namesakes, bare, bare)
    assert len(set(found[-14:])) == 14


def test_only_a_surname_joins_nobody_without_a_phone(town):
    people, _, _, clusters = town
    caller = mention(
        people[8], **NOTHING_ELSE | {"name_form": "surname_only", "name_key": people[8]["surname"] + "先生"}
    )
    assert clusters(caller)[-1] == len(town[1])


def test_a_judgement_beats_the_machine_both_ways(town):
    import pyarrow as pa

    people, mentions, _, clusters = town
    bare = mention(people[8], **NOTHING_ELSE)
    new = len(mentions)
    same = pa.table({"left_id": [of(20)], "right_id": [new], "verdict": ["same"]})
    assert clusters(bare, judgements=same)[-1] == of(20)
    different = pa.table({"left_id": [of(8), of(8)], "right_id": [of(8) + 1, of(8) + 2], "verdict": ["different"] * 2})
    found = clusters(judgements=different)
    assert found[of(8)] not in found[of(8) + 1 : of(8) + 3]


def test_the_same_name_tied_to_the_same_firm_is_evidence(town):
    import pyarrow as pa

    people, mentions, _, clusters = town
    registry = mention(people[8], **NOTHING_ELSE | {"id_number": people[8]["id_number"], "enterprise_mention_id": 0})
    manager = mention(people[8], **NOTHING_ELSE | {"enterprise_mention_id": 1})
    firms = pa.table({"mention_id": [0, 1], "cluster_id": [0, 0]})
    others = pa.table({"mention_id": [0, 1], "cluster_id": [0, 1]})

    def probability(enterprise):
        found = match_people(table([*mentions, registry, manager]), enterprise=enterprise).pairs
        both = zip(found["left_id"].to_pylist(), found["right_id"].to_pylist(), strict=True)
        return found["probability"].to_pylist()[list(both).index((len(mentions), len(mentions) + 1))]

    assert clusters(registry, manager, enterprise=firms)[-1] == of(8)
    assert probability(firms) > probability(others)
