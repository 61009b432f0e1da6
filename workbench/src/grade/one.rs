//! One submission from its files to its result.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::class::SHOWN;
use super::jail::{End, Ended, Jail};
use super::key::Hasher;
use super::level::reachable;
use super::room::{BUILD, Caps, Level, Part, Room, Use, is_root, part};
use super::user;
use crate::cmd::check;
use crate::cmd::judge::Judged;
use crate::labs::{Lab, is_sheet};
use crate::report::result::{CheckResult, Machine, Status, Wall};
use crate::submit::compile::{self, BuildFailure, Toolkit};
use crate::submit::stage;

/// What all submissions of a class are graded with.
pub struct Grader {
    /// The lab.
    pub lab: &'static Lab,
    /// The jail.
    pub jail: Jail,
    /// The toolkit that submissions are linked with.
    pub toolkit: Toolkit,
    /// The compiler's folder.
    pub sysroot: PathBuf,
    /// Seed of everything random.
    pub seed: u64,
    /// This machine.
    pub machine: Machine,
    /// The hash of all that submissions share.
    pub common: Hasher,
    /// What judging one may use.
    pub judging: Caps,
}

/// What grading a submission costs, in milliseconds of processor time; 0 where nobody counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// The compiler.
    pub build_ms: u64,
    /// The judge and the student's processes.
    pub judge_ms: u64,
}

/// A published result: everything but the wall clock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Graded {
    /// The build and the lab's checks.
    pub checks: Vec<CheckResult>,
    /// The level of the jail.
    pub sandbox: Level,
    /// What it cost.
    pub cost: Cost,
    /// Where.
    pub machine: Machine,
    /// Pages of checks that failed in an interleaving, by their ids; published beside the result, and before it.
    #[serde(skip)]
    pub pages: BTreeMap<String, String>,
    /// The ids of those pages.
    pub pictures: Vec<String>,
}

/// The result's name: a hash of the staged files, or of the sentence that says why there are none.
///
/// # Errors
/// When a staged file cannot be read.
pub fn key(grader: &Grader, staged: &Result<PathBuf, String>) -> Result<String> {
    let mut hasher = grader.common.clone();
    match staged {
        Err(sentence) => hasher.part(sentence.as_bytes()),
        Ok(folder) => {
            let lab = grader.lab;
            let sources = lab.given_files.iter().chain(lab.student_files).filter(|file| !is_sheet(file));
            let names = sources.map(|file| (*file).to_owned()).chain(stage::sheets(lab, folder));
            for name in names {
                hasher.part(name.as_bytes());
                hasher.part(&std::fs::read(folder.join(&name)).with_context(|| format!("reading the staged {name}"))?);
            }
        }
    }
    Ok(hasher.finish())
}

/// Where something of ours failed.
#[derive(Debug)]
pub struct Trouble {
    /// While the submission was built; else while it was judged.
    pub building: bool,
    /// What failed.
    pub error: anyhow::Error,
}

/// Builds and judges staged files. The program stays in `scratch` as `program`.
///
/// # Errors
/// Only when something of ours fails: then there is no result, and somebody tries again.
pub fn grade(grader: &Grader, staged: &Result<PathBuf, String>, scratch: &Path) -> Result<Graded, Trouble> {
    let mut cost = Cost::default();
    let built = match staged {
        Err(sentence) => Err(BuildFailure { message: sentence.clone(), compiler: String::new() }),
        Ok(folder) => sheets_beside(grader, folder, scratch)
            .and_then(|()| build(grader, folder, scratch, &mut cost))
            .map_err(|error| Trouble { building: true, error })?,
    };
    let (checks, pages) = match built {
        Err(failure) => (check::unbuilt(grader.lab, &failure), BTreeMap::new()),
        Ok(program) => judge(grader, &program, &mut cost).map_err(|error| Trouble { building: false, error })?,
    };
    Ok(graded(grader, checks, pages, cost))
}

/// Answer sheets are read beside the program. They are copied before anything of the submission is compiled.
fn sheets_beside(grader: &Grader, staged: &Path, scratch: &Path) -> Result<()> {
    for name in stage::sheets(grader.lab, staged) {
        std::fs::copy(staged.join(&name), scratch.join(&name)).with_context(|| format!("copying {name}"))?;
    }
    Ok(())
}

