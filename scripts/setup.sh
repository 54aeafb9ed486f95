#!/usr/bin/env bash
# Installs what building, running and testing need, and says what for. It changes nothing that is there already.
#
#   scripts/setup.sh build        the headless program and its tests
#   scripts/setup.sh run          the above and the window
#   scripts/setup.sh test         the above and what the end-to-end run needs
set -euo pipefail

want=${1:-run}
go_least=1.26

missing=()
reasons=()
need() { # need PACKAGE WHY
  if ! dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; then
    missing+=("$1")
    reasons+=("  $1: $2")
  fi
}

need_tool() { # need_tool COMMAND HOW
  command -v "$1" >/dev/null || { echo "setup: $1 is missing. $2" >&2; exit 1; }
}

need_tool go "Install Go $go_least or newer, then run this again."
need_tool git "Install git, then run this again."
need_tool python3 "Install Python 3 with pip, then run this again; it fetches the models."
python3 -m pip --version >/dev/null 2>&1 || { echo "setup: Python has no pip. Install it (Debian: python3-pip), then run this again." >&2; exit 1; }

case "$(uname -s)" in
Linux) ;;
Darwin)
  # The window needs Apple's compiler; the headless program needs nothing but Go.
  if [ "$want" != build ]; then xcode-select -p >/dev/null 2>&1 || { echo "setup: run xcode-select --install, then this again; the window is built with Apple's compiler." >&2; exit 1; }; fi
  exit 0 ;;
*)
  echo "setup: on this system install a C compiler (MSYS2's mingw-w64 gcc on Windows) for the window; the headless program needs nothing but Go." >&2
  exit 0 ;;
esac

if ! command -v dpkg-query >/dev/null; then
  [ "$want" = build ] || echo "setup: this isn't Debian or Ubuntu. The window needs a C compiler, pkg-config and the X11, OpenGL, xkbcommon and Wayland headers of your distribution." >&2
  exit 0
fi

if [ "$want" = run ] || [ "$want" = test ]; then
  need gcc "compiles the window's toolkit"
  need libc6-dev "C headers"
  need pkg-config "finds the libraries below"
  need libgl1-mesa-dev "OpenGL headers"
  need libegl-dev "EGL headers"
  need libx11-dev "X11 headers"
  need libxcursor-dev "mouse pointers"
  need libxrandr-dev "screen sizes"
  need libxinerama-dev "several screens"
  need libxi-dev "mouse and keyboard input"
  need libxxf86vm-dev "screen modes"
  need libxkbcommon-dev "keyboard layouts"
  need libwayland-dev "Wayland headers, which the toolkit includes even for X11"
  need libwayland-client0 "Wayland client library"
fi
if [ "$want" = test ]; then
  need xvfb "a screen for the end-to-end run"
  need xauth "access to that screen"
  need xdotool "clicks and types in the end-to-end run"
  need qemu-user-static "runs the kernels of arm64, which CI's processor isn't"
  need imagemagick "takes the end-to-end run's screenshots"
  need libreoffice-calc-nogui "opens the exported spreadsheets again"
fi

[ ${#missing[@]} -gt 0 ] || exit 0
echo "setup: installing ${#missing[@]} Debian packages:"
printf '%s\n' "${reasons[@]}"
line="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" = 0 ]; then
  sudo=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  sudo=sudo
else
  echo "setup: not root. Run this one line, then make again:" >&2
  echo "  sudo apt-get update && sudo $line" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive $line >/dev/null
