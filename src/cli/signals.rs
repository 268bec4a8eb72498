//! Handling of Ctrl-C, SIGTERM and SIGHUP: the bundle under way is removed, and the program ends as
//! by the signal. After `kill -9` the next run reports what was left.
//!
//! A hang-up that is ignored from the start stays ignored, as `nohup` requires. Only Linux shows
//! whether it is; on other systems hang-ups are left alone.

use tenant_impact::bundle::AbortHandle;

/// Aborts the writing of a bundle when a signal ends the program.
#[cfg(unix)]
pub(crate) fn abort_on(abort: AbortHandle) {
    let Ok(mut signals) = ends() else {
        // Without the handler a signal leaves a stale folder, which the next run reports.
        return;
    };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            abort.abort_for_exit();
            // The shell sees the status of the signal: 129, 130 or 143.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}

/// Returns the signals that end this program.
#[cfg(unix)]
pub(crate) fn ends() -> std::io::Result<signal_hook::iterator::Signals> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    signal_hook::iterator::Signals::new([SIGINT, SIGTERM].into_iter().chain(heeds_hang_up().then_some(SIGHUP)))
}

/// Returns whether a hang-up would end this program, as far as the system shows it.
#[cfg(unix)]
fn heeds_hang_up() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hang_up(&status) == Some(false))
}

/// Reads the mask of ignored signals from the status of a process. The lowest bit is the hang-up.
#[cfg(unix)]
fn ignores_hang_up(status: &str) -> Option<bool> {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    Some(u64::from_str_radix(ignored.trim(), 16).ok()? & 1 == 1)
}

/// Aborts the writing of a bundle on Ctrl-C and when the console closes.
#[cfg(windows)]
pub(crate) fn abort_on(abort: AbortHandle) {
    // Without the handler Ctrl-C leaves a stale folder, which the next run reports.
    let _ = ctrlc::set_handler(move || {
        abort.abort_for_exit();
        #[expect(
            clippy::exit,
            reason = "the handler runs on a thread of its own and must end the program"
        )]
        std::process::exit(STATUS_CONTROL_C_EXIT);
    });
}

/// Exit status of a program that Ctrl-C ended, as Windows itself gives it: 0xC000013A.
#[cfg(windows)]
const STATUS_CONTROL_C_EXIT: i32 = -1_073_741_510;

/// Leaves signals alone. A signal leaves a stale folder, which the next run reports.
#[cfg(not(any(unix, windows)))]
pub(crate) fn abort_on(_abort: AbortHandle) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_hang_up_is_told_by_its_bit() {
        let status = |mask: &str| format!("Name:\tx\nSigBlk:\tffff\nSigIgn:\t{mask}\nSigCgt:\t0\n");
        assert_eq!(ignores_hang_up(&status("0000000000001001")), Some(true));
        assert_eq!(ignores_hang_up(&status("0000000000001006")), Some(false));
        assert_eq!(ignores_hang_up(&status("?")), None);
        assert_eq!(ignores_hang_up(""), None);
    }
}
