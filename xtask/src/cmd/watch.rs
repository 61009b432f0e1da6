//! `cargo xtask watch`: checks again after every save, until Ctrl-C, `q` or the end of its input.
//!
//! Each check is a process of its own: one that a save has made out of date is ended at once and leaves nothing behind.
//! The wall clock is left out, so that the verdict of correctness comes within seconds.

use std::io::BufRead;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cli::Code;
use crate::interrupt;
use crate::labs::{LABS, Lab};
use crate::report::result::{CheckResult, Document, Status};
use crate::report::{results, terminal};
use crate::submit::saved::Saved;

/// From one look at the files to the next; a save is noticed after two.
const LOOK: Duration = Duration::from_millis(100);

/// What the person at the keyboard wants.
#[derive(PartialEq, Eq)]
enum Order {
    /// Check now.
    Again,
    /// Stop.
    Quit,
}

/// A check that runs.
struct Running {
    lab: &'static Lab,
    child: Child,
}

/// Watches a lab, or all: then the one that was saved is checked. Ends with the code of the last check.
///
/// # Errors
/// Only when something of ours fails.
pub fn run(lab: Option<&'static Lab>) -> Result<Code> {
    let labs: Vec<&'static Lab> = lab.map_or_else(|| LABS.to_vec(), |l| vec![l]);
    let mut saved = Saved::new(&labs);
    let orders = orders();
    let mut current = saved.latest().context("there is no lab")?;
    let mut last_good = results::last(current).filter(builds);
    let mut due = true;
    let mut running: Option<Running> = None;
    let mut code = Code::Pass;
    loop {
        let input = orders.try_recv();
        due |= matches!(input, Ok(Order::Again));
        if matches!(input, Ok(Order::Quit)) {
            running.map_or(Ok(()), stop)?;
            return Ok(code);
        }
        if let Some(lab) = saved.look() {
            due = true;
            if !std::ptr::eq(lab, current) {
                (current, last_good) = (lab, results::last(lab).filter(builds));
            }
        }
        if due {
            running.take().map_or(Ok(()), stop)?;
            running = Some(start(current, saved.files())?);
            due = false;
        }
        if let Some((status, lab)) = ended(&mut running)? {
            code = code_of(status)?;
            if code != Code::Ours {
                tell(lab, &mut last_good);
            }
            if input != Err(TryRecvError::Disconnected) {
                println!("watching: save a file to check again; Enter checks now, q Enter stops");
            }
        }
        if matches!(input, Err(TryRecvError::Disconnected)) && running.is_none() {
            return Ok(code);
        }
        std::thread::sleep(LOOK);
    }
}

/// Lines of standard input as orders, from a thread of their own; the channel closes when the input ends.
fn orders() -> Receiver<Order> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let order = if line.trim().eq_ignore_ascii_case("q") { Order::Quit } else { Order::Again };
            if sender.send(order).is_err() {
                return;
            }
        }
    });
    receiver
}

fn start(lab: &'static Lab, files: usize) -> Result<Running> {
    terminal::clear();
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    println!("watching {files}, checking {}; Ctrl-C stops", lab.name);
    let own = std::env::current_exe().context("finding the runner's own program")?;
    let parent = std::process::id();
    let mut command = Command::new(own);
    command.args(["check", lab.name, "--no-timing"]).stdin(Stdio::null());
    // SAFETY: between fork and exec only system calls on plain integers are made.
    unsafe {
        command.pre_exec(move || {
            shared::sys::die_with_parent(parent);
            Ok(())
        })
    };
    let child = command.spawn().context("starting a check")?;
    interrupt::end_first(&child);
    Ok(Running { lab, child })
}

/// The check that ran, if it has ended.
fn ended(running: &mut Option<Running>) -> Result<Option<(ExitStatus, &'static Lab)>> {
    let Some(check) = running else { return Ok(None) };
    let Some(status) = interrupt::ended(&mut check.child)? else { return Ok(None) };
    let lab = check.lab;
    *running = None;
    Ok(Some((status, lab)))
}

/// Ends a check that nobody waits for any more.
fn stop(mut check: Running) -> Result<()> {
    interrupt::end(&mut check.child).context("ending a check")
}

fn code_of(status: ExitStatus) -> Result<Code> {
    match status.code() {
        Some(0) => Ok(Code::Pass),
        Some(1) => Ok(Code::Fail),
        _ => match status.signal() {
            Some(signal) => anyhow::bail!("the check was ended by signal {signal}"),
            None => Ok(Code::Ours),
        },
    }
}

fn builds(document: &Document) -> bool {
    document.checks.iter().any(|c| c.id == "build" && c.status == Status::Pass)
}

/// After a check: keeps a verdict, or, when the program did not build, shows the last one there was.
fn tell(lab: &'static Lab, last_good: &mut Option<Document>) {
    match (results::last(lab), &last_good) {
        (Some(document), _) if builds(&document) => *last_good = Some(document),
        (_, Some(document)) => {
            println!("\nThe last verdict there was, before it stopped building:\n{}", brief(document))
        }
        (_, None) => {}
    }
}

/// A verdict in a few lines: the points, then the checks by what became of them.
fn brief(document: &Document) -> String {
    let mut text = format!("  {}/{}\n", document.score, document.max_score);
    for status in [Status::Pass, Status::Fail, Status::NotStarted, Status::Skipped, Status::Inconclusive] {
        let of_it = |c: &&CheckResult| c.status == status && c.id != "build";
        let ids: Vec<&str> = document.checks.iter().filter(of_it).map(|c| c.id.as_str()).collect();
        if !ids.is_empty() {
            text += &format!("  {} {}\n", terminal::word(status), ids.join(", "));
        }
    }
    text
}
