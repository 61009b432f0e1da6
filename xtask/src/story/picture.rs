//! A failing interleaving as one HTML page: a drawing, and the same story as a list.
//!
//! The page needs no network and no script, follows the reader's light or dark setting, prints, and says everything that
//! the drawing shows in words as well. What it draws comes from the steps alone; writing it is the command's business.

mod known;
mod svg;

use shared::region::Layout;

use self::known::{Belief, Beliefs};
use super::words::{self, Line, number_of, worker};
use crate::drive::step::Step;

/// Everything that a page shows.
pub struct Picture<'a> {
    /// The lab, as the page's title.
    pub title: &'a str,
    /// The verdict in one sentence.
    pub message: &'a str,
    /// Why, in terms of the numbered lines; may be empty.
    pub because: &'a str,
    /// The schedule's name.
    pub schedule: &'a str,
    /// The command that replays it.
    pub command: &'a str,
    /// The story.
    pub lines: &'a [Line],
    /// The steps that the story tells.
    pub steps: &'a [Step],
    /// The names of the objects.
    pub layout: &'a Layout,
    /// The places in the steps that the explanation is about.
    pub guilty: &'a [usize],
    /// How many workers there are.
    pub workers: usize,
}

impl Picture<'_> {
    /// The numbers, from 1, of the lines that the explanation is about.
    fn guilty_lines(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = self.guilty.iter().map(|step| number_of(self.lines, *step)).collect();
        numbers.dedup();
        numbers
    }
}

/// What a worker thinks that is no longer so.
fn out_of_date(p: &Picture, belief: &Belief) -> String {
    format!("still thinks {}, but it\u{a0}is\u{a0}{}", equals(p, belief), belief.now)
}

/// `stop = 0`, held together.
fn equals(p: &Picture, belief: &Belief) -> String {
    format!("{}\u{a0}=\u{a0}{}", words::object(p.layout, belief.cell), belief.value)
}

/// The page.
pub fn html(p: &Picture) -> String {
    let known = known::line_by_line(p.lines, p.steps, p.layout, p.workers);
    [head(p), verdict(p), figure(p, &known), list(p, &known), foot(p)].concat()
}

fn head(p: &Picture) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{} · {}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n",
        escape(p.message),
        escape(p.title),
        include_str!("picture/style.css"),
    )
}

fn verdict(p: &Picture) -> String {
    let because = if p.because.is_empty() { String::new() } else { format!("<p>{}</p>\n", escape(p.because)) };
    format!("<h1>{}</h1>\n<p class=\"message\">{}</p>\n{because}", escape(p.title), escape(p.message))
}

fn figure(p: &Picture, known: &[Beliefs]) -> String {
    format!(
        "<figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The drawing\">\n{}</div>\n\
         <figcaption>Time runs downwards. An arrow passes the turn to another worker. A thick frame with a triangle: the \
         explanation is about this line. A bar on the left: the worker holds a lock. Dashed: what the worker knows is out \
         of date. A cross: the worker is killed.</figcaption>\n</figure>\n",
        svg::draw(p, known)
    )
}

fn list(p: &Picture, known: &[Beliefs]) -> String {
    let items: String = (0..p.lines.len()).map(|at| item(p, known, at)).collect();
    format!("<h2>The same in words</h2>\n<ol>\n{items}</ol>\n")
}

fn item(p: &Picture, known: &[Beliefs], at: usize) -> String {
    let line = &p.lines[at];
    let turn = at > 0 && p.lines[at - 1].worker != line.worker;
    let guilty = p.guilty_lines().contains(&(at + 1));
    let classes = [(turn, "turn-here"), (guilty, "guilty")];
    let classes: Vec<&str> = classes.into_iter().filter(|(has, _)| *has).map(|(_, class)| class).collect();
    let mark = if guilty { " <strong>← look here</strong>" } else { "" };
    let now_wrong: String = (0..p.workers).map(|w| newly_wrong(p, known, at, w)).collect();
    format!(
        "<li class=\"{}\"><b>{}</b> {}{mark}{now_wrong}</li>\n",
        classes.join(" "),
        worker(line.worker),
        escape(&line.text)
    )
}

