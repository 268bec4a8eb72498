//! Tickets: how one source is read, cut into blocks and judged by all threads.
//!
//! Each thread takes the number of a piece. What can be done out of order, it does without waiting:
//! reading, where the source is a file. What needs an order, it does when its number's turn comes:
//! hashing, finding the records, and reading where the source is a stream. While it waits for that,
//! it does on a guess what it may. Then it judges what it has. So nothing is handed from thread to
//! thread, and a piece stays in the cache of the one who read it.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, Thread},
};

/// How often whoever is next looks again before it sleeps: to be woken takes about as long as to
/// hash a piece does.
const LOOKS: u32 = 1000;

/// The pieces of one source, for all threads.
pub(super) struct Tickets<R, M, S, B> {
    /// Blocks that were cut before.
    first: Mutex<Vec<B>>,
    read: R,
    /// What whoever has to wait may do with a piece.
    meanwhile: M,
    /// Only whose turn it is comes here.
    serve: Mutex<S>,
    /// The next number that nobody has.
    next: AtomicU64,
    /// The number that is served now.
    turn: AtomicU64,
    /// No number is served any more.
    ended: AtomicBool,
    sleepers: Sleepers,
}

/// What came of a piece.
pub(super) struct Served<B> {
    /// None where no record ends in it.
    pub(super) block: Option<B>,
    /// No piece follows.
    pub(super) last: bool,
}

impl<R: Fn(u64) -> T, M: Fn(T) -> T, S: FnMut(T) -> Served<B>, T, B> Tickets<R, M, S, B> {
    /// Of pieces of which so much is done by their number, so much while others go first, and so
    /// much in their order. Some blocks may be there already.
    pub(super) fn new(first: Vec<B>, read: R, meanwhile: M, serve: S) -> Self {
        Self {
            first: Mutex::new(first),
            read,
            meanwhile,
            serve: Mutex::new(serve),
            next: AtomicU64::new(0),
            turn: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            sleepers: Sleepers::default(),
        }
    }

    /// A block that nobody has; none once all are taken.
    pub(super) fn next(&self) -> Option<B> {
        if let Some(block) = locked(&self.first).pop() {
            return Some(block);
        }
        let _holder = Holder(self);
        while !self.ended.load(SeqCst) {
            let number = self.next.fetch_add(1, SeqCst);
            let mut piece = (self.read)(number);
            if self.turn.load(SeqCst) != number {
                piece = (self.meanwhile)(piece);
            }
            self.wait_for(number)?;
            // Whoever is next may be awake by then.
            self.sleepers.wake(number + 1);
            let Served { block, last } = locked(&self.serve)(piece);
            if last {
                // Nobody's turn comes any more: of a file that grows, what lies behind its end is
                // not served.
                self.end();
                return block;
            }
            self.turn.store(number + 1, SeqCst);
            self.sleepers.wake(number + 1);
            if block.is_some() {
                return block;
            }
        }
        None
    }

    /// None where nobody's turn comes any more.
    fn wait_for(&self, number: u64) -> Option<()> {
        let mut looks = LOOKS;
        while !self.ended.load(SeqCst) {
            match number - self.turn.load(SeqCst) {
                0 => return Some(()),
                1 if looks > 0 => {
                    looks -= 1;
                    thread::yield_now();
                }
                before => self.sleepers.sleep(number, || {
                    !self.ended.load(SeqCst) && number - self.turn.load(SeqCst) == before
                }),
            }
        }
        None
    }
}

impl<R, M, S, B> Tickets<R, M, S, B> {
    /// Nobody need read any more: something is wrong.
    pub(super) fn end(&self) {
        self.ended.store(true, SeqCst);
        self.sleepers.wake_all();
    }
}

/// Whoever has a number, until it is served. If it never will be, those behind would wait forever.
struct Holder<'t, R, M, S, B>(&'t Tickets<R, M, S, B>);

impl<R, M, S, B> Drop for Holder<'_, R, M, S, B> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end();
        }
    }
}

/// Those who sleep until their turn comes near, each with its number.
#[derive(Default)]
struct Sleepers {
    beds: Mutex<Vec<(u64, Thread)>>,
    /// How many there are, for whoever need not look.
    count: AtomicUsize,
}

