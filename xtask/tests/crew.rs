//! A supervisor of free processes: it learns of deaths, kills, starts anew, and no leased item is lost over that.

// Free runs need Linux; elsewhere the code only has to type-check.
#![cfg(target_os = "linux")]

mod common;

use grader::drive::free::{self, FreeEnd};
use grader::labs::{Scenario, role};
use shared::header::Header;
use shared::testing::crew::{ABORTER, HOLDER, WORKERS, function, layout, tag};

fn scenario() -> Scenario {
    let mut roles: Vec<_> = (0..WORKERS as u64).map(|w| role(function::WORKER, &[w])).collect();
    roles.push(role(function::SUPERVISOR, &[]));
    let header = Header { roles, ..Header::default() };
    Scenario { name: "crew", header, victims: 0, answer: |_, _, _| 0, hits: Vec::new(), compute_ns: 0 }
}

#[test]
fn the_dead_are_told_and_replaced_and_their_leases_come_back() {
    let binary = common::testlab();
    for round in 0..20 {
        let run = match free::run(&binary, &scenario(), &layout(), 0).expect("the test lab starts").end {
            FreeEnd::Done(run) => run,
            FreeEnd::Failed(why) => panic!("round {round}: {why}"),
        };
        let told = |wanted: u64| -> Vec<u64> {
            run.reports[WORKERS].iter().filter(|(t, _)| *t == wanted).map(|(_, value)| *value).collect()
        };
        let died = |worker: u32| u64::from(worker) << 1 | 1;
        assert_eq!(told(tag::EVENT), [died(ABORTER), died(HOLDER)], "round {round}");
        assert_eq!(told(tag::ALIVE), [WORKERS as u64 - 2, WORKERS as u64], "round {round}");
        assert_eq!(told(tag::DEAD), [0], "round {round}: both dead workers were replaced, and ended well");
        let did: Vec<u64> = run.reports[..WORKERS].iter().flatten().map(|(_, item)| *item).collect();
        assert_eq!(did, [7], "round {round}: the item of the killed worker was done once, by another");
    }
}
