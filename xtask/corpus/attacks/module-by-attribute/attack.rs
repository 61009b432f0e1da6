#[path = "@SOLUTION@"]
mod stolen;
