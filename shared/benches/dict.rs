//! What a round trip to a dict in another process costs: the toolkit's hub and link against a bare echo of as many bytes over
//! the same kind of socket, and against Python's `Manager().dict()`.
//!
//! `cargo bench --package shared --bench dict`. What is compared runs in turn; the ratio of a round is of neighbours in time,
//! and the median of the ratios is printed with its spread. Without `python3` that part is not checked, and says so.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::Command;
use std::time::{Duration, Instant};

use shared::endpoint::socket::Socket;
use shared::endpoint::{Connection, Deadline, Event, Header, Hub, Key, Link, Reply, Request};
use shared::region::{Cursor, Layout, Region};
use shared::sys::{self, Fork};

const TRIPS: u64 = 5_000;
const ROUNDS: usize = 21;
const PYTHON_TRIPS: u64 = 2_000;
const PYTHON_ROUNDS: usize = 9;
const KEY: &str = "lock";

const PYTHON: &str = r#"
import sys, time
from multiprocessing import Manager, Process, Barrier
def ask(d, trips, gate):
    d.get("lock")
    gate.wait()
    for _ in range(trips):
        d.get("lock")
    gate.wait()
if __name__ == "__main__":
    clients, trips = int(sys.argv[1]), int(sys.argv[2])
    with Manager() as manager:
        d = manager.dict(lock=1)
        gate = Barrier(clients + 1)
        workers = [Process(target=ask, args=(d, trips, gate)) for _ in range(clients)]
        for w in workers: w.start()
        gate.wait()
        started = time.perf_counter_ns()
        gate.wait()
        print((time.perf_counter_ns() - started) / (clients * trips))
        for w in workers: w.join()
"#;

/// Keeps this process on one processor.
fn pin(cpu: usize) {
    // SAFETY: a set of plain bits with one bit set; its size is passed. A refusal is seen in the numbers.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(cpu, &mut set);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set);
    }
}

/// Runs `child` in a process of its own, which ends with it.
fn spawn(child: impl FnOnce()) {
    let parent = sys::gettid();
    // SAFETY: the benchmark has no second thread.
    if let Fork::Child = unsafe { sys::fork_child() }.expect("a process") {
        sys::die_with_parent(parent);
        child();
        sys::exit_now(0);
    }
}

/// Connections over these sockets; where the rings would lie nobody looks.
fn connections(sockets: &[OwnedFd]) -> Vec<Connection> {
    let mut layout = Layout::default();
    for client in 0..sockets.len() {
        layout.connection(client, sockets.len(), [64; 2]);
    }
    let (_file, region) = Region::create("bench", layout.bytes().next_multiple_of(4096)).expect("shared memory");
    let mut cursor = Cursor::new(Box::leak(Box::new(region)), &layout);
    sockets.iter().map(|fd| Connection::take(&mut cursor, true).over(Socket::from_owned(fd))).collect()
}

fn serve_dict(sockets: &[OwnedFd]) {
    let mut hub = Hub::new(connections(sockets));
    let mut dict: BTreeMap<Key, i64> = BTreeMap::from([(KEY.to_owned(), 1)]);
    loop {
        match hub.next() {
            Event::Header(client, bytes) => hub.expect(client, Header::trusting(bytes)),
            Event::Frame(client, header, body) => {
                let reply = match Request::decode(header.kind, &body) {
                    Ok(Request::Get(key)) => dict.get(&key).map_or(Reply::Missing, |value| Reply::Number(*value)),
                    Ok(Request::Set(key, value)) => {
                        dict.insert(key, value);
                        Reply::Done
                    }
                    _ => Reply::Missing,
                };
                hub.reply(client, header.id, &reply);
            }
            Event::Gone(_) => {}
            Event::Stop => return,
        }
    }
}

fn request() -> Request {
    Request::Get(KEY.to_owned())
}

/// Nanoseconds a round trip.
fn per_trip(trips: u64, mut trip: impl FnMut()) -> f64 {
    let started = Instant::now();
    (0..trips).for_each(|_| trip());
    started.elapsed().as_nanos() as f64 / trips as f64
}

fn ask(link: &mut Link) {
    let deadline = Deadline::after(Duration::from_secs(10));
    let id = link.send(&request()).expect("the server is there");
    let (answered, reply) = link.receive(deadline).expect("an answer in time");
    assert_eq!((answered, black_box(reply)), (id, Reply::Number(1)));
}

/// Low, median, high.
fn spread(mut all: Vec<f64>) -> (f64, f64, f64) {
    all.sort_by(f64::total_cmp);
    (all[0], all[all.len() / 2], all[all.len() - 1])
}