/// The result of a submission that cannot be graded where the reference can, again and again: it is to blame, however it
/// does it. The sentence is always the same; what exactly happened is not.
pub fn to_blame(grader: &Grader, building: bool) -> Graded {
    let checks = match building {
        true => {
            let message = "the compiler does not come to an end with this, as it does with the reference".to_owned();
            check::unbuilt(grader.lab, &BuildFailure { message, compiler: String::new() })
        }
        false => over_the_cap(grader.lab, "the program keeps the grader from ending, as the reference does not"),
    };
    graded(grader, checks, BTreeMap::new(), Cost::default())
}

fn graded(grader: &Grader, checks: Vec<CheckResult>, pages: BTreeMap<String, String>, cost: Cost) -> Graded {
    let pictures = pages.keys().cloned().collect();
    Graded { checks, sandbox: grader.jail.level, cost, machine: grader.machine.clone(), pages, pictures }
}

/// Compiles staged files in a jail.
///
/// # Errors
/// Only when something of ours fails.
pub fn build(grader: &Grader, staged: &Path, scratch: &Path, cost: &mut Cost) -> Result<Result<PathBuf, BuildFailure>> {
    let (jail, toolkit) = (&grader.jail, &grader.toolkit);
    let work = part(staged, "/work", Use::Write);
    let sysroot = part(&grader.sysroot, "/toolchain", Use::Run);
    let library = part(&toolkit.library, "/libshared.rlib", Use::Read);
    let dependencies = part(&toolkit.dependencies, "/dependencies", Use::Read);
    // Without files of its own a room shows the real ones, and another user must be able to walk to them. No code of a
    // student runs in the compiler: staying who we are, without any rights and behind Landlock, is the fallback.
    let walkable = [&sysroot, &library, &dependencies].iter().all(|p| reachable(&p.host)) && reachable(scratch);
    let stranger = is_root() && (jail.level == Level::L2 || (jail.level == Level::L1 && walkable));
    let user = if stranger { Some(user::lease()?) } else { None };
    if let Some(user) = &user {
        std::os::unix::fs::chown(staged, Some(user.id), Some(user.id))
            .context("giving the folder to the build's user")?;
    }
    let rustc = jail.place(&sysroot).join("bin/rustc");
    let inside = Toolkit { library: jail.place(&library).into(), dependencies: jail.place(&dependencies).into() };
    let from = jail.place(&work).to_path_buf();
    let arguments = compile::arguments(grader.lab, &inside, &from, &from.join("program"), SHOWN);
    let place = jail.place(&sysroot).as_os_str().to_owned();
    let parts: Vec<Part> = vec![work, sysroot, library, dependencies];
    let room = Room { parts, user, caps: BUILD, programs: true };
    let mut words = jail.fence(&room);
    words.extend([rustc.into(), "--sysroot".into(), place]);
    words.extend(arguments);
    words.extend(["--color", "never"].map(OsString::from));
    let ended = jail.run(&room, &words)?;
    cost.build_ms = ended.cpu_ms;
    let built = staged.join("program");
    if ended.end == End::Exited(0) && built.symlink_metadata().is_ok_and(|m| m.is_file()) {
        return Ok(Ok(take_out(&built, &scratch.join("program"))?));
    }
    blame(&ended).map(Err)
}

/// A copy that belongs to us and that everybody may run, nobody write.
fn take_out(built: &Path, to: &Path) -> Result<PathBuf> {
    let mut from = std::fs::File::options().read(true).custom_flags(libc::O_NOFOLLOW).open(built)?;
    let mut file = std::fs::File::create_new(to).with_context(|| format!("making {}", to.display()))?;
    std::io::copy(&mut from, &mut file).context("taking the program out of its jail")?;
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o555))?;
    Ok(to.to_path_buf())
}

