//! What a step touches of a crew: the ends of workers that it sees, and the workers that it kills or starts.

use shared::baton::{Action, Op};

use super::{EXIT, LIFE, PEER, Rule, Rules, Touches};
use crate::drive::model::{Life, Model};

/// Adds what worker `worker` touches when it does `op` now, if that is about the crew.
pub fn add(t: &mut Touches, model: &Model, worker: usize, op: &Op, rules: Rules) {
    match op.action {
        Action::End => end(t, worker, rules),
        Action::CrewWait if rules.has(Rule::Exit) => t.add_wait_for_ends(model, op.a),
        Action::CrewNext if rules.has(Rule::Exit) => see(t, model, op.a, true),
        Action::CrewAlive if rules.has(Rule::Exit) => see(t, model, op.a, false),
        // Whether there is still, or already, something to kill or to replace is part of what the order gives.
        Action::CrewKill if rules.has(Rule::Order) => {
            t.add_kill(model, op.a as usize, rules);
            t.add(EXIT | op.a, true, false, true);
            if model.life[op.a as usize] != Life::Alive {
                t.frees_nothing();
            }
        }
        Action::CrewRespawn if rules.has(Rule::Order) => {
            t.add(LIFE | op.a, true, false, true);
            // Nobody waits for somebody to come back. The other sides of its connections see no difference: they ended with
            // the process before it.
            t.add(EXIT | op.a, true, false, false);
        }
        _ => {}
    }
}

/// Where there is a crew, it is this step that ends a worker, for its supervisor and for the other sides of its connections.
fn end(t: &mut Touches, worker: usize, rules: Rules) {
    t.exits = true;
    if rules.has(Rule::Exit) {
        t.add(EXIT | worker as u64, true, false, true);
    }
    if rules.has(Rule::PeerLeaves) {
        t.add(PEER | worker as u64, true, false, true);
    }
}

fn see(t: &mut Touches, model: &Model, set: u64, waits: bool) {
    for other in (0..model.life.len() as u64).filter(|w| set >> w & 1 == 1) {
        t.add(EXIT | other, false, waits, false);
    }
}
