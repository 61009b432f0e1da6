//! Histories that are known to be good or bad, and thousands of random ones judged a second time by trying every order.

use shared::sys::hermetic::mix;

use super::*;
use crate::judge::specs::{Fifo, QueueAnswer, QueueCall, Store, StoreAnswer, StoreCall};

fn operation<Call, Answer>(
    worker: usize,
    call: Call,
    answer: Option<Answer>,
    span: [usize; 2],
) -> Operation<Call, Answer> {
    Operation { worker, call, answer, start: span[0], end: span[1] }
}

fn add(worker: usize, sum: Option<i64>, span: [usize; 2]) -> Of<Store> {
    operation(worker, StoreCall::Add("hits".into(), 1), sum.map(StoreAnswer::Number), span)
}

fn get(worker: usize, value: i64, span: [usize; 2]) -> Of<Store> {
    operation(worker, StoreCall::Get("hits".into()), Some(StoreAnswer::Number(value)), span)
}

fn put(worker: usize, item: u64, span: [usize; 2]) -> Of<Fifo> {
    operation(worker, QueueCall::Put(item), Some(QueueAnswer::Done), span)
}

fn take(worker: usize, item: u64, span: [usize; 2]) -> Of<Fifo> {
    operation(worker, QueueCall::Get, Some(QueueAnswer::Item(item)), span)
}

const QUEUE: Fifo = Fifo { capacity: 8 };

#[test]
fn adds_that_overlap_may_come_in_either_order() {
    assert_eq!(check(&Store, &[add(0, Some(2), [0, 5]), add(1, Some(1), [1, 4])]), Ok(vec![1, 0]));
}

#[test]
fn a_lost_update_has_no_order_and_is_explained() {
    let history = [add(0, Some(1), [0, 3]), add(1, Some(1), [1, 4])];
    let violation = check(&Store, &history).expect_err("one add is lost");
    assert_eq!(violation, Violation { prefix: vec![0], refused: vec![(1, "2".into())] });
    let text = explain::<Store>(&history, &violation, |step| step + 1);
    assert!(text.contains("  1. w1 add(hits, 1): 1   [1 to 4]"), "{text}");
    assert!(text.contains("w2 add(hits, 1): 1 would have to be 2"), "{text}");
}

#[test]
fn what_ended_before_comes_first() {
    let stale = [add(0, Some(1), [0, 1]), get(1, 1, [2, 3]), add(0, Some(2), [4, 5]), get(1, 1, [6, 7])];
    assert_eq!(check(&Store, &stale[..3]), Ok(vec![0, 1, 2]));
    assert_eq!(check(&Store, &stale).map_err(|v| v.prefix), Err(vec![0, 1, 2]));
}

#[test]
fn a_queue_that_swaps_items_is_found_unless_the_puts_overlapped() {
    let swapped = |second| vec![put(0, 7, [0, 3]), put(1, 8, second), take(2, 8, [6, 7]), take(2, 7, [8, 9])];
    assert_eq!(check(&QUEUE, &swapped([2, 5])), Ok(vec![1, 0, 2, 3]));
    assert!(check(&QUEUE, &swapped([4, 5])).is_err());
}

#[test]
fn a_get_that_waits_comes_after_the_put_and_a_closed_queue_gives_what_it_has() {
    let close = operation(0, QueueCall::Close, Some(QueueAnswer::Done), [5, 6]);
    let closed = |call, span| operation(1, call, Some(QueueAnswer::Closed), span);
    let history = [
        take(1, 7, [0, 4]),
        put(0, 7, [1, 2]),
        close,
        closed(QueueCall::Get, [7, 8]),
        closed(QueueCall::Put(1), [9, 10]),
    ];
    assert_eq!(check(&QUEUE, &history), Ok(vec![1, 0, 2, 3, 4]));
    let nothing = operation(2, QueueCall::TryGet, Some(QueueAnswer::Nothing), [1, 1]);
    assert!(check(&QUEUE, &[put(0, 7, [0, 0]), nothing]).is_err());
    assert!(check(&Fifo { capacity: 1 }, &[put(0, 7, [0, 0]), put(0, 8, [1, 1])]).is_err());
}

#[test]
fn a_pending_operation_may_take_effect_at_any_time_or_never() {
    let killed = add(0, None, [0, 1]);
    assert_eq!(check(&Store, &[killed.clone(), add(1, Some(1), [2, 3])]), Ok(vec![1]), "it never took effect");
    let must = [killed.clone(), add(1, Some(1), [2, 3]), get(1, 2, [4, 5])];
    assert_eq!(check(&Store, &must), Ok(vec![1, 0, 2]), "it took effect late");
    let twice = [killed, add(1, Some(3), [2, 3])];
    assert!(check(&Store, &twice).is_err(), "one operation counts once");
}

#[test]
fn an_operation_that_has_not_begun_explains_nothing() {
    assert!(check(&Store, &[get(1, 1, [0, 1]), add(0, None, [2, 3])]).is_err());
}

