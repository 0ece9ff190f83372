#!/usr/bin/env bash
# Makes everything that running or testing needs: system libraries (Debian and its relatives) and
# the virtual environment. Does nothing that was done before; a second run takes under a second.
#   scripts/setup.sh run | test | dev
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}
python=${PYTHON:-python3}
venv=${VENV:-.venv}

qt_libraries="libglib2.0-0 libegl1 libgl1 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 fonts-dejavu-core
  libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0
  libxcb-xinerama0"
packages=$qt_libraries
[ "$purpose" = run ] || packages="$packages xvfb xdotool"

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
  missing=""
  for package in $packages; do
    # Newer Debian calls a library with 64-bit times …t64; apt knows it by both names.
    status=$(dpkg-query -W -f='${Status}\n' "$package" "${package}t64" 2>/dev/null || true)
    case $status in *"install ok installed"*) ;; *) missing="$missing $package" ;; esac
  done
  "$python" -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
  if [ -n "$missing" ]; then
    echo "Installing system libraries:$missing"
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
      command -v sudo >/dev/null || {
        echo "These system packages are missing, and there is no sudo to install them:$missing" >&2
        exit 1
      }
      as_root=sudo
    fi
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq
    # shellcheck disable=SC2086 # a list of words
    $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
  fi
fi

# The stamp holds what the environment was made for, so a changed pyproject.toml installs anew.
wanted="$purpose $(cksum <pyproject.toml) $("$python" -V)"
stamp=$venv/.cnnstudio-$purpose
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
  extras=""
  [ "$purpose" = run ] || extras="[$purpose]"
  echo "Installing Python packages into $venv (the first time this takes a few minutes)"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".$extras"
  echo "$wanted" >"$stamp"
fi
