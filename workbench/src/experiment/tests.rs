use super::observe::{Line, Sample};
use super::*;

fn settings(workers: u64) -> Settings {
    Settings { workers, rounds: 2, shrink: 1, loop_ns: 2.0 }
}

/// The variant that stands for what a job is compared with.
const AGAINST: &str = "against";

/// What the plan's samples would print if the time of a job were this.
fn observed(experiment: &Experiment, settings: &Settings, print: impl Fn(&Job, usize) -> Vec<String>) -> Observed {
    let line = |text: &String| -> Line {
        let pair = |word: &str| word.split_once('=').map(|(k, n)| (k.to_owned(), n.parse().expect("a number")));
        text.split(' ').map(|word| pair(word).expect("key=number")).collect()
    };
    let plan = (experiment.plan)(settings);
    let samples = plan.iter().flat_map(|job| (0..settings.rounds).map(move |round| (job, round)));
    let samples = samples.map(|(job, round)| {
        let other = job.against.clone().map(|(name, numbers)| Job {
            variant: AGAINST,
            at: job.at,
            name,
            numbers,
            against: None,
        });
        let lines = |job: &Job| print(job, round).iter().map(line).collect();
        let against = other.as_ref().map_or(Vec::new(), lines);
        Sample { variant: job.variant, at: job.at, round, lines: lines(job), against }
    });
    Observed { samples: samples.collect(), foreign: vec![0.0; settings.rounds] }
}

fn number(job: &Job, key: &str) -> u64 {
    job.numbers.iter().find(|(k, _)| *k == key).map_or(1, |(_, n)| *n)
}

/// One line a worker.
fn each(job: &Job, text: &str) -> Vec<String> {
    vec![text.to_owned(); number(job, "workers") as usize]
}

#[test]
fn a_look_is_priced_against_the_run_without_looks_beside_it() {
    let settings = settings(4);
    let observed = observed(&check_interval::EXPERIMENT, &settings, |job, round| {
        // The second round is twice as slow as the first for everybody: ratios do not see it.
        let time = if job.variant == "locked check" && job.at == 1 { 8_000 } else { 1_000 } * (round as u64 + 1);
        each(job, &format!("start=0 end={time} primes=9 looks={}", if job.at == 1 { 100 } else { 0 }))
    });
    let report = (check_interval::EXPERIMENT.judge)(&settings, &observed).expect("all did the same work");
    let locked = report.rows.iter().find(|r| r[0] == "locked check" && r[1] == "1").expect("a row");
    assert_eq!(locked[3], "8× (8× to 8×)");
    let raw = report.rows.iter().find(|r| r[0] == "raw load" && r[1] == "1").expect("a row");
    assert_eq!((&raw[3][..], &raw[5][..]), ("1× (1× to 1×)", "-"));
    assert!(report.says.contains(&"With a locked check, intervals from 10 on cost at most 5 %.".to_owned()));
}

#[test]
fn work_that_differs_is_not_compared() {
    let settings = settings(4);
    let experiment = &check_interval::EXPERIMENT;
    let of = |primes: u64, lines: usize| {
        observed(experiment, &settings, |job, _| {
            let primes = if job.variant == "raw load" { primes } else { 9 };
            let mut all = each(job, &format!("start=0 end=1000 primes={primes} looks=1"));
            all.truncate(lines);
            all
        })
    };
    assert!((experiment.judge)(&settings, &of(9, 4)).is_ok());
    assert!((experiment.judge)(&settings, &of(8, 4)).is_err(), "other primes");
    assert!((experiment.judge)(&settings, &of(9, 3)).is_err(), "a worker is missing");
}

#[test]
fn a_speed_up_is_the_serial_time_over_the_own() {
    let settings = settings(2);
    let time = |job: &Job| match (job.variant, job.at) {
        (AGAINST, _) => 1_000,
        ("queue, one by one", at) if at < 5_000 => 4_000,
        _ => 500,
    };
    let tell = |sum: &dyn Fn(&Job) -> u64| {
        observed(&crossover::EXPERIMENT, &settings, |job, _| {
            vec![format!("start=0 end={} sum={}", time(job), sum(job))]
        })
    };
    let report = (crossover::EXPERIMENT.judge)(&settings, &tell(&|_| 7)).expect("all sums agree");
    assert_eq!(report.rows[0][1..3], ["200 ns", "0.25×"]);
    assert!(
        report.says[0].starts_with("queue, one by one: faster than one worker from about 2.9 µs"),
        "{:?}",
        report.says
    );
    assert!(report.says[2].contains("at every size"), "{:?}", report.says);
    let wrong = tell(&|job| if job.variant == "array and indices" { 8 } else { 7 });
    let refused = (crossover::EXPERIMENT.judge)(&settings, &wrong).err().expect("another result");
    assert!(refused.starts_with("array and indices came to another result"), "{refused}");
}

