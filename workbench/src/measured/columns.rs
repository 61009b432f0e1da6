//! Columns of text: words to the left, numbers to the right.

/// The rows below each other, the first `left` columns flush left, the last one as it is when `free`, all others flush right.
pub fn columns(rows: &[Vec<String>], left: usize, free: bool) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().enumerate().map(|(at, cell)| match at {
            last if free && last + 1 == count => cell.clone(),
            word if word < left => format!("{cell:<0$}", widths[word]),
            number => format!("{cell:>0$}", widths[number]),
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn words_stand_to_the_left_and_numbers_to_the_right() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["name", "s", "who"]), row(["a", "12.5", "everybody"])];
        assert_eq!(columns(&rows, 1, true), "name     s  who\na     12.5  everybody\n");
        assert_eq!(columns(&rows, 1, false), "name     s        who\na     12.5  everybody\n");
    }
}
