"""Rule files → dataclasses. Conditions stay text here; the engine parses and types them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from salespath.facts.vocabulary import DIMENSIONS, sentences
from salespath.files.nodes import Mapping, Node, repeated_keys
from salespath.files.problems import Problem, shown, suggestion
from salespath.files.records import Record
from salespath.rules import model
from salespath.rules.folders import Layer
from salespath.rules.model import FLAG_LEVELS, KINDS, PROCESSES, VERDICTS, Conclusion, Knowledge, Rule

EXPERT = "expert judgement"
MAX_CERTAINTY = 0.95
ADVISED = (*VERDICTS, "any")
SOURCE_KINDS = ("study", "filing", "law", "vendor", "opinion")
WEIGHTS = ("full", "half", "soft")
ID = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


def load(
    nodes: Iterable[tuple[str, Node]], sha256: str, overlays: Sequence[Layer] = ()
) -> tuple[Knowledge, list[Problem]]:
    """The knowledge base from the nodes of its files and of the folders laid over it, and every problem found in them."""
    return _Loader(sha256, overlays).load([list(nodes), *(overlay.nodes for overlay in overlays)])


class _Loader:
    def __init__(self, sha256: str, overlays: Sequence[Layer]) -> None:
        self.problems: list[Problem] = []
        self.over = [model.Overlay(layer.name, layer.sha256) for layer in overlays]
        self.knowledge = base = Knowledge("", sha256, {}, {}, {}, {}, {})
        self.lines, self.topics, self.attributes = base.lines, base.topics, base.attributes
        self.rules, self.sources, self.off, self.claims = base.rules, base.sources, base.off, base.claims
        self.below: frozenset[str] = frozenset()  # the rules of the layers below
        self.faulty: set[str] = set()
        self.layer = -1  # of the folders laid over, the one that is read

    def load(self, layers: list[list[tuple[str, Node]]]) -> tuple[Knowledge, list[Problem]]:
        for number, layer in enumerate(layers):
            self.below = frozenset(self.rules)
            for path, node in layer:
                self.problems.extend(repeated_keys(node, path))
            files = [Record(node, path, self.problems, "the file") for path, node in layer]
            for file in files:  # what rules refer to comes first, whatever the order of files
                if not number:
                    self._head(file)
                self._frame(file)
            self.layer = number - 1
            for file in files if number else ():
                self._off(file)
                self._replace(file)
            for file in files:
                self._guide(file)
                for item in file.records("rules", "a rule"):
                    self._add(item)
            for file in files:
                if number:
                    self._texts(file)
                file.done()
        self._overrides()
        return replace(self.knowledge, overlays=tuple(self.over), faulty=frozenset(self.faulty)), self.problems

    def _head(self, file: Record) -> None:
        """Version and article, which only the built-in rules have."""
        self.knowledge = replace(self.knowledge, version=file.text("version") or self.knowledge.version)
        article = file.record("article", "the article")
        if article:
            for key in ("title", "author", "year", "disclosure"):
                article.text(key, required=True)
            said = {key: article.text(key) for key in article.names()}
            self.knowledge = replace(self.knowledge, article=said)

    def _define(self, table: dict[str, Any], item: Record, entry: Any) -> None:
        """Enter something under its id, once."""
        if entry.id in table:
            item.problem("SP202", f"{item.what} is defined twice.")
        else:
            table[entry.id] = entry

    def _frame(self, file: Record) -> None:
        """Lines, topics, attributes and sources."""
        for id_, item in _entries(file, "lines"):
            self._define(self.lines, item, item.read(model.Line, {"dimension": DIMENSIONS}, id=id_))
        for id_, item in _entries(file, "topics"):
            self._define(self.topics, item, _topic(id_, item))
        for id_, item in _entries(file, "attributes"):
            values = item.texts("values") or ("yes",)
            self._define(self.attributes, item, item.read(model.Attribute, id=id_, values=values, says=sentences(item)))
        for id_, item in _entries(file, "owners"):
            self._define(self.knowledge.owners, item, item.read(model.Owner, id=id_))
        for id_, item in _entries(file, "claims"):
            self._define(self.claims, item, item.read(model.Claim, id=id_))
        for id_, item in _entries(file, "statements"):
            item.text("section", required=True)
            known = {key: self.knowledge.article.get(key, "") for key in ("title", "author", "year")}
            self._define(
                self.sources, item, item.read(model.Source, id=id_, kind="article", addresses=(), weight="", **known)
            )
        for id_, item in _entries(file, "sources"):
            kind, checked = item.one_of("kind", SOURCE_KINDS, required=True), item.text("checked", required=True)
            usual = "soft" if item.flag("soft") else usual_weight(kind, checked)
            for key in ("title", "author"):
                item.text(key, required=True)
            found = {"says": item.text("figure", required=True), "weight": item.one_of("weight", WEIGHTS, usual)}
            source = item.read(model.Source, id=id_, kind=kind, section="", interested=False, **found)
            self._define(self.sources, item, source)

    def _guide(self, file: Record) -> None:
        """The points and notes of the guide, and the profiles of motions."""
        known = self.knowledge
        points, notes = list(known.guide), list(known.guide_notes)
        for item in file.records("points", "a point of the guide"):
            points.append(item.read(model.GuidePoint, source=self._sources(item)))
        for id_, item in _entries(file, "motions"):  # a later layer's takes the place of an earlier one's
            motion = self.attributes.get("motion")
            if motion is None or id_ not in motion.values:
                item.problem("SP207", f"{item.what}: {shown(id_)} is not a motion.")
            known.motions[id_] = item.read(model.Motion, id=id_, source=self._sources(item))
        for item in file.records("notes", "a note of the guide"):
            notes.append((item.text("text", required=True), self._sources(item)))
            item.done()
        title = file.text("title") or known.guide_title
        self.knowledge = replace(known, guide_title=title, guide=tuple(points), guide_notes=tuple(notes))

    def _off(self, file: Record) -> None:
        for id_ in file.texts("switch_off"):
            if self._exists(file, id_, file.line_of("switch_off")):
                self.off[id_] = self.rules.pop(id_)
                layer = self.over[self.layer]
                self.over[self.layer] = replace(layer, switched_off=(*layer.switched_off, id_))

    def _replace(self, file: Record) -> None:
        for item in file.records("replace", "a rule"):
            rule = self._rule(item)
            if rule and self._exists(item, rule.id, item.line):
                self.rules[rule.id] = rule

    def _texts(self, file: Record) -> None:
        """Other words for a rule that stays as it is."""
        for id_, item in _entries(file, "texts"):
            if not self._exists(item, id_, item.line):
                continue
            rule = self.rules[id_]
            words: dict[str, Any] = {key: item.text(key) for key in item.names() if key != "steps"}
            if item.has("steps"):
                words["steps"] = item.texts("steps")
            for key in words.keys() - {"because"}:
                if key not in ("text", "short", "steps", "owner", "remedy", "move") or not hasattr(rule.then, key):
                    item.problem("SP108", f"{item.what}: {shown(key)} is not a text of a rule that says {rule.kind}.")
                    return
            if "text" in words and rule.kind == "advise":
                words.setdefault("short", "")  # it said the other text in a line
            because = words.pop("because", rule.because)
            self.rules[id_] = replace(rule, because=because, then=replace(rule.then, **words))

    def _exists(self, item: Record, id_: str, line: int) -> bool:
        if id_ in self.rules:
            return True
        if id_ in self.off:
            number = next(n for n, layer in enumerate(self.over) if id_ in layer.switched_off)
            where = "this folder" if number == self.layer else f"the folder {shown(self.over[number].name)} below"
            item.problem("SP210", f"{where} switches the rule {id_} off; what is off cannot be changed.", line)
        elif id_:
            what = f"there is no rule {shown(id_)} to change.{suggestion(id_, self.rules)}"
            item.problem("SP210", what, line)
        return False

    def _add(self, item: Record) -> None:
        rule = self._rule(item)
        if rule is None:
            return
        first = self.rules.get(rule.id)
        if first is None:
            self.rules[rule.id] = rule
        else:
            hint = " Put it under `replace` to replace it." if rule.id in self.below else ""
            item.problem("SP202", f"{item.what} is defined twice, first at {first.file}:{first.line}.{hint}")

    def _rule(self, item: Record) -> Rule | None:
        before = len(self.problems)
        rule = self._read_rule(item)
        if len(self.problems) > before:
            self.faulty.add(item.text("id"))
        return rule

    def _read_rule(self, item: Record) -> Rule | None:
        id_ = item.text("id", required=True)
        item.what = f"the rule {shown(id_)}" if id_ else "a rule"
        if id_ and not ID.fullmatch(id_):
            item.problem("SP201", f"{shown(id_)} is not a rule id: lower-case words joined by hyphens.")
        found = [kind for kind in KINDS.values() if item.has(kind)]
        if len(found) != 1:
            what = " and ".join(found) or "no conclusion"
            item.problem("SP203", f"{item.what} has {what}; expected one of {', '.join(KINDS.values())}.")
        when, because, overrides = item.text("when"), item.text("because", required=True), item.texts("overrides")
        source, claims = self._sources(item), self._claims(item)
        if not found:
            return None
        body = item.record(found[0], f"{found[0]} of {item.what}", required=True)
        for kind in found[1:]:
            item.node(kind)
        item.done()
        if body is None:
            return None
        then: Conclusion | None = getattr(self, f"_{found[0]}")(body)
        if not when and found[0] in ("conclude", "weigh", "block"):
            item.problem("SP204", f"{item.what} needs a condition (`when`).")
        if then is None or not id_:
            return None
        return Rule(id_, when, then, because, source, overrides, claims, item.path, item.line)

    def _claims(self, item: Record) -> dict[str, str]:
        claims = item.words("claims", f"claims of {item.what}")
        for subject, value in claims.items():
            known = self.claims[subject].values if subject in self.claims else ()
            if value not in known:
                hint = suggestion(value, known) if known else suggestion(subject, self.claims)
                item.problem(
                    "SP207", f"{item.what} claims {shown(f'{subject}: {value}')}, which is not declared.{hint}"
                )
        return claims

    def _conclude(self, body: Record) -> Conclusion | None:
        names = body.names()
        if len(names) != 1 or names[0] not in self.attributes:
            hint = suggestion(names[0], self.attributes) if names else ""
            seen = ", ".join(map(shown, names)) or "nothing"
            body.problem("SP205", f"{body.what} names {seen}; expected one attribute that base.yaml declares.{hint}")
            return None
        attribute = self.attributes[names[0]]
        return model.Conclude(attribute.id, body.one_of(attribute.id, attribute.values, required=True))

    def _weigh(self, body: Record) -> Conclusion:
        certainty = body.number("certainty")
        if certainty is None or abs(certainty) > MAX_CERTAINTY:
            body.problem("SP206", f"{body.what} needs a certainty from -{MAX_CERTAINTY} to {MAX_CERTAINTY}.")
        return body.read(model.Weigh, {"line": tuple(self.lines), "process": PROCESSES}, certainty=certainty or 0.0)

    def _block(self, body: Record) -> Conclusion:
        for key in () if body.flag("lift") else ("remedy", "owner"):
            body.text(key, required=True)
        return body.read(model.BlockProcess, {"process": (*PROCESSES, "both")})

    def _advise(self, body: Record) -> Conclusion:
        then = body.read(model.Advise, {"topic": tuple(self.topics), "process": ADVISED})
        topic = self.topics.get(then.topic)
        if topic and topic.choices is not None and then.choice and then.choice not in topic.choices:
            hint = suggestion(then.choice, topic.choices)
            body.problem("SP207", f"{body.what}: {topic.id} has no choice {shown(then.choice)}.{hint}")
        for name in ("stage", "motion"):
            known = self.attributes[name].values if name in self.attributes else ()
            for value in getattr(then, name):
                if value not in (*known, "any"):
                    body.problem("SP207", f"{body.what}: {shown(value)} is not a {name}.{suggestion(value, known)}")
        return then

    def _warn(self, body: Record) -> Conclusion:
        level = (
            "flag" if body.flag("leads") else body.one_of("level", FLAG_LEVELS)
        )  # `leads` is what a flag was called once
        return body.read(model.Warn, {"process": ADVISED}, level=level)

    def _sources(self, item: Record) -> tuple[str, ...]:
        cited = item.texts("source", required=True)
        for name in cited:
            if name != EXPERT and name not in self.sources:
                hint = suggestion(name, (*self.sources, EXPERT))
                item.problem("SP208", f"{item.what} cites {shown(name)}, which is not a source.{hint}")
        return cited

    def _overrides(self) -> None:
        for rule in self.rules.values():
            for name in rule.overrides:
                other = self.rules.get(name)
                if name in self.off:
                    continue
                if other is None:
                    what = f"overrides {shown(name)}, which does not exist.{suggestion(name, self.rules)}"
                elif other.target != rule.target:
                    what = f"overrides {name}, which concludes something else; only the same kind and target can be overridden."
                else:
                    continue
                self.faulty.add(rule.id)
                self.problems.append(Problem("SP209", f"the rule {rule.id} {what}", file=rule.file, line=rule.line))


def _topic(id_: str, item: Record) -> model.Topic:
    named = isinstance(item.node("choices"), Mapping)
    choices = item.words("choices", f"choices of {id_}") if named else None
    word = "" if named else item.one_of("choices", ("any", "metrics"), required=True)
    item.text("at_most")  # said once how many are shown; which moves are is worked out now (counsel/moves.py)
    item.text("why", required=bool(item.texts("between")))
    topic = item.read(model.Topic, {"part": ("", *model.PARTS)}, id=id_, choices=choices, metrics=word == "metrics")
    for choice in topic.between:
        if choice not in (topic.choices or ()):
            what = f"{shown(choice)} is not a choice of {id_}.{suggestion(choice, topic.choices or ())}"
            item.problem("SP106", what, item.line_of("between"))
    return topic


def usual_weight(kind: str, checked: str) -> str:
    """The weight of a source by its kind and how it was checked (V looked at, V2 quoted elsewhere), where its file gives none."""
    return {"V": "full", "V2": "half"}.get(checked, "soft") if kind in ("study", "filing", "law") else "soft"


def _entries(file: Record, key: str) -> list[tuple[str, Record]]:
    """The named records of a mapping of mappings."""
    section = file.record(key, key)
    if section is None:
        return []
    found = [(name, section.record(name, f"{name} in {key}")) for name in section.names()]
    return [(name, item) for name, item in found if item is not None]
