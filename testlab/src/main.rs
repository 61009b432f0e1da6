//! A lab for the tests of the toolkit, not for students: it runs random programs and a torture round.
//!
//! `xtask/tests/` builds it and drives it the way the grader drives a student's program.
#![forbid(unsafe_code)]

mod programs;
mod torture;

use shared::header::{Header, Role};
use shared::process::Lab;
use shared::region::{Cursor, Layout};
use shared::testing::{function, programs as random, torture as rounds};

struct TestLab;

/// One board or the other: a scenario is either a random program or a torture round.
enum Board {
    Program(programs::Board),
    Torture(torture::Board),
}

fn is_torture(header: &Header) -> bool {
    header.roles.iter().any(|r| r.function == function::TORTURE)
}

impl Lab for TestLab {
    type Board = Board;
    const NUMBER: u64 = 0;

    fn layout(header: &Header) -> Layout {
        if is_torture(header) {
            return rounds::layout(header.params[rounds::MEETINGS_PARAM] as usize);
        }
        random::layout()
    }

    fn board(cursor: &mut Cursor, header: &Header) -> Board {
        if is_torture(header) {
            return Board::Torture(torture::Board::take(cursor, header));
        }
        Board::Program(programs::Board::take(cursor))
    }

    fn run(&self, board: &Board, me: u32, role: &Role) {
        match (role.function, board) {
            (function::PROGRAM, Board::Program(board)) => programs::run(board, me, role.args[0]),
            (function::TORTURE, Board::Torture(board)) => torture::run(board, me),
            (function::MEET, Board::Program(board)) => programs::meet(board),
            (other, _) => panic!("the test lab has no function {other} over this board"),
        }
    }
}

fn main() -> std::process::ExitCode {
    shared::process::main(&TestLab)
}
