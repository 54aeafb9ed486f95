#!/usr/bin/env python3
"""Opens exported files in LibreOffice and compares every cell with what the file says.

    scripts/check-export.py FILE...       .xlsx or .csv, as the program writes them

For a workbook: every cell is a string, none is a formula, and LibreOffice shows each as it stands. For a CSV file:
imported as UTF-8 with quoted cells as text, LibreOffice shows each as it stands, and nothing has become a formula.
Needs LibreOffice (soffice) and nothing else.
"""
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
UTF8_TEXT = "44,34,76,1,,0,true"  # comma, double quote, UTF-8, from line 1, quoted cells are text


def column(reference):
    n = 0
    for c in re.match(r"[A-Z]+", reference).group():
        n = 26 * n + ord(c) - 64
    return n - 1


def unescape(s):
    """Undoes _x000D_, the way in which a workbook spells characters that XML can't."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m.group(1), 16)), s)


def workbook(path):
    """Returns (rows of text, complaints) of the first sheet, read from its XML alone."""
    complaints = []
    with zipfile.ZipFile(path) as z:
        shared = []
        if "xl/sharedStrings.xml" in z.namelist():
            for si in ET.fromstring(z.read("xl/sharedStrings.xml")).iter(MAIN + "si"):
                shared.append("".join(t.text or "" for t in si.iter(MAIN + "t")))
        rows = []
        for row in ET.fromstring(z.read("xl/worksheets/sheet1.xml")).iter(MAIN + "row"):
            cells = {}
            for c in row.iter(MAIN + "c"):
                if c.find(MAIN + "f") is not None:
                    complaints.append(f"{c.get('r')} is a formula")
                value = c.find(MAIN + "v")
                kind = c.get("t")
                if kind == "inlineStr":
                    text = "".join(t.text or "" for t in c.iter(MAIN + "t"))
                elif kind == "s":
                    text = shared[int(value.text)]
                elif value is None:
                    continue
                else:
                    text = value.text or ""
                    if kind != "str":
                        complaints.append(f"{c.get('r')} is not a string but {kind or 'a number'}: {text}")
                cells[column(c.get("r"))] = unescape(text)
            rows.append([cells.get(i, "") for i in range(max(cells, default=-1) + 1)])
    return rows, complaints


def convert(office, path, target, folder, infilter=None):
    command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    if infilter:
        command.append("--infilter=" + infilter)
    command += ["--convert-to", target, "--outdir", folder, path]
    run = subprocess.run(command, capture_output=True, text=True, timeout=180)
    name = os.path.splitext(os.path.basename(path))[0] + "." + target.split(":")[0]
    result = os.path.join(folder, name)
    if not os.path.exists(result):
        raise SystemExit(f"check-export: LibreOffice didn't open {path}: {run.stdout}{run.stderr}")
    return result


def trimmed(rows):
    """Rows without the empty cells at their ends; line ends of one kind."""
    out = []
    for row in rows:
        row = [c.replace("\r\n", "\n").replace("\r", "\n") for c in row]
        while row and row[-1] == "":
            row.pop()
        out.append(row)
    return out


def differences(want, got):
    if len(want) != len(got):
        yield f"{len(want)} rows became {len(got)}"
    for i, (a, b) in enumerate(zip(want, got), 1):
        if a != b:
            for c in range(max(len(a), len(b))):
                x = a[c] if c < len(a) else ""
                y = b[c] if c < len(b) else ""
                if x != y:
                    yield f"row {i}, column {c + 1}: {x!r} became {y!r}"


def check(office, path, folder):
    if path.endswith(".csv"):
        data = open(path, "rb").read()
        if not data.startswith(b"\xef\xbb\xbf"):
            return ["no byte order mark"]
        want = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        got, complaints = workbook(convert(office, path, "xlsx", folder, "CSV:" + UTF8_TEXT))
        complaints = [c for c in complaints if "formula" in c]
    else:
        want, complaints = workbook(path)
        out = convert(office, path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", folder)
        got = list(csv.reader(open(out, encoding="utf-8", newline="")))
    return complaints + list(differences(trimmed(want), trimmed(got)))


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        raise SystemExit("check-export: LibreOffice is missing. Run: scripts/setup.sh test")
    failed = False
    for path in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            complaints = check(office, path, folder)
        for c in complaints[:20]:
            print(f"{path}: {c}", file=sys.stderr)
        failed = failed or bool(complaints)
        print(f"{path}: {'FAILED, ' + str(len(complaints)) + ' differences' if complaints else 'every cell is intact in LibreOffice'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
