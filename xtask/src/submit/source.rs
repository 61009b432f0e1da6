//! What a student's file must not use: things that the explorer cannot see, and ways out of the file.
//!
//! This looks at tokens, not at meaning: it exists for clear messages. What must not succeed is prevented elsewhere, by
//! the compiler (`forbid(unsafe_code)`), by the explorer (a second thread ends the run) and by the jail.

/// Parts of `std` and `core` with state or effects outside the toolkit.
const MODULES: [&str; 8] = ["thread", "process", "sync", "fs", "net", "env", "os", "arch"];
/// Parts of the toolkit that only its own tests may use: a report is what given code says about a student's function.
const TOOLKIT: [&str; 1] = ["testing"];
/// Macros that read other files or the environment, or make hidden state.
const MACROS: [&str; 9] = [
    "include",
    "include_str",
    "include_bytes",
    "env",
    "option_env",
    "thread_local",
    "asm",
    "global_asm",
    "concat_bytes",
];

/// What a token may be, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(char),
}

/// The first thing in the text that must not be there, as a sentence with the line.
pub fn forbidden(text: &str, name: &str) -> Option<String> {
    let tokens = tokens(text);
    let word = |at: usize| match tokens.get(at) {
        Some((Token::Word(word), _)) => Some(word.as_str()),
        _ => None,
    };
    let sign = |at: usize, c: char| matches!(tokens.get(at), Some((Token::Sign(s), _)) if *s == c);
    for (at, (token, line)) in tokens.iter().enumerate() {
        let Token::Word(this) = token else { continue };
        let why = match this.as_str() {
            "static" => Some("`static`: state that only one process sees".to_owned()),
            "extern" => Some("`extern`: code from elsewhere".to_owned()),
            "mod" if sign(at + 2, ';') => Some("`mod …;`: only this file is handed in".to_owned()),
            "path" if sign(at.wrapping_sub(1), '[') => Some("`#[path]`: only this file is handed in".to_owned()),
            "std" | "core" if sign(at + 1, ':') && sign(at + 2, ':') => module_after(&tokens[at + 3..], this),
            "shared" if sign(at + 1, ':') && sign(at + 2, ':') => module_after(&tokens[at + 3..], this),
            "shared" if word(at + 1) == Some("as") => Some("`shared as`: the toolkit under another name".to_owned()),
            m if MACROS.contains(&m) && sign(at + 1, '!') => Some(format!("`{m}!`")),
            _ => None,
        };
        if let Some(why) = why {
            return Some(format!("{name}:{line}: {why} is not allowed here; the explorer cannot see this"));
        }
    }
    None
}

/// `std::thread` and `std::{thread, …}`.
fn module_after(rest: &[(Token, usize)], root: &str) -> Option<String> {
    let modules: &[&str] = if root == "shared" { &TOOLKIT } else { &MODULES };
    let bad = |t: &Token| matches!(t, Token::Word(w) if modules.contains(&w.as_str()));
    let name = |t: &Token| match t {
        Token::Word(w) => format!("`{root}::{w}`"),
        Token::Sign(_) => String::new(),
    };
    match rest {
        [(first, _), ..] if bad(first) => Some(name(first)),
        [(Token::Sign('{'), _), inner @ ..] => {
            let mut depth = 0;
            let mut start = true;
            for (token, _) in inner {
                match token {
                    Token::Sign('{') => depth += 1,
                    Token::Sign('}') if depth == 0 => return None,
                    Token::Sign('}') => depth -= 1,
                    Token::Sign(',') if depth == 0 => start = true,
                    Token::Word(_) if depth == 0 && start => {
                        if bad(token) {
                            return Some(name(token));
                        }
                        start = false;
                    }
                    _ => {}
                }
            }
            None
        }
        _ => None,
    }
}

