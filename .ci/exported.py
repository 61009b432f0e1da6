"""Judges what the exports came to. Usage: exported.py WHAT … (see the functions)."""

import base64
import json
import pathlib
import re
import sys

# A submission's points, the checks that fail, and words of a message, by case.
EXPECTED = {
    "right": (100, [], ""),
    "wrong": (90, ["rounds"], "round"),
    "missing": (0, ["build"], "flag.rs is missing"),
    "broken": (0, ["build"], "unclosed delimiter"),
}


def load(path):
    return json.loads(pathlib.Path(path).read_text())


def starter(path):
    result = load(path)
    assert result["score"] == 0 and result["verdict"] == "fail", result["score"]
    assert any(check["status"] == "not-started" for check in result["checks"])


def tests(path):
    """All ran and passed: what cannot run in a handout is not there, and nothing is there that does not run, but for what needs a
    shell that students may not have."""
    text = pathlib.Path(path).read_text()
    results = re.findall(r"^test result: (\w+)\. (\d+) passed; (\d+) failed; (\d+) ignored", text, re.M)
    passed = sum(int(result[1]) for result in results)
    bad = [result for result in results if result[0] != "ok" or result[2] != "0"]
    shells = len(re.findall(r"^test .* ignored, needs (?:zsh|fish)\b", text, re.M))
    ignored = sum(int(result[3]) for result in results)
    assert not bad and passed > 100 and ignored == shells, (bad, passed, ignored, shells)
    print(f"{passed} tests passed in the handout")


def gradescope(case, path):
    result = load(path)
    if case == "failed":
        assert "score" not in result and result["tests"] == [] and "not a verdict" in result["output"], result
        return
    points, fails, words = EXPECTED[case]
    tests = {test["name"]: test for test in result["tests"]}
    assert result["score"] == points == sum(test["score"] for test in result["tests"]), result["score"]
    assert all(tests[name]["status"] == "failed" for name in fails), tests
    assert any(words in tests[name]["output"] for name in fails) or not fails, tests
    assert all(test["output_format"] == "text" and test["visibility"] == "visible" for test in result["tests"])
    assert fails or all(test["status"] == "passed" for test in result["tests"])
    print(f"Gradescope, {case}: {points} points")


def step(path):
    """Prints the commands of the workflow's step `grade`, and looks at what the service looks at."""
    lines = pathlib.Path(path).read_text().splitlines()
    for line in ("  run-autograding-tests:", "        id: grade", "          runners: grade"):
        assert line in lines, line
    start = lines.index("        run: |") + 1
    commands = []
    for line in lines[start:]:
        if line and not line.startswith(" " * 10):
            break
        commands.append(line[10:])
    assert commands and "${{" not in "\n".join(commands), "an expression of the service would have to be put in"
    print("\n".join(commands))


def classroom(case, folder):
    folder = pathlib.Path(folder)
    points, fails, words = EXPECTED[case]
    name, _, encoded = (folder / "outputs").read_text().strip().partition("=")
    result = json.loads(base64.b64decode(encoded, validate=True))
    tests = {test["name"]: test for test in result["tests"]}
    assert name == "result" and result["version"] == 1 and result["max_score"] == 100, result
    assert points == sum(test["score"] for test in result["tests"]), result["tests"]
    assert result["status"] == ("fail" if fails else "pass"), result["status"]
    assert all(tests[name]["status"] == "fail" for name in fails), tests
    errors = [line for line in (folder / "log").read_text().splitlines() if line.startswith("::error ")]
    assert len(errors) == len(fails) and all(words in line for line in errors), errors
    asked = (folder / "asked").read_text() if (folder / "asked").exists() else ""
    assert "sudo apt-get install -qy bubblewrap" in asked and "rustup toolchain install" in asked, asked
    print(f"Classroom, {case}: {points} points")


def levels(folder):
    """The same scores at every level; each result names its level."""
    for out, level in (("L2", "L2"), ("L1", "L1"), ("--unsandboxed", "none")):
        for submission in load(pathlib.Path(folder) / out / "class.json")["submissions"]:
            points, fails, words = EXPECTED[submission["name"]]
            result = submission["result"]
            assert (result["sandbox"], result["score"]) == (level, points), (submission["name"], result["sandbox"], result["score"])
            failed = {check["id"]: check["message"] for check in result["checks"] if check["status"] == "fail"}
            assert sorted(failed) == fails and all(words in message for message in failed.values()), failed
        print(f"an ordinary user, {level}: {len(EXPECTED)} submissions as expected")


if __name__ == "__main__":
    {"starter": starter, "tests": tests, "gradescope": gradescope, "step": step, "classroom": classroom,
     "levels": levels}[sys.argv[1]](*sys.argv[2:])
