//! fish: one rule a word, with its description; fish keeps the rules for `cargo` itself beside them.

use std::fmt::Write;

use clap::{Arg, Command};

use super::{Words, baselines, checks, file_options, names, places};
use crate::labs::LABS;

/// The script.
pub fn script(commands: &Command) -> String {
    let mut text = HEAD.to_owned();
    let files = file_options(commands);
    for command in commands.get_subcommands() {
        let name = command.get_name();
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "complete -c cargo -n '__cargo_xtask_at 2' -f -a {name} -d {}", quoted(&about));
        for (at, words) in places(command).into_iter().enumerate() {
            let here = format!("__cargo_xtask_at {} {name}", at + 3);
            match words {
                Words::These(these) => {
                    let _ = writeln!(text, "complete -c cargo -n '{here}' -f -a '{}'", these.join(" "));
                }
                Words::Checks => LABS.iter().for_each(|lab| {
                    let condition = format!("{here} {}", names(lab).join(" "));
                    let _ = writeln!(text, "complete -c cargo -n '{condition}' -f -a '{}'", checks(lab));
                }),
            }
        }
        for arg in command.get_arguments() {
            let Some(long) = arg.get_long() else { continue };
            let value = match () {
                () if files.contains(&format!("--{long}")) => " -r -F".to_owned(),
                () if long == "baseline" => format!(" -x -a '{}'", baselines().join(" ")),
                () if takes_value(arg) => " -x".to_owned(),
                () => " -f".to_owned(),
            };
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let _ =
                writeln!(text, "complete -c cargo -n '__cargo_xtask_in {name}' -l {long}{value} -d {}", quoted(&help));
        }
    }
    text
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

const HEAD: &str = r#"# `cargo xtask` completion for fish. Keep it:
#   cargo xtask completions fish > ~/.config/fish/conf.d/cargo-xtask.fish

# Whether the word at this position is being typed; of this command, after one of these labs, if they are given.
function __cargo_xtask_at
    set -l before (commandline -opc)
    test (count $before) -eq $argv[1]; and test "$before[2]" = xtask; or return 1
    test (count $argv) -lt 2; or test "$before[3]" = "$argv[2]"; or return 1
    test (count $argv) -lt 3; or contains -- "$before[4]" $argv[3..-1]
end

function __cargo_xtask_in
    set -l before (commandline -opc)
    test (count $before) -ge 3; and test "$before[2]" = xtask; and test "$before[3]" = "$argv[1]"
end

"#;
