"""From clusters to entities, golden records, relations and evidence. Reads mentions, clusters and pairs; writes the rest.

Golden records are chosen in the order of `DataModel.golden_order`: a person's residence is a home, a legal representative a
person.
"""

from __future__ import annotations

from pipelines.engine import LOCAL
from pipelines.kinds import specification
from pipelines.markers import Counts
from pipelines.matching.store.stored_match import StoredMatch
from pipelines.resolution import at_scale, certainty, evidence, grid_tree, identity, judged, relations, survivorship
from pipelines.resolution.authority import authority_table
from pipelines.settings import Settings
from pipelines.stages import models
from pipelines.stages.engine_work import on_engine, stage_files


def name_entities(settings: Settings, kind: str, version: str) -> Counts:
    """Give every cluster of a kind its id; ids of the last published release are kept."""
    home = settings.home
    assignment = identity.assign_entities(
        kind,
        home.stage("mention", kind),
        StoredMatch.of(home, specification(home.data_model, kind)).clusters(),
        identity.read_former(home, kind),
        version,
        model=home.data_model,
        register=identity.register_aside(home, kind, version),
    )
    counts = identity.write_assignment(home, kind, assignment, version)
    entities = len(assignment.entities["entity_id"].unique())
    return {"rows": counts["entity"], "entities": entities, "redirects": counts["redirect"]}


def choose_golden(settings: Settings, kind: str) -> Counts:
    """Choose the golden values of a kind; every claim and every conflict is kept beside them.

    Where none are there to go on from, this runs on an engine if the run has one, with the same answers.
    """
    home, authority = settings.home, authority_table(settings.home.data_model, settings.platforms)
    if settings.engine == LOCAL or survivorship.is_known(home, kind, authority):
        counts = survivorship.write_golden(home, kind, authority)
    else:
        inputs = survivorship.inputs(home, kind)
        counts = at_scale.write_golden(on_engine(settings, f"golden_{kind}", inputs), home, kind, authority)
    return {"rows": counts["golden"], "claims": counts["attribute"], "conflicts": counts["conflict"]}


def estimate_certainty(settings: Settings, kind: str) -> Counts:
    """Estimate how certain the contested golden values of a kind are, from who agrees with whom; what is known of them is held."""
    home, newest = settings.home, models.newest_delivery(settings)
    held = models.held_sources(home, kind, newest, models.days(settings.city.settings.model_days))
    counts, model = certainty.write_certainty(home, kind, held)
    if model is not held:
        models.keep_sources(home, kind, model, newest)
    return dict(counts)


def relate_entities(settings: Settings) -> Counts:
    """Write who lives in, owns, rents, lets, runs or works for what, on an engine if the run has one."""
    home, authority = settings.home, authority_table(settings.home.data_model, settings.platforms)
    if settings.engine == LOCAL:
        return dict(relations.write_relations(home, authority))
    run = on_engine(settings, "relation", stage_files(settings, "mention", "entity", "golden"))
    return dict(at_scale.write_relations(run, home, authority))


def fill_grid(settings: Settings) -> Counts:
    """Count what lies in every node of the grid tree."""
    return {"rows": grid_tree.write_grid_counts(settings.home)}


def explain_matches(settings: Settings, kind: str) -> Counts:
    """Write why mentions of a kind were linked or queued."""
    home = settings.home
    pairs = StoredMatch.of(home, specification(home.data_model, kind)).pair_tables()
    if settings.engine == LOCAL:
        return {"rows": evidence.write_match(home, kind, pairs)}
    files = [*(home.stage(stage, kind) for stage in ("mention", "entity")), home.matched_mark(kind)]
    return {"rows": at_scale.write_match(on_engine(settings, f"match_{kind}", files), home, kind, pairs)}


def gather_evidence(settings: Settings) -> Counts:
    """Write which entity every mention names, and what stewards judged."""
    home = settings.home
    judgements = judged.write_judgements(home)
    if settings.engine == LOCAL:
        return {"rows": evidence.write_link_mention(home), "judgements": judgements}
    run = on_engine(settings, "link_mention", stage_files(settings, "mention", "entity"))
    return {"rows": at_scale.write_link_mention(run, home), "judgements": judgements}
