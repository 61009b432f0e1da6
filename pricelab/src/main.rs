//! The programs whose operations `cargo xtask prices` and `bench` time.
//!
//! This binary only observes: it does what its arguments say and prints raw samples. The runner judges and renders.
//! `crash NAME` kills a worker and prints when (`killed NS`) and when each other worker was told (`told NS HOW`).
//! `sample NAME WORKERS` prints a `span` a worker: start and end in monotonic nanoseconds, operations. `probe` prints how far
//! apart the two processors are. `hog PARENT` and `bursts PARENT` spin beside a measurement until the process PARENT ends.

mod crash;
mod flag;
mod floor;
mod hog;
mod manager;
mod peers;
mod span;
mod team;
mod toolkit;
mod waits;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["__crew", ..] => return shared::process::main(&toolkit::PriceLab),
        [kind @ ("hog" | "bursts"), parent] => match parent.parse() {
            Ok(parent) => hog::run(parent, kind == "bursts"),
            Err(_) => return usage(),
        },
        ["crash", name] => match crash::find(name) {
            Some((case, workers)) => crash::play(case, workers),
            None => return usage(),
        },
        ["probe"] => floor::probe(),
        ["sample", name, workers] => match workers.parse() {
            Ok(workers @ 1..=16) => match sample(name, workers) {
                Some(done) => done,
                None => return usage(),
            },
            _ => return usage(),
        },
        _ => return usage(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", words.join(" "));
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("This measures operations for `cargo xtask prices` and `cargo xtask bench`; those start it.");
    ExitCode::from(2)
}

/// One sample of the thing with this name; `None` when there is none.
fn sample(name: &str, workers: usize) -> Option<std::io::Result<()>> {
    if let Some(mechanism) = toolkit::find(name) {
        return Some(toolkit::sample(mechanism, workers));
    }
    Some(match name {
        "load" => floor::load(workers),
        "fetch-add" => floor::fetch_add(workers),
        "syscall" => floor::syscall(workers),
        "line" => floor::line(),
        "futex-same" => floor::futex(false),
        "futex-across" => floor::futex(true),
        "pipe-same" => floor::pipe(false),
        "pipe-across" => floor::pipe(true),
        "socket-same" => floor::socket(false),
        "socket-across" => floor::socket(true),
        "pthread" => peers::pthread_mutex(workers, false),
        "pthread-robust" => peers::pthread_mutex(workers, true),
        "pthread-robust-waits" => peers::pthread_mutex_waits(workers),
        other => return threads(other, workers),
    })
}

/// What threads do can only fail by a panic.
fn threads(name: &str, workers: usize) -> Option<std::io::Result<()>> {
    match name {
        "std-mutex" => peers::std_mutex(workers),
        "std-mutex-waits" => peers::std_mutex_waits(workers),
        "std-channel" => peers::std_channel(),
        "crossbeam-channel" => peers::crossbeam_channel(workers),
        "array-queue" => peers::array_queue(workers),
        _ => return None,
    }
    Some(Ok(()))
}
