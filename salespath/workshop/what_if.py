"""What if, on the wall: any fact otherwise, and the verdict over one number or two. A form in, a fragment of HTML out.

A form is the pairs of names and values that a browser sends: `fact` is the one chosen, `set` what is supposed already
(`capital=2M`), and `value` (or, of a number, what is `typed`) what is supposed `of` a fact now; `drop` takes one back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeAlias

from markupsafe import Markup

from salespath.counsel.decision_map import decision_map
from salespath.counsel.sensitivity import sensitivity
from salespath.counsel.whatif import WhatIf
from salespath.counsel.whatif import what_if as supposed
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.engine.borders import near
from salespath.facts import Case, Fact, Value
from salespath.facts.money import in_own_currency
from salespath.facts.values import Range, readable, words
from salespath.facts.vocabulary import Vocabulary
from salespath.files.problems import SalespathError, refusal
from salespath.report.pages import decision_map as map_page
from salespath.report.pages import whatif as whatif_page
from salespath.report.words.currency import common_rate
from salespath.report.words.phrases import answer
from salespath.report.words.verdict import firmness, headline, in_short
from salespath.workshop.fragments import blocks, filled

Form: TypeAlias = "Sequence[tuple[str, str]]"
AS_IT_IS = "="  # the value that supposes nothing


@dataclass(frozen=True)
class _Option:
    """A value that can be supposed, as a form sends it, in words, and whether it is so now."""

    value: str
    said: str
    here: bool = False


@dataclass(frozen=True)
class _Trial:
    """What a form supposes, by fact, and which fact is chosen."""

    fact: str
    settings: dict[str, str] = field(default_factory=dict)


def what_if(base: Base, case: Case, form: Form = (), *, code: str, token: str = "") -> str:
    """What is supposed of a company, what changes, and how the next fact is set; what cannot be so is said, and the rest holds."""
    trial = _read(base, case, form)
    found, wrong = _suppose(base, case, trial)
    after = found.after
    with in_own_currency(common_rate([after.case])):
        fact = base.vocabulary.facts[trial.fact]
        scale, along = _along(base, case, after, fact) if fact.numeric else ([], Markup())
        return filled(
            "wall_what_if.html",
            code=code,
            token=token,
            groups=_groups(base.vocabulary),
            fact=fact,
            here=answer(fact, after.case.values.get(fact.id)),
            was=answer(fact, case.values.get(fact.id)),
            options=scale or list(_options(fact, after.case.values.get(fact.id))),
            settings=trial.settings,
            supposed=[
                (name, trial.settings[name], base.vocabulary[name].label, answer(base.vocabulary[name], values[1]))
                for name, values in found.settings.items()
                if name in trial.settings
            ],
            wrong=wrong,
            before=in_short(*found.effect.old),
            after=in_short(*found.effect.new),
            changes=bool(found.settings),
            headline=headline(after),
            firmness=firmness(after),
            found=blocks(whatif_page.page(found).blocks),
            along=along,
        )


def scenario(base: Base, case: Case, form: Form) -> tuple[str, dict[str, Value]]:
    """The name and the facts of a scenario that a form saves. Raises SalespathError: SP230 where it can be none."""
    name = next((value.strip() for key, value in form if key == "name"), "")
    if not name:
        raise refusal("SP230", "a scenario needs a name, to be found by: After the round.", None)
    found = supposed(base, case, _texts(_read(base, case, form)))
    unknown = [base.vocabulary[n].label for n, (_, value) in found.settings.items() if value is None]
    if unknown:
        message = f"a scenario is made of answers, and of {', '.join(unknown)} it is supposed that there is none; leave it out."
        raise refusal("SP230", message, None)
    facts = {n: value for n, (_, value) in found.settings.items() if value is not None}
    if not facts:
        raise refusal("SP230", "nothing is supposed yet: suppose an answer, then save it as a scenario.", None)
    return name, facts


# Forms


def _read(base: Base, case: Case, form: Form) -> _Trial:
    """What a form supposes. A fact that there is not is none that is chosen."""
    said: dict[str, list[str]] = {}
    for key, value in form:
        said.setdefault(key, []).append(value)
    settings = {}
    for text in said.get("set", ()):
        name, _, value = text.partition("=")
        settings[name.strip()] = value
    of = next(iter(said.get("of", ())), "")
    if of in base.vocabulary.facts:
        typed, values = [*filter(None, map(str.strip, said.get("typed", ())))], said.get("value", [])
        if typed:
            settings[of] = typed[0]
        elif AS_IT_IS in values:
            settings.pop(of, None)
        elif base.vocabulary.facts[of].type == "set":  # none is ticked, or "" for unknown
            settings[of] = "" if "" in values else f"[{', '.join(values)}]"
        elif values:
            settings[of] = values[0]
    for name in said.get("drop", ()):
        settings.pop(name, None)
    chosen = next((name for name in [*said.get("fact", ()), of] if name in base.vocabulary.facts), "")
    return _Trial(chosen or _first(base, case), settings)


def _first(base: Base, case: Case) -> str:
    """The fact that is chosen where none is: one on which the verdict hangs, else near a border of it, else one that is known."""
    facts, a = base.vocabulary.facts, assess(base, case)
    some = [
        *(turn.fact for turn in a.strength.on),
        *(item.fact for item in near(base, case.values)),
        *case.values,
        *facts,
    ]
    return next(name for name in some if name in facts)


def _texts(trial: _Trial) -> list[str]:
    return [f"{name}={value}" for name, value in trial.settings.items()]


def _suppose(base: Base, case: Case, trial: _Trial) -> tuple[WhatIf, list[str]]:
    """What the settings come to that can be so, and what is wrong with the others, which are dropped."""
    try:
        return supposed(base, case, _texts(trial)), []
    except SalespathError:
        wrong: list[str] = []
    for name, value in [*trial.settings.items()]:
        try:
            supposed(base, case, [f"{name}={value}"])
        except SalespathError as error:
            wrong += [problem.message for problem in error.problems]
            del trial.settings[name]
    try:
        return supposed(base, case, _texts(trial)), wrong
    except SalespathError as error:  # what can be so alone, and not together
        trial.settings.clear()
        return supposed(base, case, []), [*wrong, *(problem.message for problem in error.problems)]


def _groups(vocabulary: Vocabulary) -> list[tuple[str, list[Fact]]]:
    """The facts by dimension."""
    return [(name, [*some]) for name, some in groupby(vocabulary.facts.values(), key=lambda fact: fact.dimension)]


def _options(fact: Fact, value: Value | None) -> Iterator[_Option]:
    """The answers that a fact can have, and that it is not known; nothing for one that is written."""
    if fact.type == "boolean":
        yield from (_Option(word, word, value is so) for word, so in (("yes", True), ("no", False)))
    elif fact.type == "set":
        here = value if isinstance(value, frozenset) else frozenset()
        yield from (_Option(member, readable(member), member in here) for member in fact.values)
        return
    else:
        yield from (_Option(word, readable(word), value == word) for word in fact.values)
    if fact.values or fact.type == "boolean":
        yield _Option("", answer(fact, None), value is None)


# Along a number, and over two


def _along(base: Base, case: Case, after: Assessment, fact: Fact) -> tuple[list[_Option], Markup]:
    """The values that a slider has, the company's own among them, and the verdict along them."""
    drawn = decision_map(base, after.case, [fact.id])
    own, here = case.values.get(fact.id), after.case.values.get(fact.id)
    some = [value for value in drawn.scales[0].values if isinstance(value, (int, float)) and math.isfinite(value)]
    if isinstance(own, (int, float)) and own not in some:
        some = sorted([*some, own])
    options = [_Option(AS_IT_IS if v == own else _written(case, fact, v), words(fact, v), v == here) for v in some]
    if not isinstance(own, (int, float)):  # unknown, or a range: before all others
        options.insert(0, _Option(AS_IT_IS, answer(fact, own), here is None or isinstance(here, Range)))
    return options, blocks(map_page.page(drawn).blocks)


