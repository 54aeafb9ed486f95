"""llama.cpp: built once, run as programs, and asked as a server on this machine's own loopback."""

import concurrent.futures
import contextlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from pathlib import Path

from .common import cache_folder, cpu_flags, fail, run, say

PACKAGE = "llama-cpp-python"
VERSION = "0.3.36"
PROGRAMS = ["llama-bench", "llama-batched-bench", "llama-server", "llama-quantize", "llama-perplexity", "llama-tokenize"]
NEEDED = PROGRAMS[:3]


def build_flags():
    """AMX stays off: some virtual machines announce it and refuse it, so GGML_NATIVE, which trusts the processor, is off too."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return []
    flags = cpu_flags()
    known = {
        "AVX": "avx", "AVX2": "avx2", "FMA": "fma", "F16C": "f16c", "BMI2": "bmi2", "AVX512": "avx512bw",
        "AVX512_VBMI": "avx512vbmi", "AVX512_VNNI": "avx512_vnni", "AVX512_BF16": "avx512_bf16",
    }
    out = ["-DGGML_NATIVE=OFF"]
    for option, flag in known.items():
        out.append("-DGGML_%s=%s" % (option, "ON" if flag in flags else "OFF"))
    if "avx_vnni" in flags and "avx512_vnni" not in flags:
        out.append("-DGGML_AVX_VNNI=ON")
    return out


def build(target):
    for tool, package in (("cmake", "cmake"), ("c++", "g++")):
        if not shutil.which(tool):
            fail("%s isn't installed (Debian: apt install %s)" % (tool, package))
    with tempfile.TemporaryDirectory() as work:
        say("fetching the source of llama.cpp (%s %s)" % (PACKAGE, VERSION))
        run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:", "--disable-pip-version-check",
             "--dest", work, PACKAGE + "==" + VERSION])
        archives = list(Path(work).glob("*.tar.gz"))
        if len(archives) != 1:
            fail("the package didn't come as a source archive")
        with tarfile.open(archives[0]) as archive:
            archive.extractall(work, filter="data")
        sources = list(Path(work).glob("*/vendor/llama.cpp"))
        if not sources:
            fail("the archive holds no llama.cpp")
        say("building llama.cpp, once: about six minutes on two cores")
        made = Path(work) / "build"
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        run(["cmake", *generator, "-S", sources[0], "-B", made, "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=OFF",
             "-DLLAMA_CURL=OFF", "-DLLAMA_OPENSSL=OFF", "-DLLAMA_BUILD_UI=OFF", "-DLLAMA_BUILD_TESTS=OFF",
             "-DLLAMA_BUILD_EXAMPLES=OFF", *build_flags()])
        run(["cmake", "--build", made, "-j", str(os.cpu_count()), "--target", *PROGRAMS])
        part = target.with_name(target.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        shutil.copytree(made / "bin", part / "bin", symlinks=True)
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)


def folder_of(given):
    """The folder of llama.cpp's programs, built if need be."""
    folder = Path(given) if given else cache_folder() / ("llama.cpp-" + VERSION) / "bin"
    if not given and not all((folder / p).exists() for p in NEEDED):
        build(folder.parent)
    for p in NEEDED:
        if not (folder / p).exists():
            fail("no %s in %s" % (p, folder))
    return folder


