//! What the bytes mean: frames, and in them the requests and replies of a manager.
//!
//! A frame is a header of ten bytes and a body:
//!
//! | bytes | what |
//! |---|---|
//! | 0 | [`MAGIC`]: who sends anything else does not speak this language |
//! | 1 | the kind of the message, see [`kind`] |
//! | 2 to 5 | the id of the request, little-endian: its reply carries the same |
//! | 6 to 9 | bytes of the body, little-endian, at most [`MAX_FRAME`] |

/// The first byte of every frame.
pub const MAGIC: u8 = 0xD1;
/// Bytes of a header.
pub const HEADER_BYTES: usize = 10;
/// The most bytes of a body. It is small on purpose: you will meet it.
pub const MAX_FRAME: usize = 256;
/// The longest key.
pub const MAX_KEY: usize = 64;

/// The kinds of messages.
pub mod kind {
    /// Asks for nothing: the first word of a new connection. The hub answers it itself.
    pub const HELLO: u8 = 0;
    /// The first request.
    pub const GET: u8 = 1;
    /// Body: key, value.
    pub const SET: u8 = 2;
    /// Body: key, value.
    pub const ADD: u8 = 3;
    /// Body: key.
    pub const DELETE: u8 = 4;
    /// Body: key, value, again and again.
    pub const UPDATE: u8 = 5;
    /// Body: key, value.
    pub const APPEND: u8 = 6;
    /// Body: key.
    pub const LEN: u8 = 7;
    /// Body: key.
    pub const VALUE: u8 = 8;
    /// The last request. Body: key, value.
    pub const SET_VALUE: u8 = 9;
    /// A reply without a body.
    pub const DONE: u8 = 128;
    /// A reply. Body: the number.
    pub const NUMBER: u8 = 129;
    /// A reply without a body.
    pub const MISSING: u8 = 130;
    /// A reply. Body: the fault, a byte and a number.
    pub const REFUSED: u8 = 131;
    /// The hub's answer to [`HELLO`].
    pub const WELCOME: u8 = 132;
}

/// The name of an entry, a list or a value.
pub type Key = String;

/// A header that makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the message is; see [`kind`].
    pub kind: u8,
    /// Which request this is, or which one it answers.
    pub id: u32,
    /// Bytes of the body.
    pub len: u32,
}

impl Header {
    /// What ten bytes say, taken at their word: nothing is checked, neither the magic nor the kind nor the length.
    pub fn trusting(bytes: [u8; HEADER_BYTES]) -> Header {
        let [_, kind, a, b, c, d, e, f, g, h] = bytes;
        Header { kind, id: u32::from_le_bytes([a, b, c, d]), len: u32::from_le_bytes([e, f, g, h]) }
    }

    /// The header as it is sent.
    pub fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [MAGIC; HEADER_BYTES];
        bytes[1] = self.kind;
        bytes[2..6].copy_from_slice(&self.id.to_le_bytes());
        bytes[6..].copy_from_slice(&self.len.to_le_bytes());
        bytes
    }
}

/// What is wrong with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The first byte is not [`MAGIC`].
    NotOurs,
    /// There is no request of this kind.
    UnknownKind(u8),
    /// The body would have so many bytes, more than [`MAX_FRAME`].
    TooLong(u32),
    /// The body does not fit its kind.
    BadBody,
}

/// What a client asks for. The manager keeps one dict, any number of lists and any number of values, each found by its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// `d[k]`: `Number`, or `Missing`.
    Get(Key),
    /// `d[k] = v`: `Done`.
    Set(Key, i64),
    /// `d[k] += v` in one request, a missing entry counting as 0: `Number`, the sum.
    Add(Key, i64),
    /// `del d[k]`: `Number`, what was there, or `Missing`.
    Delete(Key),
    /// Adds to several entries in one request: `Done`.
    Update(Vec<(Key, i64)>),
    /// `list.append(v)`; a missing list is empty: `Done`.
    Append(Key, i64),
    /// `len(list)`: `Number`.
    Len(Key),
    /// `value.value`; one that was never set is 0: `Number`.
    Value(Key),
    /// `value.value = v`: `Done`.
    SetValue(Key, i64),
}

