//! Reading ahead: a thread of its own reads, unpacks and hashes one source, and hands its blocks to those that judge.
//!
//! One digest is one chain, so of a single large file that thread is the pace of everything, and must never wait for a turn.
//! Where there are as many sources as threads, each thread does better to read for itself: what it has just read is still in
//! its cache.

use std::{
    sync::mpsc::{IntoIter, sync_channel},
    thread,
};

/// So many blocks wait for each thread that judges; more would only be cold when their turn comes.
const WAITING: usize = 4;

/// Does this with the blocks while they are read.
pub(super) fn ahead<B: Send, T>(
    blocks: impl Iterator<Item = B> + Send,
    threads: usize,
    with: impl FnOnce(IntoIter<B>) -> T,
) -> T {
    let (sender, receiver) = sync_channel(WAITING * threads);
    thread::scope(|scope| {
        // Whoever judges stops at the first fault, and then nobody takes any more.
        scope.spawn(move || blocks.map(|block| sender.send(block)).find(Result::is_err));
        with(receiver.into_iter())
    })
}
