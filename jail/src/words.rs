//! The words on the jail's command line: `key=value` until `--`, then a program and its arguments.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// A command line, taken apart.
pub struct Words<'a> {
    settings: Vec<(&'a [u8], &'a OsStr)>,
    /// The program and its arguments.
    pub program: &'a [OsString],
}

impl<'a> Words<'a> {
    /// Takes a command line apart.
    ///
    /// # Errors
    /// When a word has no `=`.
    pub fn read(args: &'a [OsString]) -> Result<Words<'a>> {
        let end = args.iter().position(|a| a == "--").unwrap_or(args.len());
        let mut settings = Vec::new();
        for word in &args[..end] {
            let bytes = word.as_bytes();
            let Some(at) = bytes.iter().position(|b| *b == b'=') else { bail!("`{}` is no key=value", word.display()) };
            settings.push((&bytes[..at], OsStr::from_bytes(&bytes[at + 1..])));
        }
        Ok(Words { settings, program: args.get(end + 1..).unwrap_or(&[]) })
    }

    /// All values of a key.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &'a OsStr> + '_ {
        let key = key.as_bytes().to_vec();
        self.settings.iter().filter(move |(k, _)| **k == key[..]).map(|(_, v)| *v)
    }

    /// All values of a key, as paths.
    pub fn paths(&self, key: &str) -> Vec<PathBuf> {
        self.all(key).map(PathBuf::from).collect()
    }

    /// A number.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(&self, key: &str) -> Result<Option<u64>> {
        let Some(value) = self.all(key).next() else { return Ok(None) };
        let text = value.to_str().unwrap_or("");
        Ok(Some(text.parse().with_context(|| format!("{key}={text} is no number"))?))
    }

    /// A number that must be there.
    ///
    /// # Errors
    /// When it is missing, or none.
    pub fn need(&self, key: &str) -> Result<u64> {
        self.number(key)?.with_context(|| format!("{key}=… is missing"))
    }
}
