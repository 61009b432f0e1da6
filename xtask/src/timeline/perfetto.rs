//! The timeline as a trace file for <https://ui.perfetto.dev> and `chrome://tracing`: every operation, with its words.

use std::io::{Result, Write};

use serde_json::json;
use shared::baton::{Action, Op};
use shared::region::Layout;

use super::{Timeline, activity};
use crate::drive::step::{Step, What};
use crate::labs::Lab;
use crate::story::words;

/// Writes the trace: times in microseconds from the first operation on, one thread a worker.
///
/// # Errors
/// When it cannot be written.
pub fn write(lab: &Lab, timeline: &Timeline, layout: &Layout, to: &mut dyn Write) -> Result<()> {
    let micros = |at: u64| (at - timeline.start) as f64 / 1e3;
    writeln!(to, "{{\"displayTimeUnit\": \"ns\", \"otherData\": {}, \"traceEvents\": [", about(lab, timeline))?;
    write!(to, "{}", json!({ "ph": "M", "name": "process_name", "pid": 1, "args": { "name": lab.name } }))?;
    for lane in &timeline.lanes {
        let (tid, name) = (lane.worker + 1, words::worker(lane.worker));
        let head = json!({ "ph": "M", "name": "thread_name", "pid": 1, "tid": tid, "args": { "name": name } });
        write!(to, ",\n{head}")?;
        for event in &lane.events {
            let (Some(action), Some(activity)) = (Action::from_number(event.action), activity(event.action)) else {
                continue;
            };
            let op = Op { action, object: event.object, a: event.a, b: event.b };
            // The trace keeps no items: a queue's step is told without them.
            let step = Step { result: event.result, ..Step::new(lane.worker, What::Did(op)) };
            let says = words::sentence(lab, layout, &step).unwrap_or_else(|| activity.name().to_owned());
            let (start, took) = (micros(event.start), (event.end - event.start) as f64 / 1e3);
            let entry = json!({ "ph": "X", "name": says, "cat": activity.name(), "pid": 1, "tid": tid, "ts": start, "dur": took });
            write!(to, ",\n{entry}")?;
        }
    }
    for raise in &timeline.raises {
        let entry = json!({ "ph": "i", "s": "g", "name": raise.text, "pid": 1, "tid": raise.worker + 1, "ts": micros(raise.at) });
        write!(to, ",\n{entry}")?;
    }
    writeln!(to, "\n]}}")
}

fn about(lab: &Lab, timeline: &Timeline) -> serde_json::Value {
    json!({
        "lab": lab.name, "title": lab.title, "lost_to_coordination_percent": timeline.lost_percent(),
        "left_out": timeline.left_out(),
    })
}
