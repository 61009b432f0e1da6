//! The scripts, run by the shells themselves.

use std::process::{Command, Stdio};

use super::*;
use crate::cli;

/// What a shell prints for a program.
fn run(shell: &str, program: &str) -> String {
    let mut command = Command::new(shell);
    if shell == "zsh" {
        command.arg("-f");
    }
    let output = command.args(["-c", program]).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|e| panic!("{shell} does not start: {e}"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{shell}: {said}");
    String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn bash(line: &[&str]) -> String {
    let words = line.iter().map(|w| format!("'{w}'")).collect::<Vec<_>>().join(" ");
    let program = format!(
        "{}\nCOMP_WORDS=({words})\nCOMP_CWORD={}\n_cargo_with_xtask\necho \"${{COMPREPLY[@]}}\"\n",
        script("bash", &cli::command()),
        line.len() - 1
    );
    run("bash", &program)
}

#[test]
fn bash_completes_commands_labs_checks_and_options() {
    assert_eq!(bash(&["cargo", "xtask", "sta"]), "status starters");
    assert_eq!(bash(&["cargo", "xtask", "check", "fl"]), "flag");
    assert_eq!(bash(&["cargo", "xtask", "hint", "3", "one"]), "one-winner");
    assert_eq!(bash(&["cargo", "xtask", "check", "lab3", "--no"]), "--no-timing");
    assert!(bash(&["cargo", "xtask", "run", "lab3", "--baseline", "r"]).contains("raw"));
    assert_eq!(bash(&["cargo", "build", "--rel"]), "", "nothing of ours where cargo itself is meant");
}

#[test]
fn bash_leaves_what_completed_cargo_before_in_place() {
    let program = format!(
        "_cargo() {{ COMPREPLY=(mine); }}\ncomplete -F _cargo cargo\n{0}\n{0}\nCOMP_WORDS=(cargo bu)\nCOMP_CWORD=1\n\
         _cargo_with_xtask\necho \"${{COMPREPLY[@]}}\"\n",
        script("bash", &cli::command())
    );
    assert_eq!(run("bash", &program), "mine");
}

#[test]
#[ignore = "needs zsh: `.ci/long` installs it"]
fn zsh_has_the_same_words() {
    let program =
        format!("compdef() {{ :; }}\n{}\n_cargo_xtask_words hint lab3 4 lab3\n", script("zsh", &cli::command()));
    let words = run("zsh", &program);
    assert!(words.starts_with("one-winner "), "{words}");
}

#[test]
#[ignore = "needs fish: `.ci/long` installs it"]
fn fish_completes_commands_labs_checks_and_options() {
    let complete = |line: &str| run("fish", &format!("{}\ncomplete -C '{line}'\n", script("fish", &cli::command())));
    // fish completes `cargo` itself as well, so there may be more than ours.
    for (line, expected) in [
        ("cargo xtask statu", "status"),
        ("cargo xtask check fl", "flag"),
        ("cargo xtask hint flag one", "one-winner"),
        ("cargo xtask check lab3 --no", "--no-timing"),
        ("cargo xtask run lab3 --baseline r", "raw"),
    ] {
        let found = complete(line);
        assert!(found.split(' ').any(|word| word == expected), "{line}: {found}");
    }
}
