//! bash and zsh: one function of words for both, and each shell's own glue.

use std::fmt::Write;

use clap::Command;

use super::{Words, baselines, checks, file_options, names, options, places};
use crate::labs::LABS;

/// The script.
pub fn script(commands: &Command, zsh: bool) -> String {
    let how = if zsh { "zsh" } else { "bash" };
    let install = if zsh { "~/.zshrc, after compinit" } else { "~/.bashrc" };
    format!(
        "# `cargo xtask` completion for {how}. Try it: source <(cargo xtask completions {how})\n\
         # Keep it: write it to a file and source that in {install}.\n\n{}\n{}",
        words_function(commands),
        if zsh { ZSH } else { BASH }
    )
}

/// `_cargo_xtask_words COMMAND LAB POSITION BEFORE` prints what the word at this position may be; 1: a file.
fn words_function(commands: &Command) -> String {
    let mut text = "_cargo_xtask_words() {\n  case \"$4\" in\n".to_owned();
    let _ = writeln!(text, "    {}) return 1 ;;", file_options(commands).join("|"));
    let _ = writeln!(text, "    --baseline) echo '{}'; return ;;\n  esac\n  case \"$3:$1\" in", baselines().join(" "));
    let visible: Vec<&Command> = commands.get_subcommands().collect();
    let all: Vec<&str> = visible.iter().map(|c| c.get_name()).collect();
    let _ = writeln!(text, "    2:*) echo '{}' ;;", all.join(" "));
    for command in visible {
        let options = options(command).join(" ");
        for (at, words) in places(command).into_iter().enumerate() {
            let _ = match words {
                Words::These(these) => {
                    let line = format!("{} {options}", these.join(" "));
                    writeln!(text, "    {}:{}) echo '{}' ;;", at + 3, command.get_name(), line.trim())
                }
                Words::Checks => {
                    let labs: String =
                        LABS.iter().map(|l| format!("{}) echo '{}' ;; ", names(l).join("|"), checks(l))).collect();
                    writeln!(text, "    {}:{}) case \"$2\" in {labs}esac ;;", at + 3, command.get_name())
                }
            };
        }
        let _ = writeln!(text, "    *:{}) echo '{options}' ;;", command.get_name());
    }
    text + "  esac\n}\n"
}

const BASH: &str = r#"_cargo_with_xtask() {
  if [[ ${COMP_WORDS[1]} != xtask || $COMP_CWORD -lt 2 ]]; then
    [[ -z $_cargo_before_xtask ]] || "$_cargo_before_xtask" "$@"
    return
  fi
  local current=${COMP_WORDS[COMP_CWORD]} words
  if words=$(_cargo_xtask_words "${COMP_WORDS[2]}" "${COMP_WORDS[3]}" "$COMP_CWORD" "${COMP_WORDS[COMP_CWORD-1]}"); then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
if [[ $(complete -p cargo 2>/dev/null) != *_cargo_with_xtask* ]]; then
  declare -F _completion_loader >/dev/null && _completion_loader cargo 2>/dev/null
  _cargo_before_xtask=$(complete -p cargo 2>/dev/null | sed -n 's/.*-F \([^ ]*\) .*/\1/p')
  complete -o bashdefault -o default -F _cargo_with_xtask cargo
fi
"#;

const ZSH: &str = r#"_cargo_with_xtask() {
  if [[ $words[2] != xtask || $CURRENT -lt 3 ]]; then
    (( ! $+functions[_cargo] )) || _cargo "$@"
    return
  fi
  local found
  if found=$(_cargo_xtask_words "$words[3]" "$words[4]" $((CURRENT - 1)) "$words[CURRENT-1]"); then
    compadd -- ${=found}
  else
    _files
  fi
}
autoload -Uz _cargo 2>/dev/null
compdef _cargo_with_xtask cargo
"#;
