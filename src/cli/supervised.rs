//! `report` under a memory limit of the system, such as `ulimit -v`. A refused allocation ends a
//! process at once, so that it cannot remove what it wrote. So a second process makes the report,
//! and this one removes what the second one left.

use std::path::Path;

use super::exit::Outcome;

/// Makes the report in a second process if memory is limited. Returns `None` if it is not.
#[cfg(target_os = "linux")]
pub(crate) fn run(out: &Path) -> Option<anyhow::Result<Outcome>> {
    use std::{env, process::Command};

    if env::var_os(SUPERVISED).is_some() || !is_limited() {
        return None;
    }
    let mut command = Command::new(env::current_exe().ok()?);
    command.args(env::args_os().skip(1)).env(SUPERVISED, "1");
    // Signals are passed on from before the second process begins.
    let signals = super::signals::ends().ok()?;
    Some(supervise(out, command.spawn().ok()?, signals))
}

/// Returns `None`: limits are not known on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn run(_out: &Path) -> Option<anyhow::Result<Outcome>> {
    None
}

/// Variable that marks the second process.
#[cfg(target_os = "linux")]
const SUPERVISED: &str = "TENANT_IMPACT_SUPERVISED";

#[cfg(target_os = "linux")]
fn is_limited() -> bool {
    use rustix::process::{Resource, getrlimit};
    [Resource::As, Resource::Data]
        .into_iter()
        .any(|resource| getrlimit(resource).current.is_some())
}

#[cfg(target_os = "linux")]
fn supervise(
    out: &Path,
    mut child: std::process::Child,
    mut signals: signal_hook::iterator::Signals,
) -> anyhow::Result<Outcome> {
    use std::{os::unix::process::ExitStatusExt as _, process, thread};

    use anyhow::{Context as _, bail};
    use rustix::process::{Pid, Signal, kill_process};
    use tenant_impact::bundle::stale_outputs;

    let id = Pid::from_child(&child);
    thread::spawn(move || {
        for signal in signals.forever().filter_map(Signal::from_named_raw) {
            // A process that has ended needs no signal.
            let _ = kill_process(id, signal);
        }
    });
    let status = child
        .wait()
        .context("cannot wait for the process that makes the report")?;
    if let Some(code) = status.code() {
        // The second process has printed all messages.
        #[expect(clippy::exit, reason = "the status is that of the other process, whatever it is")]
        process::exit(code);
    }
    for leftover in stale_outputs(out)?.into_iter().filter(|leftover| !leftover.is_in_use()) {
        let path = leftover.path.display().to_string();
        leftover.remove().with_context(|| format!("cannot remove `{path}`"))?;
    }
    let signal = status.signal().unwrap_or_default();
    if [
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
        signal_hook::consts::SIGHUP,
    ]
    .contains(&signal)
    {
        // The shell sees the status of the signal.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    }
    if signal == signal_hook::consts::SIGABRT {
        bail!(
            "the system refused memory, which it limits for a process (`ulimit -v`, `ulimit -d`). Nothing is left of the bundle: raise \
             the limit, or state a smaller --memory or fewer --threads"
        );
    }
    bail!("signal {signal} ended the process that made the report. Nothing is left of the bundle; run again")
}
