//! Distributes one source over all threads, and keeps the steps that need an order in order.
//!
//! Each thread takes the number of a piece. It does at once what needs no order: reading, if the
//! source is a file. When its number's turn comes, it does what needs one: hashing, finding the
//! records, and reading if the source is a stream. Until then it may work on a guess. It then
//! judges the block itself. Nothing is handed from thread to thread, and a piece stays in the cache
//! of the core that read it.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, Thread},
};

/// Spins of the thread whose turn is next before it parks: waking a thread takes about as long as
/// hashing a piece.
const SPINS: u32 = 1000;

/// Pieces of one source, for all threads.
pub(super) struct OrderedWork<R, M, S, B> {
    /// Blocks that were cut before.
    first: Mutex<Vec<B>>,
    read: R,
    /// Work on a guess, for threads that wait for their turn.
    speculate: M,
    /// Ordered step, entered only by the thread whose turn it is.
    serve: Mutex<S>,
    /// Next number to take.
    next: AtomicU64,
    /// Number whose turn it is.
    turn: AtomicU64,
    /// Whether no turn comes any more.
    ended: AtomicBool,
    waiters: Waiters,
}

/// Result of the ordered step for one piece.
pub(super) struct OrderedStep<B> {
    /// `None` if no record ends in the piece.
    pub(super) block: Option<B>,
    /// Whether no piece follows.
    pub(super) last: bool,
}

impl<R: Fn(u64) -> T, M: Fn(T) -> T, S: FnMut(T) -> OrderedStep<B>, T, B> OrderedWork<R, M, S, B> {
    /// Creates the work from its three parts: `read` runs by number in any order, `speculate` while
    /// a thread waits, `serve` in the order of numbers. `first` are blocks that exist already.
    pub(super) fn new(first: Vec<B>, read: R, speculate: M, serve: S) -> Self {
        Self {
            first: Mutex::new(first),
            read,
            speculate,
            serve: Mutex::new(serve),
            next: AtomicU64::new(0),
            turn: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            waiters: Waiters::default(),
        }
    }

    /// Takes a block; returns `None` once all are taken.
    pub(super) fn next(&self) -> Option<B> {
        if let Some(block) = locked(&self.first).pop() {
            return Some(block);
        }
        let _abort = AbortOnPanic(self);
        while !self.ended.load(SeqCst) {
            let number = self.next.fetch_add(1, SeqCst);
            let mut piece = (self.read)(number);
            if self.turn.load(SeqCst) != number {
                piece = (self.speculate)(piece);
            }
            self.wait_for(number)?;
            // The thread with the next number may be awake by the time that this step is done.
            self.waiters.wake(number + 1);
            let OrderedStep { block, last } = locked(&self.serve)(piece);
            if last {
                // No turn comes any more: of a file that grows, nothing behind its first end is
                // read.
                self.end();
                return block;
            }
            self.turn.store(number + 1, SeqCst);
            self.waiters.wake(number + 1);
            if block.is_some() {
                return block;
            }
        }
        None
    }

    /// Returns `None` if this number's turn does not come any more.
    fn wait_for(&self, number: u64) -> Option<()> {
        let mut spins = SPINS;
        while !self.ended.load(SeqCst) {
            match number - self.turn.load(SeqCst) {
                0 => return Some(()),
                1 if spins > 0 => {
                    spins -= 1;
                    thread::yield_now();
                }
                before => self.waiters.park_until_woken(number, || {
                    !self.ended.load(SeqCst) && number - self.turn.load(SeqCst) == before
                }),
            }
        }
        None
    }
}

impl<R, M, S, B> OrderedWork<R, M, S, B> {
    /// Ends the work for all threads.
    pub(super) fn end(&self) {
        self.ended.store(true, SeqCst);
        self.waiters.wake_all();
    }
}

/// Ends the work if a thread panics between taking a number and its turn: threads with later
/// numbers would wait forever.
struct AbortOnPanic<'t, R, M, S, B>(&'t OrderedWork<R, M, S, B>);

