//! What was recorded in the book's price list, for questions that no free run of a lab answers.

use serde::Deserialize;

use crate::submit::workspace;

/// The price list, below the root of the checkout; `cargo xtask book --measure` writes this machine's.
const FILE: &str = "docs/data/prices.json";

#[derive(Deserialize)]
struct Record {
    provenance: Provenance,
    prices: Vec<Price>,
}

#[derive(Deserialize)]
struct Provenance {
    cpu: String,
    cpus: f64,
    kernel: String,
}

#[derive(Deserialize)]
struct Price {
    row: String,
    workers: u64,
    ns: f64,
}

/// How often a second something can be done, by its row in the price list and the number of workers, and where that was
/// recorded.
///
/// # Errors
/// A sentence, when there is no such record.
pub fn rate(row: &str, workers: u64) -> Result<String, String> {
    let text = std::fs::read_to_string(workspace::root().join(FILE)).map_err(|error| format!("{FILE}: {error}"))?;
    rate_in(&text, row, workers)
}

fn rate_in(text: &str, row: &str, workers: u64) -> Result<String, String> {
    let record: Record = serde_json::from_str(text).map_err(|error| format!("{FILE}: {error}"))?;
    let price = record.prices.iter().find(|price| price.row == row && price.workers == workers);
    let ns = price.map(|price| price.ns).filter(|ns| *ns > 0.0);
    let ns = ns.ok_or_else(|| format!("{FILE} has no price of `{row}`; `cargo xtask book --measure` records one"))?;
    let Provenance { cpu, cpus, kernel } = record.provenance;
    Ok(format!("{:.0} a second, {:.1} us each, as recorded on {cpus} x {cpu}, kernel {kernel}", 1e9 / ns, ns / 1e3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_comes_from_the_record_and_says_so() {
        let text =
            r#"{"provenance":{"cpu":"X","cpus":2.0,"kernel":"6"},"prices":[{"row":"lock","workers":1,"ns":20000.0}]}"#;
        let said = rate_in(text, "lock", 1).expect("it is there");
        assert_eq!(said, "50000 a second, 20.0 us each, as recorded on 2 x X, kernel 6");
        assert!(
            rate_in(text, "lock", 2).is_err()
                && rate_in(text, "queue", 1).is_err()
                && rate_in("{}", "lock", 1).is_err()
        );
    }
}
