//! Runs a random program with the operations that students use.

use std::time::Duration;

use shared::array::RawArray;
use shared::barrier::Barrier;
use shared::baton::{Action, Op};
use shared::endpoint::{Connection, Deadline, Inbox, Sent, Taken, Woken, receive_any, ring};
use shared::lock::{Lock, LockGuard};
use shared::process;
use shared::raw::RawValue;
use shared::region::Cursor;
use shared::testing::programs::{ARRAY, BARRIER, CELLS, Instruction, LOCKS, LOST, STREAMS, bytes_of, program};

/// The objects of [`shared::testing::programs::layout`], in its order.
pub struct Board {
    cells: [RawValue<u64>; 2],
    locks: [Lock; 2],
    array: RawArray<u64>,
    barrier: Barrier,
    connections: [Connection; 2],
}

impl Board {
    /// Takes all objects.
    pub fn take(cursor: &mut Cursor) -> Board {
        Board {
            cells: CELLS.map(|_| RawValue::take(cursor)),
            locks: LOCKS.map(|_| Lock::take(cursor)),
            array: RawArray::take(cursor),
            barrier: Barrier::take(cursor),
            connections: [0; 2].map(|_| Connection::take(cursor, process::me() == 0)),
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
    let (mut at, mut last) = (0, 0);
    while let Some(instruction) = program.get(at) {
        at += 1;
        match *instruction {
            Instruction::Do(op) => last = operate(board, &mut guards, &op).unwrap_or(last),
            Instruction::Meet(object) => {
                assert_eq!(object, BARRIER);
                let waited = board.barrier.wait();
                process::report(LOST, u64::from(waited.lost));
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
    // A program that forgets to free a lock must not free it here after all.
    guards.into_iter().for_each(std::mem::forget);
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
