"""The bundled yearly averages of currencies, and which currencies are known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from salespath.facts.money import Rate
from salespath.files import nodes
from salespath.files.nodes import plain

FILE = Path(__file__).with_name("rates.yaml")


class Bundled(NamedTuple):
    """Yearly averages, units for one dollar by currency from the first year on, and every currency that is known."""

    source: str
    years: tuple[str, ...]
    part_years: Mapping[str, str]
    ended: Mapping[str, str]
    units: Mapping[str, tuple[float, ...]]
    codes: tuple[str, ...]

    def average(self, code: str, year: str = "") -> Rate | None:
        """The average of a year if there is one, else of the newest whole year; None for a currency without any."""
        units = dict(zip(self.years, self.units.get(code, ())))
        if not units:
            return None
        whole = [known for known in units if known not in self.part_years]
        chosen = year if year in units else whole[-1]
        more = self.part_years.get(chosen, "") or ("" if chosen >= year else self.ended.get(code, ""))
        return Rate(code, 1 / units[chosen], chosen, f"{self.source}{f' ({more})' if more else ''}")


def read() -> Bundled:
    """The averages of the file."""
    data: dict[str, Any] = plain(nodes.read(str(FILE)))
    units = {code: tuple(map(float, row)) for code, row in data["units_for_a_dollar"].items()}
    codes = (*units, *data["without_a_rate"])
    return Bundled(data["source"], tuple(data["years"]), data["part_years"], data["ended"], units, codes)
