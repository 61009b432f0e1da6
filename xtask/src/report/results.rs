//! The last result of each lab, kept so that `hint` knows what failed.

use anyhow::{Context, Result};

use super::result::Document;
use crate::labs::Lab;
use crate::submit::workspace;

/// Keeps a result; a reader sees the old one or the new one, never half of one.
///
/// # Errors
/// When it cannot be written.
pub fn keep(lab: &Lab, document: &Document) -> Result<()> {
    let path = workspace::labs_folder("results")?.join(format!("{}.json", lab.name));
    let fresh = path.with_extension(format!("json.{}", std::process::id()));
    std::fs::write(&fresh, serde_json::to_vec_pretty(document)?)
        .and_then(|()| std::fs::rename(&fresh, &path))
        .with_context(|| format!("writing {}", path.display()))
}

/// The last result, if there is one that can be read.
pub fn last(lab: &Lab) -> Option<Document> {
    let path = workspace::labs_folder("results").ok()?.join(format!("{}.json", lab.name));
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}
