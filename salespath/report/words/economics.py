"""What the economics mean, in sentences for founders: which process is shown and why, what it takes, and what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from salespath.counsel.economics.assumptions import ASSUMED, Estimate, assumptions
from salespath.counsel.economics.inputs import Situation
from salespath.counsel.economics.months import YEAR, gap
from salespath.counsel.economics.other_process import Mark
from salespath.counsel.economics.process_economics import MATCH, Economics, ProcessEconomics, Result
from salespath.engine.assessment import Assessment
from salespath.facts import Vocabulary
from salespath.facts.values import readable
from salespath.files.problems import NOTE
from salespath.report.words.amounts import count, figure_text, money, roughly
from salespath.report.words.phrases import NAMES, capitalize, labels, number_of, together
from salespath.report.words.verdict import in_short

_BASE = 1
_REACHED = "Your revenue has reached the target already, so this asks for no new customers"
_TO_FIND_OUT = (
    "win_rate", "sales_cycle_months", "annual_contract_value", "churn_rate", "open_deals", "seller_cost_year",
    "new_dollar_cost", "ramp_up_months",
)  # fmt: skip
_ASKED = 3
_FEW = 10  # a rate of fewer decided deals is shown with their number
_WHY_NOT = {
    "free": "at a price of $0 no number of customers reaches the target",
    "nothing won": "at a win rate of 0% no number of deals wins a customer",
    "nothing begun": "sellers who begin no deals win no customers",
    "beyond counting": "the number is beyond counting",
}


def why_not(result: Result) -> str:
    """Why a result does not come about, if for a reason of its own."""
    if result.why == "free" and result.id == MATCH:
        return "SMB customers at a price of $0 bring nothing"
    return _WHY_NOT[result.why] if result.why else ""


def cautions(assessment: Assessment) -> Iterator[str]:
    """What stands before any figure: answers that contradict one another, and a process that is blocked."""
    if broken := _broken(assessment):
        yield f"Your answers contradict one another, so check them before you rely on any figure here: {broken}"
    if assessment.process == "not_yet":
        yield "The rules say not yet: months count from when what blocks it is lifted, not from today."


def _broken(assessment: Assessment) -> str:
    wrong = (problem for problem in assessment.problems if problem.severity != NOTE)
    return " ".join(problem.message.removeprefix(f"{assessment.company}: ") for problem in wrong)


def gist(e: Economics) -> list[str]:
    """What it means, a paragraph for each process, then what the other would have to be and what speaks against relying on it."""
    found = []
    for process, x in e.processes.items():
        alone = " (assumed only)" if all(figure.origin == ASSUMED for figure in x.figures.values()) else ""
        found.append(f"{capitalize(NAMES[process])}{alone}. {' '.join(_process(e, x))}")
    if e.mark:
        found.append(would_have_to(e.mark, next(iter(e.processes)), e.months))
    return [*found, " ".join(_against(e))]


def _process(e: Economics, x: ProcessEconomics) -> list[str]:
    plan = x.plans[_BASE]
    if gap(e.situation) == 0 and plan.sellers + plan.hired + plan.alone == 0:
        return [f"{_REACHED} and no sellers."]
    return [
        *_loss(x),
        *filter(None, (_work(e, x), _first_customer(e, x), _target(e, x), _cash(e, x))),
        *_unwanted(e, x),
    ]


def _loss(x: ProcessEconomics) -> Iterator[str]:
    """That each sale loses money, which comes before everything else."""
    if x.sale and x.sale.loses and "acquisition_cost" in x.figures:
        churn = " at an assumed rate" if x.figures["churn_rate"].origin == ASSUMED else ""
        yield (
            f"Each sale loses money: winning a customer costs {money(x.sale.costs)} and brings {money(x.sale.brings)} of gross "
            f"profit until the customer leaves{churn}, at most over five years. Raise the price, keep customers longer or win them "
            "for less before you sell more."
        )


def differs(rules: Iterable[str]) -> str:
    """That rules speak for what money alone would not advise, or the other way round."""
    return (
        f"The rules see it otherwise, by what you sell, to whom and how such firms sell [{', '.join(rules)}]; the money says what "
        "to mend first."
    )


def _middle(x: ProcessEconomics, id_: str) -> float | None:
    """A result in the base case."""
    return x.outcomes[id_].values[_BASE]


def _work(e: Economics, x: ProcessEconomics) -> str:
    """Customers, deals and sellers."""
    needed = [x.outcomes[f"{name}_needed"] for name in ("customers", "deals", "sellers")]
    customers, deals, sellers = map(_range, needed)
    plan, there, missing = x.plans[_BASE], e.situation.sellers, gap(e.situation)
    if plan.alone:
        return _alone(e, x, customers)
    if missing == 0:
        return f"{_REACHED}."
    if missing is None or not (customers and deals and sellers):
        who = f"your {count(there)} sellers" if there and there > 1 else "one seller"
        if not there and plan.hired > 1:
            who = f"{count(plan.hired)} sellers, who win about one customer a year together"
        why = "no target is known" if missing is None else next(filter(None, map(why_not, needed)))
        return f"Counted with {who}, as {why}."
    contract = figure_text(x.figures["annual_contract_value"].kind, plan.contract_year)
    enough = ""
    if there and plan.hired:
        enough = f"; you have {count(there)}, so hire {count(plan.hired)}"
    elif there:
        enough = f"; {'the one you have is' if there == 1 else f'your {count(there)} are'} enough"
    return (
        f"The {money(missing)} a year still to win takes {number_of(customers, 'customer', 'customers')} at {contract}, out of "
        f"{number_of(deals, 'deal', 'deals')} begun. It takes {number_of(sellers, 'seller', 'sellers')} at full speed to win them "
        f"within a year{enough}."
    )


def _alone(e: Economics, x: ProcessEconomics, customers: str) -> str:
    """What self-service takes: customers, and what winning them costs without sellers."""
    plan, missing, budget = x.plans[_BASE], gap(e.situation), e.situation.budget
    spent = plan.alone * plan.other_cost
    aim = "Customers buy by themselves, without sellers."
    if customers and missing:
        aim += (
            f" The {money(missing)} a year still to win takes {number_of(customers, 'customer', 'customers')}, those who leave "
            "within a year replaced."
        )
    per_month = f"{money(spent)} a month"
    spending = f"your marketing budget of {per_month}" if budget is not None else f"{per_month} (assumed)"
    return f"{aim} Winning one costs {money(plan.other_cost)}, so {spending} wins {_few(plan.alone)} a month."


def _few(number: float) -> str:
    """Customers a month, no finer than that is known."""
    return "fewer than one" if number < 1 else f"about {count(round(roughly(number, 2)))}"


def _range(result: Result) -> str:
    """A result in the base case, with the other two where they differ; nothing where it is not known."""
    low, base, high = result.values
    if low is None or base is None or high is None:
        return ""
    ends = [count(value) for value in sorted((low, high))]
    return count(base) if ends[0] == ends[1] == count(base) else f"{count(base)} ({ends[0]} to {ends[1]})"


def _first_customer(e: Economics, x: ProcessEconomics) -> str:
    month, runway = _middle(x, "first_revenue_month"), e.situation.runway
    if month is None:
        return f"No new customer is to be expected within {e.months} months."
    text = f"The first new customer, and revenue from it, is to be expected in month {month:.0f}"
    if runway is None:
        return f"{text}; you have not said how long your cash lasts."
    if runway == math.inf:
        return f"{text}; today you spend no more than you take in."
    if runway < 1:
        return f"{text}, too late for cash that lasts less than a month at today's spending."
    late, out = "too late for" if month > runway else "within", _middle(x, "out_of_cash_month")
    but = (
        f", but not before it ends in month {out:.0f} with this on top"
        if month <= runway and out and out < month
        else ""
    )
    return f"{text}, {late} the {number_of(count(runway), 'month', 'months')} that your cash lasts at today's spending{but}."


def _target(e: Economics, x: ProcessEconomics) -> str:
    """When the target is reached, which is wanted within a year."""
    month = _middle(x, "target_month")
    if month == 0 or x.outcomes["target_month"].missing or _middle(x, "customers_needed") is None:
        return ""
    if month is None:
        return f"The target is not reached within {e.months} months."
    if x.short:
        return f"The target is not reached with this cash: it needs {money(x.short)} more by month {month:.0f}."
    late = f", {number_of(count(month - YEAR), 'month', 'months')} late" if month > YEAR else ""
    return f"The target is reached in month {month:.0f}{late}."


def _cash(e: Economics, x: ProcessEconomics) -> str:
    lowest, month, out = (_middle(x, id_) for id_ in ("lowest_cash", "lowest_cash_month", "out_of_cash_month"))
    if lowest is None or month is None:
        tied, pays = x.outcomes["most_tied_up"].values[0], _middle(x, "selling_pays_month")
        earns = f"earns more than it costs from month {pays:.0f}" if pays else _condition(e, x)
        return "" if tied is None else f"Selling ties up {money(tied)} at worst and {earns}."
    if out is None:
        if e.situation.capital is not None and lowest >= e.situation.capital:
            return "Your cash never falls below what you have today."
        return f"Your cash is lowest in month {month:.0f}, at {money(lowest)}."
    ends, what = "is lowest", "find that much more money, or {}"
    if month == e.months:
        ends, what = "is still falling", f"{{}}, as these {e.months} months do not show how much money would be enough"
    what = what.format("hire fewer or later" if x.plans[_BASE].hired > 1 else "spend less")
    return f"With this on top, your cash runs out in month {out:.0f} and {ends} in month {month:.0f}, at {money(lowest)}: {what}."


def _condition(e: Economics, x: ProcessEconomics) -> str:
    """Which figure decides whether selling pays within the months, and what it would have to be."""
    figure = x.figures["annual_contract_value"]
    if x.pays_from is None:
        return "pays once the first customers come sooner: the sales cycle, the win rate and those who stay decide"
    now = figure_text(figure.kind, x.plans[_BASE].contract_year)
    origin = "assumed" if figure.origin == ASSUMED else "yours"
    return (
        f"pays for itself within {e.months} months on one condition: a yearly contract of about {money(roughly(x.pays_from, 2))} "
        f"({origin}: {now}), or customers won for as much less"
    )


def _unwanted(e: Economics, x: ProcessEconomics) -> Iterator[str]:
    """What speaks against it: too few customers, nothing won, sellers or customers who cost more than they bring."""
    needed, reachable, plan = _middle(x, "customers_needed"), e.situation.reachable, x.plans[_BASE]
    if needed and reachable is not None and needed > reachable and x.process in e.situation.described:
        there = number_of(count(reachable), "customer", "customers")
        yield f"Against it: by your own count {there} could buy, fewer than that."
    if plan.win_rate == 0:
        yield "Against it: as long as no deal is won, find out why before you spend more on selling."
        return
    profit = plan.contract_year * plan.gross_margin  # of a customer, a year
    if 0 < (earned := plan.wins_year * profit) < plan.seller_cost_year:
        enough = money(roughly(plan.contract_year * plan.seller_cost_year / earned, 2))
        yield (
            f"What decides is the contract: a seller at full speed wins customers who bring {money(earned)} of gross profit a "
            f"year and costs {money(plan.seller_cost_year)}. At as many customers the contract that pays for one is about {enough}."
        )
    rate = x.figures["win_rate"]
    if rate.decided is not None and rate.origin == ASSUMED:
        yield (
            f"Of your {count(rate.decided)} decided deals not one was won. That is no rate of 0%: fewer than one in "
            f"{count(max(1, int(1 / rate.values[0])))} is counted."
        )
    elif rate.decided is not None and rate.decided < _FEW:
        deals = number_of(count(rate.decided), "decided deal", "decided deals")
        yield f"Your win rate is of only {deals}: take it as a first sign."


def _against(e: Economics) -> Iterator[str]:
    """What this rests on that nobody has measured, and which of it matters most."""
    weak = {NAMES[p]: together(found) for p, x in e.processes.items() if (found := _assumed_figures(x))}
    if len(weak) > 1 and len(set(weak.values())) == 1:
        yield f"Against relying on this: both rest on assumed {next(iter(weak.values()))}."
    elif weak:
        parts = (f"{name} rests on assumed {found}" for name, found in weak.items())
        yield f"Against relying on this: {', '.join(parts)}."
    for process, x in e.processes.items():
        if (worst := x.worst) and x.plans[_BASE].win_rate > 0:
            kind = x.figures[worst.figure].kind
            then, now, what = money(worst.lowest_then), money(worst.lowest), "cash falls to"
            if x.flows[_BASE].cash is None:
                then, now, what = money(-worst.lowest_then), money(max(0.0, -worst.lowest)), "selling ties up"
            if then != now:
                yield (
                    f"What matters most for {NAMES[process]}: {kind.label}. At {figure_text(kind, worst.low)} instead of "
                    f"{figure_text(kind, worst.base)}, {what} {then} instead of {now}."
                )
    yield "The low case has every figure at its worst at once, the high case at its best; either is rarer than any one of them."


def _assumed_figures(x: ProcessEconomics) -> list[str]:
    """The assumed figures that a founder can soonest find out, three at most."""
    figures = (x.figures[id_] for id_ in _TO_FIND_OUT if id_ in x.figures)
    return [figure.kind.label for figure in figures if figure.origin == ASSUMED][:3]


def notes(e: Economics, vocabulary: Vocabulary) -> Iterator[str]:
    """What is left out, unknown, or taken for granted."""
    s = e.situation
    if described := _whose_figures(e, vocabulary):
        yield described
    if s.revenue_target is None:
        yield "You have not said what yearly revenue you want in twelve months (revenue_target), so no goal is set."
    elif s.revenue is None:
        yield "You have not said what you earn today (annual_revenue): the whole target counts as new, which is the most."
    if any(s.customers.get(p) and not x.plans[_BASE].start for p, x in e.processes.items()):
        yield "Today's customers are left out: how fast those who leave are replaced takes who sells today (sales_team_size)."
    if s.sellers is None:
        yield "You have not said how many sell (sales_team_size): every seller counts as newly hired, in month 1."
    if s.revenue_target is not None:
        yield "In each case the sellers that the base case takes are at work, as they are hired before anyone knows how it goes."
    if unknown := [name for name in ("capital", "monthly_burn") if name not in s.facts]:
        names, are = together([vocabulary[n].label for n in unknown]), "is" if len(unknown) == 1 else "are"
        yield f"There is no line of your cash, as {names} ({', '.join(unknown)}) {are} not known."
    else:
        yield "Today's net spending goes on unchanged, today's sellers in it; new sellers and customers come on top."
        committed = "not known and counted as none" if s.committed is None else "spread evenly over twelve months"
        yield f"Committed revenue is {committed}; other funding is not counted."
    if any("acquisition_cost" in x.figures for x in e.processes.values()):
        yield "What winning a customer costs you (acquisition_cost) holds the sellers' pay once they are at full speed."
    paid = [(NAMES[p], x.figures["months_paid_ahead"]) for p, x in e.processes.items()]
    yield f"{capitalize(together([f'{name} customers pay {_ahead(figure)}' for name, figure in paid]))}."
    if any(figure.origin == ASSUMED for x in e.processes.values() for figure in x.figures.values()):
        yield "Published figures are mostly of North American software firms, some from pages without a method (soft)."
    yield (
        "Deals already open, days until invoices are paid, hiring fees and taxes are left out. Selling goes on at the same pace "
        "after the target is reached."
    )


def _ahead(figure: Estimate) -> str:
    """How customers pay, in the base case."""
    months = figure.values[_BASE]
    when = "by the month" if months == 1 else "a year ahead" if months == YEAR else f"{months:.0f} months ahead"
    return f"{when}{' (assumed)' if figure.origin == ASSUMED else ''}"


def _whose_figures(e: Economics, vocabulary: Vocabulary) -> str:
    """Whose customers the company's own figures are, where that is one process only."""
    other = [p for p in e.processes if p not in e.situation.described]
    if not other or not e.situation.describing:
        return ""
    names = together([vocabulary[n].label for n in e.situation.describing])
    own = f"Judging by your {names}, your own figures are of {NAMES[e.situation.described[0]]} customers"
    largest = e.processes[other[0]].figures["annual_contract_value"].facts
    save = f", save for your {readable(vocabulary[largest[0]].label)}" if largest else ""
    return f"{own}, so {NAMES[other[0]]} rests on published ones{save}."


