"""What a verdict on a receipt says, in the reader's language."""

from collections.abc import Iterator

from tutor.dialogue.page import say
from tutor.language import N_, Language
from tutor.verification import Finding, Verdict

RECOMPUTED = N_("This receipt holds. Steps that were computed again from the inputs, and came out the same: {count}.")
CONSISTENT = N_("This receipt agrees with itself. Steps that follow from those before them: {count}.")
FAILS = N_("This receipt does not hold. Places that are wrong: {count}.")
SKIPPED = N_("Derivatives too close to a kink, or too small, for finite differences to confirm: {count}.")
MOST_OF_A_TEXT = 120  # characters
NAMED = N_("{field}: {reason}")
# The places are the values that a finding carries.
WRONG = {
    "missing-field": N_("This is missing."),
    "missing-step": N_("This step is missing."),
    "wrong-kind": N_("This is not of the kind that a receipt has here."),
    "wrong-shape": N_("This does not have the shape that the network asks for."),
    "wrong-length": N_("There must be {expected} of these, not {found}."),
    "not-finite": N_("This must be a finite number."),
    "given-twice": N_("This is given twice."),
    "unknown-operand": N_("{operand} is neither a value nor an earlier step."),
    "operand-differs": N_("The operand {operand} is {expected}, not {found}."),
    "operands-do-not-match": N_("The expression and the list of operands disagree on {operand}."),
    "cannot-be-evaluated": N_("The expression has no finite value."),
    "expression-differs": N_("The expression gives {expected}, not {found}."),
    "number-differs": N_("What goes by this name elsewhere is {expected}, not {found}."),
    "array-differs": N_("The step of this name is {expected}, not {found}."),
    "inputs-do-not-fit": N_("These are not the inputs of such a network."),
    "value-differs": N_("The inputs say {expected}, not {found}."),
    "wrong-value": N_("Computed again it is {expected}, not {found}."),
    "not-the-slope": N_("Finite differences give {expected}, not {found}."),
    "wrong-formula": N_("On other inputs this formula gives {found} where {expected} is right."),
    "wrong-divergence": N_("This does not say whether, and at which step, the run diverged."),
    "error-differs": N_("The relative error of these two derivatives is {expected}, not {found}."),
    "not-the-largest": N_("The largest error is {expected}, not {found}."),
    "wrong-kink": N_("This is not what a nudge of this width meets."),
}


def sentences(verdict: Verdict, language: Language) -> Iterator[str]:
    """Every place that is wrong, what could not be confirmed, and that all else holds if it does."""
    for finding in verdict.findings:
        yield say(language, NAMED, field=_written(finding.place, language), reason=_reason(finding, language))
    if verdict.skipped:
        yield say(language, SKIPPED, count=str(verdict.skipped))
    if verdict.holds:
        yield say(language, RECOMPUTED if verdict.recomputed else CONSISTENT, count=str(verdict.steps))


def failure(verdict: Verdict, language: Language) -> str:
    """How many places are wrong."""
    return say(language, FAILS, count=str(len(verdict.findings)))


def _reason(finding: Finding, language: Language) -> str:
    """The sentence of a finding, with all the digits of its numbers: what is wrong may be the ninth."""
    told = {name: _written(value, language) for name, value in finding.values.items()}
    return say(language, WRONG[finding.reason], **told)


def _written(value: object, language: Language) -> str:
    """A number with the language's decimal mark; of a text what can be printed, for the receipt may be anyone's."""
    if isinstance(value, float):
        return repr(value).replace(".", language.decimal)
    return "".join(filter(str.isprintable, str(value)[:MOST_OF_A_TEXT]))
