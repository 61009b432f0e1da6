//! From samples to prices: medians, their spread, ratios of neighbours in time.

use serde::{Deserialize, Serialize};

use super::catalogue::{ROWS, Row, counterpart, find};
use super::observe::{Observed, Sample};
use crate::timing::gate::BUSY;

/// A cache line's round trip below this many nanoseconds means that the processors are near each other. Between the two
/// placements that a virtual machine is moved through lies a factor of eight: the limit needs no precision.
pub const NEAR_NS: u64 = 150;
/// A placement with fewer samples than this has no median of its own.
const FEWEST: usize = 3;

/// Where the two processors were while a sample was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    /// Close: they share a cache.
    Near,
    /// Not close.
    Far,
    /// The host moved them meanwhile.
    Moved,
}

impl Placement {
    /// From the probes before and after.
    pub fn of(probes: (u64, u64)) -> Placement {
        match (probes.0 < NEAR_NS, probes.1 < NEAR_NS) {
            (true, true) => Placement::Near,
            (false, false) => Placement::Far,
            _ => Placement::Moved,
        }
    }
}

/// The price of one operation, in nanoseconds: time divided by what all workers together did in it.
#[derive(Clone, Debug, Serialize)]
pub struct Price {
    /// The row's id.
    pub row: &'static str,
    /// How many workers.
    pub workers: usize,
    /// Median of the samples that count.
    pub ns: f64,
    /// A quarter of them is below this …
    pub low: f64,
    /// … and a quarter above this.
    pub high: f64,
    /// Median of those taken while the processors were near each other.
    pub near: Option<f64>,
    /// Median of those taken while they were not.
    pub far: Option<f64>,
    /// Times the price of its floor: median of the rounds' ratios.
    pub to_floor: Option<f64>,
    /// Times cheaper than Python's original: median of the rounds' ratios.
    pub python_to_this: Option<f64>,
    /// All samples that count, with their placement, in the order of rounds.
    pub samples: Vec<(f64, Placement)>,
}

/// All prices, and what to know about them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Prices {
    /// In the order of the table.
    pub prices: Vec<Price>,
    /// Rounds that count.
    pub rounds: usize,
    /// Rounds that were left out because other programs used the processors.
    pub busy_rounds: usize,
    /// No round was quiet enough, so all count: ratios are fair, times are too long.
    pub all_busy: bool,
    /// What gave no sample: row, workers, why.
    pub missed: Vec<(&'static str, usize, String)>,
}

impl Prices {
    /// The price of a row with so many workers.
    pub fn find(&self, row: &str, workers: usize) -> Option<&Price> {
        self.prices.iter().find(|p| p.row == row && p.workers == workers)
    }
}

/// Nanoseconds an operation: from the first worker's start to the last one's end, over everything they did.
pub fn cost(sample: &Sample) -> f64 {
    let start = sample.spans.iter().map(|s| s.0).min().unwrap_or(0);
    let end = sample.spans.iter().map(|s| s.1).max().unwrap_or(0);
    (end - start) as f64 / sample.spans.iter().map(|s| s.2).sum::<u64>() as f64
}

/// Turns samples into prices.
pub fn judge(observed: Observed) -> Prices {
    let quiet: Vec<bool> = observed.foreign.iter().map(|cores| *cores <= BUSY).collect();
    let all_busy = !quiet.contains(&true);
    let counts = |round: usize| all_busy || quiet.get(round).copied().unwrap_or(false);
    let samples: Vec<&Sample> = observed.samples.iter().filter(|s| counts(s.round)).collect();
    let rounds = (0..quiet.len()).filter(|round| counts(*round)).count();
    let jobs = ROWS.iter().flat_map(|row| row.workers.iter().map(move |workers| (row, *workers)));
    let prices = jobs.filter_map(|(row, workers)| price(&samples, row, workers)).collect();
    Prices { prices, rounds, busy_rounds: quiet.len() - rounds, all_busy, missed: observed.missed }
}

fn price(samples: &[&Sample], row: &'static Row, workers: usize) -> Option<Price> {
    let own: Vec<&Sample> = of(samples, row.id, workers).collect();
    let costs: Vec<(f64, Placement)> = own.iter().map(|s| (cost(s), Placement::of(s.probes))).collect();
    let all: Vec<f64> = costs.iter().map(|(ns, _)| *ns).collect();
    let placed = |wanted| {
        let some: Vec<f64> = costs.iter().filter(|(_, p)| *p == wanted).map(|(ns, _)| *ns).collect();
        (some.len() >= FEWEST).then(|| quantile(&some, 0.5)).flatten()
    };
    let against = |id: Option<&'static str>| {
        let other = find(id?)?;
        median_ratio(samples, (row.id, workers), (other.id, counterpart(other, workers)))
    };
    Some(Price {
        row: row.id,
        workers,
        ns: quantile(&all, 0.5)?,
        low: quantile(&all, 0.25)?,
        high: quantile(&all, 0.75)?,
        near: placed(Placement::Near),
        far: placed(Placement::Far),
        to_floor: against(row.floor),
        python_to_this: against(row.python).map(|ratio| 1.0 / ratio),
        samples: costs,
    })
}

