"""The certificate of an outcome: a proof of each stage, under what the ones before have found."""

from collections.abc import Iterator, Sequence

from siting.common.errors import Fault
from siting.model.formulation import Formulation
from siting.model.limits.limits import Limits
from siting.model.objectives import Single, Worst
from siting.model.options import Options
from siting.model.solution import Outcome
from siting.model.solving.certificate import Certificate
from siting.model.solving.decomposition.proving import prove
from siting.model.solving.search import Search

_REMEDY = "Leave out the certificate."


def uncertifiable(formulation: Formulation, objectives: Sequence[Single]) -> Iterator[Fault]:
    """Return what no certificate can be made of yet."""
    if any(isinstance(each, Worst) for each in objectives):
        yield Fault("certificate", "objective", "worst", "cannot be certified yet", _REMEDY)
    if formulation.program.splits:
        problem = "sites that can fill up cannot be certified yet"
        yield Fault("certificate", "capacity", "limited", problem, _REMEDY)


def certify(outcome: Outcome, limits: Limits, search: Search) -> Certificate | None:
    """Return the proof of an outcome; None if there is no answer."""
    finals = [each.chosen for each in outcome.stages[:-1]] + [outcome.answer.chosen]
    proofs = [
        prove(stage.objective.kind, stage.program, chosen, search)
        for stage, chosen in zip(outcome.stages, finals, strict=True)
        if stage.program is not None and chosen is not None
    ]
    whole = len(proofs) == len(outcome.stages)
    return Certificate(_labels(outcome.formulation.options, limits), proofs) if whole else None


def _labels(options: Options, limits: Limits) -> list[str]:
    """Return what each option is called: its site, with its kind and phase where it has one."""
    kinds = {number: f", {each.name}" for number, each in enumerate(limits.office_types)}
    phases = {number: f", {each.name}" for number, each in enumerate(limits.phases)}
    each = zip(options.site, options.kind, options.phase, options.new, strict=True)
    return [
        options.instance.site_ids[site] + (kinds.get(kind, "") + phases.get(phase, "")) * bool(new)
        for site, kind, phase, new in each
    ]