# Which process is shown, and what the other would have to be


def verdict(assessment: Assessment, situation: Situation, chosen: Sequence[str]) -> str:
    """The verdict of the rules; where it is for no process, why the `chosen` ones are shown, and what would tell."""
    process = in_short(*assessment.verdict)
    if assessment.leaning:
        why = "; this is what that would take" if tuple(chosen) == (assessment.leaning,) else ""
        return f"{process} selling{why}."
    if assessment.process in NAMES:
        return f"{process}."
    asked = [question.fact for question in assessment.next_questions[:_ASKED]]
    needed = f" What would tell most: {labels(assessment.base, asked)}." if asked else ""
    if situation.describing and len(situation.described) == 1:
        return f"{process}; your own figures are of {NAMES[situation.described[0]]} customers.{needed}"
    both = " Your own figures do not tell either, so both are shown; assumed ones do not choose between them."
    return f"{process}.{both if len(chosen) > 1 else ''}{needed}"


_CONTRACT = {  # by the facts that the contract of the process not shown is taken from
    (): ("assumed", "You have not said what {} customers would pay"),
    ("annual_contract_value",): ("your average", "Your average contract is not of {} customers alone"),
    ("largest_contract_value",): ("your largest", "Your largest contracts alone do not tell what {} selling takes"),
}
_NO_MARK = {
    "unknown": "your own average contract (annual_contract_value) is not known, so {shown} selling rests on an assumed one itself",
    "nobody": "{shown} selling asks for no new customers",
    "beyond": "the number is beyond counting",
}