class Llama:
    """The peer: a model, a number of threads, and a way to measure each figure under one setting.

    A setting is a dictionary: fa ("on", "off"), repack, unified, prefix (bools). Each figure has its own list of settings
    that matter for it.
    """

    def __init__(self, folder, model, threads):
        self.folder, self.model, self.threads = folder, model, threads
        self.ready = None

    def version(self):
        done = subprocess.run([str(self.folder / "llama-bench"), "--version"], capture_output=True, text=True)
        for line in (done.stdout + done.stderr).splitlines():
            if "version" in line:
                return line.strip()
        return VERSION

    def flags(self, s):
        return ["-fa", s["fa"], *([] if s["repack"] else ["--no-repack"])]

    def prefill(self, s):
        answer = self.bench(s, 512)
        return json.loads(answer)[0]["avg_ts"]

    def load(self, s):
        """Seconds of a process that reads the model and computes a prompt of 32 tokens: what is only mapped is paid for."""
        before = time.monotonic()
        self.bench(s, 32, "--no-warmup")
        return time.monotonic() - before

    def bench(self, s, prompt, *more):
        return run([self.folder / "llama-bench", "-m", self.model, "-t", self.threads, "-p", prompt, "-n", 0, "-r", 1,
                    "-fa", s["fa"], "--repack", int(s["repack"]), "-o", "json", *more])

    def rows(self, s, count):
        """Tokens per second of rows that write 48 tokens behind one prefix of 512."""
        # Buffers of one's own each hold the prefix again, rounded up to 256 positions.
        context = 512 + (count + 1) * 48 if s["unified"] else (count + 1) * 768
        lines = run([self.folder / "llama-batched-bench", "-m", self.model, "-t", self.threads, "-c", context, "-b", 2048,
                     "-ub", 512, "-npp", 512, "-ntg", 48, "-npl", count, "-pps", *self.flags(s),
                     "-kvu" if s["unified"] else "-no-kvu", "--output-format", "jsonl"])
        for line in lines.splitlines():
            if line.startswith("{"):
                return json.loads(line)["speed_tg"]
        fail("llama-batched-bench said nothing")

    def stream(self, s):
        return self.rows(s, 1)

    def batch(self, s):
        return self.rows(s, 32)

    @contextlib.contextmanager
    def server(self, s, *more):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [self.folder / "llama-server", "-m", self.model, "--host", "127.0.0.1", "--port", port, "--offline", "-t",
                   self.threads, "-tb", self.threads, "-b", 2048, "-ub", 512, "--no-webui", *self.flags(s), *more]
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen([str(c) for c in command], stdout=log, stderr=log)
            try:
                server = Server(process, port)
                if not server.wait(300):
                    log.seek(0)
                    fail("llama-server didn't start:\n" + log.read()[-2000:].decode(errors="replace"))
                yield server
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def memory(self, s):
        with self.server(s, "-np", 1, "-c", 2048) as server:
            return server.resident()

    def first(self, s, prompt):
        """Seconds until the first token behind a prompt of so many tokens, nothing of which has been read before."""
        with self.server(s, "-np", 1, "-c", prompt + 256) as server:
            ids = [100 + (i * 7919 + 13) % 20000 for i in range(prompt)]
            before = time.monotonic()
            server.post("/completion", {"prompt": ids, "n_predict": 1, "cache_prompt": False, "temperature": 0})
            return time.monotonic() - before

    def prepared(self, s, pages):
        """The pages' prompts as the model reads them, and the positions that the longest takes with its answer."""
        if self.ready is None or self.ready[0] != pages:
            with self.server(s, "-np", 1, "-c", 512) as server:
                prompts = [server.post("/apply-template", {"messages": m})["prompt"] for m, _ in pages]
                whole = {"add_special": True, "parse_special": True}
                lengths = [len(server.post("/tokenize", dict(whole, content=p))["tokens"]) for p in prompts]
            needed = max(n + tokens for n, (_, tokens) in zip(lengths, pages)) + 16
            self.ready = pages, prompts, (needed + 255) // 256 * 256
        return self.ready[1:]

    def catalogue(self, s, pages):
        """Rows per minute of 32 slots that answer pages: (messages, tokens) pairs."""
        prompts, needed = self.prepared(s, pages)
        shared = os.path.commonprefix(prompts)
        with self.server(s, "-np", 32, "-c", 32 * needed, "-kvu" if s["unified"] else "-no-kvu", "--cache-prompt") as server:
            def ask(prompt, tokens):
                answer = server.post("/completion", {
                    "prompt": prompt, "n_predict": tokens, "ignore_eos": True, "cache_prompt": True, "temperature": 0, "stream": False,
                })
                return answer["tokens_predicted"]

            before = time.monotonic()
            if s["prefix"]:
                ask(shared, 1)
            with concurrent.futures.ThreadPoolExecutor(len(pages)) as pool:
                written = list(pool.map(lambda pair: ask(pair[0], pair[1][1]), zip(prompts, pages)))
            seconds = time.monotonic() - before
        if sum(written) < 0.99 * sum(tokens for _, tokens in pages):
            fail("llama-server wrote %d tokens of %d" % (sum(written), sum(tokens for _, tokens in pages)))
        return 60 * len(pages) / seconds


class Server:
    """A running llama-server."""

    def __init__(self, process, port):
        self.process, self.base = process, "http://127.0.0.1:%d" % port
        # No proxy: the address is this machine's own.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with self.opener.open(self.base + "/health", timeout=2) as answer:
                    if answer.status == 200:
                        return True
            except OSError:
                time.sleep(0.05)
        return False

    def post(self, path, body):
        request = urllib.request.Request(self.base + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with self.opener.open(request, timeout=3600) as answer:
                return json.load(answer)
        except OSError as problem:
            fail("llama-server, %s: %s" % (path, problem))

    def resident(self):
        """Bytes of memory that the server holds; None where the system doesn't tell."""
        try:
            for line in Path("/proc/%d/status" % self.process.pid).read_text().splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        except OSError:
            pass
        return None
