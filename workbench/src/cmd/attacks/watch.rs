//! What must not be touched: set up before the attacks, looked at after them.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use super::target;
use crate::grade::key;
use crate::grade::user;
use crate::submit::workspace;

const SECRET: &str = "nobody may read this";

/// The canaries.
pub struct Watch {
    secret: PathBuf,
    victim: Child,
    listener: TcpListener,
    sources: String,
}

impl Watch {
    /// Sets the canaries up; files go into `folder`.
    ///
    /// # Errors
    /// When one cannot be had.
    pub fn set_up(folder: &Path) -> Result<Watch> {
        let secret = folder.join("secret");
        fs::write(&secret, SECRET)?;
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
        let listener = TcpListener::bind("127.0.0.1:0").context("a listener")?;
        listener.set_nonblocking(true)?;
        let mut command = Command::new("sleep");
        let victim = command.arg("100000").stdin(Stdio::null()).spawn().context("starting a process to be watched")?;
        Ok(Watch { secret, victim, listener, sources: sources()? })
    }

    /// What the words in the attacks mean here.
    pub fn words(&self, class: &Path, out: &Path) -> Vec<(&'static str, String)> {
        let show = |path: &Path| path.display().to_string();
        let port = self.listener.local_addr().map_or(0, |a| a.port());
        let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
        let depth = 30_000;
        vec![
            ("@SECRET@", show(&self.secret)),
            ("@SOLUTION@", show(&workspace::solution(target()).join("src/flag.rs"))),
            ("@ROOT@", show(&workspace::root())),
            ("@CLASS@", show(class)),
            ("@OUT@", show(out)),
            ("@HOME@", home),
            ("@VICTIM@", self.victim.id().to_string()),
            ("@PORT@", port.to_string()),
            ("@NESTED@", format!("{}1{}", "(".repeat(depth), ")".repeat(depth))),
        ]
    }

    /// What was touched.
    pub fn problems(mut self) -> Vec<String> {
        let mut problems = Vec::new();
        if fs::read_to_string(&self.secret).ok().as_deref() != Some(SECRET) {
            problems.push("the secret was changed".into());
        }
        if !matches!(self.victim.try_wait(), Ok(None)) {
            problems.push("the watched process was ended".into());
        }
        if self.listener.accept().is_ok() {
            problems.push("somebody called the listener".into());
        }
        if sources().ok().as_ref() != Some(&self.sources) {
            problems.push("the grader's files were changed".into());
        }
        problems.extend(planted().into_iter().map(|path| format!("{} was planted", path.display())));
        problems.extend(strangers().into_iter().map(|pid| format!("process {pid} of a submission's user is left")));
        problems
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.victim.kill();
        let _ = self.victim.wait();
    }
}

/// The grader's sources, the toolkit and the corpus as one number.
fn sources() -> Result<String> {
    let mut hasher = key::common(&workspace::root(), "", "", &[])?;
    let library = workspace::target()?.join("lab/libshared.rlib");
    hasher.part(&fs::read(&library).unwrap_or_default());
    Ok(hasher.finish())
}

/// Files that attacks try to leave behind.
fn planted() -> Vec<PathBuf> {
    let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
    let folders = ["/tmp", "/dev/shm", "/var/tmp", "/", "/run", "/etc", "/usr/lib", &home, &format!("{home}/.cargo")];
    let all = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    all.filter(|e| e.file_name().to_string_lossy().starts_with("labs-attack")).map(|e| e.path()).collect()
}

/// Processes of users that only submissions have.
fn strangers() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let theirs = entries.filter(|e| e.metadata().is_ok_and(|m| user::is_for_submissions(m.uid())));
    theirs.filter_map(|e| e.file_name().to_str()?.parse().ok()).collect()
}
