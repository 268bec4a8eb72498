//! Ctrl-C, SIGTERM and a hang-up, as of a closed session: take back what was written, then end as
//! the signal would have ended the program. What `kill -9` leaves behind is told by the next run.
//!
//! A hang-up that is ignored from the start stays so: that is what `nohup` means. Only Linux tells
//! whether it is; elsewhere a hang-up is left alone.

use tenant_impact::bundle::BundleWriter;

/// From now on, a signal to end leaves nothing behind of this bundle.
#[cfg(unix)]
pub(crate) fn abort_on(writer: &BundleWriter) {
    let abort = writer.abort_handle();
    let Ok(mut signals) = ends() else {
        // Without the handler the signal still ends the program; the next run tells what it left.
        return;
    };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            abort.abort_for_exit();
            // So that a shell sees what it was: 129, 130 or 143.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}

/// The signals that end this program.
#[cfg(unix)]
pub(crate) fn ends() -> std::io::Result<signal_hook::iterator::Signals> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    signal_hook::iterator::Signals::new([SIGINT, SIGTERM].into_iter().chain(heeds_hang_up().then_some(SIGHUP)))
}

/// Whether a hang-up would end this program, as far as the system tells.
#[cfg(unix)]
fn heeds_hang_up() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hang_up(&status) == Some(false))
}

/// By the signals that are ignored, a bit each; that of the hang-up is the lowest.
#[cfg(unix)]
fn ignores_hang_up(status: &str) -> Option<bool> {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    Some(u64::from_str_radix(ignored.trim(), 16).ok()? & 1 == 1)
}

/// The next run tells what was left.
#[cfg(not(unix))]
pub(crate) fn abort_on(_writer: &BundleWriter) {}

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
