//! What many samples say together: a median, and between what the middle half of them lies.

use crate::plot::Spread;

/// Median and quartiles; all `NaN` without values.
pub fn spread(values: impl Iterator<Item = f64>) -> Spread {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    Spread { mid: quantile(&values, 0.5), low: quantile(&values, 0.25), high: quantile(&values, 0.75) }
}

/// The value below which this share of the sorted values lies, between neighbours in proportion.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_middle_half() {
        let of = |values: &[f64]| spread(values.iter().copied());
        assert_eq!(of(&[5.0, 1.0, 4.0, 2.0, 3.0]), Spread { mid: 3.0, low: 2.0, high: 4.0 });
        assert_eq!(of(&[1.0, 2.0]), Spread { mid: 1.5, low: 1.25, high: 1.75 });
        assert_eq!(of(&[7.0]), Spread::exact(7.0));
        assert!(of(&[]).mid.is_nan());
    }
}