/// Whose fault a failed build is.
fn blame(ended: &Ended) -> Result<BuildFailure> {
    let sentence = match ended.end {
        End::Memory => format!("the compiler needs more than {} MB of memory for this", BUILD.bytes >> 20),
        End::Processor => format!("the compiler needs more than {} s for this", BUILD.cpu_ms / 1000),
        End::Wall => bail!("the compiler stood still for {} s", BUILD.wall_ms / 1000),
        _ => {
            return compile::blame(ended.stderr.clone(), SHOWN).map_err(|plain| {
                anyhow::anyhow!("the compiler failed ({:?}), and pointed at nothing:\n{plain}", ended.end)
            });
        }
    };
    Ok(BuildFailure { message: sentence, compiler: String::new() })
}

/// Runs the judge in a jail.
fn judge(grader: &Grader, program: &Path, cost: &mut Cost) -> Result<(Vec<CheckResult>, BTreeMap<String, String>)> {
    let (ended, judged) = ask(grader, program, None)?;
    cost.judge_ms = ended.cpu_ms;
    let too_much = match ended.end {
        End::Memory => format!("all processes together held more than {} MB", grader.judging.bytes >> 20),
        End::Processor => {
            format!("all checks together took more than {} s of processor time", grader.judging.cpu_ms / 1000)
        }
        End::Wall => bail!("judging stood still for {} s", grader.judging.wall_ms / 1000),
        _ => {
            let Some(Judged::Checks(checks, pages)) = judged else {
                bail!("the judge said nothing ({:?}): {}", ended.end, ended.stderr.trim())
            };
            ensure!(checks.len() == grader.lab.checks.len(), "the judge left out checks");
            return Ok((std::iter::once(check::built()).chain(checks).collect(), pages));
        }
    };
    Ok((over_the_cap(grader.lab, &too_much), BTreeMap::new()))
}

/// The program was ended with all its checks: none of them passed.
fn over_the_cap(lab: &Lab, sentence: &str) -> Vec<CheckResult> {
    let failed = check::unbuilt(lab, &BuildFailure { message: String::new(), compiler: String::new() });
    let rest =
        failed.into_iter().skip(1).map(|row| CheckResult { status: Status::Fail, message: sentence.to_owned(), ..row });
    std::iter::once(check::built()).chain(rest).collect()
}

/// The race of a program against the reference, in a jail.
///
/// # Errors
/// Only when something of ours fails.
pub fn race(grader: &Grader, program: &Path, reference: &Path) -> Result<Wall> {
    let (ended, judged) = ask(grader, program, Some(reference))?;
    match judged {
        Some(Judged::Wall(wall)) => Ok(wall),
        _ => bail!("the judge of the race said nothing ({:?}): {}", ended.end, ended.stderr.trim()),
    }
}

fn ask(grader: &Grader, program: &Path, reference: Option<&Path>) -> Result<(Ended, Option<Judged>)> {
    let jail = &grader.jail;
    let user = if is_root() && jail.level != Level::None { Some(user::lease()?) } else { None };
    let id = user.as_ref().map(|u| u.id);
    let own = std::env::current_exe().context("finding the runner's own program")?;
    let (judge, lab) = (part(&own, "/judge", Use::Ours), part(program, "/lab", Use::Run));
    let reference = reference.map(|r| part(r, "/reference", Use::Run));
    let mut words: Vec<OsString> = vec![jail.place(&judge).into(), "__judge".into(), grader.lab.name.into()];
    words.extend(["--binary".into(), jail.place(&lab).into(), "--seed".into(), grader.seed.to_string().into()]);
    if let Some(reference) = &reference {
        words.extend(["--reference".into(), jail.place(reference).into()]);
    }
    let beside = program.parent().unwrap_or(Path::new("/"));
    let sheets = stage::sheets(grader.lab, beside);
    let sheets = sheets.iter().map(|name| part(&beside.join(name), Path::new("/").join(name), Use::Ours));
    let parts = [judge, lab].into_iter().chain(reference).chain(sheets).collect();
    let room = Room { parts, user, caps: grader.judging, programs: false };
    words.push("--".into());
    words.extend(jail.fence(&room));
    let ended = jail.run(&room, &words)?;
    let left = id.map_or(Vec::new(), user::processes_of);
    ensure!(left.is_empty(), "processes of the submission's user are left: {left:?}");
    let judged = if ended.end == End::Exited(0) { serde_json::from_str(&ended.stdout).ok() } else { None };
    Ok((ended, judged))
}