fn of<'s>(samples: &'s [&Sample], row: &'static str, workers: usize) -> impl Iterator<Item = &'s Sample> {
    samples.iter().copied().filter(move |s| s.row == row && s.workers == workers)
}

/// The median of the rounds' ratios: what drifts from round to round drops out.
pub fn median_ratio(samples: &[&Sample], over: (&'static str, usize), under: (&'static str, usize)) -> Option<f64> {
    quantile(&ratios(samples, over, under), 0.5)
}

/// One ratio for each round in which both were sampled.
pub fn ratios(samples: &[&Sample], over: (&'static str, usize), under: (&'static str, usize)) -> Vec<f64> {
    let upper = of(samples, over.0, over.1);
    let pairs = upper.filter_map(|s| Some((s, of(samples, under.0, under.1).find(|u| u.round == s.round)?)));
    pairs.map(|(upper, lower)| cost(upper) / cost(lower)).collect()
}

/// The value that this share of all lies below, by linear interpolation; none of nothing.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sample that says `ns` an operation, of 100.
    fn sample(row: &'static str, workers: usize, round: usize, ns: u64) -> Sample {
        Sample { row, workers, round, spans: vec![(1_000, 1_000 + ns * 100, 100)], probes: (50, 60) }
    }

    fn observed(samples: Vec<Sample>, foreign: &[f64]) -> Observed {
        Observed { samples, missed: Vec::new(), foreign: foreign.to_vec() }
    }

    #[test]
    fn a_cost_is_time_over_what_all_did() {
        let spans = vec![(100, 300, 30), (150, 500, 50), (120, 480, 0)];
        assert_eq!(cost(&Sample { spans, ..sample("lock", 3, 0, 1) }), 5.0);
    }

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(quantile(&[4.0, 1.0], 1.0), Some(4.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn ratios_are_of_neighbours_in_time() {
        // The machine became three times slower, for both: their medians over all rounds would hide the ratio.
        let mut samples = Vec::new();
        for (round, scale) in [1, 1, 3].into_iter().enumerate() {
            samples.push(sample("lock", 1, round, 20 * scale));
            samples.push(sample("fetch-add", 1, round, 10 * scale));
            samples.push(sample("py-lock", 1, round, 100 * scale));
        }
        let prices = judge(observed(samples, &[0.0; 3]));
        let lock = prices.find("lock", 1).expect("it was sampled");
        assert_eq!((lock.ns, lock.to_floor, lock.python_to_this), (20.0, Some(2.0), Some(5.0)));
        assert!(prices.find("lock", 2).is_none(), "what was not sampled has no price");
    }

    #[test]
    fn busy_rounds_do_not_count_unless_all_are_busy() {
        let samples: Vec<Sample> =
            [10, 90, 12].into_iter().enumerate().map(|(r, ns)| sample("lock", 1, r, ns)).collect();
        let prices = judge(observed(samples.clone(), &[0.0, 1.5, 0.1]));
        assert_eq!((prices.rounds, prices.busy_rounds, prices.all_busy), (2, 1, false));
        assert_eq!(prices.find("lock", 1).map(|p| p.ns), Some(11.0));
        let prices = judge(observed(samples, &[1.0, 1.5, f64::INFINITY]));
        assert_eq!((prices.rounds, prices.busy_rounds, prices.all_busy), (3, 0, true));
        assert_eq!(prices.find("lock", 1).map(|p| p.ns), Some(12.0));
    }

    #[test]
    fn placements_have_medians_of_their_own() {
        let samples = (0..8).map(|round| Sample {
            probes: match round {
                0..3 => (50, 60),
                3..7 => (400, 450),
                _ => (50, 450),
            },
            ..sample("fetch-add", 2, round, if round < 3 { 7 } else { 40 })
        });
        let prices = judge(observed(samples.collect(), &[0.0; 8]));
        let price = prices.find("fetch-add", 2).expect("it was sampled");
        assert_eq!((price.near, price.far), (Some(7.0), Some(40.0)));
        assert_eq!(price.samples[7].1, Placement::Moved);
    }
}
