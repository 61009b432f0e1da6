//! Who lives in a jail: the processes below this one, what they have used, and how to end them all.

use std::collections::HashMap;

/// One process as `/proc` shows it.
#[derive(Clone, Copy)]
struct Process {
    parent: i32,
    /// Processor time in clock ticks, that of reaped children included.
    ticks: u64,
    /// Resident pages.
    pages: u64,
    zombie: bool,
}

/// What the processes below this one amount to.
#[derive(Clone, Debug, Default)]
pub struct Census {
    /// Ids of those that run.
    pub alive: Vec<i32>,
    /// Processor time of all, ended and reaped ones included, in milliseconds.
    pub cpu_ms: u64,
    /// Resident memory of all, in bytes. Pages that several share count several times.
    pub bytes: u64,
}

/// Counts the processes below this one.
pub fn take() -> Census {
    let all = processes();
    let me = std::process::id() as i32;
    let mut census = Census::default();
    // SAFETY: asks for constants of the system.
    let (per_second, page) = unsafe { (libc::sysconf(libc::_SC_CLK_TCK), libc::sysconf(libc::_SC_PAGESIZE)) };
    let mut ticks = all.get(&me).map_or(0, |own| own.ticks);
    for (pid, process) in &all {
        if *pid == me || !descends(&all, *pid, me) {
            continue;
        }
        ticks += process.ticks;
        census.bytes += process.pages * page.max(1) as u64;
        if !process.zombie {
            census.alive.push(*pid);
        }
    }
    census.cpu_ms = ticks * 1000 / per_second.max(1) as u64;
    census
}

/// Ends everything below this process. Called again until nothing is left: what forks meanwhile is found next time.
pub fn end_all(census: &Census) {
    for pid in census.alive.iter().filter(|pid| **pid > 1) {
        // SAFETY: a positive id above 1 names exactly one process; it is a descendant of ours, and cannot have been
        // replaced, for its parent reaps it only when it has ended, and then it was ours as well.
        unsafe { libc::kill(*pid, libc::SIGKILL) };
    }
}

fn descends(all: &HashMap<i32, Process>, mut pid: i32, ancestor: i32) -> bool {
    // A chain of parents is short; a torn reading must not make it endless.
    for _ in 0..all.len() {
        match all.get(&pid) {
            Some(process) if process.parent == ancestor => return true,
            Some(process) if process.parent > 0 => pid = process.parent,
            _ => return false,
        }
    }
    false
}

fn processes() -> HashMap<i32, Process> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|e| e.file_name().to_str()?.parse().ok()).filter_map(|pid| Some((pid, look(pid)?))).collect()
}

fn look(pid: i32) -> Option<Process> {
    parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// A line of `/proc/PID/stat`; a program's name may hold blanks and brackets.
fn parse(stat: &str) -> Option<Process> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|f| f.parse::<i64>().ok());
    let ticks = (11..15).map(|at| number(at).unwrap_or(0).max(0) as u64).sum();
    let zombie = matches!(fields.first(), Some(&("Z" | "X")));
    Some(Process { parent: number(1)? as i32, ticks, pages: number(21)?.max(0) as u64, zombie })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_is_no_trap() {
        let line = "77 (a) b (c)) S 5 77 77 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 100 4096 12 184 1 1 0";
        let process = parse(line).expect("a process");
        assert_eq!((process.parent, process.ticks, process.pages, process.zombie), (5, 100, 12, false));
    }

    #[test]
    fn a_child_is_found_and_ended() {
        let mut child = std::process::Command::new("sleep").arg("1000").spawn().expect("it starts");
        let census = take();
        assert!(census.alive.contains(&(child.id() as i32)), "{census:?}");
        let only = Census { alive: vec![child.id() as i32], ..Census::default() };
        end_all(&only);
        assert!(!child.wait().expect("it ends").success());
        assert!(!take().alive.contains(&(child.id() as i32)));
    }
}
