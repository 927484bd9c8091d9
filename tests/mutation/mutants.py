"""Mutants: one small, plausible mistake each, in a KPI's definition or in the SQL that its parts come from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Mutant:
    """A file of the project with one mistake in it: ``kind`` says which one, ``where`` the line or the metric."""

    file: Path
    kind: str
    where: str
    text: str


# mistake -> (pattern, what stands there instead)
MISTAKES: dict[str, tuple[str, str]] = {
    "swap a bound: <= becomes <": (r"(?<=[\w)]) <= (?=[\w(])", " < "),
    "swap a bound: >= becomes >": (r"(?<=[\w)]) >= (?=[\w(])", " > "),
    "swap a bound: < becomes <=": (r"(?<=[\w)]) < (?=[\w(])", " <= "),
    "swap a bound: > becomes >=": (r"(?<=[\w)]) > (?=[\w(])", " >= "),
    "drop a filter of a sum": (r" filter \(where [^\n]*?\)(?=\)|,| as |\n| \*| /| -| \+)", ""),
    "drop a condition": (r"(?m)^\s+and (?!.*(?:\.|^)\w*(?:_id|_type|_start) = )[^\n]*$", ""),
    "turn a condition round": (r"\bnot (?=(?:\w+\.)?(?:is|has)_\w+)", ""),
    "count rows instead of what is counted": (r"count\(distinct (\w+(?:\.\w+)?)\)", r"count(\1)"),
    "take the first instead of the last": (r"\bmax_by\(", "min_by("),
    "take the smallest instead of the largest": (r"\bmax\((?=\w+(?:_at|_seconds|_date))", "min("),
    "forget a sign": (r"(?<=\w) - (?=\w)", " + "),
}


def of_sql(project: Path) -> Iterator[Mutant]:
    """Yield every mutant of the facts and the components of the KPIs."""
    marts = project / "models" / "marts"
    for file in sorted([*marts.glob("core/fct_*.sql"), *marts.glob("kpi/kpi_component_*.sql")]):
        text = file.read_text()
        for kind, (pattern, instead) in MISTAKES.items():
            for found in re.finditer(pattern, text):
                line = text.count("\n", 0, found.start()) + 1
                if _is_comment_or_template(text, found):
                    continue
                changed = text[: found.start()] + found.expand(instead) + text[found.end() :]
                yield Mutant(file.relative_to(project), kind, f"line {line}", changed)


def _is_comment_or_template(text: str, found: re.Match[str]) -> bool:
    start = text.rfind("\n", 0, found.start()) + 1
    line = text[start : text.find("\n", found.end())]
    return "--" in line[: found.end() - start] or "{%" in line or "{#" in line or "touched" in line


def broken_definitions(project: Path) -> tuple[dict[Path, str], set[tuple[str, str]]]:
    """Break every KPI and variant at once: parts of ratios are exchanged, other values counted twice.

    Return the texts by file, and what was broken.
    """
    texts: dict[Path, str] = {}
    broken: set[tuple[str, str]] = set()
    for file in sorted((project / "models" / "marts" / "kpi").glob("_kpi__*__metrics.yml")):
        text = file.read_text()
        for metric in yaml.safe_load(text)["metrics"]:
            kpi = ((metric.get("config") or {}).get("meta") or {}).get("kpi")
            block = re.search(rf"(?ms)^  - name: {metric['name']}\n.*?(?=^  - name: |\Z)", text)
            if not kpi or block is None:
                continue
            changed = _exchanged(block[0], metric)
            if changed != block[0]:
                text = text[: block.start()] + changed + text[block.end() :]
                broken.add((kpi["kpi_id"], kpi["variant"]))
        texts[file.relative_to(project)] = text
    return texts, broken


def _exchanged(block: str, metric: dict[str, object]) -> str:
    if metric["type"] == "ratio":
        above, below = str(metric["numerator"]), str(metric["denominator"])
        block = block.replace(f"numerator: {above}\n", "numerator: @@\n").replace(
            f"denominator: {below}\n", f"denominator: {above}\n"
        )
        return block.replace("numerator: @@\n", f"numerator: {below}\n")
    return re.sub(r"multiplier: (\d+)", lambda found: f"multiplier: {2 * int(found[1])}", block, count=1)
