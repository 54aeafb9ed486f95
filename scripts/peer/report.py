"""The table, and the page that keeps the last results of every model on every processor."""

import json
import statistics
from pathlib import Path

from .common import processor
from .figures import FIGURES, limit_of

INTRODUCTION = """# How fast

Shelftalk beside llama.cpp on the same files, the same work and as many threads, the two taking turns in one run
(`make bench-peer MODEL=light`; this page is written by `scripts/bench-peer --write docs/speed.md`). Medians, with the least
and the most; of llama.cpp's settings the best for each figure, as the first round found it. The last column compares ours
with what the machine can do at most, as `shelftalk-cli bench --limits` measures it with the program's own instructions: one
row reads all weights for every token, so the memory's rate bounds it; a prompt and a batch are bound by the 8-bit
multiply-adds. Only the weights are counted, not the attention over the context. Zen 4 works 512 bits off in two halves, so its
8-bit rate is half of Zen 5's for the same clock, while llama.cpp, which is far from that rate, loses less.
"""


def percent(figure, ours, limit):
    if limit is None:
        return ""
    value, what = limit
    middle = statistics.median(ours)
    if figure.name == "memory":
        return "%.2f of %s" % (middle / value, what)
    share = value / middle if figure.lower else middle / value
    return "%.0f %% of %s (%s)" % (100 * share, figure.value(value), what)


def table(result):
    lines = [
        "| | | Shelftalk | llama.cpp | its setting | times better | pairs | of the limit |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for figure in FIGURES:
        r = result["figures"].get(figure.name)
        if r is None:
            continue
        limit = limit_of(figure.name, result.get("work"), result.get("limits"), result["bytes"])
        lines.append("| %s | %s | %s | %s | %s | **%.2f** | %d | %s |" % (
            figure.words, figure.unit, figure.values(r["ours"]), figure.values(r["theirs"]), "%s (%d tried)" % (r["setting"], r["tried"]),
            figure.ratio(r["ours"], r["theirs"]), len(r["ours"]), percent(figure, r["ours"], limit)))
    lines.append("")
    lines += ["- " + note for note in notes(result)]
    return "\n".join(lines)


def notes(result):
    out = ["Machine: " + result["machine"]]
    if result.get("limits"):
        out.append("The machine's limits: %.1f GB/s from memory, %.0f billion 8-bit multiply-adds a second" % (
            result["limits"]["read_gigabytes_per_second"], result["limits"]["byte_multiply_adds_billions_per_second"]))
    out.append("Model: %s, %d bytes" % (result["file"], result["bytes"]))
    out.append("%d threads each; Shelftalk %s, kernels %s; llama.cpp %s" % (
        result["threads"], result["revision"], result["kernel"], result["llama"]))
    if result.get("pages"):
        out.append(result["pages"][0].upper() + result["pages"][1:])
    days = sorted({r["day"] for r in result["figures"].values()})
    out.append("Measured on " + (days[0] if len(days) == 1 else days[0] + " to " + days[-1]))
    worst = max((r["busy"] for r in result["figures"].values()), default=0)
    if worst > 0.1:
        out.append("**The machine was busy** (others used up to %.0f %% of the processors): the ratios favour the program that "
                   "waits without spinning. Measure again on a quiet machine" % (100 * worst))
    return out


def merged(path, name, result):
    """The results of all models and processors in a JSON file, with this one's figures put in; a figure that wasn't measured
    keeps its last."""
    path, name = Path(path), "%s on %s" % (name, processor())
    everything = json.loads(path.read_text()) if path.exists() else {}
    before = everything.get(name)
    if before and before["machine"] == result["machine"] and before["file"] == result["file"]:
        result = dict(result, figures={**before["figures"], **result["figures"]})
        result["pages"] = result["pages"] or before["pages"]
        limits = [r["limits"] for r in (before, result) if r["limits"]]
        if limits:  # a machine can do what it once did
            result["limits"] = {key: max(one[key] for one in limits) for key in limits[0]}
    everything[name] = result
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(everything, indent="\t", ensure_ascii=False) + "\n")
    return everything


def page(everything):
    parts = [INTRODUCTION]
    for name, result in sorted(everything.items(), key=lambda item: (-item[1]["bytes"], item[0])):
        parts.append("## %s\n\n%s\n" % (name, table(result)))
    return "\n".join(parts)