/// What the manager answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// It is done.
    Done,
    /// An entry, a sum, a length, a value.
    Number(i64),
    /// There is no such entry.
    Missing,
    /// The request was not understood, and nothing was done.
    Refused(Fault),
}

impl Request {
    /// The kind of message.
    pub fn kind(&self) -> u8 {
        match self {
            Request::Get(_) => kind::GET,
            Request::Set(..) => kind::SET,
            Request::Add(..) => kind::ADD,
            Request::Delete(_) => kind::DELETE,
            Request::Update(_) => kind::UPDATE,
            Request::Append(..) => kind::APPEND,
            Request::Len(_) => kind::LEN,
            Request::Value(_) => kind::VALUE,
            Request::SetValue(..) => kind::SET_VALUE,
        }
    }

    /// Bytes that an entry takes in the body of an update.
    pub fn entry_bytes(key: &str) -> usize {
        1 + key.len() + 8
    }

    /// The whole frame.
    ///
    /// # Panics
    /// When a key is longer than [`MAX_KEY`].
    pub fn to_frame(&self, id: u32) -> Vec<u8> {
        let mut body = Vec::new();
        match self {
            Request::Get(key) | Request::Delete(key) | Request::Len(key) | Request::Value(key) => {
                put_key(&mut body, key)
            }
            Request::Set(key, value)
            | Request::Add(key, value)
            | Request::Append(key, value)
            | Request::SetValue(key, value) => put_entry(&mut body, key, *value),
            Request::Update(entries) => entries.iter().for_each(|(key, value)| put_entry(&mut body, key, *value)),
        }
        frame(self.kind(), id, &body)
    }

    /// The request in the body of a frame of this kind.
    ///
    /// # Errors
    /// [`Fault::UnknownKind`] and [`Fault::BadBody`].
    pub fn decode(kind: u8, body: &[u8]) -> Result<Request, Fault> {
        let mut rest = body;
        let request = match kind {
            kind::GET => Request::Get(take_key(&mut rest)?),
            kind::DELETE => Request::Delete(take_key(&mut rest)?),
            kind::LEN => Request::Len(take_key(&mut rest)?),
            kind::VALUE => Request::Value(take_key(&mut rest)?),
            kind::SET => entry(&mut rest, Request::Set)?,
            kind::ADD => entry(&mut rest, Request::Add)?,
            kind::APPEND => entry(&mut rest, Request::Append)?,
            kind::SET_VALUE => entry(&mut rest, Request::SetValue)?,
            kind::UPDATE => {
                let mut entries = Vec::new();
                while !rest.is_empty() {
                    entries.push(entry(&mut rest, |key, value| (key, value))?);
                }
                Request::Update(entries)
            }
            other => return Err(Fault::UnknownKind(other)),
        };
        if rest.is_empty() { Ok(request) } else { Err(Fault::BadBody) }
    }
}

impl Reply {
    /// The whole frame.
    pub fn to_frame(&self, id: u32) -> Vec<u8> {
        match self {
            Reply::Done => frame(kind::DONE, id, &[]),
            Reply::Number(number) => frame(kind::NUMBER, id, &number.to_le_bytes()),
            Reply::Missing => frame(kind::MISSING, id, &[]),
            Reply::Refused(fault) => {
                let (number, detail) = match fault {
                    Fault::NotOurs => (0, 0),
                    Fault::UnknownKind(kind) => (1, u32::from(*kind)),
                    Fault::TooLong(len) => (2, *len),
                    Fault::BadBody => (3, 0),
                };
                frame(kind::REFUSED, id, &[&[number], &detail.to_le_bytes()[..]].concat())
            }
        }
    }

    /// The reply in the body of a frame of this kind; none when it is none.
    pub fn decode(kind: u8, body: &[u8]) -> Option<Reply> {
        match (kind, body) {
            (kind::DONE, []) => Some(Reply::Done),
            (kind::NUMBER, number) => Some(Reply::Number(i64::from_le_bytes(number.try_into().ok()?))),
            (kind::MISSING, []) => Some(Reply::Missing),
            (kind::REFUSED, [number, detail @ ..]) => {
                let detail = u32::from_le_bytes(detail.try_into().ok()?);
                Some(Reply::Refused(match number {
                    0 => Fault::NotOurs,
                    1 => Fault::UnknownKind(detail as u8),
                    2 => Fault::TooLong(detail),
                    _ => Fault::BadBody,
                }))
            }
            _ => None,
        }
    }
}

