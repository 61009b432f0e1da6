//! Answer sheets: files of `key = "answer"`, and what can be wrong with any of them.

use super::Finding;

/// The line, from 1, on which a key stands.
pub fn line_of(text: &str, key: &str) -> usize {
    let is_key = |line: &str| line.split_once('=').is_some_and(|(k, _)| k.trim().trim_matches(['"', '\'']) == key);
    1 + text.lines().position(is_key).unwrap_or(0)
}

/// Names in a row, each as code.
pub fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

/// What stands in a sheet.
///
/// # Errors
/// A sentence with the line: no TOML, a key that is not asked.
pub fn table(name: &str, text: &str, keys: &[&str]) -> Result<toml::Table, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let upto = error.span().map_or(0, |span| span.start).min(text.len());
        let line = 1 + text.as_bytes()[..upto].iter().filter(|b| **b == b'\n').count();
        format!("{name}:{line}: {}", error.message())
    })?;
    if let Some(key) = table.keys().find(|key| !keys.contains(&key.as_str())) {
        let known = list(keys.iter().copied());
        return Err(format!("{name}:{}: there is no question `{key}`; the questions are {known}", line_of(text, key)));
    }
    Ok(table)
}

/// The answer to each key, in their order; none where it is blank or missing. A number stands for its text.
///
/// # Errors
/// As [`table`], and an answer that is neither text nor number.
pub fn read(name: &str, text: &str, keys: &[&str]) -> Result<Vec<Option<String>>, String> {
    let table = table(name, text, keys)?;
    let answer = |key: &&str| match table.get(*key) {
        None => Ok(None),
        Some(toml::Value::String(said)) => Ok(Some(said.trim().to_owned()).filter(|said| !said.is_empty())),
        Some(toml::Value::Integer(number)) => Ok(Some(number.to_string())),
        Some(toml::Value::Float(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(format!("{name}:{}: the answer to `{key}` must stand in quotes", line_of(text, key))),
    };
    keys.iter().map(answer).collect()
}

/// What to say when answers are missing: all of them, or some.
pub fn left_out(name: &str, keys: &[&str], answers: &[Option<String>]) -> Option<Finding> {
    if answers.iter().all(Option::is_none) {
        return Some(Finding { not_started: true, ..Finding::new("not started yet") });
    }
    let blank = list(keys.iter().zip(answers).filter(|(_, answer)| answer.is_none()).map(|(key, _)| *key));
    (!blank.is_empty()).then(|| Finding::new(format!("{name}: no answer to {blank}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 2] = ["a", "b"];

    #[test]
    fn answers_stand_in_the_order_of_the_keys() {
        let answers = read("x.toml", "b = 4\na = \" yes \"\n", &KEYS);
        assert_eq!(answers, Ok(vec![Some("yes".into()), Some("4".into())]));
        assert_eq!(read("x.toml", "a = \"\"\n", &KEYS), Ok(vec![None, None]));
    }

    #[test]
    fn bad_sheets_name_the_line() {
        let error = |text| read("x.toml", text, &KEYS).expect_err("a bad sheet");
        assert!(error("a = \"1\"\nc = \"2\"\n").starts_with("x.toml:2: there is no question `c`"));
        assert!(error("a = \"1\"\na = \"2\"\n").starts_with("x.toml:2: "), "a key twice");
        assert!(error("a = \n").starts_with("x.toml:1: "));
        assert!(error("\nb = true\n").starts_with("x.toml:2: the answer to `b`"));
    }

    #[test]
    fn a_blank_sheet_is_not_started() {
        let given = |a: Option<&str>| vec![a.map(str::to_owned), None];
        assert!(left_out("x.toml", &KEYS, &given(None)).is_some_and(|f| f.not_started));
        assert_eq!(
            left_out("x.toml", &KEYS, &given(Some("1"))).map(|f| f.message),
            Some("x.toml: no answer to `b`".into())
        );
        assert!(left_out("x.toml", &KEYS[..1], &given(Some("1"))[..1]).is_none());
    }
}
