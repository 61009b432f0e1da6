//! A lab for the tests of the toolkit, not for students: it runs random programs and torture rounds.
//!
//! `xtask/tests/` builds it and drives it the way the grader drives a student's program.
#![forbid(unsafe_code)]

mod crew;
mod pipes;
mod programs;
mod reborn;
mod torture;
mod torture_queue;

use shared::header::{Header, Role};
use shared::process::Lab;
use shared::region::{Cursor, Layout};
use shared::testing::{
    crew as crews, function, pipes as pipelines, programs as random, reborn as reborns, torture as rounds,
    torture_queue as queue_rounds,
};

struct TestLab;

/// One board or the other: a scenario is a random program, a round of torture, a supervisor's trouble, a pipe's, or
/// that of a worker started anew.
enum Board {
    Crew(crew::Board),
    Pipes(pipes::Board),
    Program(programs::Board),
    Reborn(reborn::Board),
    Torture(torture::Board),
    TortureQueue(torture_queue::Board),
}

impl Lab for TestLab {
    type Board = Board;
    const NUMBER: u64 = 0;

    fn layout(header: &Header) -> Layout {
        match header.roles.first().map(|role| role.function) {
            Some(crews::function::WORKER) => crews::layout(),
            Some(pipelines::function::WORKER) => pipelines::layout(),
            Some(reborns::function::WORKER) => reborns::layout(),
            Some(function::TORTURE) => rounds::layout(header.params[rounds::MEETINGS_PARAM] as usize),
            Some(function::TORTURE_QUEUE) => queue_rounds::layout(),
            _ => random::layout(header.roles.first().map_or(0, |role| role.args[0])),
        }
    }

    fn board(cursor: &mut Cursor, header: &Header) -> Board {
        match header.roles.first().map(|role| role.function) {
            Some(crews::function::WORKER) => Board::Crew(crew::Board::take(cursor)),
            Some(pipelines::function::WORKER) => Board::Pipes(pipes::Board::take(cursor)),
            Some(reborns::function::WORKER) => Board::Reborn(reborn::Board::take(cursor)),
            Some(function::TORTURE) => Board::Torture(torture::Board::take(cursor, header)),
            Some(function::TORTURE_QUEUE) => Board::TortureQueue(torture_queue::Board::take(cursor, header.seed)),
            _ => Board::Program(programs::Board::take(cursor, header.roles.first().map_or(0, |role| role.args[0]))),
        }
    }

    fn run(&self, board: &Board, me: u32, role: &Role) {
        match (role.function, board) {
            (crews::function::WORKER, Board::Crew(board)) => crew::worker(board, me),
            (crews::function::SUPERVISOR, Board::Crew(board)) => crew::supervisor(board),
            (pipelines::function::WORKER, Board::Pipes(board)) => pipes::worker(board, me, role.args[0]),
            (pipelines::function::SUPERVISOR, Board::Pipes(board)) => pipes::supervisor(board, role.args[0]),
            (reborns::function::WORKER, Board::Reborn(board)) => reborn::worker(board, me),
            (reborns::function::SUPERVISOR, Board::Reborn(board)) => reborn::supervisor(board),
            (function::PROGRAM, Board::Program(board)) => programs::run(board, me, role.args[0]),
            (function::TORTURE, Board::Torture(board)) => torture::run(board, me),
            (function::TORTURE_QUEUE, Board::TortureQueue(board)) => torture_queue::run(board, me as usize),
            (function::MEET, Board::Program(board)) => programs::meet(board),
            (other, _) => panic!("the test lab has no function {other} over this board"),
        }
    }
}

fn main() -> std::process::ExitCode {
    shared::process::main(&TestLab)
}
