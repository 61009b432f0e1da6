//! The system calls that a fenced program may make: those of an ordinary program that computes, reads and writes files and
//! starts others. Everything else, known or not yet invented, answers "no such system call", so that libraries take
//! their older ways. Left out on purpose: signals to others, tracing, namespaces, mounts, sockets, keys, io_uring, bpf, and
//! memory files, whose memory no limit of a process counts (a lab's processes get theirs from the grader).

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use libc::*;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition as Condition,
    SeccompFilter, SeccompRule as Rule,
};

/// Allowed with any arguments.
const FREE: &[c_long] = &[
    // Memory.
    SYS_brk,
    SYS_madvise,
    SYS_mincore,
    SYS_mlock,
    SYS_mmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_msync,
    SYS_munlock,
    SYS_munmap,
    SYS_membarrier,
    // Time and rest.
    SYS_clock_getres,
    SYS_clock_gettime,
    SYS_clock_nanosleep,
    SYS_gettimeofday,
    SYS_nanosleep,
    SYS_getrandom,
    SYS_sched_yield,
    // Itself.
    SYS_execve,
    SYS_execveat,
    SYS_exit,
    SYS_exit_group,
    SYS_futex,
    SYS_get_robust_list,
    SYS_getcpu,
    SYS_getegid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getgroups,
    SYS_getpgid,
    SYS_getpid,
    SYS_getppid,
    SYS_getpriority,
    SYS_getresgid,
    SYS_getresuid,
    SYS_getrusage,
    SYS_getsid,
    SYS_gettid,
    SYS_getuid,
    SYS_restart_syscall,
    SYS_rseq,
    SYS_rt_sigaction,
    SYS_rt_sigpending,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigsuspend,
    SYS_rt_sigtimedwait,
    SYS_sched_getaffinity,
    SYS_sched_getparam,
    SYS_sched_getscheduler,
    SYS_set_robust_list,
    SYS_set_tid_address,
    SYS_setpgid,
    SYS_setsid,
    SYS_sigaltstack,
    SYS_sysinfo,
    SYS_times,
    SYS_umask,
    SYS_uname,
    SYS_wait4,
    SYS_waitid,
    // Descriptors.
    SYS_close,
    SYS_close_range,
    SYS_copy_file_range,
    SYS_dup,
    SYS_dup3,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_eventfd2,
    SYS_fadvise64,
    SYS_fallocate,
    SYS_fcntl,
    SYS_fdatasync,
    SYS_flock,
    SYS_fsync,
    SYS_ftruncate,
    SYS_lseek,
    SYS_pipe2,
    SYS_ppoll,
    SYS_pread64,
    SYS_preadv,
    SYS_pselect6,
    SYS_pwrite64,
    SYS_pwritev,
    SYS_read,
    SYS_readv,
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_sendfile,
    SYS_sendto,
    SYS_sendmsg,
    SYS_shutdown,
    SYS_write,
    SYS_writev,
    // Files.
    SYS_chdir,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_fchdir,
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fstat,
    SYS_fstatfs,
    SYS_getcwd,
    SYS_getdents64,
    SYS_linkat,
    SYS_mkdirat,
    SYS_newfstatat,
    SYS_openat,
    SYS_readlinkat,
    SYS_renameat,
    SYS_renameat2,
    SYS_statfs,
    SYS_statx,
    SYS_symlinkat,
    SYS_truncate,
    SYS_unlinkat,
    SYS_utimensat,
];

/// The older names of the same calls that only this architecture has.
#[cfg(target_arch = "x86_64")]
const OLD: &[c_long] = &[
    SYS_access,
    SYS_alarm,
    SYS_arch_prctl,
    SYS_chmod,
    SYS_dup2,
    SYS_epoll_create,
    SYS_epoll_wait,
    SYS_eventfd,
    SYS_fork,
    SYS_getdents,
    SYS_getpgrp,
    SYS_link,
    SYS_lstat,
    SYS_mkdir,
    SYS_open,
    SYS_pause,
    SYS_pipe,
    SYS_poll,
    SYS_readlink,
    SYS_rename,
    SYS_rmdir,
    SYS_select,
    SYS_stat,
    SYS_symlink,
    SYS_time,
    SYS_unlink,
    SYS_utime,
    SYS_vfork,
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[c_long] = &[];

/// Namespaces that a clone may not make.
const NAMESPACES: c_int =
    CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | 0x80;

/// What `prctl` may be asked: names, the death signal, being hidden from tracers.
const PRCTL: [c_int; 7] = [
    PR_SET_NAME,
    PR_GET_NAME,
    PR_SET_PDEATHSIG,
    PR_SET_DUMPABLE,
    PR_GET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    0x5356_4d41, // PR_SET_VMA: allocators name their memory.
];

/// What `ioctl` may be asked: is it a terminal, how much is there to read, (non)blocking, close on exec.
const IOCTL: [c_ulong; 6] = [TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX];

/// The filter, ready for the kernel.
///
/// # Errors
/// On an architecture that the filter's compiler does not know.
pub fn filter() -> Result<BpfProgram> {
    let mut rules: BTreeMap<i64, Vec<Rule>> = FREE.iter().chain(OLD).map(|call| (*call, vec![])).collect();
    rules.insert(SYS_clone, vec![rule(0, Op::MaskedEq(NAMESPACES as u64), 0)?]);
    // A process may abort itself; a signal to another would have to be this one, too, and the kernel asks for the right.
    rules.insert(SYS_tgkill, vec![rule(2, Op::Eq, SIGABRT as u64)?]);
    // Limits may be asked, and lowered for oneself.
    rules.insert(SYS_prlimit64, vec![rule(0, Op::Eq, 0)?]);
    rules.insert(SYS_socketpair, vec![rule(0, Op::Eq, AF_UNIX as u64)?]);
    rules.insert(SYS_prctl, PRCTL.iter().map(|asked| rule(0, Op::Eq, *asked as u64)).collect::<Result<_>>()?);
    rules.insert(SYS_ioctl, IOCTL.iter().map(|asked| rule(1, Op::Eq, *asked)).collect::<Result<_>>()?);
    let arch = std::env::consts::ARCH.try_into().context("no filter of system calls for this architecture")?;
    let refuse = SeccompAction::Errno(ENOSYS as u32);
    let filter = SeccompFilter::new(rules, refuse, SeccompAction::Allow, arch).context("the filter of system calls")?;
    filter.try_into().context("compiling the filter of system calls")
}

fn rule(argument: u8, op: Op, value: u64) -> Result<Rule> {
    Ok(Rule::new(vec![Condition::new(argument, Len::Dword, op, value)?])?)
}