impl<R, M, S, B> Drop for AbortOnPanic<'_, R, M, S, B> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end();
        }
    }
}

/// Threads that are parked until their turn is near, each with its number.
#[derive(Default)]
struct Waiters {
    parked: Mutex<Vec<(u64, Thread)>>,
    /// Number of parked threads. It is read without the lock.
    count: AtomicUsize,
}

impl Waiters {
    /// Parks the thread until its number is woken. `still` is asked once the thread is listed, when
    /// no wake-up can be missed any more.
    fn park_until_woken(&self, number: u64, still: impl FnOnce() -> bool) {
        self.count.fetch_add(1, SeqCst);
        locked(&self.parked).push((number, thread::current()));
        if still() {
            thread::park();
        }
        locked(&self.parked).retain(|(other, _)| *other != number);
        self.count.fetch_sub(1, SeqCst);
    }

    fn wake(&self, number: u64) {
        if self.count.load(SeqCst) > 0 {
            let parked = locked(&self.parked);
            parked
                .iter()
                .filter(|(other, _)| *other == number)
                .for_each(|(_, thread)| thread.unpark());
        }
    }

    fn wake_all(&self) {
        locked(&self.parked).iter().for_each(|(_, thread)| thread.unpark());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // After a panic all work ends, so nothing reads what the panic left half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{
        iter,
        sync::{Mutex, mpsc},
        time::Duration,
    };

    use super::*;

    const PIECES: u64 = 300;

    /// Returns the piece as it is.
    type Idle = fn(u64) -> u64;
    const IDLE: Idle = |number| number;

    /// Creates work on pieces that must be cut in order, of which every third holds no end of a
    /// record.
    fn work(
        first: Vec<u64>,
        read: impl Fn(u64),
    ) -> OrderedWork<impl Fn(u64) -> u64, Idle, impl FnMut(u64) -> OrderedStep<u64>, u64> {
        let mut cut = 0..=PIECES;
        OrderedWork::new(
            first,
            move |number| {
                read(number);
                number
            },
            IDLE,
            move |number| {
                assert_eq!(cut.next(), Some(number), "cut in another order, or behind the end");
                OrderedStep {
                    block: (number % 3 > 0).then_some(number),
                    last: number == PIECES,
                }
            },
        )
    }

