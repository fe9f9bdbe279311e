"""Random rule bases, the same for the same seed: what the rule language allows, used more wildly than people would.

Attributes stand in strata above one another, and rules read facts, attributes of lower strata and, in verdict and plan, blocks,
sums and verdicts, under nested and, or and not. Rules of one target override one another, in chains.
"""

from __future__ import annotations

from random import Random

from companies import FIGURES
from given import FRAME, VOCABULARY, small_base

from salespath.engine.base import Base
from salespath.facts.vocabulary import DIMENSIONS
from salespath.rules.model import PROCESSES, VERDICTS

FACTS = [name for name, fact in VOCABULARY.facts.items() if fact.type != "date"]  # which no rule reads
FRAME_PROCESS_RULES = ("sell-to-large", "too-early", "sell-to-small", "open")
COLOURS = ("red", "green", "blue")
KINDS = {"conclude": 8, "weigh": 5, "block": 3, "verdict": 3, "advise": 2, "warn": 2}  # and how often each
LINES = {f"{dimension}_{n}": dimension for dimension in DIMENSIONS for n in (1, 2)}
LEADING = (
    FRAME.replace("fit_enterprise > fit_smb", "fit_enterprise - fit_smb >= 0.5")
    .replace("fit_smb > fit_enterprise", "fit_smb - fit_enterprise >= 0.5")
    .replace("fit_smb == fit_enterprise", "-0.5 < fit_smb - fit_enterprise < 0.5")
)
VERDICT_VALUES = {"process": VERDICTS, "lead": PROCESSES, "leaning": (*PROCESSES, "none")}


def random_base(seed: int, rules: int = 30, *, tame: bool = False) -> Base:
    """A base of so many random rules, and of the four verdict rules of the frame.

    A tame one is linked as people link rules: it reads all facts, seldom joins two in one comparison, leaves the verdict alone, and
    decides by a clear lead.
    """
    return small_base(random_rules(Random(seed), rules, tame=tame), frame=LEADING if tame else FRAME)


def random_rules(source: Random, count: int, *, tame: bool = False) -> str:
    """A rule file to be read beside the frame."""
    return _Writer(source, count, tame).text()


