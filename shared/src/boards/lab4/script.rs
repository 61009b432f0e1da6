//! How the student's functions are called, and how what they gave is reported.

use super::{
    Board, CallError, Fault, Functions, HEADER_BYTES, Hub, Key, MAGIC, MAX_FRAME, Reply, Request, Store, function, kind,
};
use crate::header::ARGS;
use crate::process::report;

/// Tags of the reports.
pub mod tag {
    /// A call begins; the value is the packed request.
    pub const CALL: u64 = 1;
    /// Counting begins.
    pub const COUNT: u64 = 2;
    /// The answer: `Done`, or `Ok(())`.
    pub const DONE: u64 = 3;
    /// The answer: this number.
    pub const NUMBER: u64 = 4;
    /// The answer: `Missing`.
    pub const MISSING: u64 = 5;
    /// The answer, or the error: `Refused`; the value is the [fault](super::fault_number).
    pub const REFUSED: u64 = 6;
    /// The error `Timeout`.
    pub const TIMEOUT: u64 = 7;
    /// The error `Gone`.
    pub const GONE: u64 = 8;
    /// `parse_header` accepted: kind and length follow in one number, the id under the next tag.
    pub const HEADER: u64 = 9;
    /// The id in an accepted header.
    pub const HEADER_ID: u64 = 10;
    /// `parse_header` refused, with this [fault](super::fault_number).
    pub const FAULT: u64 = 11;
    /// So many calls of many were answered in order.
    pub const MANY: u64 = 12;
    /// Plus the number of a [word](super::word): its entry in the dict, when the server has ended.
    pub const ENTRY: u64 = 1000;
}

/// Words that the entries are called after.
const WORDS: [&str; 12] = [
    "lock",
    "queue",
    "pipe",
    "value",
    "array",
    "event",
    "pool",
    "proxy",
    "barrier",
    "manager",
    "semaphore",
    "condition",
];

/// The most words whose entries are reported.
pub const MOST_WORDS: usize = 60;

/// The word with this number.
pub fn word(number: usize) -> Key {
    match number / WORDS.len() {
        0 => WORDS[number].to_owned(),
        more => format!("{}-{}", WORDS[number % WORDS.len()], more + 1),
    }
}

/// So many words, of which so many are different.
pub fn words(count: u64, different: u64) -> Vec<Key> {
    (0..count).map(|at| word((at % different.max(1)) as usize)).collect()
}

/// A request in one number: kind, the word's number, a small value. An update adds 1 to each word whose bit is set in the value.
pub fn pack(kind: u8, word: u8, value: i32) -> u64 {
    u64::from(kind) | u64::from(word) << 8 | u64::from(value as u32) << 16
}

/// The request in a number; none in 0.
pub fn unpack(packed: u64) -> Option<Request> {
    let (key, value) = (word((packed >> 8 & 0xff) as usize), i64::from((packed >> 16) as u32 as i32));
    Some(match packed as u8 {
        kind::GET => Request::Get(key),
        kind::SET => Request::Set(key, value),
        kind::ADD => Request::Add(key, value),
        kind::DELETE => Request::Delete(key),
        kind::UPDATE => Request::Update((0..32).filter(|b| value >> b & 1 == 1).map(|b| (word(b), 1)).collect()),
        kind::APPEND => Request::Append(key, value),
        kind::LEN => Request::Len(key),
        kind::VALUE => Request::Value(key),
        kind::SET_VALUE => Request::SetValue(key, value),
        _ => return None,
    })
}

/// A fault in one number.
pub fn fault_number(fault: Fault) -> u64 {
    match fault {
        Fault::NotOurs => 1,
        Fault::UnknownKind(kind) => 2 | u64::from(kind) << 8,
        Fault::TooLong(len) => 3 | u64::from(len) << 8,
        Fault::BadBody => 4,
    }
}

/// The fault in a number.
pub fn fault(number: u64) -> Fault {
    match number & 0xff {
        1 => Fault::NotOurs,
        2 => Fault::UnknownKind((number >> 8) as u8),
        3 => Fault::TooLong((number >> 8) as u32),
        _ => Fault::BadBody,
    }
}

const fn header(magic: u8, kind: u8, id: u32, len: u32) -> [u8; HEADER_BYTES] {
    let ([a, b, c, d], [e, f, g, h]) = (id.to_le_bytes(), len.to_le_bytes());
    [magic, kind, a, b, c, d, e, f, g, h]
}