/// Both in turn, in an order that alternates; medians of both and the ratio of neighbours.
fn compare(what: &str, rounds: usize, mut one: impl FnMut() -> f64, mut other: impl FnMut() -> f64) {
    let mut pairs = Vec::new();
    for round in 0..rounds {
        let (a, b);
        if round % 2 == 0 {
            a = one();
            b = other();
        } else {
            b = other();
            a = one();
        }
        pairs.push((a, b));
    }
    let median = |f: &dyn Fn(&(f64, f64)) -> f64| spread(pairs.iter().map(f).collect()).1;
    let (low, ratio, high) = spread(pairs.iter().map(|(a, b)| b / a).collect());
    println!(
        "{what}: {:.0} ns against {:.0} ns; ratio {ratio:.2} (from {low:.2} to {high:.2})",
        median(&|p| p.0),
        median(&|p| p.1)
    );
}

/// The dict against a bare echo of as many bytes, client and servers on these processors.
fn against_echo(client_cpu: usize, server_cpu: usize) {
    let [own, theirs] = sys::socket_pair().expect("sockets");
    let (sent, got) = (request().to_frame(1).len(), Reply::Number(1).to_frame(1).len());
    spawn(|| {
        pin(server_cpu);
        let mut bytes = [0; 256];
        while sys::socket_receive(theirs.as_raw_fd(), &mut bytes, true).is_ok_and(|count| count > 0) {
            if sys::socket_send(theirs.as_raw_fd(), &bytes[..got], true).is_err() {
                return;
            }
        }
    });
    let [link, server] = sys::socket_pair().expect("sockets");
    spawn(|| {
        pin(server_cpu);
        serve_dict(&[server]);
    });
    pin(client_cpu);
    let ends = [link];
    let mut link = Link::new(connections(&ends)[0]);
    let bytes = [7; 256];
    let mut answer = [0; 256];
    let place = if client_cpu == server_cpu { "on one processor" } else { "across processors" };
    compare(
        &format!("bare echo of {sent} and {got} bytes against the dict, {place}"),
        ROUNDS,
        || {
            per_trip(TRIPS, || {
                sys::socket_send(own.as_raw_fd(), &bytes[..sent], true).expect("the echo is there");
                assert_eq!(sys::socket_receive(own.as_raw_fd(), &mut answer, true).expect("an answer"), got);
            })
        },
        || per_trip(TRIPS, || ask(&mut link)),
    );
}

/// Nanoseconds an answer of all clients together, each a process.
fn dict_with(clients: usize, trips: u64) -> f64 {
    let (mine, servers): (Vec<OwnedFd>, Vec<OwnedFd>) = (0..clients)
        .map(|_| {
            let [one, other] = sys::socket_pair().expect("sockets");
            (one, other)
        })
        .unzip();
    spawn(|| serve_dict(&servers));
    let (_file, gate) = Region::create("bench-gate", 4096).expect("shared memory");
    for client in connections(&mine) {
        let mut link = Link::new(client);
        spawn(|| {
            ask(&mut link);
            meet(&gate, 0, clients + 1);
            (0..trips).for_each(|_| ask(&mut link));
            meet(&gate, 8, clients + 1);
        });
    }
    meet(&gate, 0, clients + 1);
    let started = Instant::now();
    meet(&gate, 8, clients + 1);
    let took = started.elapsed().as_nanos() as f64 / (clients as u64 * trips) as f64;
    // The server holds ends of its own and would wait for ours: it ends with the benchmark at the latest.
    drop((mine, servers));
    took
}

/// Waits until so many have come.
fn meet(gate: &Region, word: usize, parties: usize) {
    use std::sync::atomic::Ordering::{AcqRel, Acquire};
    // AcqRel and acquire: partners of each other.
    gate.half(word).fetch_add(1, AcqRel);
    sys::futex_wake(gate.half(word), i32::MAX);
    loop {
        let now = gate.half(word).load(Acquire);
        if now as usize >= parties {
            return;
        }
        sys::futex_wait(gate.half(word), now, None);
    }
}

fn python_with(clients: usize) -> Option<f64> {
    let (clients, trips) = (clients.to_string(), (PYTHON_TRIPS / clients as u64).to_string());
    let output = Command::new("python3").args(["-c", PYTHON, &clients, &trips]).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

fn unpin() {
    // SAFETY: a set of plain bits, all set; its size is passed.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        (0..libc::CPU_SETSIZE as usize).for_each(|cpu| libc::CPU_SET(cpu, &mut set));
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set);
    }
}

fn main() {
    against_echo(0, 0);
    against_echo(0, 1);
    unpin();
    for clients in [1, 4] {
        if python_with(clients).is_none() {
            println!("against Python with {clients} clients: not checked, `python3` does not run here");
            continue;
        }
        compare(
            &format!("the dict against Python's Manager().dict(), {clients} client(s), an answer"),
            PYTHON_ROUNDS,
            || dict_with(clients, TRIPS / clients as u64),
            || python_with(clients).expect("python3 ran before"),
        );
    }
}
