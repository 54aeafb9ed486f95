"""Our side of the comparison: bin/shelftalk-cli."""

import json
import subprocess
import time
from pathlib import Path

from .common import fail, run

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "bin/shelftalk-cli"
SAMPLE = ROOT / "assets/samples/sample-catalogue.xlsx"


class Shelftalk:
    def __init__(self, model, threads, work, count):
        if not PROGRAM.exists():
            fail("build the headless program first: make cli")
        self.model, self.threads, self.work, self.count = model, threads, Path(work), count
        self.prompts = self.work / "prompts.jsonl"

    def cli(self, *arguments):
        return run([PROGRAM, "--quiet", "--threads", self.threads, *arguments])

    def bench(self, limits=False, prompts=False):
        return json.loads(self.cli("bench", "--model", self.model, "--runs", 1, "--json", *(["--limits"] if limits else []),
                                   *(["--prompts", self.prompts] if prompts else [])))

    def load(self, *flags):
        """Seconds of a process that reads the model and answers a short prompt with one token. bench has left packed weights."""
        before = time.monotonic()
        self.cli(*flags, "generate", "--model", self.model, "--prompt", "A lamp.", "--max", 1)
        return time.monotonic() - before

    def catalogue(self, *more):
        """Rows per minute of the first rows of the sample; leaves their prompts behind."""
        answer = json.loads(self.cli("batch", "--json", "--in", SAMPLE, "--out", self.work / "drafts.csv", "--fresh", "--model",
                                     self.model, "--limit", self.count, "--language", "en", "--prompts", self.prompts, *more))
        if answer["done"] != self.count:
            fail("only %d of %d rows were written" % (answer["done"], self.count))
        return 60 * self.count / answer["seconds"]

    def frames(self):
        """The same at the lively end of the dial, where fewer sentences are written again."""
        kept = self.prompts.read_bytes()
        try:
            return self.catalogue("--careful", 0)
        finally:
            self.prompts.write_bytes(kept)

    def pages(self):
        """The prompts that catalogue left, with the tokens of each page."""
        lines = [json.loads(line) for line in self.prompts.read_text().splitlines()]
        return [(line["messages"], line["tokens"]) for line in lines]

    def work_of_pages(self):
        """Words about what the pages took."""
        lines = [json.loads(line) for line in self.prompts.read_text().splitlines()]
        total = {key: sum(line[key] for line in lines) for key in ("tokens", "generated", "requests")}
        return "%d rows: %d tokens of delivered pages, with labels; Shelftalk's model wrote %d tokens in %d requests, repairs included" % (
            len(lines), total["tokens"], total["generated"], total["requests"])

    @staticmethod
    def revision():
        done = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True)
        return done.stdout.strip() or "unknown"
