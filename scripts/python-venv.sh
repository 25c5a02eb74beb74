#!/bin/sh
# A virtual environment with the third-party charge point of the tests (PyPI ocpp). Prints its python; `OCPP_PYTHON` names one that is there already.
set -eu
if [ -n "${OCPP_PYTHON:-}" ]; then
  echo "$OCPP_PYTHON"
  exit 0
fi
cd "$(dirname "$0")/.."
venv=.tmp/ocpp-venv
if ! "$venv/bin/python" -c 'import ocpp.v21, websockets' 2>/dev/null; then
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'ocpp==2.1.0' 'websockets==17.4' >&2
fi
echo "$PWD/$venv/bin/python"
