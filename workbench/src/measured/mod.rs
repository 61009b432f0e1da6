//! What the project measured of itself: records in `docs/data`, each with its table, which the terminal and the book show alike.
//!
//! Nothing here measures: the commands in `cmd` do, and keep what they found as one of these.

pub mod attacks;
pub mod build;
pub mod checks;
pub mod clock;
pub mod columns;
pub mod explorer;
pub mod grading;
pub mod latency;
pub mod soundness;

use anyhow::Result;
use serde::Serialize;

use crate::report::data;

/// Keeps a record as a file of `docs/data`, in lines, so that the difference of two can be read.
///
/// # Errors
/// When it cannot be written.
pub fn keep(file: &str, record: &impl Serialize) -> Result<()> {
    data::write(&data::file(file), &serde_json::to_string_pretty(record)?)
}

/// A whole number as people read it: `20,439`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1_000, 20_439, 1_567_915].map(thousands), ["0", "999", "1,000", "20,439", "1,567,915"]);
    }
}
