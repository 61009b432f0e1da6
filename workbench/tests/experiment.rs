//! Experiments from the command line.

use std::process::{Command, Output};

fn experiment(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_workbench")).arg("experiment").args(args).output().expect("the runner starts")
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "labs run on Linux only")]
fn a_quick_experiment_prints_one_document_and_writes_its_plot() {
    let folder = grader::submit::workspace::target().expect("a target");
    let plot = folder.join(format!("experiment test {}.svg", std::process::id()));
    let output = experiment(&["fraud", "--quick", "--rounds", "1", "--json", "--svg", &plot.to_string_lossy()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one document and nothing else");
    assert_eq!((&document["experiment"], &document["rounds"]), (&"fraud".into(), &1.into()));
    assert!(said.contains("raw look") && said.contains("A 50th of the usual size"), "{said}");
    let svg = std::fs::read_to_string(&plot).expect("the plot");
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    std::fs::remove_file(plot).expect("a file of ours");
}

#[test]
fn mistakes_are_code_2_and_say_the_way_out() {
    for (args, words) in [
        (&["frauds"][..], "there are check-interval, fraud, crossover, slowdown, spectrum"),
        (&["fraud", "--svg", "/no/such/folder/plot.svg"], "--svg: there is no folder /no/such/folder"),
        (&["fraud", "--workers", "1"], "2..=16"),
        (&["fraud", "--workers", "17"], "2..=16"),
        (&["fraud", "--rounds", "0"], "1..=1000"),
    ] {
        let output = experiment(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
}
