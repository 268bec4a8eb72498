//! Ctrl-C and SIGTERM: take back what was written, then end as the signal would have ended the program.
//!
//! A hang-up is left alone, so that `nohup` keeps its meaning. What it, or `kill -9`, leaves behind is told by the next run.

use tenant_impact::bundle::Writer;

/// From now on, a signal to end leaves nothing behind of this bundle.
#[cfg(unix)]
pub(crate) fn undo_on(writer: &Writer) {
    use signal_hook::{
        consts::{SIGINT, SIGTERM},
        iterator::Signals,
        low_level::emulate_default_handler,
    };
    let undo = writer.undo();
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
        // Without the handler the signal still ends the program; the next run tells what it left.
        return;
    };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            undo.for_good();
            // So that a shell sees what it was: 130 or 143.
            let _ = emulate_default_handler(signal);
        }
    });
}

/// The next run tells what was left.
#[cfg(not(unix))]
pub(crate) fn undo_on(_writer: &Writer) {}
