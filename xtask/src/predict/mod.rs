//! Predict, then see: guesses are asked for before the first run, sealed before a number is shown, and shown beside it.

pub mod file;
pub mod measure;
pub mod questions;
mod recorded;

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use self::file::Answer;
use self::measure::Unmeasured;
use self::questions::Question;
use crate::labs::Lab;
use crate::report::progress;
use crate::submit::saved;

/// The guesses of a lab once they are sealed, or the fact that there are none, and what they were compared with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prediction {
    /// A number made of the answers; empty when nothing was predicted.
    pub seal: String,
    /// By the question's key.
    pub answers: BTreeMap<String, String>,
    /// By the question's key.
    pub results: BTreeMap<String, String>,
}

/// Before a lab's numbers are shown for the first time: asks, if there is somebody to ask, and seals. True: guesses wait
/// for results, because they were sealed just now or because no program could give them so far.
///
/// # Errors
/// When the questions, the guesses or the progress cannot be read or written.
pub fn before(lab: &Lab) -> Result<bool> {
    let questions = questions::read(lab)?;
    let earlier = progress::read(&progress::path())?.labs.remove(lab.name).and_then(|l| l.prediction);
    if let Some(earlier) = earlier {
        return Ok(!earlier.answers.is_empty() && questions.iter().any(|q| !earlier.results.contains_key(&q.key)));
    }
    if questions.is_empty() {
        return Ok(false);
    }
    let mut text = std::fs::read_to_string(file::path(lab)).unwrap_or_default();
    let shown = format!("labs/{}/prediction.toml", lab.name);
    let mut answers = match file::answers(&text, &questions) {
        Ok(answers) => answers,
        Err(why) => {
            eprintln!("{shown} cannot be read, so nothing is predicted: {why}");
            return Ok(false);
        }
    };
    let asks = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if asks && answers.iter().any(|a| !matches!(a, Answer::Given(_))) {
        println!("Predict first: what do you expect? A wrong guess costs nothing, and teaches more than none.");
        println!("Your guesses go to {shown}. Enter alone leaves a question out.\n");
        ask(&questions, &mut answers)?;
        for (question, answer) in questions.iter().zip(&answers) {
            if let Answer::Given(answer) = answer {
                text = file::with_answer(&text, &question.key, answer);
            }
        }
        file::write(lab, &text)?;
    }
    for (question, answer) in questions.iter().zip(&answers) {
        if let Answer::Unfit(said) = answer {
            eprintln!("{shown}: {} = \"{said}\" is not {}", question.key, question.allowed());
        }
    }
    let sealed = seal(&questions, &answers);
    let predicted = !sealed.answers.is_empty();
    if !predicted && !asks {
        eprintln!("No prediction yet: {shown} is blank. It is sealed at the first run that finds answers there.");
        return Ok(false);
    }
    if predicted {
        println!("Your prediction is sealed ({}); later changes of {shown} do not count.\n", sealed.seal);
    }
    progress::update(&progress::path(), lab.name, |lab| lab.prediction = Some(sealed))?;
    Ok(predicted)
}

/// Asks every question that has no answer. The end of the input leaves the rest out.
fn ask(questions: &[Question], answers: &mut [Answer]) -> Result<()> {
    for (at, question) in questions.iter().enumerate() {
        if matches!(answers[at], Answer::Given(_)) {
            continue;
        }
        println!("{} of {}: {}", at + 1, questions.len(), question.ask);
        loop {
            print!("  {}: ", question.allowed());
            std::io::stdout().flush()?;
            let mut line = String::new();
            if std::io::stdin().lock().read_line(&mut line)? == 0 {
                println!();
                return Ok(());
            }
            if line.trim().is_empty() {
                break;
            }
            if let Some(answer) = question.accept(&line) {
                answers[at] = Answer::Given(answer);
                break;
            }
        }
    }
    println!();
    Ok(())
}

fn seal(questions: &[Question], answers: &[Answer]) -> Prediction {
    let given = questions.iter().zip(answers).filter_map(|(question, answer)| match answer {
        Answer::Given(answer) => Some((question.key.clone(), answer.clone())),
        _ => None,
    });
    let answers: BTreeMap<String, String> = given.collect();
    let text: String = answers.iter().map(|(key, answer)| format!("{key}={answer}\n")).collect();
    let seal = if answers.is_empty() { String::new() } else { saved::hash(text.bytes()) };
    Prediction { seal, answers, results: BTreeMap::new() }
}

/// Measures what was predicted and has no result yet, shows it beside the guesses and keeps it. What this program cannot
/// give, as when functions are missing that a question is about, is tried again after the next run.
///
/// # Errors
/// Only when something of ours fails.
pub fn reveal(lab: &Lab, run: &measure::Shown) -> Result<()> {
    println!("\nWhat you predicted, measured here:");
    let mut kept = kept(lab)?;
    for question in questions::read(lab)? {
        if kept.results.contains_key(&question.key) {
            continue;
        }
        match measure::result(lab, &question, run) {
            Ok(result) => {
                print!("{}", beside(&kept, &question, &result));
                kept.results.insert(question.key, result);
            }
            Err(Unmeasured::Ours(error)) => return Err(error),
            Err(Unmeasured::Program(why)) => {
                println!("  {}\n    not measured yet: {why}\n    The next run tries again.", question.ask)
            }
        }
    }
    progress::update(&progress::path(), lab.name, |lab| {
        lab.prediction.get_or_insert_default().results = kept.results;
    })
}

/// What is known of a lab's guesses.
fn kept(lab: &Lab) -> Result<Prediction> {
    Ok(progress::read(&progress::path())?.labs.remove(lab.name).and_then(|l| l.prediction).unwrap_or_default())
}

/// A question, the guess, the result and why.
fn beside(kept: &Prediction, question: &Question, result: &str) -> String {
    let guess = kept.answers.get(&question.key).map_or("nothing".to_owned(), |a| format!("{a} {}", question.unit));
    let (ask, because) = (&question.ask, question.because.trim());
    format!("  {ask}\n    you said {}; here: {result}\n    {because}\n", guess.trim())
}

/// The guesses of a lab beside the results; empty before there are any.
///
/// # Errors
/// When the questions or the progress cannot be read.
pub fn shown(lab: &Lab) -> Result<String> {
    let kept = kept(lab)?;
    let known = |q: Question| kept.results.get(&q.key).map(|result| beside(&kept, &q, result));
    Ok(questions::read(lab)?.into_iter().filter_map(known).collect())
}
