#!/usr/bin/env bash
# Sets up, builds and runs every test but those that take long (docs/testing.md
# says how long each takes; `ctest -L long` runs those). The last line is `N passed, N failed`,
# summed over all suites; the exit status is non-zero when anything failed.
#
#   test/run-all.sh [PRESET]    PRESET of CMakePresets.json, `dev` by default
#
# Suites are ctest tests: see test/CMakeLists.txt for how to add one.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:-dev}

# Says what broke, and keeps the promise about the last line.
broken() {
  printf '\n%s\n0 passed, 1 failed\n' "$1"
  exit 1
}

cmake/setup.sh || broken "Setting up failed: see above."
export PATH="$PWD/.venv/bin:$PATH"
cmake --preset "$preset" || broken "Configuring failed: see above."
build=$(sed -n 's/^CMAKE_CACHEFILE_DIR:INTERNAL=//p' \
  "$([[ $preset == dev ]] && echo build || echo "build-$preset")/CMakeCache.txt")
cmake --build --preset "$preset" -- -k 0 || broken "Building failed: see above."

rm -rf "$build/test-results"
mkdir -p "$build/test-results"
ctest --preset "$preset" -LE long -j "$(nproc)" --output-junit "$build/test-results/ctest.xml" ||
  true # the summary below knows what failed
exec python3 test/summarize.py "$build/test-results"
