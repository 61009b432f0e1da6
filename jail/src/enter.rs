//! Puts a fence around this process, then becomes another program. What is fenced cannot be opened again: the limits, the
//! Landlock domain, the user and the filter of system calls hold for every process that comes of it.

use std::ffi::{CString, OsString};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetStatus, Scope,
};

use crate::syscalls;
use crate::words::Words;

/// The newest rights that this program knows; an older kernel enforces those it has.
const KNOWN: ABI = ABI::V6;

/// `jail enter [uid=N] [landlock=must|try] [read=PATH …] [run=PATH …] [write=PATH …] [cpu=N] [LIMIT=N …] -- PROGRAM …`
///
/// # Errors
/// When any part of the fence does not stand: then the program is not started.
pub fn run(args: &[OsString]) -> Result<ExitCode> {
    let words = Words::read(args)?;
    let (program, rest) = words.program.split_first().context("no program was named")?;
    let filter = syscalls::filter()?;
    let program_file = open(Path::new(program))?;
    if let Some(cpu) = words.number("cpu")? {
        stay_on(cpu as usize);
    }
    limit(&words)?;
    landlock(&words)?;
    drop_capabilities();
    if let Some(uid) = words.number("uid")? {
        become_user(uid as u32)?;
    }
    seccompiler::apply_filter(&filter).context("the filter of system calls")?;
    Err(exec(&program_file, program, rest))
}

fn open(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.read(true).custom_flags(libc::O_PATH | libc::O_CLOEXEC);
    options.open(path).with_context(|| format!("opening {}", path.display()))
}

/// Limits of each process, by the names of the kernel.
const LIMITS: [(&str, libc::__rlimit_resource_t); 6] = [
    ("as", libc::RLIMIT_AS),
    ("core", libc::RLIMIT_CORE),
    ("cpu-seconds", libc::RLIMIT_CPU),
    ("fsize", libc::RLIMIT_FSIZE),
    ("nofile", libc::RLIMIT_NOFILE),
    ("nproc", libc::RLIMIT_NPROC),
];

fn limit(words: &Words) -> Result<()> {
    for (name, resource) in LIMITS {
        let Some(value) = words.number(name)? else { continue };
        let limit = libc::rlimit { rlim_cur: value, rlim_max: value };
        // SAFETY: a live struct that the kernel only reads.
        let refused = unsafe { libc::setrlimit(resource, &limit) } != 0;
        ensure!(!refused, "limit {name}={value}: {}", std::io::Error::last_os_error());
    }
    Ok(())
}

/// Files outside the named ones, the network, and signals and sockets across the fence. `must` refuses a kernel without it.
fn landlock(words: &Words) -> Result<()> {
    let must = words.all("landlock").any(|v| v == "must");
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?;
    let read = AccessFs::from_read(KNOWN) & !AccessFs::Execute;
    let rights: [(&str, BitFlags<AccessFs>); 3] =
        [("read", read), ("run", AccessFs::from_read(KNOWN)), ("write", AccessFs::from_all(KNOWN))];
    for (key, access) in rights {
        for path in words.paths(key) {
            rules = allow(rules, &path, access)?;
        }
    }
    let status = rules.restrict_self().context("Landlock")?;
    ensure!(!must || status.ruleset != RulesetStatus::NotEnforced, "this kernel has no Landlock");
    Ok(())
}

fn allow(rules: landlock::RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<landlock::RulesetCreated> {
    let folder = path.is_dir();
    let access = if folder { access } else { access & AccessFs::from_file(KNOWN) };
    let beneath = PathFd::new(path).with_context(|| format!("allowing {}", path.display()))?;
    Ok(rules.add_rule(PathBeneath::new(beneath, access))?)
}

/// Capabilities go for good, at the latest when the program starts. Without any this does nothing.
fn drop_capabilities() {
    /// No privileges by being user 0, and no keeping them over a change of user; both locked.
    const NO_ROOT: u32 = 0b10_0011;
    // SAFETY: settings of this process; capabilities that do not exist are refused without effect.
    unsafe {
        libc::prctl(libc::PR_SET_SECUREBITS, NO_ROOT);
        for capability in 0..64 {
            libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0);
        }
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    }
}

/// Becomes another user for good, checked afterwards.
fn become_user(uid: u32) -> Result<()> {
    ensure!(uid > 1, "uid={uid} is a user of the system");
    // SAFETY: system calls on plain integers; the process has one thread.
    let refused = unsafe {
        libc::setgroups(0, std::ptr::null()) != 0
            || libc::setresgid(uid, uid, uid) != 0
            || libc::setresuid(uid, uid, uid) != 0
    };
    ensure!(!refused, "becoming user {uid}: {}", std::io::Error::last_os_error());
    // SAFETY: as above; it must fail.
    let back = unsafe { libc::setresuid(0, 0, 0) } == 0;
    ensure!(!back, "user {uid} can become root again");
    Ok(())
}

fn stay_on(cpu: usize) {
    // SAFETY: a set of plain bits with one bit set; its size is passed. A refusal costs speed only.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(cpu % libc::CPU_SETSIZE as usize, &mut set);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set);
    }
}

/// The only variables that a fenced program gets; a compiler needs them.
const PASSED: [&str; 3] = ["PATH", "TMPDIR", "LC_ALL"];

/// Becomes the program, by its descriptor: the new user need not be able to walk to it. Returns only when that fails.
fn exec(file: &File, name: &OsString, rest: &[OsString]) -> anyhow::Error {
    let words: Result<Vec<CString>, _> =
        std::iter::once(name).chain(rest).map(|w| CString::new(w.as_bytes())).collect();
    let variables = std::env::vars_os()
        .filter(|(k, _)| PASSED.iter().any(|p| k == p))
        .map(|(k, v)| [k.as_bytes(), b"=", v.as_bytes()].concat());
    let variables: Result<Vec<CString>, _> = variables.map(CString::new).collect();
    let (Ok(words), Ok(variables)) = (words, variables) else { return anyhow::anyhow!("a word with a NUL") };
    let pointers = |list: &[CString]| -> Vec<*const libc::c_char> {
        list.iter().map(|w| w.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (argv, envp) = (pointers(&words), pointers(&variables));
    // SAFETY: both lists end with a null and point to live C strings; the path is an empty C string.
    unsafe {
        libc::syscall(
            libc::SYS_execveat,
            file.as_raw_fd(),
            c"".as_ptr(),
            argv.as_ptr(),
            envp.as_ptr(),
            libc::AT_EMPTY_PATH,
        )
    };
    anyhow::anyhow!("starting {}: {}", name.display(), std::io::Error::last_os_error())
}
