//! Runs a random program with the operations that students use.

use std::time::Duration;

use shared::array::RawArray;
use shared::barrier::Barrier;
use shared::baton::{Action, Op};
use shared::crew::Crew;
use shared::endpoint::{Connection, Deadline, Inbox, Sent, Taken, Woken, receive_any, ring};
use shared::lock::{Lock, LockGuard};
use shared::process;
use shared::queue::{Lease, Queue};
use shared::raw::RawValue;
use shared::region::Cursor;
use shared::testing::programs::{
    ARRAY, BARRIER, CELLS, CREW, Instruction, LOCKS, LOST, QUEUE, STREAMS, WORKERS, bytes_of, has_crew, program,
};
use shared::testing::report;

/// The objects of [`shared::testing::programs::layout`], in its order.
pub struct Board {
    cells: [RawValue<u64>; 2],
    locks: [Lock; 2],
    array: RawArray<u64>,
    barrier: Barrier,
    queue: Queue<u64>,
    connections: [Connection; 2],
    crew: Option<Crew>,
}

impl Board {
    /// Takes all objects of the program with this seed.
    pub fn take(cursor: &mut Cursor, seed: u64) -> Board {
        Board {
            cells: CELLS.map(|_| RawValue::take(cursor)),
            locks: LOCKS.map(|_| Lock::take(cursor)),
            array: RawArray::take(cursor),
            barrier: Barrier::take(cursor),
            queue: Queue::take(cursor),
            connections: [0; 2].map(|_| Connection::take(cursor, process::me() == 0)),
            crew: has_crew(seed).then(|| Crew::take(cursor, WORKERS as u32, 0)),
        }
    }

    fn cell(&self, object: u32) -> &RawValue<u64> {
        &self.cells[(object - CELLS[0]) as usize]
    }
}

/// Runs worker `me`'s part of the program with this seed.
pub fn run(board: &Board, me: u32, seed: u64) {
    let program = program(seed).workers.swap_remove(me as usize);
    let mut guards: Vec<Option<LockGuard>> = LOCKS.iter().map(|_| None).collect();
    let mut lease = None;
    let (mut at, mut last) = (0, 0);
    while let Some(instruction) = program.get(at) {
        at += 1;
        match *instruction {
            Instruction::Do(op) if op.object == QUEUE => last = at_queue(&board.queue, &mut lease, &op).unwrap_or(last),
            Instruction::Do(op) if op.object == CREW => last = board.crew.as_ref().map_or(0, |crew| crew.operate(&op)),
            Instruction::Do(op) => last = operate(board, &mut guards, &op).unwrap_or(last),
            Instruction::Meet(object) => {
                assert_eq!(object, BARRIER);
                let waited = board.barrier.wait();
                report(LOST, u64::from(waited.lost));
                last = u64::from(waited.leader);
            }
            Instruction::Unless(value, skip) => at += if last == value { 0 } else { skip },
            Instruction::SpinUntil(object, value) => loop {
                last = board.cell(object).get();
                if last == value {
                    break;
                }
            },
        }
    }
    // A program that forgets to free a lock or to acknowledge must not do it here after all.
    guards.into_iter().for_each(std::mem::forget);
    std::mem::forget(lease);
}

/// Comes to the barrier and waits for the others.
pub fn meet(board: &Board) {
    board.barrier.wait();
}

/// Does one operation and gives its result; `None` when there was nothing to do.
fn operate(board: &Board, guards: &mut [Option<LockGuard>], op: &Op) -> Option<u64> {
    let lock = op.object.wrapping_sub(LOCKS[0]) as usize;
    match op.action {
        Action::Load => return Some(board.cell(op.object).get()),
        Action::LoadAcquire => return Some(board.cell(op.object).get_acquire()),
        Action::Store => board.cell(op.object).set(op.b),
        Action::StoreRelease => board.cell(op.object).set_release(op.b),
        Action::CompareExchange => {
            let (Ok(old) | Err(old)) = board.cell(op.object).compare_exchange(op.a, op.b);
            return Some(old);
        }
        Action::FetchAdd => return Some(board.cell(op.object).fetch_add(op.b)),
        Action::Lock => {
            let guard = board.locks[lock].lock();
            let recovered = guard.recovered();
            guards[lock] = Some(guard);
            return Some(u64::from(recovered));
        }
        Action::Unlock => drop(guards[lock].take()?),
        Action::ReadWord => {
            assert_eq!(op.object, ARRAY);
            return Some(board.array.get(op.a as usize));
        }
        Action::WriteWord => board.array.set(op.a as usize, op.b),
        Action::AwaitExit => process::await_exit(op.a),
        Action::Sleep => std::thread::sleep(Duration::from_nanos(op.a)),
        Action::Send | Action::TrySend | Action::Receive | Action::ReceiveAny | Action::HangUp => {
            return Some(talk(board, op));
        }
        other => panic!("random programs have no {other:?}"),
    }
    Some(0)
}

/// As [`operate`], at the queue. Gives what a worker learns: whether the queue was closed, the item, how many items.
fn at_queue(queue: &Queue<u64>, held: &mut Option<Lease<u64>>, op: &Op) -> Option<u64> {
    Some(match op.action {
        Action::Put => {
            let items: Vec<u64> = (0..op.a).map(|n| op.b + n).collect();
            u64::from(queue.put_all(&items).is_err())
        }
        Action::Take => queue.get().unwrap_or(0),
        Action::TryTake => queue.try_get().unwrap_or(0),
        Action::Lease if held.is_some() => return None,
        Action::Lease => {
            *held = queue.lease(op.a as usize);
            held.as_ref().map_or(0, |lease| lease.len() as u64)
        }
        Action::Acknowledge => {
            let mut lease = held.take()?;
            lease.done_first();
            *held = (!lease.is_empty()).then_some(lease);
            0
        }
        Action::GiveBack => {
            drop(held.take()?);
            0
        }
        Action::IsEmpty => u64::from(queue.is_empty()),
        Action::Close => {
            queue.close();
            0
        }
        Action::Join => {
            queue.join();
            0
        }
        other => panic!("a queue has no {other:?}"),
    })
}

/// Does one operation on a stream and gives what a worker learns from it.
fn talk(board: &Board, op: &Op) -> u64 {
    let stream = (op.object - STREAMS) as usize;
    let connection = &board.connections[stream / 2];
    match op.action {
        Action::Send => u64::from(!connection.send(&bytes_of(op))),
        Action::TrySend => match connection.try_send(&bytes_of(op)) {
            Sent::Bytes(0) => ring::FULL,
            Sent::Bytes(_) => ring::DONE,
            Sent::Gone => ring::GONE,
        },
        Action::Receive => {
            let deadline = (op.b > 0).then(|| Deadline::after(Duration::from_nanos(op.b)));
            learned(connection.receive(&mut Vec::new(), op.a as usize, deadline))
        }
        Action::ReceiveAny => {
            let (reads, writes, count) = (op.a as u32, (op.a >> 32) as u32, (op.b >> 32) as usize);
            let start = (op.b & 0xffff_ffff) as usize;
            match receive_any(&board.connections[..count], reads, writes, start, &mut Inbox::new(2)) {
                Woken::Room(_) => 2,
                Woken::Took(_, taken) => learned(taken),
            }
        }
        _ => {
            let incoming = connection.rings()[0].object == op.object;
            connection.rings()[usize::from(!incoming)].hang_up();
            0
        }
    }
}

fn learned(taken: Taken) -> u64 {
    match taken {
        Taken::Gone => 0,
        Taken::Bytes => 1,
        Taken::TimeOver => 2,
    }
}
