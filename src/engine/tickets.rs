//! Tickets: where a source can be read anywhere, each thread reads a piece of its own, finds the records in it when its turn
//! comes, and judges them. Nothing is handed from thread to thread, so that it stays in the cache of the one who read it.

use std::{
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

/// How often somebody looks again before it sleeps: to be woken takes about as long as to read a piece does.
const LOOKS: u32 = 100;

/// The pieces of one source, for all threads.
pub(super) struct Tickets<R, C, B> {
    /// Blocks that were cut before.
    first: Mutex<Vec<B>>,
    read: R,
    /// The next piece that nobody reads yet.
    next: AtomicU64,
    /// Only whose turn it is comes here.
    cut: Mutex<C>,
    /// The piece that is to be cut now.
    turn: AtomicU64,
    /// Nothing more is to be cut.
    ended: AtomicBool,
    /// How many sleep until it is their turn, or are about to.
    waiting: AtomicUsize,
    bed: Mutex<()>,
    called: Condvar,
}

/// What came of a piece.
pub(super) struct Cut<B> {
    /// None where no record ends in it.
    pub(super) block: Option<B>,
    /// No piece follows.
    pub(super) last: bool,
}

impl<R: Fn(u64) -> T, C: FnMut(T) -> Cut<B>, T, B> Tickets<R, C, B> {
    /// Of pieces that are read so, by their number, and cut so, in their order. Some blocks may be there already.
    pub(super) fn new(first: Vec<B>, read: R, cut: C) -> Self {
        Self {
            first: Mutex::new(first),
            read,
            next: AtomicU64::new(0),
            cut: Mutex::new(cut),
            turn: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            bed: Mutex::new(()),
            called: Condvar::new(),
        }
    }

    /// A block that nobody has; none once all are taken.
    pub(super) fn next(&self) -> Option<B> {
        if let Some(block) = locked(&self.first).pop() {
            return Some(block);
        }
        loop {
            let _holder = Holder(self);
            let number = self.next.fetch_add(1, SeqCst);
            let piece = (self.read)(number);
            self.wait_for(number)?;
            let Cut { block, last } = (locked(&self.cut))(piece);
            self.ended.fetch_or(last, SeqCst);
            self.turn.store(number + 1, SeqCst);
            self.call();
            if block.is_some() || last {
                return block;
            }
        }
    }

    /// None where nobody's turn comes any more.
    fn wait_for(&self, number: u64) -> Option<()> {
        let ready = || self.ended.load(SeqCst) || self.turn.load(SeqCst) == number;
        let soon = (0..LOOKS).any(|_| {
            let ready = ready();
            if !ready {
                thread::yield_now();
            }
            ready
        });
        if !soon {
            let bed = locked(&self.bed);
            self.waiting.fetch_add(1, SeqCst);
            let bed = self.called.wait_while(bed, |()| !ready());
            self.waiting.fetch_sub(1, SeqCst);
            drop(bed);
        }
        (!self.ended.load(SeqCst)).then_some(())
    }
}

impl<R, C, B> Tickets<R, C, B> {
    /// Nobody need read any more: something is wrong.
    pub(super) fn end(&self) {
        self.ended.store(true, SeqCst);
        self.call();
    }

    /// Wakes those who sleep: whoever is not seen to do so sees first what has changed.
    fn call(&self) {
        if self.waiting.load(SeqCst) > 0 {
            drop(locked(&self.bed));
            self.called.notify_all();
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panic leaves half done is looked at by nobody: then all has ended.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whoever has a number, until it is served. If it never will be, those behind would wait forever.
struct Holder<'t, R, C, B>(&'t Tickets<R, C, B>);

impl<R, C, B> Drop for Holder<'_, R, C, B> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Mutex, mpsc},
        time::Duration,
    };

    use super::*;

    const PIECES: u64 = 300;

    /// Of pieces of which every third holds no record's end, and which must be cut in order.
    fn tickets(first: Vec<u64>, read: impl Fn(u64)) -> Tickets<impl Fn(u64) -> u64, impl FnMut(u64) -> Cut<u64>, u64> {
        let mut cut = 0..=PIECES;
        Tickets::new(
            first,
            move |number| {
                read(number);
                number
            },
            move |number| {
                assert_eq!(cut.next(), Some(number), "cut in another order, or behind the end");
                Cut {
                    block: (number % 3 > 0).then_some(number),
                    last: number == PIECES,
                }
            },
        )
    }

    fn taken_by(
        tickets: &Tickets<impl Fn(u64) -> u64 + Sync, impl FnMut(u64) -> Cut<u64> + Send, u64>,
        threads: usize,
        judge: Duration,
    ) -> Vec<Vec<u64>> {
        let one = || {
            let mut taken = Vec::new();
            while let Some(block) = tickets.next() {
                thread::sleep(judge);
                taken.push(block);
            }
            taken
        };
        thread::scope(|scope| {
            let each: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
            each.into_iter().map(|one| one.join().expect("no panic")).collect()
        })
    }

    #[test]
    fn every_block_is_taken_once_and_cut_in_order_whoever_is_slow() {
        for (read, judge, threads) in [(0, 0, 4), (0, 100, 4), (100, 0, 4), (50, 50, 3), (0, 0, 1)] {
            // Every seventh piece takes its time, so that those behind it wait.
            let tickets = tickets(vec![998, 999], |number| {
                thread::sleep(Duration::from_micros(if number % 7 == 0 { 20 * read } else { read }));
            });
            let mut all = taken_by(&tickets, threads, Duration::from_micros(judge)).concat();
            all.sort_unstable();
            let blocks = (0..=PIECES).filter(|number| number % 3 > 0);
            assert_eq!(all, blocks.chain([998, 999]).collect::<Vec<_>>());
            assert_eq!(tickets.next(), None);
        }
    }

    #[test]
    fn several_read_at_once() {
        let (begins, begun) = mpsc::channel();
        let begun = Mutex::new(begun);
        let tickets = tickets(Vec::new(), |number| match number {
            0 => {
                let other = begun.lock().expect("no panic").recv_timeout(Duration::from_secs(20));
                other.expect("somebody reads meanwhile");
            }
            1 => begins.send(()).expect("the first one listens"),
            _ => {}
        });
        taken_by(&tickets, 2, Duration::ZERO);
    }

    #[test]
    fn who_ends_it_ends_it_for_all_that_wait() {
        let (stuck, free) = mpsc::channel::<()>();
        let free = Mutex::new(free);
        let tickets = tickets(Vec::new(), |number| {
            if number == 0 {
                let _ = free.lock().expect("no panic").recv();
            }
        });
        thread::scope(|scope| {
            let others: Vec<_> = (0..4).map(|_| scope.spawn(|| tickets.next())).collect();
            // Long enough for three of them to sleep, behind the fourth.
            thread::sleep(Duration::from_millis(20));
            tickets.end();
            drop(stuck);
            for other in others {
                assert_eq!(other.join().expect("no panic"), None);
            }
        });
    }

    #[test]
    fn a_panic_of_the_one_who_reads_leaves_nobody_waiting() {
        let tickets = tickets(Vec::new(), |number| {
            // So late that the others sleep.
            thread::sleep(Duration::from_millis(if number == 9 { 20 } else { 0 }));
            assert!(number < 9, "the file is gone");
        });
        assert!(panics(&tickets) > 0);
    }

    #[test]
    fn a_panic_of_the_one_who_cuts_leaves_nobody_waiting() {
        let cut = |number| {
            assert!(number < 9, "a cutter is wrong");
            Cut {
                block: Some(number),
                last: false,
            }
        };
        let read = |number| {
            thread::sleep(Duration::from_millis(if number == 9 { 20 } else { 0 }));
            number
        };
        assert_eq!(panics(&Tickets::new(Vec::new(), read, cut)), 1);
    }

    /// Of three threads.
    fn panics(tickets: &Tickets<impl Fn(u64) -> u64 + Sync, impl FnMut(u64) -> Cut<u64> + Send, u64>) -> usize {
        let ends = thread::scope(|scope| {
            let each: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| while tickets.next().is_some() {}))
                .collect();
            each.into_iter().map(|one| one.join().is_err()).collect::<Vec<_>>()
        });
        ends.into_iter().filter(|panicked| *panicked).count()
    }
}
