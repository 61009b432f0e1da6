//! Small traces made by hand.

use super::*;
use crate::labs::LABS;
use shared::baton::NO_OBJECT;

fn event(start: u64, end: u64, action: Action, object: u32, [a, b, result]: [u64; 3]) -> Event {
    Event { start, end, action: action as u32, object, a, b, result }
}

fn layout() -> Layout {
    let mut layout = Layout::default();
    layout.value("<stop>");
    layout
}

/// Worker 1 works 60, waits 20 for a lock and raises the flag; worker 2 works 40 and looks twice; worker 3 looks on.
fn some() -> Timeline {
    let first = vec![
        event(100, 160, Action::Compute, NO_OBJECT, [1, 2, 1]),
        event(160, 180, Action::Lock, 0, [0, 0, 0]),
        event(180, 190, Action::Store, 1, [0, 7, 0]),
        event(195, 200, Action::Unlock, 0, [0, 0, 0]),
    ];
    let second = vec![
        event(100, 105, Action::Load, 1, [0, 0, 0]),
        event(110, 150, Action::Compute, NO_OBJECT, [1, 1, 0]),
        event(190, 200, Action::Load, 1, [0, 0, 7]),
    ];
    let third = vec![event(100, 200, Action::AwaitExit, NO_OBJECT, [3, 0, 0])];
    timeline(vec![(first, 0), (second, 12), (third, 0)], &layout()).expect("something happened")
}

#[test]
fn totals_add_up_and_the_one_that_looks_on_loses_nothing() {
    let timeline = some();
    let [first, second, third] = &timeline.lanes[..] else { panic!("three lanes") };
    assert_eq!((first.spent, first.span, first.between()), ([60, 20, 0, 0, 0, 15, 0], 100, 5));
    assert_eq!((second.spent, second.span, second.between()), ([40, 0, 0, 0, 0, 15, 0], 100, 45));
    assert!(third.looks_on && !first.looks_on);
    // 20 + 15 of the first worker, 15 of the second, of 200.
    assert!((timeline.lost_percent() - 25.0).abs() < 1e-9, "{}", timeline.lost_percent());
}

#[test]
fn a_piece_shows_what_most_of_it_was_spent_on() {
    let timeline = some();
    let pieces = timeline.lanes[0].pieces(timeline.start, timeline.end, 10);
    use Activity::*;
    let expected = [Works, Works, Works, Works, Works, Works, Lock, Lock, Talks, Talks].map(Some);
    assert_eq!(pieces, expected);
    let gap = timeline.lanes[1].pieces(timeline.start, timeline.end, 10);
    assert_eq!(&gap[5..9], [None; 4], "own code between operations is no activity");
}

#[test]
fn waiting_for_an_item_is_time_at_the_queue() {
    let events = vec![event(0, 90, Action::Lease, 0, [1, 0, 1]), event(90, 100, Action::Acknowledge, 0, [1, 0, 0])];
    let timeline = timeline(vec![(events, 0)], &layout()).expect("something happened");
    assert_eq!(timeline.activities(), [Activity::Queue]);
    assert_eq!(activity(Action::Receive as u32), Some(Activity::Messages));
    assert!((timeline.lost_percent() - 100.0).abs() < 1e-9);
}

#[test]
fn sharing_a_processor_is_said_only_when_there_is_none_for_each() {
    assert!(text::render(&some(), 1.0).contains("2 workers shared 1 processors"));
    assert!(!text::render(&some(), 2.0).contains("shared"), "the one that looks on needs none");
}

#[test]
fn long_runs_do_not_overflow() {
    let week = 7 * 24 * 3600 * 1_000_000_000;
    let events = vec![event(0, week, Action::Compute, NO_OBJECT, [0; 3])];
    let timeline = timeline(vec![(events, 0)], &layout()).expect("something happened");
    assert!(timeline.lanes[0].pieces(0, week, 3_000).iter().all(|p| *p == Some(Activity::Works)));
}

#[test]
fn a_raise_is_a_write_that_happened() {
    let timeline = some();
    assert_eq!(timeline.raises, [Raise { at: 190, worker: 0, text: "<stop> = 7".into() }]);
    let exchange = |result| event(0, 1, Action::CompareExchange, 1, [0, 5, result]);
    assert_eq!((written(&exchange(0)), written(&exchange(3))), (Some(5), None));
    assert_eq!(written(&event(0, 1, Action::FetchAdd, 1, [0, 2, 40])), Some(42));
}

#[test]
fn a_cell_that_is_written_all_the_time_is_counted_and_said() {
    let writes = (0..100).map(|at| event(at, at + 1, Action::Store, 1, [0, at, 0])).collect();
    let timeline = timeline(vec![(writes, 0)], &layout()).expect("something happened");
    assert_eq!((timeline.raises.len(), &timeline.crowded[..]), (0, &[("<stop>".to_owned(), 100)][..]));
    assert!(timeline.left_out()[0].contains("100 times"));
}

#[test]
fn what_did_not_fit_is_said_everywhere() {
    let timeline = some();
    let said = "w2: 12 later operations did not fit";
    assert!(text::render(&timeline, 2.0).contains(said));
    assert!(page(&timeline).contains(said) && page(&timeline).contains("<td>12</td>"));
    assert!(trace(&timeline)["otherData"]["left_out"][0].as_str().is_some_and(|s| s.contains(said)));
}

fn page(timeline: &Timeline) -> String {
    html::render(timeline, &html::Page { title: "lab & <b>", command: "cargo xtask run", processors: 2.0 })
}

#[test]
fn the_page_escapes_and_asks_for_nothing_from_outside() {
    let page = page(&some());
    assert!(page.contains("lab &amp; &lt;b&gt;") && page.contains("&lt;stop&gt; = 7") && !page.contains("<stop>"));
    for outside in ["http", "src=", "href=", "url(", "@import", "<script", "onload"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn the_page_has_a_lane_a_worker_its_ticks_and_the_raise() {
    let page = page(&some());
    let count = |what: &str| page.matches(what).count();
    assert_eq!((count("class=\"lane\""), count("class=\"ticks\""), count("class=\"raise left\"")), (3, 1, 1));
    assert!(page.contains("Time lost to coordination: 25.0 %"));
}

fn trace(timeline: &Timeline) -> serde_json::Value {
    let mut bytes = Vec::new();
    perfetto::write(LABS[0], timeline, &layout(), &mut bytes).expect("memory can be written");
    serde_json::from_slice(&bytes).expect("one JSON document")
}

#[test]
fn the_trace_has_every_operation_with_its_words_and_time() {
    let trace = trace(&some());
    let events = trace["traceEvents"].as_array().expect("a list");
    let of = |phase: &str| events.iter().filter(|e| e["ph"] == phase).collect::<Vec<_>>();
    assert_eq!((of("M").len(), of("X").len(), of("i").len()), (4, 8, 1));
    let store = of("X").into_iter().find(|e| e["name"] == "writes <stop> = 7").expect("the store");
    assert_eq!((store["ts"].as_f64(), store["dur"].as_f64(), &store["tid"]), (Some(0.08), Some(0.01), &1.into()));
}
