//! The virtual clock's tariff beside the price list: what it charges for a whole operation, and what that took here.

use crate::plot::Unit;
use crate::prices::catalogue::find;
use crate::prices::judge::Prices;
use crate::search::tariff::Tariff;

/// An operation of the price list: its row, the number of workers, and what the tariff charges for it.
struct Charged {
    row: &'static str,
    workers: usize,
    made_of: &'static str,
    price: fn(&Tariff) -> u64,
}

/// The operations that both know.
const CHARGED: &[Charged] = &[
    Charged { row: "raw-get", workers: 1, made_of: "an access", price: |t| t.access },
    Charged { row: "raw-set", workers: 1, made_of: "an access", price: |t| t.access },
    Charged { row: "raw-fetch-add", workers: 4, made_of: "an exchange", price: |t| t.exchange },
    Charged { row: "lock", workers: 1, made_of: "lock, unlock", price: |t| t.lock + t.unlock },
    Charged {
        row: "value-add",
        workers: 1,
        made_of: "lock, two accesses, unlock",
        price: |t| t.lock + 2 * t.access + t.unlock,
    },
    Charged { row: "line", workers: 2, made_of: "two hand-overs", price: |t| 2 * t.hand_over },
    Charged { row: "barrier", workers: 2, made_of: "a barrier, a wake-up", price: |t| t.barrier + t.wake },
    Charged { row: "queue", workers: 2, made_of: "two steps, each with an item", price: |t| 2 * (t.queue + t.item) },
    Charged {
        row: "queue-batch",
        workers: 2,
        made_of: "an item of two steps with 32",
        price: |t| 2 * t.queue / 32 + 2 * t.item,
    },
    Charged {
        row: "queue-trip-same",
        workers: 2,
        made_of: "four steps, two wake-ups",
        price: |t| 4 * (t.queue + t.item) + 2 * t.wake,
    },
    Charged {
        row: "manager-same",
        workers: 2,
        made_of: "four messages, two wake-ups",
        price: |t| 4 * t.message + 2 * t.wake,
    },
];

/// The tariff, then what it makes of whole operations beside the record.
pub fn table(tariff: &Tariff, prices: &Prices) -> String {
    let one = [
        ("a load, a store, a plain word", tariff.access),
        ("an atomic read-modify-write", tariff.exchange),
        ("taking a free lock", tariff.lock),
        ("freeing a lock", tariff.unlock),
        ("handing over to whoever spins", tariff.hand_over),
        ("longest wait that is spent spinning", tariff.spin),
        ("waking whoever sleeps", tariff.wake),
        ("coming to a barrier", tariff.barrier),
        ("a step of a queue", tariff.queue),
        ("and for each item that it moves", tariff.item),
        ("sending into or taking from a connection", tariff.message),
        ("starting a process", tariff.fork),
        ("killing a process", tariff.kill),
    ];
    let mut text = String::from("\n| step | charged |\n|---|---|\n");
    for (words, ns) in one {
        text += &format!("| {words} | {} |\n", Unit::Nanoseconds.show(ns as f64));
    }
    text +=
        "\n| operation | as the tariff sees it | charged | measured | charged / measured |\n|---|---|---|---|---|\n";
    for charged in CHARGED {
        let words = find(charged.row).map_or(charged.row, |row| row.words);
        let ns = (charged.price)(tariff) as f64;
        let shown = Unit::Nanoseconds.show(ns);
        let (measured, ratio) = match prices.find(charged.row, charged.workers) {
            Some(price) => (Unit::Nanoseconds.show(price.ns), format!("{:.1}", ns / price.ns)),
            None => ("(not measured)".to_owned(), String::new()),
        };
        text += &format!("| {words} | {} | {shown} | {measured} | {ratio} |\n", charged.made_of);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::tariff::TARIFF;

    #[test]
    fn every_operation_is_in_the_price_list_with_so_many_workers() {
        for charged in CHARGED {
            let row = find(charged.row).unwrap_or_else(|| panic!("no price `{}`", charged.row));
            assert!(row.workers.contains(&charged.workers), "{}", charged.row);
        }
    }

    #[test]
    fn what_was_not_measured_is_said_and_every_price_is_shown() {
        let text = table(&TARIFF, &Prices::default());
        assert_eq!(text.matches("(not measured)").count(), CHARGED.len());
        let fields = serde_json::to_value(TARIFF).expect("plain data");
        for (name, ns) in fields.as_object().expect("a struct") {
            let shown = Unit::Nanoseconds.show(ns.as_u64().expect("a price") as f64);
            assert!(text.contains(&format!("| {shown} |")), "{name}");
        }
        assert!(text.contains("| Lock: lock, unlock | lock, unlock | 15 ns |"), "{text}");
    }
}
