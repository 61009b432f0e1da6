use super::*;

fn series(name: &str, points: &[(f64, f64)]) -> Series {
    let spread = |y: f64| Spread { mid: y, low: y * 0.9, high: y * 1.2 };
    Series { name: name.to_owned(), points: points.iter().map(|(x, y)| (*x, spread(*y))).collect() }
}

fn plot(series: Vec<Series>) -> Lines {
    Lines {
        title: "Cost <of> a \"look\" & more".into(),
        notes: vec!["Measured here.".into()],
        x: Axis::new("looks every so many candidates", Scale::Log, Unit::Count),
        y: Axis::new("time", Scale::Log, Unit::Nanoseconds),
        rules: vec![(1_000.0, "limit".into())],
        series,
        tags: vec![(10.0, 900.0, "every 10".into())],
    }
}

/// Whether every element is closed in its turn and nothing else looks like markup.
fn well_formed(svg: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for part in svg.split('<').skip(1) {
        let Some((tag, _)) = part.split_once('>') else { return false };
        let name = tag.split_whitespace().next().unwrap_or("");
        match name.strip_prefix('/') {
            Some(closed) if open.pop() != Some(closed) => return false,
            Some(_) => {}
            None if tag.ends_with('/') => {}
            None => open.push(name),
        }
    }
    open.is_empty()
        && !svg.split('&').skip(1).any(|p| !["amp;", "lt;", "gt;", "quot;"].iter().any(|e| p.starts_with(e)))
}

#[test]
fn a_line_plot_is_one_well_formed_file_with_nothing_from_elsewhere() {
    let svg = lines(&plot(vec![series("raw", &[(1.0, 500.0), (10.0, 900.0)]), series("a<b", &[(1.0, 5e4)])]));
    assert!(well_formed(&svg), "{svg}");
    assert!(!well_formed("<svg><g></svg>") && !well_formed("<svg>a & b</svg>"), "the test sees what is broken");
    let outside = svg.replace("http://www.w3.org/2000/svg", "");
    assert!(!outside.contains("http") && !outside.contains("url(") && !outside.contains("@import"));
    assert!(svg.contains("prefers-color-scheme: dark") && svg.contains("@media print"));
}

#[test]
fn every_series_is_named_at_its_end_and_told_in_words() {
    let svg = lines(&plot(vec![series("raw", &[(1.0, 500.0), (10.0, 900.0)]), series("locked", &[(1.0, 5e4)])]));
    assert!(svg.contains(">raw</text>") && svg.contains(">locked</text>") && svg.contains(">limit</text>"));
    assert!(svg.contains(">every 10</text>"));
    assert!(svg.contains("raw: 500 ns at 1, 900 ns at 10. locked: 50 µs at 1."), "{svg}");
    assert_eq!(svg.matches("class=\"mark\"").count(), 3);
    assert_eq!(svg.matches("class=\"line\"").count(), 1, "one point alone is no line");
}

#[test]
fn points_without_a_place_are_left_out_and_counted() {
    let svg = lines(&plot(vec![series("raw", &[(1.0, 0.0), (10.0, 900.0), (20.0, f64::NAN)])]));
    assert!(svg.contains("Left out: 2 points"), "{svg}");
    assert!(!svg.contains("M0.0 NaN") && svg.matches("class=\"mark\"").count() == 1);
    assert!(lines(&plot(vec![series("nothing", &[])])).contains("nothing (none)"));
}

fn numbers(svg: &str) -> impl Iterator<Item = f64> + '_ {
    let attributes = svg.split("y=\"").skip(1).filter_map(|p| p.split('"').next());
    attributes.filter_map(|number| number.parse().ok())
}

#[test]
fn many_names_at_one_place_do_not_lie_on_each_other() {
    let many = (0..8).map(|n| series(&format!("series {n}"), &[(1.0, 1_000.0), (10.0, 1_000.0 + n as f64)]));
    let svg = lines(&plot(many.collect()));
    let mut names: Vec<f64> = svg.split("class=\"name\"").skip(1).filter_map(|p| numbers(p).next()).collect();
    names.sort_by(f64::total_cmp);
    assert_eq!(names.len(), 8);
    assert!(names.windows(2).all(|n| n[1] - n[0] > 16.8), "{names:?}");
}

#[test]
fn a_ladder_has_a_row_each_with_its_value_in_words() {
    let row = |name: &str, value: Option<f64>, text: &str| Row {
        name: name.into(),
        series: 0,
        value: value.map(Spread::exact),
        text: text.into(),
    };
    let svg = ladder(&Ladder {
        title: "Prices".into(),
        notes: vec!["word ".repeat(60)],
        x: Axis::new("cost of one access", Scale::Log, Unit::Nanoseconds),
        rules: vec![],
        rows: vec![row("raw", Some(0.3), "0.3 ns"), row("manager", None, "not measured: no server")],
    });
    assert!(well_formed(&svg), "{svg}");
    assert!(svg.contains(">raw</text>") && svg.contains(">not measured: no server</text>"));
    assert_eq!(svg.matches("class=\"mark\"").count(), 1);
    assert_eq!(svg.matches("class=\"note\"").count(), 3, "a long note is wrapped");
}
