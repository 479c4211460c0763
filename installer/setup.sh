#!/usr/bin/env bash
# Bring a fresh Debian-like machine (Python, git, make) to where Taiqu runs, and do nothing the second time.
#
#   installer/setup.sh          what `make demo` and `make test` need
#   installer/setup.sh --long   also what `make test-long` needs: a browser, LibreOffice, a virtual screen
#
#   PYTHON=/path/to/python3.12  the Python to use (3.11, 3.12 or 3.13)
#   TAIQU_SKIP_SYSTEM=1         do not look for system packages (for systems without apt)
#
# System packages come with apt where this runs as root; otherwise it says which to install and stops.
# Python packages come from requirements.lock, every file checked by its sha256, into .venv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

LOCK=requirements.lock
VENV=.venv
STAMP=$VENV/taiqu-setup

# Qt without a screen; Qt in a window on X11; a Chinese font; pdftotext, pdffonts, pdftoppm for the tests.
PACKAGES=(
    libgl1 libegl1 libglib2.0-0 libfontconfig1 libfreetype6 libxkbcommon0 libdbus-1-3
    libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
    libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libxkbcommon-x11-0
    fonts-wqy-microhei
    poppler-utils
)
LONG_PACKAGES=(chromium libreoffice-calc xvfb xdotool)

say() { printf 'taiqu set-up: %s\n' "$*"; }
stop() { printf 'taiqu set-up: %s\n' "$*" >&2; exit 2; }

main() {
    case "${1:-}" in
        '') ;;
        --long) PACKAGES+=("${LONG_PACKAGES[@]}") ;;
        *) stop "unknown option $1; the only one is --long" ;;
    esac
    choose_python
    install_system_packages
    if [ -x $VENV/bin/taiqu ] && [ "$(cat $STAMP 2>/dev/null)" = "$(fingerprint)" ]; then
        return
    fi
    make_venv
    install_python_packages
    prove_qt_loads
    fingerprint >$STAMP
    say "ready"
}

# The first Python of a fitting version; PYTHON names one and is not second-guessed.
choose_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13}; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            PYTHON=$candidate
            return
        fi
    done
    stop "Python 3.11, 3.12 or 3.13 is needed; ${PYTHON:-python3} is" \
        "$("${PYTHON:-python3}" --version 2>/dev/null || echo 'not there'). Install one of them, or name it: make PYTHON=/path/to/python3.11"
}

install_system_packages() {
    [ -z "${TAIQU_SKIP_SYSTEM:-}" ] || return 0
    if ! command -v dpkg-query >/dev/null; then
        [ -e $STAMP ] || say "this system has no dpkg; if Qt does not load, install its counterparts of: ${PACKAGES[*]}"
        return 0
    fi
    if ! [ -x $VENV/bin/python ] && ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
        PACKAGES+=("$(venv_package)")
    fi
    local missing=() package
    for package in "${PACKAGES[@]}"; do # dpkg-query fails when one is missing, so each is asked by itself
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        stop "these system packages are missing; install them and run make again: sudo apt-get install ${missing[*]}"
    fi
    say "installing system packages: ${missing[*]}"
    apt_install "${missing[@]}" 2>/dev/null && return 0
    apt-get update -qq || stop "apt-get update failed; is the network there?"
    apt_install "${missing[@]}" || stop "apt-get could not install: ${missing[*]}"
}

# Debian splits venv off its own Python; a Python from elsewhere must bring it.
venv_package() {
    local real
    real=$("$PYTHON" -c 'import os, sys; print(os.path.realpath(sys.executable))')
    case $real in
        /usr/bin/python3.*) echo "${real##*/}-venv" ;;
        *) stop "$real lacks the modules venv and ensurepip; name a complete Python: make PYTHON=/path/to/python3.11" ;;
    esac
}

# Newer systems renamed some libraries (libglib2.0-0t64).
is_installed() {
    local state
    state=$(dpkg-query -W -f '${Status}\n' "$1" "$1t64" 2>/dev/null || true)
    [[ $state == *'install ok installed'* ]]
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}

make_venv() {
    local wanted there
    wanted=$("$PYTHON" -c 'import sys; print(sys.version_info[:2])')
    there=$($VENV/bin/python -c 'import sys; print(sys.version_info[:2])' 2>/dev/null || true)
    if [ "$there" = "$wanted" ] && $VENV/bin/python -m pip --version >/dev/null 2>&1; then
        return 0
    fi
    say "making $VENV with $("$PYTHON" --version)"
    "$PYTHON" -m venv --clear $VENV
}

install_python_packages() {
    say "installing Python packages from $LOCK (some 350 MB; a few minutes on a slow line)"
    pip_install --only-binary :all: --require-hashes -r $LOCK
    pip_install --no-deps --no-build-isolation --editable .
}

pip_install() {
    $VENV/bin/python -m pip install -qq --disable-pip-version-check --no-input --progress-bar off \
        --no-compile "$@" || stop "pip could not install the packages of $LOCK; see above"
}

prove_qt_loads() {
    QT_QPA_PLATFORM=offscreen $VENV/bin/python -c \
        'from PySide6.QtWidgets import QApplication; QApplication([])' ||
        stop "Qt does not load; the line above names the system library that is missing"
}

# What the environment was made from: when any of it changes, it is brought up to date.
fingerprint() {
    { cat $LOCK installer/setup.sh pyproject.toml; "$PYTHON" -c 'import sys; print(sys.version, sys.base_prefix)'; pwd; } |
        sha256sum | cut -d ' ' -f 1
}

main "$@"
