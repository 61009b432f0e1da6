//! Messages in words, for stories.

use std::fmt::{Display, Formatter, Result};

use super::codec::{Fault, Reply, Request, first_frame, kind};

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

impl Display for Request {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
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

impl Display for Reply {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Reply::Done => f.write_str("done"),
            Reply::Number(number) => write!(f, "{number}"),
            Reply::Missing => f.write_str("missing"),
            Reply::Refused(fault) => write!(f, "refused ({fault})"),
        }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Fault::NotOurs => f.write_str("not ours"),
            Fault::UnknownKind(kind) => write!(f, "unknown kind {kind}"),
            Fault::TooLong(len) => write!(f, "{len} bytes, too long"),
            Fault::BadBody => f.write_str("a bad body"),
        }
    }
}