#[test]
fn every_worker_but_the_finder_stops_once_after_each_raise() {
    let settings = settings(4);
    let experiment = &fraud::EXPERIMENT;
    let of = |missing: usize| {
        observed(experiment, &settings, |job, _| {
            let raises = number(job, "rounds") as usize;
            let mut lines = vec![format!("latency={} wasted={}", 10 * job.at, job.at); raises * 3 - missing];
            lines.extend(vec!["searched=5000 took=1000000".to_owned(); raises]);
            lines
        })
    };
    let report = (experiment.judge)(&settings, &of(0)).expect("everybody stopped");
    assert_eq!(report.rows[3][1..4], ["1000", "5 M/s", "10 µs (10 µs to 10 µs)"]);
    assert!((experiment.judge)(&settings, &of(1)).is_err());
}

#[test]
fn an_access_costs_its_share_of_the_span() {
    let settings = settings(4);
    let experiment = &spectrum::EXPERIMENT;
    let observed = observed(experiment, &settings, |job, _| each(job, "start=100 end=1100 accesses=50"));
    let report = (experiment.judge)(&settings, &observed).expect("everybody counted");
    assert!(
        report.rows.iter().all(|row| row[1].starts_with("20 ns") && row[2].starts_with("20 ns")),
        "{:?}",
        report.rows
    );
}

#[test]
fn every_experiment_runs_and_is_rendered() {
    let program = crate::submit::package::program("experiments", crate::submit::package::LAB).expect("it builds");
    for experiment in EXPERIMENTS {
        let settings = Settings { workers: 2, rounds: 1, shrink: 2_000, loop_ns: 2.0 };
        let observed = observe::all(&program, &(experiment.plan)(&settings), 1, &mut |_, _| {}).expect(experiment.name);
        let report = (experiment.judge)(&settings, &observed).expect(experiment.name);
        assert!(!report.rows.is_empty() && report.rows.iter().all(|row| row.len() == report.head.len()));
        let document = report::document(experiment, &settings, &observed, &report);
        assert_eq!(document["samples"].as_array().map(Vec::len), Some(observed.samples.len()), "{}", experiment.name);
        for key in ["machine", "commit", "words", "results"] {
            assert!(!document[key].is_null(), "{}: {key}", experiment.name);
        }
        let svg = report::svg(&settings, &observed, &report);
        assert!(svg.ends_with("</svg>\n") && svg.contains(experiment.title), "{}", experiment.name);
        assert!(report.missing.iter().all(|(what, _)| svg.contains(what)), "{}", experiment.name);
    }
}

#[test]
fn an_unknown_experiment_is_answered_with_those_there_are() {
    let error = find("nothing").err().expect("there is none");
    assert!(error.contains("check-interval") && error.contains("spectrum"), "{error}");
    assert!(EXPERIMENTS.iter().all(|e| find(e.name).is_ok()));
}

#[test]
fn a_busy_machine_allows_no_conclusion() {
    let settings = settings(2);
    let mut observed = observed(&crossover::EXPERIMENT, &settings, |_, _| vec!["start=0 end=9 sum=7".to_owned()]);
    let report = (crossover::EXPERIMENT.judge)(&settings, &observed).expect("all sums agree");
    let said = |observed: &Observed| report::words(&settings, observed, &report).join("\n");
    assert!(said(&observed).contains("still no faster") && !said(&observed).contains("No conclusion"));
    observed.foreign = vec![0.1, 0.9];
    assert!(!said(&observed).contains("still no faster") && said(&observed).contains("No conclusion"));
}

#[test]
fn a_table_is_aligned() {
    let report = report::Report {
        head: vec!["what", "time"],
        rows: vec![vec!["raw".into(), "1 µs".into()], vec!["locked".into(), "12 µs".into()]],
        says: vec![],
        explains: vec![],
        missing: vec![],
        results: serde_json::json!({}),
        plot: report::Plot::Ladder(crate::plot::Ladder {
            title: String::new(),
            notes: vec![],
            x: crate::plot::Axis::new("", crate::plot::Scale::Log, crate::plot::Unit::Plain),
            rules: vec![],
            rows: vec![],
        }),
    };
    assert_eq!(report::table(&report), "  what     time\n  raw      1 µs\n  locked  12 µs\n");
}

#[test]
fn the_runner_knows_every_experiment_before_it_builds_the_workbench() {
    let here: Vec<&str> = EXPERIMENTS.iter().map(|e| e.name).collect();
    assert_eq!(here, crate::cli::workbench::EXPERIMENTS);
}