def would_have_to(mark: Mark, process: str, months: int) -> str:
    """What the process that is not shown would have to be to do as well as the one shown: a mark, not a forecast."""
    other, contract = NAMES[mark.process], mark.contract
    own = ("yours", "Your own figures alone do not tell what {} selling takes")
    origin, unsaid = _CONTRACT.get(contract.facts, own)
    text = f"{unsaid.format(other)}, so {other} selling is not shown."
    if mark.customers is None or mark.revenue is None or mark.pay is None:
        why = _NO_MARK[mark.why].format(shown=NAMES[process])
        return f"{text} What it would have to be to do as well is not computed: {why}."
    as_much = f"end with as much new yearly revenue ({money(mark.revenue)}) and " if mark.revenue else ""
    text += (
        f" To {as_much}earn the pay of its sellers ({money(mark.pay)} a year) by month {months}, it would have to win and keep "
        f"{_about(mark.customers)} at {figure_text(contract.kind, contract.values[_BASE])} a year ({origin})"
    )
    if mark.others is not None and mark.price is not None and math.ceil(mark.others) != mark.customers:
        most = assumptions().bands[mark.process][1]
        text += (
            f", or be paid {money(roughly(mark.price, 2))} by each of {_about(math.ceil(mark.others))}, as many as they would keep "
            "at assumed rates"
        )
        if mark.price > most:
            text += f": more than the {money(most)} up to which contracts are {other} ones [B07]"
    return f"{text}. That is a mark to measure by, not a forecast."


def _about(number: int) -> str:
    """Customers, to two digits where they are many."""
    about = count(number) if number < 100 else f"about {count(roughly(number, 2))}"
    return number_of(about, "customer", "customers")
