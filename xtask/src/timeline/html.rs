//! The timeline as one HTML page: no network, no script; light and dark, keyboard, print; numbers in a table as well.

use super::{Activity, Lane, Timeline};
use crate::story::picture::escape;
use crate::story::words;

use shared::baton::Action;

/// Pieces that a lane is drawn in. Zoomed in as far as the page allows, a piece is a few points wide.
const PIECES: usize = 3_000;
/// Height of a lane in the drawing's own units.
const HEIGHT: usize = 100;
/// Room for the ticks of flag loads above the activities.
const TICK: usize = 14;

/// What the page says besides the timeline.
pub struct Page<'a> {
    /// Lab and title.
    pub title: &'a str,
    /// The command that made it.
    pub command: &'a str,
    /// How many processors the workers shared.
    pub processors: f64,
}

/// The page.
pub fn render(timeline: &Timeline, page: &Page) -> String {
    [head(page), summary(timeline), figure(timeline), table(timeline), foot(timeline, page)].concat()
}

fn head(page: &Page) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Timeline of {0}</title>\n<style>\n{1}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n",
        escape(page.title),
        include_str!("style.css"),
    )
}

fn summary(timeline: &Timeline) -> String {
    let (lost, length) = (timeline.lost_percent(), timeline.length() as f64 / 1e6);
    let left_out: String =
        timeline.left_out().iter().map(|s| format!("<p><strong>{}.</strong></p>\n", escape(s))).collect();
    format!(
        "<p class=\"loss\">Time lost to coordination: {lost:.1} % of the workers' time</p>\n\
         <p>{} processes, {length:.1} ms from the first operation to the last.</p>\n{left_out}",
        timeline.lanes.len()
    )
}

fn figure(timeline: &Timeline) -> String {
    let zooms = [("1", "everything", " checked"), ("4", "4 times", ""), ("16", "16 times", "")];
    // The radio buttons stand beside the drawing, not around it: the style sheet finds what they scale as their sibling.
    let zooms: String = zooms.iter().map(|(by, label, checked)| {
        format!("<input type=\"radio\" name=\"zoom\" id=\"zoom-{by}\"{checked}><label class=\"zoom\" for=\"zoom-{by}\">{label}</label>\n")
    }).collect();
    let lanes: String = timeline.lanes.iter().map(|lane| draw(lane, timeline)).collect();
    let raises: String = timeline
        .raises
        .iter()
        .map(|raise| {
            let place = percent(timeline, raise.at);
            let side = if place > 85.0 { " left" } else { "" };
            let text = format!("{} writes {}", words::worker(raise.worker), raise.text);
            format!(
                "<div class=\"raise{side}\" style=\"left:{place:.3}%\" title=\"{0}\"><span>{1}</span></div>\n",
                escape(&text),
                escape(&raise.text)
            )
        })
        .collect();
    format!(
        "<figure>\n<span>Zoom:</span>\n{zooms}<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"The drawing; arrow keys move it\">\n<div class=\"wide\">\n{lanes}{}{raises}</div>\n</div>\n{}\
         <figcaption>Time runs from left to right; each piece shows what it was mostly spent on. Ticks above a lane are looks \
         at a flag. A dashed line is a write that others may see.</figcaption>\n</figure>\n",
        axis(timeline),
        legend(timeline)
    )
}

/// One worker's lane: a shape an activity, and the ticks.
fn draw(lane: &Lane, timeline: &Timeline) -> String {
    let pieces = lane.pieces(timeline.start, timeline.end, PIECES);
    let shapes: String = Activity::ALL.iter().map(|a| shape(&pieces, *a)).collect();
    let visible = |a: &Activity| lane.percent(*a) >= 0.05;
    let shares =
        timeline.activities().into_iter().filter(visible).map(|a| format!("{} {:.1} %", a.name(), lane.percent(a)));
    let shares: Vec<String> = shares.collect();
    let name = format!("{}: {}", words::worker(lane.worker), shares.join(", "));
    format!(
        "<div class=\"lane\"><span class=\"name\">{0}</span>\n<svg viewBox=\"0 0 {PIECES} {HEIGHT}\" \
         preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{0}\">\n{shapes}{1}</svg></div>\n",
        escape(&name),
        ticks(lane, timeline)
    )
}

/// How high an activity is drawn: the less it achieves, the lower, so that colour is not all that tells them apart.
fn height(activity: Activity) -> usize {
    let full = HEIGHT - TICK;
    match activity {
        Activity::Works => full,
        Activity::Lock => full * 3 / 4,
        Activity::Queue | Activity::Messages => full * 5 / 8,
        Activity::Barrier => full / 2,
        Activity::Talks => full / 3,
        Activity::Waits => full / 8,
    }
}

