#!/bin/sh
# A virtual environment with the third-party charge point of the tests (PyPI ocpp). Prints its python; `OCPP_PYTHON` names one that is there already.
set -eu
if [ -n "${OCPP_PYTHON:-}" ]; then
  echo "$OCPP_PYTHON"
  exit 0
fi
cd "$(dirname "$0")/.."
venv=.tmp/ocpp-venv
ready() { "$venv/bin/python" -c 'import ocpp.v21, websockets' 2>/dev/null; }
if ! ready; then
  # Two test files may ask at the same time: the second waits for what the first makes.
  mkdir -p .tmp
  lock=.tmp/ocpp-venv.lock
  tries=0
  until mkdir "$lock" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 180 ] || { echo "$lock is left over: remove it" >&2; exit 1; }
    sleep 1
  done
  trap 'rmdir "$lock"' EXIT
  if ! ready; then
    rm -rf "$venv"
    python3 -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'ocpp==2.1.0' 'websockets==17.4' >&2
  fi
fi
echo "$PWD/$venv/bin/python"