/// A header and a body.
pub fn frame(kind: u8, id: u32, body: &[u8]) -> Vec<u8> {
    let header = Header { kind, id, len: body.len() as u32 };
    [&header.to_bytes()[..], body].concat()
}

/// The first whole frame of some bytes, trusting its header: kind, id, body, and how many bytes it takes. For the side that gets
/// replies, and for the grader; a server must not trust.
pub fn first_frame(bytes: &[u8]) -> Option<(u8, u32, &[u8], usize)> {
    let header = Header::trusting(bytes.get(..HEADER_BYTES)?.try_into().ok()?);
    let end = HEADER_BYTES.checked_add(header.len as usize)?;
    Some((header.kind, header.id, bytes.get(HEADER_BYTES..end)?, end))
}

fn put_key(body: &mut Vec<u8>, key: &str) {
    assert!(key.len() <= MAX_KEY, "the key `{key}` is longer than {MAX_KEY} bytes");
    body.push(key.len() as u8);
    body.extend_from_slice(key.as_bytes());
}

fn put_entry(body: &mut Vec<u8>, key: &str, value: i64) {
    put_key(body, key);
    body.extend_from_slice(&value.to_le_bytes());
}

fn take<'b>(rest: &mut &'b [u8], count: usize) -> Result<&'b [u8], Fault> {
    let (taken, left) = rest.split_at_checked(count).ok_or(Fault::BadBody)?;
    *rest = left;
    Ok(taken)
}

fn take_key(rest: &mut &[u8]) -> Result<Key, Fault> {
    let len = usize::from(take(rest, 1)?[0]);
    if len > MAX_KEY {
        return Err(Fault::BadBody);
    }
    String::from_utf8(take(rest, len)?.to_vec()).map_err(|_| Fault::BadBody)
}

fn entry<T>(rest: &mut &[u8], make: impl Fn(Key, i64) -> T) -> Result<T, Fault> {
    let key = take_key(rest)?;
    let value = take(rest, 8)?.try_into().expect("eight bytes");
    Ok(make(key, i64::from_le_bytes(value)))
}

/// Some bytes of a connection in words, for stories: the frames in them, as far as they are whole.
pub fn describe(bytes: &[u8]) -> String {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some((kind, id, body, end)) = first_frame(rest) {
        let what = match (Request::decode(kind, body), Reply::decode(kind, body)) {
            (Ok(request), _) => request.to_string(),
            (_, Some(reply)) => reply.to_string(),
            _ if kind == kind::HELLO => "hello".into(),
            _ if kind == kind::WELCOME => "welcome".into(),
            _ => format!("{} bytes that make no sense", end),
        };
        parts.push(format!("{what} #{id}"));
        rest = &rest[end..];
    }
    match (parts.is_empty(), rest.len()) {
        (false, 0) => {}
        (_, n) => parts.push(if n == 1 { "1 byte".into() } else { format!("{n} bytes") }),
    }
    parts.join(" and ")
}

impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Request::Get(key) => write!(f, "get({key})"),
            Request::Set(key, value) => write!(f, "set({key}, {value})"),
            Request::Add(key, value) => write!(f, "add({key}, {value})"),
            Request::Delete(key) => write!(f, "delete({key})"),
            Request::Update(entries) if entries.len() > 3 => write!(f, "update({} entries)", entries.len()),
            Request::Update(entries) => {
                let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                write!(f, "update({})", entries.join(", "))
            }
            Request::Append(key, value) => write!(f, "append({key}, {value})"),
            Request::Len(key) => write!(f, "len({key})"),
            Request::Value(key) => write!(f, "value({key})"),
            Request::SetValue(key, value) => write!(f, "set_value({key}, {value})"),
        }
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reply::Done => f.write_str("done"),
            Reply::Number(number) => write!(f, "{number}"),
            Reply::Missing => f.write_str("missing"),
            Reply::Refused(fault) => write!(f, "refused ({fault})"),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::NotOurs => f.write_str("not ours"),
            Fault::UnknownKind(kind) => write!(f, "unknown kind {kind}"),
            Fault::TooLong(len) => write!(f, "{len} bytes, too long"),
            Fault::BadBody => f.write_str("a bad body"),
        }
    }
}