/// Words and signs with their lines; comments, strings, characters and lifetimes are left out.
fn tokens(text: &str) -> Vec<(Token, usize)> {
    let chars: Vec<char> = text.chars().collect();
    let (mut at, mut line) = (0, 1);
    let mut tokens = Vec::new();
    while at < chars.len() {
        let (c, next) = (chars[at], chars.get(at + 1).copied().unwrap_or(' '));
        let start = at;
        at = match c {
            '/' if next == '/' => position(&chars, at, |c| c == '\n'),
            '/' if next == '*' => block_comment(&chars, at),
            '"' => string(&chars, at),
            'r' | 'b' if is_raw_string(&chars, at) => raw_string(&chars, at),
            '\'' => character_or_lifetime(&chars, at),
            c if c.is_alphanumeric() || c == '_' => {
                let end = position(&chars, at, |c| !(c.is_alphanumeric() || c == '_'));
                tokens.push((Token::Word(chars[at..end].iter().collect()), line));
                end
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push((Token::Sign(c), line));
                }
                at + 1
            }
        };
        line += chars[start..at.min(chars.len())].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

fn position(chars: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    (from..chars.len()).find(|at| stop(chars[*at])).unwrap_or(chars.len())
}

fn block_comment(chars: &[char], from: usize) -> usize {
    let (mut depth, mut at) = (0, from);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn is_raw_string(chars: &[char], from: usize) -> bool {
    let r = if chars[from] == 'b' && chars.get(from + 1) == Some(&'r') { from + 1 } else { from };
    let before = from.checked_sub(1).is_some_and(|b| chars[b].is_alphanumeric() || chars[b] == '_');
    let after = position(chars, r + 1, |c| c != '#');
    !before && chars[r] == 'r' && chars.get(after) == Some(&'"')
}

fn raw_string(chars: &[char], from: usize) -> usize {
    let open = position(chars, from, |c| c == '"');
    let hashes = chars[from..open].iter().filter(|c| **c == '#').count();
    let closes = |at: &usize| chars[*at] == '"' && chars[*at + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
    (open + 1..chars.len()).find(closes).map_or(chars.len(), |at| at + 1 + hashes)
}

fn character_or_lifetime(chars: &[char], from: usize) -> usize {
    match (chars.get(from + 1), chars.get(from + 2)) {
        (Some('\\'), _) => position(chars, from + 3, |c| c == '\'') + 1,
        (Some(_), Some('\'')) => from + 3,
        _ => position(chars, from + 1, |c| !(c.is_alphanumeric() || c == '_')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_explorer_cannot_see_is_named_with_its_line() {
        for (bad, what) in [
            ("\nstatic X: u32 = 0;", "f.rs:2: `static`"),
            ("use std::thread;", "`std::thread`"),
            ("use std::{cmp, sync::atomic::AtomicU32};", "`std::sync`"),
            ("fn f() { std :: process :: exit(0) }", "`std::process`"),
            ("const S: &str = include_str!(\"x\");", "`include_str!`"),
            ("#[path = \"x\"] mod y { }", "#[path]"),
            ("mod other;", "`mod …;`"),
            ("thread_local! { }", "`thread_local!`"),
            ("fn f() { shared::testing::report(1, 1) }", "`shared::testing`"),
            ("use shared::{note, testing::report};", "`shared::testing`"),
            ("use shared as toolkit;", "`shared as`"),
        ] {
            let found = forbidden(bad, "f.rs").unwrap_or_default();
            assert!(found.contains(what), "{bad} gave {found:?}");
        }
    }

    #[test]
    fn honest_code_is_left_alone() {
        let text = r##"
            // static std::thread
            /* use std::sync; /* nested static */ */
            use std::collections::HashMap;
            use std::{cmp::min, fmt::{self, Write}};
            fn f<'a>(x: &'a str, y: &'static str) -> char { let _ = "static \" std::fs"; let _ = r#"static "x" "#; 's' }
            fn sync(thread: u32, process: u32) -> u32 { '\''; thread + process }
        "##;
        assert_eq!(forbidden(text, "f.rs"), None);
    }
}
