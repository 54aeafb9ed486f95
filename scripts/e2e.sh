#!/usr/bin/env bash
# Drives the built program in a real window, as a person would: sample, keep, write; draft, edit, approve; export; quit;
# and again from where it was left. With the light model.
#
#   scripts/e2e.sh bin/shelftalk-e2e          under Xvfb, which it starts itself
#   E2E_PICTURES=DIR scripts/e2e.sh …         keeps a picture of each page
#
# The program prints what happens as lines of JSON; each step waits for one of them.
set -uo pipefail
bin=$(realpath "$1")
root=$(dirname "$(dirname "$(realpath "$0")")")
if [ -z "${E2E_INSIDE:-}" ]; then
  E2E_INSIDE=1 exec xvfb-run -a -s '-screen 0 1280x800x24 -nolisten tcp' "$0" "$@"
fi

export LC_ALL=C.UTF-8 LANG=en_US.UTF-8 FYNE_SCALE=1
work=$(mktemp -d)
log=$work/events
pictures=${E2E_PICTURES:-$work/pictures}
mkdir -p "$pictures" "$work/home"
failed=0
pid=
trap 'kill -9 $pid 2>/dev/null; rm -rf "$work"' EXIT
models=${SHELFTALK_MODELS:-$HOME/.cache/shelftalk/models}
ls "$models"/qwen2.5-coder-0.5b-*.gguf >/dev/null 2>&1 || { echo "e2e: the light model isn't there; get it with: make models MODEL=light"; exit 1; }
others=99 # programs that want a processor before we begin: with more than there are, waiting isn't the window's fault
for _ in 1 2 3 4 5; do
  now=$(cut -d' ' -f4 /proc/loadavg | cut -d/ -f1)
  [ "$now" -lt "$others" ] && others=$now
  sleep 0.2
done

start() {
  "$bin" --data "$work/data" --models "$models" --model light \
    --lang "${1:-en}" --theme "${2:-light}" --size "${3:-1280x800}" --e2e-events >>"$log" 2>&1 &
  pid=$!
  want '"ev":"started"'
  xdotool search --sync --name '^Shelftalk$' >/dev/null
  window=$(xdotool search --name '^Shelftalk$' | tail -1)
  xdotool windowfocus "$window" # there is no window manager
  sleep 1
}

mark=0 # lines of the log that are behind us
want() { # want PATTERN [SECONDS]: waits for an event since the last one
  local at
  for _ in $(seq $((${2:-20} * 10))); do
    at=$(tail -n +$((mark + 1)) "$log" 2>/dev/null | grep -n -m1 -- "$1" | cut -d: -f1)
    if [ -n "$at" ]; then
      mark=$((mark + at))
      echo "  ok    $1"
      return 0
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "  FAIL  $1"
  picture failed
  failed=1
  finish
}

click() { xdotool mousemove --window "$window" "$1" "$2"; sleep 0.15; xdotool click 1; sleep 0.15; }
keys() { xdotool key --clearmodifiers "$@"; sleep 0.3; }
picture() { sleep 0.6; import -window root "$pictures/$1.png"; }
ms() { sed -n "${mark}p" "$log" | grep -o '"ms":[0-9]*' | cut -d: -f2; }

quit() {
  keys ctrl+k
  xdotool type --delay 30 quit
  keys Return
  want '"error":"","ev":"closed"' 30
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
  echo "  FAIL  the program doesn't end"
  failed=1
}

finish() {
  if grep -q 'Error in Fyne call thread' "$log"; then
    echo "  FAIL  a widget was touched outside the window's thread:"
    grep -A4 'Error in Fyne call thread' "$log" | head -20
    failed=1
  fi
  if [ $failed != 0 ]; then
    echo "the last events:"
    grep -v '"ev":"waits"' "$log" | tail -15 | cut -c1-300
  fi
  exit $failed
}

echo "first start to first draft in three clicks"
start
picture 1-empty
click 810 497 # Try the sample catalogue
want '"ev":"import-ready"'
picture 2-import
click 1124 760 # Keep 72 products
want '"ev":"catalogue-kept"'
sleep 0.5
picture 3-catalogue
begin=$(ms)
click 1124 760 # Write
want '"ev":"job-started"'
want '"ev":"row-finished"' 180
echo "        $(($(ms) - begin)) ms after the third click"

echo "the window while a batch runs"
picture 4-job
for page in 1 3 5 2; do keys ctrl+$page; done
want '"ev":"waits".*"page":"jobs"' 20
p95=$(sed -n "${mark}p" "$log" | grep -o '"p95_ms":[0-9]*' | cut -d: -f2)
if [ "$others" -gt "$(nproc)" ]; then
  echo "        a click waits $p95 ms (95 of 100); not judged: $others other programs want a processor"
elif [ "$p95" -gt 60 ]; then
  echo "  FAIL  a click waits $p95 ms (95 of 100), more than 60"
  failed=1
else
  echo "        a click waits $p95 ms (95 of 100)"
fi
click 1170 32 # Stop after these rows
want '"ev":"job".*"state":"stopped"' 300
picture 5-stopped

echo "one draft: look, edit, undo, write again, approve"
keys ctrl+3
want '"name":"drafts"'
picture 6-drafts
click 500 165 # the first draft
keys Return
want '"ev":"draft-shown"'
picture 7-editor
click 600 222 # into the description
xdotool type --delay 60 ' Edited by hand.'
keys ctrl+z
keys Escape
keys alt+Return
want '"ev":"draft-changed"' 120
picture 8-rewritten
# A finding that must be met stands between a draft and approval. The light model leaves some: then on to the next draft.
for _ in 1 2 3 4 5 6; do
  keys ctrl+Return
  tail -n +$((mark + 1)) "$log" | grep -q '"ev":"approve"' || break
  sleep 2
  tail -n +$((mark + 1)) "$log" | grep -q '"ev":"draft-changed"' && break
  click 1127 32 # skip
  want '"ev":"draft-shown"'
done
want '"ev":"draft-changed"'
want '"ev":"draft-shown"'

echo "export"
keys ctrl+e
sleep 0.5
click 600 385 # where
keys ctrl+a
xdotool type --delay 20 "$work/copy.xlsx"
picture 9-export
keys Return
want '"ev":"exported"'
keys Escape
"$root/scripts/check-export.py" "$work/copy.xlsx" || failed=1

echo "quit, and on from here; Chinese, dark, small"
quit
start zh dark 1000x700
picture 10-chinese-dark
click 930 32 # the panel lies over the page
picture 10-panel
keys Escape
keys ctrl+3
want '"name":"drafts"'
picture 11-drafts-dark
quit
finish
