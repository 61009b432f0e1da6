#!/usr/bin/env bash
# Gradescope runs this for each submission. The race against the reference is left out: a container with half a processor says
# nothing about speed; the virtual clock judges it.
set -uo pipefail
autograder=${AUTOGRADER:-/autograder}
export PATH="$HOME/.cargo/bin:$PATH"
results=$autograder/results/results.json
mkdir -p "$autograder/results"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/class"
cp -rP "$autograder/submission" "$work/class/submission"
cd "$autograder/source/workspace" || exit 1
if cargo xtask grade @LAB@ "$work/class" --out "$work/out" --no-timing --seed 7 --also gradescope ${GRADE_OPTIONS:-} &&
  [ -s "$work/out/gradescope/0.json" ]; then
  cp "$work/out/gradescope/0.json" "$results"
else
  # Ours, not the student's: no score at all, so that nobody takes it for a verdict.
  printf '{"output": "The grader failed; this is not a verdict. Ask the instructor to run it again.", "output_format": "text", "tests": []}\n' >"$results"
  exit 1
fi