class _Writer:
    def __init__(self, source: Random, count: int, tame: bool) -> None:
        self.source = source
        self.count = count
        self.tame = tame
        self.kinds = {kind: often for kind, often in KINDS.items() if not (tame and kind == "verdict")}
        number = max(4, count // 6)
        depth = source.randint(2, 6)
        self.strata = {f"trait_{n}": n * depth // number for n in range(number)}
        self.values = {name: source.choice((("yes",), ("yes",), COLOURS)) for name in self.strata}
        self.facts = source.sample(FACTS, 8) + source.sample(list(VOCABULARY.derived), 4)
        if tame:
            self.facts = [*FACTS, *VOCABULARY.derived]
        self.targets: dict[str, list[str]] = {"process": list(FRAME_PROCESS_RULES)}

    def text(self) -> str:
        lines = [f"  {name}: {{dimension: {dimension}, title: a line}}" for name, dimension in LINES.items()]
        traits = [f"  {name}: {{values: [{', '.join(v)}], means: a trait}}" for name, v in self.values.items()]
        candidates = f"  candidate: {{values: [{', '.join(COLOURS)}], verdict: yes, means: a step to the verdict}}"
        rules = [self._rule(f"rule-{n}") for n in range(self.count)]
        return "\n".join(["lines:", *lines, "attributes:", *traits, candidates, "rules:", *rules])

    # Rules

    def _rule(self, id_: str) -> str:
        (kind,) = self.source.choices(list(self.kinds), list(self.kinds.values()))
        what, when, target = getattr(self, f"_{kind}")()
        earlier = self.targets.setdefault(target, [])
        over = self.source.sample(earlier, min(len(earlier), self.source.choice((0, 0, 0, 1, 1, 2))))
        earlier.append(id_)
        return f"""  - id: {id_}
    when: "{when}"
    {what}
    overrides: [{", ".join(over)}]
    because: It is so.
    source: [K01]"""

    def _conclude(self) -> tuple[str, str, str]:
        name, stratum = self.source.choice(list(self.strata.items()))
        value = self.source.choice(self.values[name])
        return f"conclude: {{{name}: {value}}}", self._condition(self._facts_below(stratum)), name

    def _weigh(self) -> tuple[str, str, str]:
        process, line = self.source.choice(PROCESSES), self.source.choice(list(LINES))
        certainty = self.source.choice((-0.9, -0.5, -0.2, 0, 0.2, 0.5, 0.9, round(self.source.uniform(-0.95, 0.95), 2)))
        what = f"weigh: {{process: {process}, certainty: {certainty}, line: {line}}}"
        return what, self._condition(self._facts_below()), f"{process} {line}"

    def _block(self) -> tuple[str, str, str]:
        process = self.source.choice((*PROCESSES, "both"))
        words = self.source.choice(("lift: yes", f'remedy: wait, owner: you, done_when: "{self._fact()}"'))
        return f"block: {{process: {process}, {words}}}", self._condition(self._facts_below()), f"{process} blocked"

    def _verdict(self) -> tuple[str, str, str]:
        if self.source.random() < 0.4:
            value = self.source.choice(COLOURS)
            return (
                f"conclude: {{candidate: {value}}}",
                self._condition([self._sum, self._blocked, self._trait]),
                "candidate",
            )
        name = self.source.choice(list(VERDICT_VALUES))
        value = self.source.choice(VERDICT_VALUES[name])
        when = self._condition([self._sum, self._blocked, self._trait, self._candidate])
        return f"conclude: {{{name}: {value}}}", when, name

    def _advise(self) -> tuple[str, str, str]:
        process, done = self.source.choice((*VERDICTS, "any")), self._fact()
        what = f'advise: {{topic: team, choice: someone, process: {process}, text: Do it., done_when: "{done}"}}'
        return what, self._plan(), "team"

    def _warn(self) -> tuple[str, str, str]:
        return f"warn: {{process: {self.source.choice((*VERDICTS, 'any'))}, text: Mind it.}}", self._plan(), "warn"

    def _plan(self) -> str:
        return self._condition([self._fact, self._known, self._trait, self._blocked, self._candidate, self._chosen])

    # Conditions

    def _condition(self, atoms: list, depth: int = 3) -> str:
        shape = self.source.random()
        if not depth or shape < 0.3:
            return self.source.choice(atoms)()
        if shape < 0.5:
            return f"not ({self._condition(atoms, depth - 1)})"
        parts = [f"({self._condition(atoms, depth - 1)})" for _ in range(self.source.randint(2, 3))]
        return self.source.choice((" and ", " or ")).join(parts)

    def _facts_below(self, stratum: int | None = None) -> list:
        lower = [name for name, level in self.strata.items() if stratum is None or level < stratum]
        return [self._fact, lambda: self._is(self.source.choice(lower))] if lower else [self._fact]

    def _trait(self) -> str:
        return self._is(self.source.choice(list(self.strata)))

    def _is(self, name: str) -> str:
        return name if self.values[name] == ("yes",) else self._one(name, self.values[name])

    def _one(self, name: str, values: tuple[str, ...]) -> str:
        if self.source.random() < 0.3:
            return f"{name} in [{', '.join(self.source.sample(values, 2))}]"
        return f"{name} {self.source.choice(('==', '!='))} {self.source.choice(values)}"

    def _candidate(self) -> str:
        return self._one("candidate", COLOURS)

    def _chosen(self) -> str:
        name = self.source.choice(list(VERDICT_VALUES))
        return self._one(name, VERDICT_VALUES[name])

    def _blocked(self) -> str:
        return f"{self.source.choice((*PROCESSES, 'both'))}_blocked"

    def _known(self) -> str:
        return f"known({self.source.choice(self.facts)})"

    def _sum(self) -> str:
        left, right = (f"{self.source.choice(('fit', 'means'))}_{self.source.choice(PROCESSES)}" for _ in range(2))
        factor = self.source.choice(("", " * 2", " / 3", " * -1"))
        form = self.source.choice(
            ("{left} {sign} {number}", "{left} - {right}{factor} {sign} {number}", "{left} {sign} {right}{factor}")
        )
        return form.format(
            left=left, right=right, factor=factor, sign=self._sign(), number=self.source.choice((-0.7, 0, 0.25, 1))
        )

    def _sign(self) -> str:
        return self.source.choice(("<", "<=", ">", ">=", "==", "!="))

    def _fact(self) -> str:
        name = self.source.choice(self.facts)
        fact = VOCABULARY[name]
        if fact.type == "boolean":
            return name
        if fact.type == "choice":
            if fact.ordered and self.source.random() < 0.4:
                return f"{name} {self.source.choice(('<', '<=', '>', '>='))} {self.source.choice(list(fact.values))}"
            return self._one(name, tuple(fact.values))
        if fact.type == "set":
            if self.source.random() < 0.3:
                return f"count({name}) {self._sign()} {self.source.randint(0, 3)}"
            return f"{self.source.choice(list(fact.values))} {self.source.choice(('in', 'not in'))} {name}"
        numbers = [other for other in self.facts if VOCABULARY[other].numeric]
        other = self.source.choice(numbers)
        figure, factor = self.source.choice(FIGURES), self.source.choice((2, 0.5, 12))
        alone = (f"{name} {self._sign()} {figure}", f"{figure} <= {name} < {figure * 10 + 1}")
        joined = (
            f"{name} {self._sign()} {other} * {factor} - {figure}",
            f"{name} + {other} {self._sign()} {name} / {factor}",
        )
        return self.source.choice(alone if self.tame and self.source.random() < 0.95 else alone + joined)
