//! What holds of every lab's solution. A handout has none, and is exported without this file.

use grader::labs::LABS;
use grader::predict::questions;
use grader::report::place;
use grader::submit::workspace;

#[test]
fn every_lab_asks_what_its_prediction_file_has_room_for() {
    for lab in LABS {
        let questions = questions::read(lab).expect("our own file");
        let path = workspace::solution(lab).join("prediction.toml");
        let Ok(text) = std::fs::read_to_string(&path) else {
            assert!(questions.is_empty(), "{} has questions and no prediction.toml", lab.name);
            continue;
        };
        let file: toml::Table = toml::from_str(&text).expect("our own file");
        let mut keys: Vec<&String> = questions.iter().map(|q| &q.key).collect();
        keys.sort();
        assert_eq!(keys, file.keys().collect::<Vec<_>>(), "{}", lab.name);
    }
}

#[test]
fn every_check_with_points_that_names_a_function_has_a_place_in_the_solution() {
    for lab in LABS {
        for check in lab.checks.iter().filter(|c| c.points > 0 && place::function(c).is_some()) {
            let shown = format!("solutions/{}/src", lab.name);
            assert!(place::of(lab, check, "", &shown).is_some(), "{}: {}", lab.name, check.id);
        }
    }
}
