//! What the book tells about a graph of states: its size, and its shortest way into the bug.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use anyhow::{Context, Result};

use super::graph::Graph;
use crate::story::words::{self, Line};

/// How many states, steps, and ends.
pub fn size(graph: &Graph) -> String {
    let steps: usize = graph.nodes.iter().map(|n| n.moves.len()).sum();
    let ends: Vec<bool> = graph.nodes.iter().filter_map(|n| n.end.as_ref().map(|e| e.right)).collect();
    let wrong = ends.iter().filter(|right| !**right).count();
    format!(
        "{} states with {steps} steps between them; of its {} ends {wrong} are wrong",
        graph.nodes.len(),
        ends.len()
    )
}

/// The way to a wrong end with the fewest changes of turn, of those one with the fewest steps, told as `replay` tells it.
///
/// # Errors
/// When no end is wrong.
pub fn shortest_failure(graph: &Graph) -> Result<String> {
    let (path, end) = way(graph).with_context(|| format!("`{}` has no wrong end", graph.name))?;
    let mut lines: Vec<Line> = Vec::new();
    let (mut at, mut schedule) = (0, String::new());
    for number in path {
        let step = &graph.nodes[at].moves[number];
        schedule += &(step.worker + 1).to_string();
        for text in &step.says {
            let place = lines.len();
            match lines.last() {
                // The words of one record are one line.
                Some(line) if line.worker == step.worker && line.text == *text => {}
                _ => lines.push(Line { worker: step.worker, text: text.clone(), first: place, last: place }),
            }
        }
        at = step.to;
    }
    let says = &graph.nodes[end].end.as_ref().context("a way leads to an end")?.says;
    let (lab, scenario, flags) = (&graph.lab, &graph.scenario, &graph.flags);
    Ok(format!(
        "FAIL {says}\n{}Again: cargo xtask replay {lab} {scenario}:{schedule}{flags}\n",
        words::render(&lines, &[])
    ))
}

/// Places in the `moves` of the states on the way, and the end.
fn way(graph: &Graph) -> Option<(Vec<usize>, usize)> {
    let mut open = BinaryHeap::from([Reverse((0, Vec::new(), 0, usize::MAX))]);
    let mut done: HashSet<(usize, usize)> = HashSet::new();
    while let Some(Reverse((turns, path, at, last))) = next(&mut open) {
        if graph.nodes[at].end.as_ref().is_some_and(|end| !end.right) {
            return Some((path, at));
        }
        if !done.insert((at, last)) {
            continue;
        }
        for (number, step) in graph.nodes[at].moves.iter().enumerate() {
            let longer = [&path[..], &[number]].concat();
            open.push(Reverse((turns + usize::from(step.worker != last), longer, step.to, step.worker)));
        }
    }
    None
}

type Way = Reverse<(usize, Vec<usize>, usize, usize)>;

fn next(open: &mut BinaryHeap<Way>) -> Option<Way> {
    open.pop()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::graph::{End, Move, Node};

    /// Worker 1 may step into a right end, worker 2 into a wrong one.
    fn graph(wrong: bool) -> Graph {
        let node = |moves, end| Node { memory: Vec::new(), moves, waits: Vec::new(), end };
        let step = |worker, to| Move { worker, says: vec![format!("goes to {to}")], to };
        let end = |right| Some(End { right, says: "over".into() });
        let nodes = vec![node(vec![step(0, 1), step(1, 2)], None), node(vec![], end(true)), node(vec![], end(!wrong))];
        let text = String::new;
        Graph {
            name: text(),
            title: text(),
            lab: "lab9".into(),
            scenario: "s".into(),
            flags: text(),
            workers: 2,
            nodes,
        }
    }

    #[test]
    fn the_shortest_failure_is_told_and_can_be_replayed() {
        let story = shortest_failure(&graph(true)).expect("one end is wrong");
        assert!(
            story.contains("FAIL over") && story.contains("w2 goes to 2") && story.ends_with("lab9 s:2\n"),
            "{story}"
        );
        assert!(shortest_failure(&graph(false)).is_err(), "nothing is wrong");
        assert!(size(&graph(true)).starts_with("3 states with 2 steps between them; of its 2 ends 1 are wrong"));
    }
}