impl Sleepers {
    /// Sleeps until somebody wakes this number, if it is to sleep at all: that is asked when nobody
    /// can miss it any more.
    fn sleep(&self, number: u64, still: impl FnOnce() -> bool) {
        self.count.fetch_add(1, SeqCst);
        locked(&self.beds).push((number, thread::current()));
        if still() {
            thread::park();
        }
        locked(&self.beds).retain(|(other, _)| *other != number);
        self.count.fetch_sub(1, SeqCst);
    }

    fn wake(&self, number: u64) {
        if self.count.load(SeqCst) > 0 {
            let beds = locked(&self.beds);
            beds.iter()
                .filter(|(other, _)| *other == number)
                .for_each(|(_, thread)| thread.unpark());
        }
    }

    fn wake_all(&self) {
        locked(&self.beds).iter().for_each(|(_, thread)| thread.unpark());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panic leaves half done is looked at by nobody: then all has ended.
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

    /// Does nothing while it waits.
    type Idle = fn(u64) -> u64;
    const IDLE: Idle = |number| number;

    /// Of pieces of which every third holds no record's end, and which must be cut in order.
    fn tickets(
        first: Vec<u64>,
        read: impl Fn(u64),
    ) -> Tickets<impl Fn(u64) -> u64, Idle, impl FnMut(u64) -> Served<u64>, u64> {
        let mut cut = 0..=PIECES;
        Tickets::new(
            first,
            move |number| {
                read(number);
                number
            },
            IDLE,
            move |number| {
                assert_eq!(cut.next(), Some(number), "cut in another order, or behind the end");
                Served {
                    block: (number % 3 > 0).then_some(number),
                    last: number == PIECES,
                }
            },
        )
    }

    fn taken_by(
        tickets: &Tickets<impl Fn(u64) -> u64 + Sync, Idle, impl FnMut(u64) -> Served<u64> + Send, u64>,
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

    /// Also where another waits for the very next number: once in ten thousand sources a look at
    /// the turn and one at the end fall on either side of it.
    #[test]
    fn nothing_behind_the_last_piece_is_served() {
        const LAST: u64 = 6;
        let behind = AtomicUsize::new(0);
        let serve = |number| {
            behind.fetch_add(usize::from(number > LAST), SeqCst);
            Served {
                block: Some(number),
                last: number >= LAST,
            }
        };
        let sources: Vec<_> = (0..200_000)
            .map(|_| Tickets::new(Vec::new(), |number| number, IDLE, serve))
            .collect();
        let work = || sources.iter().for_each(|source| while source.next().is_some() {});
        thread::scope(|scope| {
            scope.spawn(work);
            scope.spawn(work);
        });
        assert_eq!(behind.into_inner(), 0);
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
    fn who_waits_does_something_meanwhile_and_nobody_else_does() {
        let (begins, begun) = mpsc::channel();
        let begun = Mutex::new(begun);
        let tickets = Tickets::new(
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
            |(number, meanwhile)| Served {
                block: Some((number, meanwhile)),
                last: number == 1,
            },
        );
        let taken = Mutex::new(Vec::new());
        let work = || iter::from_fn(|| tickets.next()).for_each(|block| taken.lock().expect("no panic").push(block));
        thread::scope(|scope| {
            scope.spawn(work);
            scope.spawn(work);
        });
        let mut taken = taken.into_inner().expect("no panic");
        taken.sort_unstable();
        assert_eq!(taken, [(0, false), (1, true)]);
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
            Served {
                block: Some(number),
                last: false,
            }
        };
        let read = |number| {
            thread::sleep(Duration::from_millis(if number == 9 { 20 } else { 0 }));
            number
        };
        assert_eq!(panics(&Tickets::new(Vec::new(), read, IDLE, cut)), 1);
    }

    /// Of three threads.
    fn panics(
        tickets: &Tickets<impl Fn(u64) -> u64 + Sync, Idle, impl FnMut(u64) -> Served<u64> + Send, u64>,
    ) -> usize {
        let ends = thread::scope(|scope| {
            let each: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| while tickets.next().is_some() {}))
                .collect();
            each.into_iter().map(|one| one.join().is_err()).collect::<Vec<_>>()
        });
        ends.into_iter().filter(|panicked| *panicked).count()
    }
}
