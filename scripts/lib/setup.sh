# shellcheck shell=bash
# Sourced by the scripts beside this folder: goes to the checkout's root and gives it a Python environment in .venv.
# set_up run: what the product needs. set_up dev: that and what tests and checks need. set_up bench: that and what we are measured beside.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
export PYTHONNOUSERSITE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
unset PYTHONHOME PYTHONPATH

say() { printf '%s\n' "klankbord: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# Prints the first Python that can do the job. $PYTHON goes first: somebody asked for it.
find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3.12 python3.13 python3 python; do
    if "$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      printf '%s' "$candidate"
      return
    fi
  done
  fail "Python 3.11 or newer with venv and pip is needed and was not found. Debian and Ubuntu: apt-get install python3 python3-venv. Another one: PYTHON=/path/to/python3 $0"
}

# One name for "this checkout, these requirements": the environment is right when a stamp with this name lies in it.
fingerprint() { { pwd && cat pyproject.toml constraints.txt; } | cksum | tr ' ' '-'; }

group_requirements() {
  .venv/bin/python -c 'import sys, tomllib; print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"][sys.argv[1]]))' "$1"
}

install_group() {
  local wanted=() one
  while read -r one; do wanted+=("$one"); done < <(group_requirements "$1")
  install "${wanted[@]}"
}

# set_up bench is rarely asked for: it adds to what dev has made
set_up_bench() {
  local stamp
  stamp=".venv/klankbord-$(fingerprint)-bench"
  [[ -e "$stamp" ]] && return
  say "installing what benches measure us beside (BERTopic and what it needs)"
  install_group bench
  touch "$stamp"
}

install() {
  # bytecode is written when a module is first used: most of what torch brings never is
  .venv/bin/python -m pip install -qq --no-compile --constraint constraints.txt "$@" ||
    fail "installing failed (see above). Is there a connection to a package index? Run the same command to go on where it stopped."
}

set_up() {
  local level="$1" stamp
  if [[ "$level" == bench ]]; then
    set_up dev
    set_up_bench
    return
  fi
  stamp=".venv/klankbord-$(fingerprint)"
  [[ -e "$stamp-$level" || -e "$stamp-dev" ]] && return
  # two scripts started at once: the second waits and then finds everything done
  if [[ -z "${KLANKBORD_SETUP_LOCKED:-}" ]] && command -v flock >/dev/null 2>&1; then
    mkdir -p .cache
    exec 9>.cache/setup.lock
    flock 9
    KLANKBORD_SETUP_LOCKED=1 set_up "$level"
    exec 9>&-
    return
  fi
  if ! .venv/bin/python -c 'import pip' >/dev/null 2>&1; then
    local python
    python="$(find_python)"
    say "making a Python environment in .venv ($("$python" --version 2>&1))"
    rm -rf .venv
    "$python" -m venv .venv || fail "could not make .venv"
  fi
  rm -f .venv/klankbord-*
  say "installing packages into .venv: once, a few minutes; PyTorch is the large one"
  install hatchling editables
  install torch
  say "installing Klankbord and the rest"
  install --no-build-isolation --editable ".[all]"
  if [[ "$level" == dev ]]; then
    say "installing what tests and checks need"
    install_group dev
  fi
  touch "$stamp-$level"
  say "set-up done"
}
