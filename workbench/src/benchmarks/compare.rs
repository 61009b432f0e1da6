//! Better, worse or noise: two sets of ratios, this run's and a recorded one's.

use serde::Serialize;

use crate::prices::judge::quantile;

/// A difference smaller than this share of the ratio is nobody's business: it comes with the place of code in memory.
pub const LEAST: f64 = 0.03;
/// The interval of a median leaves out the truth in at most this share of cases.
const MISSES: f64 = 0.05;

/// What became of a benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It costs less than recorded.
    Better,
    /// It costs more than recorded.
    Worse,
    /// What differs is no more than chance.
    Noise,
    /// Too few samples, here or in the record.
    Unknown,
}

/// The median of ratios, and an interval that holds the true median in 95 of 100 cases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Median {
    /// The median.
    pub middle: f64,
    /// The interval.
    pub range: (f64, f64),
}

/// The median with its interval; none with fewer than six values, which no interval of such kind covers.
///
/// The interval runs between two of the values themselves and supposes nothing about how they are spread: each value is
/// below the true median with the chance of a coin, so how many are is binomial.
pub fn median(values: &[f64]) -> Option<Median> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    // The largest place from either end that less than half of the misses lies outside of.
    let mut outside = 0.0;
    let mut place = None;
    for below in 0..count / 2 {
        outside += binomial(count, below) * 0.5f64.powi(count as i32);
        if outside > MISSES / 2.0 {
            break;
        }
        place = Some(below);
    }
    let place = place?;
    Some(Median { middle: quantile(&sorted, 0.5)?, range: (sorted[place], sorted[count - 1 - place]) })
}

fn binomial(of: usize, choose: usize) -> f64 {
    (0..choose).fold(1.0, |product, k| product * (of - k) as f64 / (k + 1) as f64)
}

/// Compares a benchmark with its record. Different only when the two intervals do not touch: the rounds of one run share
/// their machine, so a single run knows less than its number of rounds says.
pub fn change(now: &[f64], recorded: &[f64]) -> Change {
    let (Some(now), Some(before)) = (median(now), median(recorded)) else { return Change::Unknown };
    match now.middle / before.middle - 1.0 {
        less if less < -LEAST && now.range.1 < before.range.0 => Change::Better,
        more if more > LEAST && now.range.0 > before.range.1 => Change::Worse,
        _ => Change::Noise,
    }
}

/// Whether a target is met: the median is within it. `None`: too few samples.
pub fn meets(ratios: &[f64], limit: f64) -> Option<bool> {
    Some(median(ratios)?.middle <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timing::simulate::Random;

    /// Ratios around a middle, with a tail: now and then one is far too large.
    fn ratios(middle: f64, count: usize, random: &mut Random) -> Vec<f64> {
        let one = |_| {
            let stretch = if random.uniform() < 0.1 { 1.0 + 2.0 * random.uniform() } else { 1.0 };
            middle * (0.05 * random.normals().0).exp() * stretch
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn intervals_are_those_of_the_textbook() {
        let values: Vec<f64> = (1..=15).map(f64::from).collect();
        assert_eq!(median(&values), Some(Median { middle: 8.0, range: (4.0, 12.0) }));
        assert_eq!(median(&values[..6]).map(|m| m.range), Some((1.0, 6.0)));
        assert_eq!(median(&values[..5]), None);
    }

    #[test]
    fn equal_code_is_hardly_ever_called_different_and_a_clear_change_nearly_always() {
        let mut random = Random::new(11);
        let mut count = |before: f64, now: f64, wanted: Change| {
            let mut hit = || change(&ratios(now, 15, &mut random), &ratios(before, 15, &mut random)) == wanted;
            (0..2_000).filter(|_| hit()).count()
        };
        let counts = [
            count(1.0, 1.0, Change::Noise),
            count(1.0, 1.2, Change::Worse),
            count(1.0, 1.3, Change::Worse),
            count(1.3, 1.0, Change::Better),
        ];
        assert!(counts.into_iter().zip([1_990, 1_850, 1_850, 1_850]).all(|(n, least)| n >= least), "{counts:?}");
        assert_eq!(count(1.0, 1.2, Change::Better), 0);
    }

    #[test]
    fn small_differences_are_noise_however_sure() {
        assert_eq!(change(&[1.02; 15], &[1.0; 15]), Change::Noise);
        assert_eq!(change(&[1.04; 15], &[1.0; 15]), Change::Worse);
        assert_eq!(change(&[1.0; 5], &[2.0; 15]), Change::Unknown);
    }

    #[test]
    fn a_target_is_met_by_the_median() {
        assert_eq!(meets(&[1.0, 1.0, 1.0, 1.0, 1.0, 9.0], 1.1), Some(true));
        assert_eq!(meets(&[1.2; 6], 1.1), Some(false));
        assert_eq!(meets(&[1.0; 3], 1.1), None);
    }
}
