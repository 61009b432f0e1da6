//! The programs that `cargo xtask experiment` times.
//!
//! This binary only observes: `sample PARENT NAME KEY=NUMBER…` does what its arguments say, in as many real worker
//! processes as they say, and prints raw samples, a line of `key=number` words each. The runner judges and renders. When
//! the process PARENT ends, so do this one and its workers.

mod access;
mod board;
mod crew;
mod fraud;
mod manager;
mod search;
mod tasks;
mod threads;

use std::process::ExitCode;

use board::{Bench, Size};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["__crew", ..] => return shared::process::main(&Bench),
        ["sample", parent, name, ref numbers @ ..] => sample(parent, name, numbers),
        _ => Err("this measures for `cargo xtask experiment`, which starts it".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

/// Takes one sample of the thing with this name.
fn sample(parent: &str, name: &str, numbers: &[&str]) -> Result<(), String> {
    let parent = parent.parse().map_err(|_| format!("`{parent}` is no process id"))?;
    shared::sys::die_with_parent(parent);
    let size = Size::parse(numbers)?;
    if ["queue", "pipe-queue", "channel"].contains(&name) && size.workers == 1 && size.tasks > board::ROOM as u64 {
        return Err(format!("{name}: one worker that puts {} tasks waits for ever for room", size.tasks));
    }
    match name {
        "rayon" => threads::rayon(&size),
        "channel" => {
            threads::channel(&size);
            Ok(())
        }
        _ => {
            let function = board::find(name).ok_or_else(|| format!("there is nothing called `{name}` to sample"))?;
            crew::run(function, &size).map_err(|error| format!("{name}: {error}"))
        }
    }
}
