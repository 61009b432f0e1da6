//! The timeline in a terminal: a line a worker.

use super::{Activity, Timeline};
use crate::story::words;

/// Characters of a line.
const WIDTH: usize = 60;

fn letter(activity: Activity) -> char {
    match activity {
        Activity::Works => '#',
        Activity::Lock => 'L',
        Activity::Queue => 'Q',
        Activity::Messages => 'M',
        Activity::Barrier => 'B',
        Activity::Talks => '.',
        Activity::Waits => '-',
    }
}

/// The whole text: a legend, a line a worker with its shares, the loss.
pub fn render(timeline: &Timeline, processors: f64) -> String {
    let activities = timeline.activities();
    let legend: Vec<String> = activities.iter().map(|a| format!("{} {}", letter(*a), a.says())).collect();
    let mut text = format!("  {}   (time from left to right)\n", legend.join("   "));
    for lane in &timeline.lanes {
        let pieces = lane.pieces(timeline.start, timeline.end, WIDTH);
        let line: String = pieces.iter().map(|piece| piece.map_or(' ', letter)).collect();
        let shares: Vec<String> = activities.iter().map(|a| share(a.name(), lane.percent(*a))).collect();
        text += &format!("  {:<3} {line}  {}\n", words::worker(lane.worker), shares.join(", "));
    }
    text += &format!("  time lost to coordination: {:.1} % of the workers' time\n", timeline.lost_percent());
    timeline.shared_processors(processors).iter().for_each(|sentence| text += &format!("  {sentence}\n"));
    timeline.left_out().iter().for_each(|sentence| text += &format!("  {sentence}\n"));
    text
}

fn share(name: &str, percent: f64) -> String {
    if percent >= 9.95 || percent == 0.0 { format!("{name} {percent:.0} %") } else { format!("{name} {percent:.1} %") }
}
