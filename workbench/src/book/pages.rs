//! The explorables: pages of their own, into which the records are written as data.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::graph;
use super::records::Records;
use crate::prices::catalogue;

const OPEN: &str = "<script type=\"application/json\" id=\"data\">";
const CLOSE: &str = "</script>";

/// The page with its data written into it.
///
/// # Errors
/// When the page has no place for data, or nobody knows which data it needs.
pub fn fill(path: &Path, page: &str, records: &Records) -> Result<String> {
    let data = match path.file_stem().and_then(|name| name.to_str()) {
        Some("scheduler") => json!(graph::WANTED.iter().filter_map(|w| records.graphs.get(w.name)).collect::<Vec<_>>()),
        Some("dial" | "price") => prices(records),
        _ => bail!("no data for this page; workbench/src/book/pages.rs lists what each gets"),
    };
    put(page, &data)
}

fn put(page: &str, data: &Value) -> Result<String> {
    let (before, rest) = page.split_once(OPEN).context("no element with the id `data`")?;
    let (_, after) = rest.split_once(CLOSE).context("the element `data` is not closed")?;
    // `</script>` inside a text would end the element.
    let safe = data.to_string().replace('<', "\\u003c");
    Ok(format!("{before}{OPEN}{safe}{CLOSE}{after}"))
}

/// The price list, and the measured points of the check-interval experiment.
fn prices(records: &Records) -> Value {
    let (provenance, prices) = &records.prices;
    let price = |p: &crate::prices::judge::Price| {
        let row = catalogue::find(p.row)?;
        Some(json!({ "row": p.row, "words": row.words, "workers": p.workers, "ns": p.ns, "family": row.family.name() }))
    };
    let interval = records.experiments.get("check-interval");
    json!({
        "from": records.price_caption().replace(['`', '*'], ""),
        "cpus": provenance.cpus,
        "prices": prices.prices.iter().filter_map(price).collect::<Vec<_>>(),
        "measured": interval.map(|r| &r.results),
        "measured_from": interval.map(|r| r.caption.replace(['`', '*'], "")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_its_element() {
        let page = format!("<p>{OPEN}old{CLOSE}</p>");
        let filled = put(&page, &json!({ "a": "</script><b>" })).expect("it has a place");
        assert_eq!(filled.matches(CLOSE).count(), 1);
        assert_eq!(put(&filled, &json!({ "a": "</script><b>" })).expect("it has a place"), filled);
        assert!(put("<p></p>", &json!(1)).is_err());
    }
}
