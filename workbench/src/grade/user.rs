//! A user for one submission: nobody else on this machine has the number at the same time.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use anyhow::{Context, Result, bail};

/// A user's number, ours as long as this lives.
pub struct User {
    /// The number.
    pub id: u32,
    /// A name in the kernel that only one process can have; it goes when we do, however we end.
    _lease: UnixListener,
}

/// The first number tried when all are to be had, far above any real user; the second when a container has few.
const FIRST: [u32; 2] = [0x6000_0000, 40_000];
/// How many numbers are tried.
const SPAN: u32 = 20_000;

/// Takes a number that nobody uses now.
///
/// # Errors
/// When all are taken.
pub fn lease() -> Result<User> {
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let first = FIRST.into_iter().find(|f| maps(&map, f + SPAN)).context("this container has too few user numbers")?;
    lease_from(first)
}

fn lease_from(first: u32) -> Result<User> {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..SPAN {
        let offset = (std::process::id().wrapping_mul(31) + NEXT.fetch_add(1, Relaxed)) % SPAN;
        let id = first + offset;
        let name = SocketAddr::from_abstract_name(format!("coordination-labs-user-{id}"))?;
        if let Ok(lease) = UnixListener::bind_addr(&name) {
            return Ok(User { id, _lease: lease });
        }
    }
    bail!("all {SPAN} user numbers from {first} on are in use")
}

/// Whether a number is one of those that are leased.
pub fn is_for_submissions(id: u32) -> bool {
    FIRST.iter().any(|first| (*first..first + SPAN).contains(&id))
}

/// Whether a number exists: the lines are "first inside, first outside, how many".
fn maps(uid_map: &str, id: u32) -> bool {
    uid_map.lines().any(|line| {
        let numbers: Vec<u64> = line.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        matches!(numbers[..], [first, _, count] if (first..first + count).contains(&u64::from(id)))
    })
}

/// The processes that belong to a user: after a jail has ended there must be none.
pub fn processes_of(id: u32) -> Vec<u32> {
    use std::os::unix::fs::MetadataExt;
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let theirs = entries.filter(|e| e.metadata().is_ok_and(|m| m.uid() == id));
    theirs.filter_map(|e| e.file_name().to_str()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_leases_differ_and_one_is_free_again_after_its_end() {
        // Whether this container has the numbers does not matter here.
        let (a, b) = (lease_from(FIRST[0]).expect("a user"), lease_from(FIRST[0]).expect("a user"));
        assert_ne!(a.id, b.id);
        let name = SocketAddr::from_abstract_name(format!("coordination-labs-user-{}", a.id)).expect("a name");
        assert!(UnixListener::bind_addr(&name).is_err());
        drop(a);
        assert!(UnixListener::bind_addr(&name).is_ok());
    }

    #[test]
    fn a_containers_few_numbers_are_seen() {
        assert!(maps("0 0 4294967295\n", FIRST[0]));
        assert!(!maps("0 100000 65536\n", FIRST[0]) && maps("0 100000 65536\n", FIRST[1] + SPAN));
        assert!(!maps("0 1000 1\n", FIRST[1]));
    }
}
