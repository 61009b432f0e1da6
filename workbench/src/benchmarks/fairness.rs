//! A contended lock, worker by worker: what the slowest got, and how long the unlucky waited.

use serde::{Deserialize, Serialize};

use crate::prices::observe::Span;

/// One lock's fairness over all its samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fairness {
    /// The row: whose lock.
    pub row: String,
    /// Workers.
    pub workers: usize,
    /// Operations of the slowest worker over the mean of all: median of the samples.
    pub slowest_share: f64,
    /// Of a thousand acquisitions, the longest but one waited at most this long, nanoseconds.
    pub p999_ns: f64,
    /// The longest wait of all, nanoseconds; half an octave's precision.
    pub longest_ns: f64,
    /// Samples.
    pub samples: usize,
}

/// One sample: what each worker did, and the histograms of its waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Waits {
    /// One a worker.
    pub spans: Vec<Span>,
    /// One a worker: how many waits fell into each bucket; see [`upper_end`].
    pub histograms: Vec<Vec<u64>>,
}

/// Reads a sample as `pricelab` prints it. `None` when it is not one.
pub fn parse(text: &str, spans: Vec<Span>) -> Option<Waits> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("waits "));
    let histogram = |line: &str| line.split(' ').map(|n| n.parse().ok()).collect::<Option<Vec<u64>>>();
    let histograms: Vec<Vec<u64>> = lines.map(histogram).collect::<Option<_>>()?;
    (histograms.len() == spans.len()).then_some(Waits { spans, histograms })
}

/// Where a bucket ends, nanoseconds: there are two an octave.
fn upper_end(bucket: usize) -> f64 {
    let start = 2f64.powi((bucket / 2) as i32);
    if bucket.is_multiple_of(2) { start * 1.5 } else { start * 2.0 }
}

/// Judges samples; `None` when there is none.
pub fn judge(row: &str, samples: &[Waits]) -> Option<Fairness> {
    let shares: Vec<f64> = samples.iter().filter_map(|sample| share(&sample.spans)).collect();
    let mut all: Vec<u64> = Vec::new();
    for histogram in samples.iter().flat_map(|s| &s.histograms) {
        all.resize(all.len().max(histogram.len()), 0);
        all.iter_mut().zip(histogram).for_each(|(sum, count)| *sum += count);
    }
    Some(Fairness {
        row: row.to_owned(),
        workers: samples.first()?.spans.len(),
        slowest_share: crate::prices::judge::quantile(&shares, 0.5)?,
        p999_ns: upper_end(percentile(&all, 0.999)?),
        longest_ns: upper_end(all.iter().rposition(|count| *count > 0)?),
        samples: samples.len(),
    })
}

fn share(spans: &[Span]) -> Option<f64> {
    let rate = |(start, end, operations): &Span| *operations as f64 / (end - start) as f64;
    let rates: Vec<f64> = spans.iter().map(rate).collect();
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    Some(rates.into_iter().min_by(f64::total_cmp)? / mean)
}

/// The bucket below whose end this share of all counts lies.
fn percentile(counts: &[u64], share: f64) -> Option<usize> {
    let wanted = (counts.iter().sum::<u64>() as f64 * share).ceil() as u64;
    let mut seen = 0;
    counts.iter().position(|count| {
        seen += count;
        seen >= wanted && seen > 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_counts_by_its_rate() {
        assert_eq!(share(&[(0, 100, 30), (0, 100, 30), (0, 200, 60)]), Some(1.0));
        assert_eq!(share(&[(0, 100, 10), (0, 100, 30)]), Some(0.5));
    }

    #[test]
    fn percentiles_come_from_the_histograms_of_all_workers() {
        let waits =
            Waits { spans: vec![(0, 10, 999), (0, 10, 1)], histograms: vec![vec![0, 0, 999], vec![0, 0, 0, 0, 0, 1]] };
        let fairness = judge("lock-waits", &[waits]).expect("a sample");
        // Bucket 2 is 2 to 3 ns, bucket 5 is 6 to 8.
        assert_eq!((fairness.p999_ns, fairness.longest_ns), (3.0, 8.0));
        assert_eq!(judge("lock-waits", &[]), None);
    }

    #[test]
    fn a_sample_needs_a_histogram_for_each_worker() {
        assert!(parse("waits 1 2 3\nspan 0 1 6\n", vec![(0, 1, 6)]).is_some_and(|w| w.histograms == [vec![1, 2, 3]]));
        assert!(parse("span 0 1 6\n", vec![(0, 1, 6)]).is_none());
        assert!(parse("waits 1 x\n", vec![(0, 1, 6)]).is_none());
    }
}
