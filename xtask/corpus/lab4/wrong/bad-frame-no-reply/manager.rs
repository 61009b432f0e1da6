use shared::boards::lab4::{CallError, Deadline, Fault, HEADER_BYTES, Header, Hub, Key, Link, Reply, Request, Store};

pub fn parse_header(h: [u8; HEADER_BYTES]) -> Result<Header, Fault> {
    use shared::boards::lab4::{MAGIC, MAX_FRAME, kind};
    let header = Header::trusting(h);
    if h[0] != MAGIC {
        return Err(Fault::NotOurs);
    }
    if !(kind::GET..=kind::SET_VALUE).contains(&header.kind) {
        return Err(Fault::UnknownKind(header.kind));
    }
    if header.len as usize > MAX_FRAME {
        return Err(Fault::TooLong(header.len));
    }
    Ok(header)
}

pub fn apply(s: &mut Store, r: Request) -> Reply {
    let found = |entry: Option<i64>| entry.map_or(Reply::Missing, Reply::Number);
    match r {
        Request::Get(key) => found(s.dict.get(&key).copied()),
        Request::Delete(key) => found(s.dict.remove(&key)),
        Request::Add(key, more) => {
            let value = s.dict.entry(key).or_default();
            *value = value.wrapping_add(more);
            Reply::Number(*value)
        }
        Request::Len(key) => Reply::Number(s.lists.get(&key).map_or(0, Vec::len) as i64),
        Request::Value(key) => Reply::Number(s.values.get(&key).copied().unwrap_or(0)),
        Request::Set(key, value) => {
            s.dict.insert(key, value);
            Reply::Done
        }
        Request::Update(entries) => {
            for (key, more) in entries {
                let value = s.dict.entry(key).or_default();
                *value = value.wrapping_add(more);
            }
            Reply::Done
        }
        Request::Append(key, item) => {
            s.lists.entry(key).or_default().push(item);
            Reply::Done
        }
        Request::SetValue(key, value) => {
            s.values.insert(key, value);
            Reply::Done
        }
    }
}

pub fn serve(hub: &mut Hub, s: &mut Store) {
    use shared::boards::lab4::Event;
    loop {
        match hub.next() {
            Event::Header(client, bytes) => {
                if let Ok(header) = parse_header(bytes) {
                    hub.expect(client, header);
                }
            }
            Event::Frame(client, header, body) => {
                let reply = match Request::decode(header.kind, &body) {
                    Ok(request) => apply(s, request),
                    Err(fault) => Reply::Refused(fault),
                };
                // Applied first, answered then: who has the answer can rely on it.
                hub.reply(client, header.id, &reply);
            }
            Event::Gone(_) => {}
            Event::Stop => return,
        }
    }
}

pub fn call(l: &mut Link, r: &Request, d: Deadline) -> Result<Reply, CallError> {
    let id = l.send(r)?;
    loop {
        let (answered, reply) = l.receive(d)?;
        if answered == id {
            return Ok(reply);
        }
        // The answer to an earlier call that gave up.
    }
}

pub fn count_words(l: &mut Link, words: &[Key], d: Deadline) -> Result<(), CallError> {
    use shared::boards::lab4::MAX_FRAME;
    let mut counts = std::collections::BTreeMap::<&Key, i64>::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let mut updates = vec![Vec::new()];
    let mut bytes = 0;
    for (word, count) in counts {
        let entry = Request::entry_bytes(word);
        if bytes + entry > MAX_FRAME {
            updates.push(Vec::new());
            bytes = 0;
        }
        updates.last_mut().expect("there is always one").push((word.clone(), count));
        bytes += entry;
    }
    for update in updates.into_iter().filter(|u| !u.is_empty()) {
        if let Reply::Refused(fault) = call(l, &Request::Update(update), d)? {
            return Err(CallError::Refused(fault));
        }
    }
    Ok(())
}
