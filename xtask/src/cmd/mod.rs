//! The commands, one file each.

pub mod check;
pub mod completions;
pub mod hint;
pub mod replay;
pub mod reset;
pub mod run;
pub mod starters;
pub mod status;
pub mod watch;
pub mod workbench;

use std::path::PathBuf;

use anyhow::Result;

use crate::labs::{Lab, Scenario};
use crate::submit::compile::{self, Program, Toolkit};
use crate::submit::stage::Submission;
use crate::submit::workspace;

/// Whose functions a command works on.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The solution's.
    pub solution: bool,
    /// Those in this folder.
    pub path: Option<PathBuf>,
    /// The given baseline's: what is added to a role's function to call it.
    pub baseline: Option<u64>,
}

impl Source {
    /// The folder of the files.
    pub fn folder(&self, lab: &Lab) -> PathBuf {
        match (&self.path, self.solution) {
            (Some(path), _) => path.clone(),
            (None, true) => workspace::solution(lab),
            (None, false) => workspace::starter(lab),
        }
    }

    /// The command line's words for it, each after a blank; nothing for the student's own files.
    pub fn flags(&self, lab: &Lab) -> String {
        let path = self.path.as_ref().map(|path| format!(" --path {}", path.display()));
        let solution = self.solution.then(|| " --solution".to_owned());
        let baseline = lab.baselines.iter().find(|(_, offset)| Some(*offset) == self.baseline);
        [path, solution, baseline.map(|(name, _)| format!(" --baseline {name}"))].into_iter().flatten().collect()
    }

    /// Makes the scenario's roles call the baseline, if that is meant.
    pub fn adapt(&self, lab: &Lab, scenario: &mut Scenario) {
        let offset = self.baseline.unwrap_or(0);
        debug_assert!(offset == 0 || lab.baselines.iter().any(|(_, o)| *o == offset));
        for role in scenario.header.roles.iter_mut().filter(|r| r.function != 0) {
            role.function += offset;
        }
    }

    /// Compiles; shows the compiler's words when that fails.
    ///
    /// # Errors
    /// Only when something of ours fails.
    pub fn compile(&self, lab: &Lab, toolkit: &Toolkit) -> Result<Option<Program>> {
        let colour = std::io::IsTerminal::is_terminal(&std::io::stderr()) && std::env::var_os("NO_COLOR").is_none();
        match compile::compile(lab, &Submission::new(&self.folder(lab), lab), toolkit, colour)? {
            Ok(program) => Ok(Some(program)),
            Err(failure) => {
                eprint!("{}", failure.compiler);
                eprintln!("FAIL build: {}", failure.message);
                Ok(None)
            }
        }
    }
}