#[test]
fn many_pending_operations_do_not_explode() {
    let mut history: Vec<Of<Store>> = (0..14).map(|w| add(w, None, [w, w])).collect();
    history.push(get(14, 99, [20, 21]));
    assert!(check(&Store, &history).is_err());
}

/// Whether an order keeps real time, leaves out nothing that has finished, and explains every answer.
fn fits<S: Spec>(spec: &S, history: &[Of<S>], order: &[usize]) -> bool {
    let complete = (0..history.len()).all(|at| order.contains(&at) || history[at].answer.is_none());
    let in_time = order.iter().enumerate().all(|(place, later)| {
        order[place..].iter().all(|at| history[*at].answer.is_none() || history[*at].end >= history[*later].start)
    });
    let mut state = spec.initial();
    let explained = order.iter().all(|at| {
        let (next, answer) = spec.apply(&state, &history[*at].call);
        state = next;
        history[*at].answer.as_ref().is_none_or(|given| *given == answer)
    });
    complete && in_time && explained
}

/// Tries every order of every selection.
fn any_order_fits<S: Spec>(spec: &S, history: &[Of<S>], order: &mut Vec<usize>) -> bool {
    fits(spec, history, order)
        || (0..history.len()).any(|at| {
            if order.contains(&at) {
                return false;
            }
            order.push(at);
            let found = any_order_fits(spec, history, order);
            order.pop();
            found
        })
}

/// Random numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) % limit as u64) as usize
    }
}

/// Up to five operations of three workers. Each is applied at some moment between start and end, so the answers are right;
/// then some lose theirs, and in half of the histories one gets another's.
fn random_history<S: Spec>(spec: &S, random: &mut Random, call: impl Fn(&mut Random) -> S::Call) -> Vec<Of<S>>
where
    S::Answer: Clone,
{
    let mut free = [0; 3];
    let mut moments = Vec::new();
    let mut history: Vec<Of<S>> = Vec::new();
    for at in 0..2 + random.below(4) {
        let worker = random.below(3);
        let start = free[worker] + random.below(4);
        let end = start + random.below(6);
        free[worker] = end + 1;
        moments.push((start + random.below(end - start + 1), random.below(100), at));
        history.push(operation(worker, call(random), None, [start, end]));
    }
    moments.sort_unstable();
    let mut state = spec.initial();
    for (_, _, at) in moments {
        let (next, answer) = spec.apply(&state, &history[at].call);
        state = next;
        let killed = random.below(6) == 0 || answer.to_string() == "waiting";
        history[at].answer = (!killed).then_some(answer);
    }
    if random.below(2) == 0 {
        let (from, to) = (random.below(history.len()), random.below(history.len()));
        history[to].answer = history[from].answer.clone();
    }
    history
}

/// Compares the checker with trying every order; gives how many histories were good and bad.
fn compare<S: Spec>(spec: &S, seed: u64, call: impl Fn(&mut Random) -> S::Call) -> [usize; 2]
where
    S::Answer: Clone,
{
    let mut random = Random(seed);
    let mut verdicts = [0, 0];
    for number in 0..3_000 {
        let history = random_history(spec, &mut random, &call);
        let found = check(spec, &history);
        let expected = any_order_fits(spec, &history, &mut Vec::new());
        assert_eq!(found.is_ok(), expected, "history {number} of seed {seed}");
        if let Ok(order) = &found {
            assert!(fits(spec, &history, order), "history {number} of seed {seed}: {order:?}");
        }
        verdicts[usize::from(found.is_err())] += 1;
    }
    verdicts
}

#[test]
fn the_checker_agrees_with_trying_every_order_of_a_queue() {
    let call = |random: &mut Random| match random.below(8) {
        0 => QueueCall::Close,
        1 | 2 => QueueCall::Get,
        3 | 4 => QueueCall::TryGet,
        _ => QueueCall::Put(random.below(2) as u64),
    };
    let [good, bad] = compare(&Fifo { capacity: 2 }, 1, call);
    assert!(good > 500 && bad > 500, "{good} good and {bad} bad histories compare too little");
}

#[test]
fn the_checker_agrees_with_trying_every_order_of_a_store() {
    let call = |random: &mut Random| match random.below(8) {
        0 => StoreCall::Set("k".into(), random.below(3) as i64),
        1 => StoreCall::Get("k".into()),
        2 => StoreCall::Delete("k".into()),
        3 => StoreCall::Append("k".into(), 0),
        4 => StoreCall::Len("k".into()),
        5 => StoreCall::Value("k".into()),
        6 => StoreCall::SetValue("k".into(), 1),
        _ => StoreCall::Add("k".into(), 1),
    };
    let [good, bad] = compare(&Store, 2, call);
    assert!(good > 500 && bad > 500, "{good} good and {bad} bad histories compare too little");
}
