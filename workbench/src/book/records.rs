//! The records that the book is rendered from.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::EXPERIMENTS;
use super::graph::Graph;
use crate::benchmarks;
use crate::crashes::{CASES, Outcome};
use crate::experiment::recorded::{self, Recorded};
use crate::measured;
use crate::prices::judge::Prices;
use crate::prices::{ladder, recorded as price_list};
use crate::report::provenance::Provenance;
use crate::timing::verdicts::recorded::Recording;
use crate::timing::wall;

/// Everything that was recorded.
pub struct Records {
    /// The price list and where it comes from.
    pub prices: (Provenance, Prices),
    /// The experiments, by name.
    pub experiments: BTreeMap<&'static str, Recorded>,
    /// The graphs of states, by name.
    pub graphs: BTreeMap<&'static str, Graph>,
    /// What happens to the others when one is killed.
    pub crashes: Crashes,
    /// How often each way of judging speed was wrong.
    pub verdicts: Value,
    /// The benchmarks against their targets.
    pub bench: benchmarks::Record,
    /// Whole stages of the wall clock beside load.
    pub wall: wall::Record,
    /// The pairs of runs that the verdicts are about.
    pub pairs: Recording,
    /// What the project measured of itself.
    pub own: Own,
}

/// The records of [`measured`].
pub struct Own {
    /// Hostile submissions.
    pub attacks: measured::attacks::Record,
    /// First builds.
    pub build: measured::build::Record,
    /// What checks cost.
    pub checks: measured::checks::Record,
    /// The virtual clock beside the wall clock.
    pub clock: measured::clock::Record,
    /// Executions a second.
    pub explorer: measured::explorer::Record,
    /// What a class costs.
    pub grading: measured::grading::Record,
    /// The parts of a check.
    pub latency: measured::latency::Record,
    /// Other settings for the student's crate.
    pub profiles: measured::latency::Record,
    /// The reduction against plain enumeration.
    pub soundness: measured::soundness::Record,
}

impl Own {
    fn read(folder: &Path) -> Result<Own> {
        Ok(Own {
            attacks: document(folder, measured::attacks::FILE)?,
            build: document(folder, measured::build::FILE)?,
            checks: document(folder, measured::checks::FILE)?,
            clock: document(folder, measured::clock::FILE)?,
            explorer: document(folder, measured::explorer::FILE)?,
            grading: document(folder, measured::grading::FILE)?,
            latency: document(folder, measured::latency::FILE)?,
            profiles: document(folder, measured::latency::PROFILES_FILE)?,
            soundness: document(folder, measured::soundness::FILE)?,
        })
    }
}

/// The crash table's record.
#[derive(Deserialize)]
pub struct Crashes {
    /// Where it comes from.
    pub provenance: Provenance,
    here: Vec<(String, Outcome)>,
    python_outcomes: Vec<(String, Outcome)>,
}

impl Crashes {
    /// Here and in Python, with the cases' own names.
    pub fn outcomes(&self) -> [Vec<(&'static str, Outcome)>; 2] {
        [&self.here, &self.python_outcomes].map(|list| {
            let known = |(id, outcome): &(String, Outcome)| {
                CASES.iter().find(|case| case.id == id).map(|case| (case.id, outcome.clone()))
            };
            list.iter().filter_map(known).collect()
        })
    }
}

impl Records {
    /// Reads the folder `docs/data`.
    ///
    /// # Errors
    /// When a record is missing or broken; the error names it.
    pub fn read(folder: &Path) -> Result<Records> {
        let mut experiments = BTreeMap::new();
        for name in EXPERIMENTS {
            let file = format!("experiment-{name}.json");
            let samples: Value = document(folder, &file)?;
            experiments.insert(*name, recorded::read(&samples).with_context(|| file)?);
        }
        let mut graphs = BTreeMap::new();
        for wanted in super::graph::WANTED {
            let file = format!("graph-{}.json", wanted.name);
            graphs.insert(wanted.name, document(folder, &file)?);
        }
        Ok(Records {
            prices: price_list::read(&text(folder, "prices.json")?).context("prices.json")?,
            experiments,
            graphs,
            crashes: document(folder, "crashes.json")?,
            verdicts: document(folder, "verdicts.json")?,
            bench: document(folder, "bench.json")?,
            wall: document(folder, "wall.json")?,
            pairs: Recording::parse(&text(folder, "pairs.json")?).context("pairs.json")?,
            own: Own::read(folder)?,
        })
    }

    /// The figures, by name.
    ///
    /// # Errors
    /// When there is nothing to draw.
    pub fn figures(&self) -> Result<Vec<(String, String)>> {
        let (provenance, prices) = &self.prices;
        let caption = format!("What one operation costs on {}", provenance.line());
        let ladder = ladder::svg(prices, &caption).context("prices.json holds no price")?;
        let mut all = vec![("prices".to_owned(), ladder)];
        all.extend(self.experiments.iter().map(|(name, r)| (format!("experiment-{name}"), r.svg.clone())));
        Ok(all)
    }

    /// The price list as a text of its own.
    pub fn price_list(&self) -> String {
        let (provenance, prices) = &self.prices;
        format!("{}\n", price_list::text(provenance, prices).trim_end())
    }

    /// Where the price list comes from, in a sentence.
    pub fn price_caption(&self) -> String {
        let (provenance, prices) = &self.prices;
        let busy = match (prices.all_busy, prices.busy_rounds) {
            (true, _) => {
                " **Recorded beside other work**: times are too long; a placeholder, not a measurement; record your own on a quiet machine.".into()
            }
            (_, 0) => String::new(),
            (_, n) => format!(" {n} rounds beside other work were left out."),
        };
        format!("`{}`, recorded on {}.{busy}", provenance.command, provenance.line())
    }
}

fn document<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<T> {
    serde_json::from_str(&text(folder, file)?).with_context(|| format!("docs/data/{file} is broken"))
}

fn text(folder: &Path, file: &str) -> Result<String> {
    let path = folder.join(file);
    std::fs::read_to_string(&path)
        .with_context(|| format!("reading {}; docs/data/README.md says which command records it", path.display()))
}
