//! Places for labels that would otherwise lie on each other.

/// Moves places apart until neighbours are `gap` apart, each as little as possible, all between `from` and `to` if there
/// is room. The order is kept.
pub fn apart(wanted: &[f64], gap: f64, from: f64, to: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    // Blocks of labels that touch: (sum of what each wants for the block's first, how many, which).
    let mut blocks: Vec<(f64, Vec<usize>)> = Vec::new();
    for label in order {
        blocks.push((wanted[label], vec![label]));
        while let [.., above, below] = &mut blocks[..] {
            if start(below, gap, from, to) >= start(above, gap, from, to) + gap * above.1.len() as f64 {
                break;
            }
            above.0 += below.0 - gap * (above.1.len() * below.1.len()) as f64;
            above.1.append(&mut below.1);
            blocks.pop();
        }
    }
    let mut places = vec![0.0; wanted.len()];
    for block in &blocks {
        for (at, label) in block.1.iter().enumerate() {
            places[*label] = start(block, gap, from, to) + gap * at as f64;
        }
    }
    places
}

/// Where a block begins: where its labels are nearest to what they want, but inside.
fn start((sum, labels): &(f64, Vec<usize>), gap: f64, from: f64, to: f64) -> f64 {
    let count = labels.len() as f64;
    (sum / count).min(to - gap * (count - 1.0)).max(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_do_not_touch_stay_where_they_are() {
        assert_eq!(apart(&[50.0, 10.0, 30.0], 15.0, 0.0, 100.0), [50.0, 10.0, 30.0]);
    }

    #[test]
    fn labels_that_touch_move_apart_evenly() {
        assert_eq!(apart(&[50.0, 50.0], 10.0, 0.0, 100.0), [45.0, 55.0]);
        assert_eq!(apart(&[20.0, 50.0, 51.0, 52.0], 10.0, 0.0, 100.0), [20.0, 41.0, 51.0, 61.0]);
    }

    #[test]
    fn labels_stay_inside_and_never_touch() {
        assert_eq!(apart(&[99.0, 100.0, 98.0], 10.0, 0.0, 100.0), [90.0, 100.0, 80.0]);
        assert_eq!(apart(&[0.0, 1.0], 10.0, 0.0, 100.0), [0.0, 10.0]);
        let wanted: Vec<f64> = (0..40u64).map(|n| (n * 7919 % 101) as f64 * 3.0).collect();
        let mut places = apart(&wanted, 7.0, 0.0, 300.0);
        places.sort_by(f64::total_cmp);
        assert!(places.windows(2).all(|p| p[1] - p[0] > 6.999));
        assert!(places[0] >= 0.0 && places[39] <= 300.001);
    }
}