/// Headers that `parse_header` is asked about.
pub const HEADERS: [[u8; HEADER_BYTES]; 14] = [
    header(MAGIC, kind::GET, 1, 5),
    header(MAGIC, kind::SET_VALUE, 0x0102_0304, 0),
    header(MAGIC, kind::UPDATE, u32::MAX, MAX_FRAME as u32),
    header(MAGIC, kind::ADD, 7, 0x0000_00fe),
    header(MAGIC, kind::UPDATE, 7, MAX_FRAME as u32 + 1),
    header(MAGIC, kind::GET, 7, 0x0001_0005),
    header(MAGIC, kind::GET, 7, u32::MAX),
    header(MAGIC, 0, 7, 5),
    header(MAGIC, kind::SET_VALUE + 1, 7, 5),
    header(MAGIC, kind::DONE, 7, 0),
    header(MAGIC, 255, 7, 5),
    header(0, kind::GET, 7, 5),
    header(!MAGIC, kind::GET, 7, 5),
    header(b'G', b'E', 7, 5),
];

/// What misbehaving clients send: a wrong first byte, an unknown kind, a length that is too large, and a body that is cut off.
pub const BAD: [&[u8]; 4] = [
    &header(b'G', kind::GET, 7, 5),
    &header(MAGIC, 77, 7, 0),
    &header(MAGIC, kind::UPDATE, 7, u32::MAX),
    &[MAGIC, kind::ADD, 7, 0, 0, 0, 3, 0, 0, 0, 2, b'k', b'e'],
];

/// Reports what a call gave.
pub fn report_answer(answer: Result<Reply, CallError>) {
    match answer {
        Ok(Reply::Done) => report(tag::DONE, 0),
        Ok(Reply::Number(number)) => report(tag::NUMBER, number as u64),
        Ok(Reply::Missing) => report(tag::MISSING, 0),
        Ok(Reply::Refused(fault)) | Err(CallError::Refused(fault)) => report(tag::REFUSED, fault_number(fault)),
        Err(CallError::Timeout) => report(tag::TIMEOUT, 0),
        Err(CallError::Gone) => report(tag::GONE, 0),
    }
}

/// Serves, then reports what the dict holds.
pub fn serve(functions: &Functions, hub: &mut Hub) {
    let mut store = Store::default();
    (functions.serve)(hub, &mut store);
    for number in 0..MOST_WORDS {
        if let Some(value) = store.dict.get(&word(number)) {
            report(tag::ENTRY + number as u64, *value as u64);
        }
    }
}

/// Asks `parse_header` about each header.
pub fn parse(functions: &Functions) {
    for bytes in HEADERS {
        match (functions.parse_header)(bytes) {
            Ok(header) => {
                report(tag::HEADER, u64::from(header.kind) << 32 | u64::from(header.len));
                report(tag::HEADER_ID, u64::from(header.id));
            }
            Err(fault) => report(tag::FAULT, fault_number(fault)),
        }
    }
}

/// A client with the student's functions.
pub fn client(functions: &Functions, b: &Board, me: u32, number: u64, args: [u64; ARGS]) {
    let mut link = b.link(me);
    match number {
        function::CALLS | function::ABANDON => {
            let requests: Vec<_> = args.into_iter().filter_map(|packed| Some((packed, unpack(packed)?))).collect();
            let abandoned = usize::from(number == function::ABANDON);
            for (_, request) in &requests[..abandoned] {
                // As if a call had given up: whatever became of it, the next calls must be right.
                let _ = link.send(request);
            }
            for (packed, request) in &requests[abandoned..] {
                report(tag::CALL, *packed);
                report_answer((functions.call)(&mut link, request, b.deadline()));
            }
        }
        _ => {
            if number != function::CALL_MANY {
                report(tag::COUNT, args[0]);
                let counted = (functions.count_words)(&mut link, &words(args[0], args[1]), b.deadline());
                report_answer(counted.map(|()| Reply::Done));
            }
            let calls = match number {
                function::CALL_MANY => args[0],
                function::WORK => args[2],
                _ => return,
            };
            call_many(functions, b, &mut link, calls);
        }
    }
}

/// Adds 1 to an entry of one's own and compares each sum.
fn call_many(functions: &Functions, b: &Board, link: &mut super::Link, calls: u64) {
    let request = Request::Add(format!("calls of {}", crate::process::me()), 1);
    let answered =
        (0..calls).take_while(|at| (functions.call)(link, &request, b.deadline()) == Ok(Reply::Number(*at as i64 + 1)));
    report(tag::MANY, answered.count() as u64);
}