fn shape(pieces: &[Option<Activity>], activity: Activity) -> String {
    let mut path = String::new();
    let (top, height) = (HEIGHT - height(activity), height(activity));
    let mut at = 0;
    for run in pieces.chunk_by(|a, b| a == b) {
        if run[0] == Some(activity) {
            path += &format!("M{at} {top}h{0}v{height}h-{0}z", run.len());
        }
        at += run.len();
    }
    if path.is_empty() { path } else { format!("<path class=\"{}\" d=\"{path}\"/>\n", activity.name()) }
}

/// Looks at flags, at most one tick a piece.
fn ticks(lane: &Lane, timeline: &Timeline) -> String {
    let looks = |action| action == Action::Load as u32 || action == Action::LoadAcquire as u32;
    let place = |at: u64| (u128::from(at - timeline.start) * PIECES as u128 / u128::from(timeline.length())) as usize;
    let mut places: Vec<usize> = lane.events.iter().filter(|e| looks(e.action)).map(|e| place(e.start)).collect();
    places.dedup();
    let path: String = places.iter().map(|x| format!("M{x} 0v{}", TICK - 3)).collect();
    if path.is_empty() { path } else { format!("<path class=\"ticks\" d=\"{path}\"/>\n") }
}

fn percent(timeline: &Timeline, at: u64) -> f64 {
    100.0 * (at - timeline.start) as f64 / timeline.length() as f64
}

fn axis(timeline: &Timeline) -> String {
    let label = |quarter: u64| {
        let class = if quarter == 4 { " class=\"last\"" } else { "" };
        let at = timeline.length() as f64 * quarter as f64 / 4e6;
        format!("<span{class} style=\"left:{}%\">{at:.2} ms</span>", quarter * 25)
    };
    format!("<div class=\"axis\">{}</div>\n", (0..=4).map(label).collect::<String>())
}

fn legend(timeline: &Timeline) -> String {
    let item = |a: &Activity| {
        let (top, height) = (HEIGHT - height(*a), height(*a));
        format!(
            "<li><svg viewBox=\"0 0 {HEIGHT} {HEIGHT}\" aria-hidden=\"true\"><path class=\"{}\" \
             d=\"M0 {top}h{HEIGHT}v{height}h-{HEIGHT}z\"/></svg>{}</li>\n",
            a.name(),
            a.says()
        )
    };
    format!("<ul class=\"legend\">\n{}</ul>\n", timeline.activities().iter().map(item).collect::<String>())
}

fn table(timeline: &Timeline) -> String {
    let activities = timeline.activities();
    let heads: String = activities.iter().map(|a| format!("<th scope=\"col\">{}</th>", a.name())).collect();
    let rows: String = timeline.lanes.iter().map(|lane| {
        let cells: String = activities
            .iter()
            .map(|a| format!("<td>{:.3} ms</td>", lane.spent[*a as usize] as f64 / 1e6))
            .collect();
        let who = if lane.looks_on { " (looks on)" } else { "" };
        format!(
            "<tr><th scope=\"row\">{}{who}</th>{cells}<td>{:.3} ms</td><td>{:.3} ms</td><td>{}</td><td>{}</td></tr>\n",
            words::worker(lane.worker),
            lane.between() as f64 / 1e6,
            lane.span as f64 / 1e6,
            lane.events.len(),
            lane.lost
        )
    }).collect();
    format!(
        "<h2>The same in numbers</h2>\n<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Totals\">\n<table>\n\
         <thead><tr><th scope=\"col\">worker</th>{heads}<th scope=\"col\">own code</th><th scope=\"col\">in all</th>\
         <th scope=\"col\">operations</th><th scope=\"col\">not recorded</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )
}

fn foot(timeline: &Timeline, page: &Page) -> String {
    let shared =
        timeline.shared_processors(page.processors).map_or(String::new(), |s| format!("<p>{}</p>\n", escape(&s)));
    format!(
        "<footer>\n<p>Lost is all time between asking for an operation and having it, except for work. A worker that only looks \
         on is not counted. Recording takes some nanoseconds an operation, which count as own code.</p>\n{shared}\
         <p>Every single operation: add <code>--perfetto FILE</code> and open the file in Perfetto. Made by <code>{}</code></p>\n\
         </footer>\n</main>\n</body>\n</html>\n",
        escape(page.command)
    )
}
