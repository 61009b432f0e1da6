//! Which level this machine offers: found by canaries that try to escape, never by a version.

use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::jail::Jail;
use super::room::{JUDGE, Level, Room, Use, is_root, part};
use super::user;
use crate::cli::usage;
use crate::submit::workspace::{self, Scratch};

/// What a level's canary said.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The level.
    pub level: Level,
    /// Attempts that were held back.
    pub held: Vec<String>,
    /// Why the level cannot be trusted; empty: it can.
    pub problem: String,
}

/// Builds the jail's program, or finds it built.
///
/// # Errors
/// When cargo fails.
pub fn program() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = workspace::target()?;
    let mut command = Command::new(cargo);
    command.current_dir(workspace::root()).args(["build", "--quiet", "--release", "--package", "jail", "--target-dir"]);
    let status = command.arg(&target).stdin(Stdio::null()).stdout(Stdio::null()).status().context("starting cargo")?;
    if !status.success() {
        bail!("the jail does not build; `cargo build --release --package jail` says why");
    }
    Ok(target.join("release/jail"))
}

/// The strongest level that holds, of those asked for.
///
/// # Errors
/// A sentence with each level's problem when none holds.
pub fn choose(wanted: &[Level]) -> Result<(Jail, Vec<Tried>)> {
    let program = program()?;
    let mut tried = Vec::new();
    for level in wanted {
        let jail = Jail { level: *level, program: program.clone() };
        let one = try_out(&jail);
        let holds = one.problem.is_empty();
        tried.push(one);
        if holds {
            return Ok((jail, tried));
        }
    }
    let problems: Vec<String> = tried.iter().map(|t| format!("  {}: {}", t.level, t.problem)).collect();
    Err(usage(format!(
        "no jail holds on this machine:\n{}\nInstall bubblewrap, or use a kernel with Landlock (5.13). For submissions that \
         you trust as your own code there is --unsandboxed.",
        problems.join("\n")
    )))
}

/// Lets a canary try to get out.
pub fn try_out(jail: &Jail) -> Tried {
    match canary(jail) {
        Ok((held, problem)) => Tried { level: jail.level, held, problem },
        Err(error) => Tried { level: jail.level, held: Vec::new(), problem: format!("{error:#}") },
    }
}

fn canary(jail: &Jail) -> Result<(Vec<String>, String)> {
    let scratch = Scratch::new("canary")?;
    let secret = scratch.path.join("secret");
    std::fs::write(&secret, "secret")?;
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600))?;
    let listener = TcpListener::bind("127.0.0.1:0").context("a listener")?;
    let name = format!("coordination-labs-canary-{}-{}", std::process::id(), jail.level);
    let _abstract = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?)?;
    let user = if is_root() { Some(user::lease()?) } else { None };
    let id = user.as_ref().map(|u| u.id);
    let itself = part(&jail.program, "/canary", Use::Run);
    let room = Room { parts: vec![itself.clone()], user, caps: JUDGE, programs: false };
    let fence = jail.fence(&room);
    let limit = |key: &str| {
        let word =
            fence.iter().filter_map(|w| w.to_str()).find_map(|w| w.strip_prefix(&format!("{key}="))?.parse().ok());
        word.unwrap_or(0_u64)
    };
    let mut words = fence.clone();
    words.extend([jail.place(&itself).into(), "canary".into()]);
    let port = listener.local_addr()?.port();
    words.extend([("secret", &secret), ("list", &scratch.path)].map(|(k, v)| format!("{k}={}", v.display()).into()));
    words.extend(["/tmp", "/dev/shm", "/var/tmp"].map(|folder| format!("write={folder}").into()));
    words.push(format!("write={}", scratch.path.display()).into());
    words.push(format!("abstract={name}").into());
    let numbers = [("victim", u64::from(std::process::id())), ("port", u64::from(port))];
    let limits = [("as", limit("as")), ("nproc", limit("nproc"))];
    words.extend(numbers.into_iter().chain(limits).map(|(k, v)| format!("{k}={v}").into()));
    let ended = jail.run(&room, &words)?;
    let said = |word: &'static str| {
        ended.stdout.lines().filter_map(move |l| l.strip_prefix(word)).map(str::to_owned).collect::<Vec<_>>()
    };
    let left = id.map_or(0, |id| user::processes_of(id).len());
    let problem = match (said("escaped "), ended.stdout.lines().last() == Some("done")) {
        (_, false) => format!("the canary did not come to its end ({:?}): {}", ended.end, last_line(&ended.stderr)),
        (escaped, _) if !escaped.is_empty() => format!("the canary escaped: {}", escaped.join(", ")),
        _ if left > 0 => format!("{left} processes of the canary are left"),
        _ => String::new(),
    };
    Ok((said("held "), problem))
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or("no word")
}

/// Whether everybody may walk to a file or into a folder: another user has to.
pub fn reachable(path: &Path) -> bool {
    let open = |p: &Path| std::fs::metadata(p).is_ok_and(|m| !m.is_dir() || m.permissions().mode() & 0o001 != 0);
    path.canonicalize().is_ok_and(|p| p.ancestors().all(open))
}