    fn taken_by(
        work: &OrderedWork<impl Fn(u64) -> u64 + Sync, Idle, impl FnMut(u64) -> OrderedStep<u64> + Send, u64>,
        threads: usize,
        judge: Duration,
    ) -> Vec<Vec<u64>> {
        let one = || {
            let mut taken = Vec::new();
            while let Some(block) = work.next() {
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
    fn blocks_are_taken_once_and_cut_in_order() {
        for (read, judge, threads) in [(0, 0, 4), (0, 100, 4), (100, 0, 4), (50, 50, 3), (0, 0, 1)] {
            // Every seventh piece is slow, so that those behind it wait.
            let work = work(vec![998, 999], |number| {
                thread::sleep(Duration::from_micros(if number % 7 == 0 { 20 * read } else { read }));
            });
            let mut all = taken_by(&work, threads, Duration::from_micros(judge)).concat();
            all.sort_unstable();
            let blocks = (0..=PIECES).filter(|number| number % 3 > 0);
            assert_eq!(all, blocks.chain([998, 999]).collect::<Vec<_>>());
            assert_eq!(work.next(), None);
        }
    }

    /// Covers a thread that waits for the very next number: once in ten thousand sources it reads
    /// the turn before the end and the end after it.
    #[test]
    fn nothing_behind_the_last_piece_is_served() {
        const LAST: u64 = 6;
        let behind = AtomicUsize::new(0);
        let serve = |number| {
            behind.fetch_add(usize::from(number > LAST), SeqCst);
            OrderedStep {
                block: Some(number),
                last: number >= LAST,
            }
        };
        let sources: Vec<_> = (0..200_000)
            .map(|_| OrderedWork::new(Vec::new(), |number| number, IDLE, serve))
            .collect();
        let work = || sources.iter().for_each(|source| while source.next().is_some() {});
        thread::scope(|scope| {
            scope.spawn(work);
            scope.spawn(work);
        });
        assert_eq!(behind.into_inner(), 0);
    }

    #[test]
    fn threads_read_side_by_side() {
        let (begins, begun) = mpsc::channel();
        let begun = Mutex::new(begun);
        let work = work(Vec::new(), |number| match number {
            0 => {
                let other = begun.lock().expect("no panic").recv_timeout(Duration::from_secs(20));
                other.expect("another thread reads meanwhile");
            }
            1 => begins.send(()).expect("the first one listens"),
            _ => {}
        });
        taken_by(&work, 2, Duration::ZERO);
    }

    #[test]
    fn only_waiting_threads_speculate() {
        let (begins, begun) = mpsc::channel();
        let begun = Mutex::new(begun);
        let work = OrderedWork::new(
            Vec::new(),
            |number| {
                if number == 0 {
                    let other = begun.lock().expect("no panic").recv_timeout(Duration::from_secs(20));
                    other.expect("the one behind does something");
                }
                (number, false)
            },
            |(number, _)| {
                let _ = begins.send(());
                (number, true)
            },
            |(number, speculate)| OrderedStep {
                block: Some((number, speculate)),
                last: number == 1,
            },
        );
        let taken = Mutex::new(Vec::new());
        let work = || iter::from_fn(|| work.next()).for_each(|block| taken.lock().expect("no panic").push(block));
        thread::scope(|scope| {
            scope.spawn(work);
            scope.spawn(work);
        });
        let mut taken = taken.into_inner().expect("no panic");
        taken.sort_unstable();
        assert_eq!(taken, [(0, false), (1, true)]);
    }

    #[test]
    fn end_releases_waiting_threads() {
        let (stuck, free) = mpsc::channel::<()>();
        let free = Mutex::new(free);
        let work = work(Vec::new(), |number| {
            if number == 0 {
                let _ = free.lock().expect("no panic").recv();
            }
        });
        thread::scope(|scope| {
            let others: Vec<_> = (0..4).map(|_| scope.spawn(|| work.next())).collect();
            // Long enough for three of them to sleep, behind the fourth.
            thread::sleep(Duration::from_millis(20));
            work.end();
            drop(stuck);
            for other in others {
                assert_eq!(other.join().expect("no panic"), None);
            }
        });
    }

    #[test]
    fn panic_while_reading_releases_waiting_threads() {
        let work = work(Vec::new(), |number| {
            // So late that the others sleep.
            thread::sleep(Duration::from_millis(if number == 9 { 20 } else { 0 }));
            assert!(number < 9, "the file is gone");
        });
        assert!(panics(&work) > 0);
    }

    #[test]
    fn panic_while_cutting_releases_waiting_threads() {
        let cut = |number| {
            assert!(number < 9, "a cutter is wrong");
            OrderedStep {
                block: Some(number),
                last: false,
            }
        };
        let read = |number| {
            thread::sleep(Duration::from_millis(if number == 9 { 20 } else { 0 }));
            number
        };
        assert_eq!(panics(&OrderedWork::new(Vec::new(), read, IDLE, cut)), 1);
    }

    /// Returns how many of three threads panic.
    fn panics(
        work: &OrderedWork<impl Fn(u64) -> u64 + Sync, Idle, impl FnMut(u64) -> OrderedStep<u64> + Send, u64>,
    ) -> usize {
        let ends = thread::scope(|scope| {
            let each: Vec<_> = (0..3).map(|_| scope.spawn(|| while work.next().is_some() {})).collect();
            each.into_iter().map(|one| one.join().is_err()).collect::<Vec<_>>()
        });
        ends.into_iter().filter(|panicked| *panicked).count()
    }
}
