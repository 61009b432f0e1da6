//! `cargo xtask completions SHELL`: a script that completes `cargo xtask …`; `cargo` itself goes on as before.
//!
//! The command line is asked what it has; the labs' tables say the rest. Completing starts no program: a list of words, as
//! a function of the words so far, is part of the script.

mod fish;
mod posix;

use clap::{Arg, Command};

use crate::labs::{LABS, Lab};

/// The shells there are scripts for.
pub const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// The script for one of [`SHELLS`].
pub fn script(shell: &str, commands: &Command) -> String {
    match shell {
        "fish" => fish::script(commands),
        zsh => posix::script(commands, zsh == "zsh"),
    }
}

/// What a word may be.
enum Words {
    /// One of these.
    These(Vec<String>),
    /// A check of the lab that was named before.
    Checks,
}

/// What may stand at each of a command's places, from the first on.
fn places(command: &Command) -> Vec<Words> {
    command.get_positionals().map(words).collect()
}

fn words(arg: &Arg) -> Words {
    let values = arg.get_possible_values();
    match arg.get_id().as_str() {
        "lab" => Words::These(LABS.iter().flat_map(|l| [l.name.to_owned(), l.topic.to_owned()]).collect()),
        "check" => Words::Checks,
        "schedule" => Words::These(LABS.iter().flat_map(|l| l.checks).map(|c| format!("{}:", c.id)).collect()),
        _ => Words::These(values.iter().map(|v| v.get_name().to_owned()).collect()),
    }
}

/// A command's options, with two dashes.
fn options(command: &Command) -> Vec<String> {
    command.get_arguments().filter_map(Arg::get_long).map(|long| format!("--{long}")).collect()
}

/// The options of all commands whose value is a file or a folder.
fn file_options(commands: &Command) -> Vec<String> {
    let takes_file = |arg: &&Arg| {
        let names = arg.get_value_names().unwrap_or_default();
        names.iter().any(|n| ["FILE", "DIR"].contains(&n.as_str()))
    };
    let all = commands.get_subcommands().flat_map(Command::get_arguments).filter(takes_file);
    let mut options: Vec<String> = all.filter_map(Arg::get_long).map(|long| format!("--{long}")).collect();
    options.sort();
    options.dedup();
    options
}

/// The names of all baselines.
fn baselines() -> Vec<String> {
    let mut names: Vec<String> = LABS.iter().flat_map(|l| l.baselines).map(|(name, _)| (*name).to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

/// What a user may type for a lab.
fn names(lab: &Lab) -> [String; 3] {
    [lab.name.to_owned(), lab.number.to_string(), lab.topic.to_owned()]
}

fn checks(lab: &Lab) -> String {
    lab.checks.iter().map(|c| c.id).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
