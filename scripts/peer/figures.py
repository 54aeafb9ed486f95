"""What is compared, and how it reads in a table."""

import itertools
import statistics
from dataclasses import dataclass, field


def settings(**choices):
    """All combinations; what isn't chosen from is at its default."""
    base = {"fa": "on", "repack": True, "unified": True, "prefix": False}
    names = list(choices)
    return [dict(base, **dict(zip(names, values))) for values in itertools.product(*choices.values())]


BOTH = (True, False)
PLAIN = settings(fa=("on", "off"), repack=BOTH)
SLOTS = ("fa", "repack", "unified", "prefix")
ROWS = settings(fa=("on", "off"), repack=BOTH, unified=BOTH)


@dataclass
class Figure:
    name: str
    words: str
    unit: str
    tried: list = field(default_factory=list)  # llama.cpp's settings, the likeliest first
    shown: tuple = ("fa", "repack")  # what of a setting matters
    lower: bool = False  # is better

    def best(self, values):
        return min(values) if self.lower else max(values)

    def ratio(self, ours, theirs):
        """How many times better ours is."""
        a, b = statistics.median(ours), statistics.median(theirs)
        return b / a if self.lower else a / b

    def setting(self, s):
        """A setting in words."""
        parts = {
            "fa": "-fa " + s["fa"],
            "repack": "repacked" if s["repack"] else "not repacked",
            "unified": "-kvu" if s["unified"] else "-no-kvu",
            "prefix": "shared beginning first" if s["prefix"] else "all at once",
        }
        return ", ".join(parts[key] for key in self.shown)

    def value(self, v):
        return {"MB": "%.0f", "ms": "%.0f", "s": "%.2f"}.get(self.unit, "%.1f") % (v / 1e6 if self.unit == "MB" else v * 1e3 if self.unit == "ms" else v)

    def values(self, list_of):
        middle = self.value(statistics.median(list_of))
        if len(list_of) == 1:
            return middle
        return "%s (%s to %s)" % (middle, self.value(min(list_of)), self.value(max(list_of)))


FIGURES = [
    Figure("prefill", "a prompt of 512 tokens", "tokens/s", PLAIN),
    Figure("stream", "one row, 48 tokens behind 512", "tokens/s", ROWS, ("fa", "repack", "unified")),
    Figure("batch", "32 rows over one prefix of 512, 48 tokens each", "tokens/s", ROWS, ("fa", "repack", "unified")),
    Figure("first", "a chat's next answer begins: 1,024 tokens were read before; llama.cpp reads all", "ms", PLAIN, lower=True),
    Figure("load", "start, read the model, answer one short prompt; ours has kept its packed weights since an earlier start, which isn't timed",
           "s", settings(repack=BOTH), lower=True),
    Figure("unpacked", "the same on a model's first start, from its own file", "s", settings(repack=BOTH), lower=True),
    Figure("memory", "memory after loading, all weights read", "MB", settings(repack=BOTH), lower=True),
    Figure("catalogue", "rows of the sample as delivered: frames, rules, repairs; llama-server: the same rows told in full, pages of as many tokens, free text",
           "rows/min", settings(unified=(False, True), prefix=(False, True)), SLOTS),
    Figure("frames", "the same at the lively end of the dial", "rows/min", shown=SLOTS),
    Figure("replay", "what llama-server does, free text on both sides", "rows/min", shown=SLOTS),
]
NAMES = [f.name for f in FIGURES]


def limit_of(name, work, limits, bytes_of_file):
    """What the machine allows at most (or at least), and what that is; None where nothing bounds it so simply."""
    if not work or not limits:
        return None
    read, dots = limits["read_gigabytes_per_second"] * 1e9, limits["byte_multiply_adds_billions_per_second"] * 1e9
    return {
        "prefill": (dots / work["prompt_macs"], "multiply-adds"),
        "stream": (read / work["bytes"], "bytes"),
        "batch": (min(dots / work["macs"], 32 * read / work["bytes"]), "multiply-adds"),
        "load": (bytes_of_file / read, "bytes"),
        "unpacked": (bytes_of_file / read, "bytes"),
        "memory": (bytes_of_file * 1.05 + 64e6, "the file × 1.05 + 64 MB"),
    }.get(name)
