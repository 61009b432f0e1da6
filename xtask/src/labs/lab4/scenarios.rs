//! Lab 4's set-ups: which clients, which server, what they ask.

use shared::boards::lab4::script::pack;
use shared::boards::lab4::{Size, function, kind};
use shared::header::{Header, Role};

use crate::labs::{FREE_WORKERS, Scenario, role};

/// How long a client waits for an answer, nanoseconds of its own time.
pub const DEADLINE_NS: u64 = 50_000_000;
/// The same where nobody steps and a busy machine must not matter.
const FREE_DEADLINE_NS: u64 = 15_000_000_000;
/// Bytes that can be on their way: more than any scenario sends without being read.
const AMPLE: u64 = 1024;
/// Room for one answer and not for two.
const ONE_ANSWER: u64 = 24;

fn scenario(name: &'static str, seed: u64, room_out: u64, clients: Vec<Role>, server: Role) -> Scenario {
    let size = Size { clients: clients.len() as u64, room_in: AMPLE, room_out, deadline_ns: DEADLINE_NS, meet: 0 };
    let roles = clients.into_iter().chain([server]).collect();
    let header = Header { lab: 4, seed, grader: 0, params: size.params(), roles };
    Scenario { name, header, victims: 0, answer: |_, _, _| 0, hits: Vec::new(), compute_ns: 0 }
}

/// Clients of the student's server that all stay until the last one has its answers: what their end does is asked elsewhere.
fn served(name: &'static str, seed: u64, clients: Vec<Role>) -> Scenario {
    let mut scenario = scenario(name, seed, AMPLE, clients, role(function::SERVE, &[]));
    scenario.header.params = Size { meet: 1, ..Size::of(&scenario.header) }.params();
    scenario
}

fn with_victims(scenario: Scenario, victims: u64) -> Scenario {
    Scenario { victims, ..scenario }
}

fn count(words: u64, different: u64) -> Role {
    role(function::COUNT, &[words, different])
}

/// Words and different words of the check with more than fits into one frame.
const MANY: (u64, u64) = (60, 40);

pub fn no_lost_update(seed: u64) -> Vec<Scenario> {
    let late = role(function::LATE, &[3 * DEADLINE_NS]);
    vec![
        served("no-lost-update", seed, vec![count(1, 1), count(1, 1)]),
        served("no-lost-update-many", seed, vec![count(MANY.0, MANY.1)]),
        scenario("no-lost-update-late", seed, AMPLE, vec![count(1, 1)], late),
    ]
}

pub fn linearizable(seed: u64) -> Vec<Scenario> {
    let set = |word, value| pack(kind::SET, word, value);
    let add = |word, value| pack(kind::ADD, word, value);
    let get = |word| pack(kind::GET, word, 0);
    let calls = |requests: &[u64]| role(function::CALLS, requests);
    let dict = [set(0, 5), get(0), add(0, 2), get(0), pack(kind::DELETE, 0, 0), get(0)];
    let list = [pack(kind::LEN, 0, 0), pack(kind::APPEND, 0, 7), pack(kind::APPEND, 0, 7), pack(kind::LEN, 0, 0)];
    let value = [pack(kind::VALUE, 0, 0), pack(kind::SET_VALUE, 0, -3), pack(kind::VALUE, 0, 0), get(0)];
    let update = [add(0, -4), pack(kind::UPDATE, 0, 0b11), get(0), get(1), pack(kind::DELETE, 2, 0)];
    let abandoned = role(function::ABANDON, &[get(1), set(0, 4), get(0)]);
    vec![
        served("linearizable", seed, vec![calls(&[set(0, 1), get(0)]), calls(&[add(0, 10), get(0)])]),
        served("linearizable-dict", seed, vec![calls(&dict)]),
        served("linearizable-list", seed, vec![calls(&list)]),
        served("linearizable-value", seed, vec![calls(&value)]),
        served("linearizable-update", seed, vec![calls(&update)]),
        served(
            "linearizable-whole-update",
            seed,
            vec![calls(&[pack(kind::UPDATE, 0, 0b11)]), calls(&[get(0), get(1)])],
        ),
        served("linearizable-abandoned", seed, vec![abandoned]),
    ]
}

pub fn bad_frames(seed: u64) -> Vec<Scenario> {
    let beside = |name, bad| served(name, seed, vec![role(function::BAD, &[bad]), role(function::POLITE, &[2])]);
    let idle = role(function::IDLE, &[]);
    vec![
        scenario("bad-frames", seed, AMPLE, vec![role(function::PARSE, &[])], idle),
        beside("bad-frames-magic", 0),
        beside("bad-frames-kind", 1),
        beside("bad-frames-length", 2),
        beside("bad-frames-body", 3),
    ]
}

pub fn client_killed(seed: u64) -> Vec<Scenario> {
    let polite = role(function::POLITE, &[1]);
    let half = role(function::HALF, &[0b10]);
    let silent = role(function::SILENT, &[2, 0b10]);
    let server = role(function::SERVE, &[]);
    vec![
        with_victims(scenario("client-killed", seed, AMPLE, vec![half, polite], server), 0b01),
        with_victims(scenario("client-killed-deaf", seed, ONE_ANSWER, vec![silent, polite], server), 0b01),
    ]
}

pub fn server_killed(seed: u64) -> Vec<Scenario> {
    let ask = role(function::CALLS, &[pack(kind::ADD, 0, 1), pack(kind::GET, 0, 0)]);
    let once = role(function::CALLS, &[pack(kind::ADD, 0, 1)]);
    let server = |number, args: &[u64]| role(number, args);
    let drips = server(function::DRIPS, &[6, DEADLINE_NS * 2 / 5]);
    vec![
        with_victims(scenario("server-killed", seed, AMPLE, vec![ask], server(function::ANSWERS, &[])), 0b10),
        scenario("server-killed-mute", seed, AMPLE, vec![once], server(function::MUTE, &[])),
        scenario("server-killed-drips", seed, AMPLE, vec![once], drips),
    ]
}

pub fn round_trips(seed: u64) -> Vec<Scenario> {
    vec![served("round-trips", seed, vec![count(600, 12)])]
}

/// Calls of the scenario on the virtual clock.
pub const CALLS: u64 = 50;

pub fn rtt(seed: u64) -> Vec<Scenario> {
    vec![served("rtt", seed, vec![role(function::CALL_MANY, &[CALLS])])]
}

pub fn answers(seed: u64) -> Vec<Scenario> {
    vec![served("answers", seed, vec![role(function::IDLE, &[])])]
}

pub fn real_run(seed: u64) -> Vec<Scenario> {
    vec![free(seed, FREE_WORKERS)]
}

/// Every client counts words and then asks again and again, so often that a pair of runs takes longer than
/// [`SHORTEST`](crate::timing::gate::SHORTEST): a shorter one says nothing.
pub fn free(seed: u64, clients: u64) -> Scenario {
    let work = role(function::WORK, &[300, 12, 2_800]);
    let mut scenario = served("real-run", seed, vec![work; clients as usize]);
    let size = Size { deadline_ns: FREE_DEADLINE_NS, meet: 0, ..Size::of(&scenario.header) };
    scenario.header.params = size.params();
    scenario
}

/// Every client adds once.
pub fn bench(workers: usize) -> Scenario {
    let once = role(function::CALLS, &[pack(kind::ADD, 0, 1)]);
    served("linearizable", 7, vec![once; workers - 1])
}
