"""What both sides of a comparison need."""

import os
import platform
import subprocess
import sys
import time
from pathlib import Path


class Problem(Exception):
    """Ends the comparison with a sentence."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def fail(text):
    raise Problem(text)


def run(command, **kwargs):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **kwargs)
    if done.returncode != 0:
        fail("%s failed:\n%s" % (Path(str(command[0])).name, (done.stderr or done.stdout)[-2000:]))
    return done.stdout


def cache_folder():
    if sys.platform == "darwin":
        base = Path.home() / "Library/Caches"
    elif os.name == "nt":
        base = Path(os.environ["LOCALAPPDATA"])
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "shelftalk"


def cpuinfo():
    """The first processor's lines of /proc/cpuinfo; empty where there is none."""
    try:
        first = Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        return {}
    return dict((part.strip() for part in line.split(":", 1)) for line in first.splitlines() if ":" in line)


def cpu_flags():
    """What the operating system says that the processor can do; empty where it doesn't say."""
    return set(cpuinfo().get("flags", "").split())


def processor():
    """The processor's name; of AMD's the generation, since virtual machines call all of them EPYC."""
    info = cpuinfo()
    name = info.get("model name") or platform.processor() or platform.machine()
    if "AMD" in name and info.get("cpu family") == "26":
        return "AMD Zen 5"
    if "AMD" in name and info.get("cpu family") == "25":
        return "AMD Zen 4" if int(info["model"]) >> 4 in (1, 6, 7, 10) else "AMD Zen 3"
    return name


def machine():
    wanted = ["avx2", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_int8"]
    flags = [f for f in wanted if f in cpu_flags()]
    return "%s, %d processors%s, %s" % (processor(), os.cpu_count(), " (%s)" % " ".join(flags) if flags else "", platform.platform())


def busy():
    """The share of the processors that others use: both programs wait for their slowest worker, and llama.cpp spins while
    it waits, so on a busy machine its figures fall much further than the load says."""

    def read():
        values = [int(v) for v in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return sum(values), values[3] + values[4]

    try:
        total, idle = read()
        time.sleep(2)
        total2, idle2 = read()
    except (OSError, ValueError, IndexError):
        return 0.0
    return 1 - (idle2 - idle) / max(1, total2 - total)
