//! Lab 4's judges of what talking costs: frames, and time.

use shared::boards::lab4::script::{tag, word};
use shared::boards::lab4::{MAX_FRAME, Request};

use super::evidence::{expected, miscounted, requests, server, told};
use crate::labs::lab4::scenarios::CALLS;
use crate::labs::{Finding, Scenario};
use crate::search::clock::Timed;
use crate::search::tariff::TARIFF;

pub fn round_trips(scenario: &Scenario, timed: &Timed) -> Option<Finding> {
    if let Some((word, must, is)) = miscounted(scenario, &told(&timed.steps, server(scenario))) {
        return Some(Finding::new(format!(
            "{must} times `{word}` was counted, and the dict says {is}: no trips to count"
        )));
    }
    let trips = requests(&timed.steps, 0).len();
    let words = scenario.header.roles[0].args[0];
    let different = expected(scenario);
    let bytes: usize = different.iter().map(|(number, _)| Request::entry_bytes(&word(*number))).sum();
    let budget = bytes.div_ceil(MAX_FRAME / 2) + 1;
    let sum = format!(
        "{} different words, {bytes} bytes in frames at least half full ({}), + 1",
        different.len(),
        MAX_FRAME / 2
    );
    (trips > budget).then(|| Finding::new(format!("{trips} round trips for {words} words; budget {budget}: {sum}")))
}

/// One round trip on the virtual clock: four messages handled, two sleepers woken.
fn round_trip() -> u64 {
    4 * TARIFF.message + 2 * TARIFF.wake
}

pub fn rtt(_: &Scenario, timed: &Timed) -> Option<Finding> {
    let answered = told(&timed.steps, 0).into_iter().find(|(t, _)| *t == tag::MANY).map_or(0, |(_, count)| count);
    if answered < CALLS {
        return Some(Finding::new(format!("only {answered} of {CALLS} calls were answered right")));
    }
    let limit = (CALLS * round_trip()).saturating_mul(5) / 4;
    let (took, limit) = (timed.makespan as f64 / 1e3, limit as f64 / 1e3);
    let trips = timed.makespan as f64 / (CALLS * round_trip()) as f64;
    let message = format!("{CALLS} calls take {took:.0} us, allowed {limit:.0}: {trips:.1} round trips a call");
    (took > limit).then(|| Finding::new(message))
}