def _written(case: Case, fact: Fact, value: float) -> str:
    """A value so exactly that it is read again as it is, whatever the currency of the company."""
    return f"{value:.12g} USD" if fact.type == "money" and case.rate else f"{value:.12g}"


def over_numbers(base: Base, a: Assessment, form: Form = (), *, code: str, token: str = "") -> str:
    """The verdict over two numbers, facts or computed ones; over one where both are the same or the second is none."""
    said = dict(form)
    numbers = {name: base.vocabulary[name] for name in base.vocabulary if base.vocabulary[name].numeric}
    across, up = (said.get(key, "") for key in ("across", "up"))
    if across not in numbers:
        across, up = _telling(a, numbers)
    names = [across, *([up] if up in numbers and up != across else [])]
    drawn = map_page.page(decision_map(base, a.case, names))
    return filled(
        "wall_map.html",
        code=code,
        token=token,
        title=drawn.title,
        numbers=numbers,
        across=across,
        up="" if names[1:] == [] else up,
        found=blocks(drawn.blocks),
    )


def _telling(a: Assessment, numbers: Mapping[str, object]) -> tuple[str, str]:
    """The two numbers to begin with: those that could turn the verdict, then those that move it most."""
    known = sensitivity(a.base, a.case).influences
    moving = [*(item.fact for item in known if item.turning), *(item.fact for item in known if item.high > item.low)]
    turning = (turn.fact for turn in a.strength.on)
    some = dict.fromkeys(name for name in (*turning, *moving, *a.case.values, *numbers) if name in numbers)
    first, second, *_ = some
    return first, second