/// What a worker knows wrongly since this line.
fn newly_wrong(p: &Picture, known: &[Beliefs], at: usize, w: usize) -> String {
    let before = at.checked_sub(1).map_or(&[][..], |b| &known[b][w]);
    let new = known[at][w].iter().filter(|b| b.out_of_date() && !before.contains(b));
    new.map(|b| format!("<em>{} {}</em>", worker(w), escape(&out_of_date(p, b)))).collect()
}

fn foot(p: &Picture) -> String {
    format!(
        "<footer>\n<p>Schedule <code>{}</code></p>\n<p>Take it again: <code>{}</code></p>\n</footer>\n\
         </main>\n</body>\n</html>\n",
        escape(p.schedule),
        escape(p.command)
    )
}

/// Text for HTML, inside or outside of quotes. Notes are a student's words: characters that are invisible or turn the
/// direction of writing become `�`.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            '\n' | '\t' => safe.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push('\u{fffd}'),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::step::What;
    use shared::baton::{Action, Op};

    /// Worker 1 reads, worker 2 writes and says something, worker 1 is killed.
    fn page(note: &str) -> String {
        let mut layout = Layout::default();
        layout.value("stop");
        let op = |action, b| Op { action, object: 1, a: 0, b };
        let step = |worker, what| Step { text: Some(note.to_owned()), ..Step::new(worker, what) };
        let steps = [
            step(0, What::Did(op(Action::Load, 0))),
            step(1, What::Did(op(Action::Store, 1))),
            step(1, What::Did(op(Action::Note, 0))),
            step(0, What::Killed(op(Action::Store, 1))),
        ];
        let lines = words::story(&crate::labs::lab3::LAB, &layout, &steps);
        let (title, message, because) = ("lab3", "two winners", "w1 acted on what it saw at 1");
        let (schedule, command, guilty) = ("one-winner:122k1", "cargo xtask replay", &[0, 1][..]);
        let (lines, steps, layout) = (&lines[..], &steps[..], &layout);
        html(&Picture { title, message, because, schedule, command, lines, steps, layout, guilty, workers: 3 })
    }

    fn count(page: &str, what: &str) -> usize {
        page.matches(what).count()
    }

    #[test]
    fn what_a_student_says_is_text() {
        let page = page("<script>alert('&')</script>\u{202e}\u{7}");
        assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains('\u{7}'), "{page}");
        assert!(page.contains("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"), "{page}");
    }

    #[test]
    fn every_worker_has_a_lane_and_every_line_a_box_and_a_list_item() {
        let page = page("hello");
        assert_eq!(count(&page, "class=\"lane\""), 3);
        assert_eq!(count(&page, "class=\"name\""), 3);
        assert_eq!((count(&page, "class=\"number\""), count(&page, "<li ")), (4, 4));
    }

    #[test]
    fn lines_of_the_explanation_are_marked_in_the_drawing_and_in_the_list() {
        let page = page("hello");
        assert_eq!(count(&page, "class=\"box guilty\""), 2);
        assert_eq!(count(&page, "class=\"mark\""), 2);
        assert_eq!(count(&page, "← look here"), 2);
        assert!(page.contains("Marked: 1 and 2."));
    }

    #[test]
    fn what_is_out_of_date_is_said_where_it_happens_and_where_it_matters() {
        let page = page("hello");
        assert_eq!(count(&page, "class=\"chip stale\""), 1);
        assert!(count(&page, "class=\"rail stale\"") >= 1);
        assert!(page.replace('\u{a0}', " ").contains("<em>w1 still thinks stop = 0, but it is 1</em>"), "{page}");
    }

    #[test]
    fn the_turn_passes_twice_and_a_cross_stands_where_a_worker_is_killed() {
        let page = page("hello");
        assert_eq!(count(&page, "class=\"turn\""), 2);
        assert_eq!(count(&page, "class=\"cross\""), 1);
    }

    #[test]
    fn the_page_asks_for_nothing_from_outside() {
        let page = page("hello");
        for outside in ["://", "src=", "href=", "url(", "@import", "onload"] {
            assert!(!page.contains(outside), "{outside}");
        }
        // Should something slip through, browsers are told to fetch nothing.
        assert!(page.contains("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"), "{page}");
    }
}
