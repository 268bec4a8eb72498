//! Taking turns: one source is read by one thread at a time, cut into blocks by one at a time, and judged by all.
//!
//! Whoever has nothing to judge reads, and cuts what it read while another may read on. Because the one digest of a file is one
//! chain, somebody reads all the time, and keeps a few blocks ready for the others, who judge. No thread more than asked for is
//! busy. Where reading needs no order, `tickets` does without all this.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError},
    thread,
};

/// How often somebody looks again before it sleeps: to be woken takes about as long as to read a block does.
const LOOKS: u32 = 100;

/// The blocks of one source, for all threads.
pub(super) struct Turns<R, C, B> {
    reads: Mutex<R>,
    cuts: Mutex<C>,
    table: Mutex<Table<B>>,
    news: Condvar,
    /// So many blocks lie ready at most.
    enough: usize,
}

/// Who waits for what.
struct Table<B> {
    /// Cut for whoever comes.
    ready: Vec<B>,
    waiting: usize,
    /// Somebody reads.
    reading: bool,
    /// Nothing more is to be read.
    ended: bool,
}

impl<R: Iterator, C: FnMut(R::Item) -> Option<B>, B> Turns<R, C, B> {
    /// Of what is read so and cut so, in its order, for so many threads. Some blocks may be there already.
    pub(super) fn new(first: Vec<B>, reads: R, cuts: C, threads: usize) -> Self {
        let table = Table {
            ready: first,
            waiting: 0,
            reading: false,
            ended: false,
        };
        Self {
            reads: Mutex::new(reads),
            cuts: Mutex::new(cuts),
            table: Mutex::new(table),
            news: Condvar::new(),
            // One alone reads for nobody else.
            enough: if threads == 1 { 1 } else { 4 * threads },
        }
    }

    /// A block that nobody has; none once all are taken.
    pub(super) fn next(&self) -> Option<B> {
        let mut table = self.table();
        let mut looks = LOOKS;
        loop {
            if !table.reading && !table.ended && table.ready.len() < self.enough {
                table.reading = true;
                drop(table);
                let block = self.read();
                table = self.table();
                if let Some(block) = block.and_then(|block| self.give(&mut table, block)) {
                    return Some(block);
                }
                continue;
            }
            if let Some(block) = table.ready.pop() {
                return Some(block);
            }
            // What others cut last they judge.
            if table.ended {
                return None;
            }
            if looks > 0 {
                looks -= 1;
                drop(table);
                thread::yield_now();
                table = self.table();
                continue;
            }
            table.waiting += 1;
            table = self.news.wait(table).unwrap_or_else(PoisonError::into_inner);
            table.waiting -= 1;
        }
    }

    /// Nobody need read any more: something is wrong.
    pub(super) fn end(&self) {
        self.table().ended = true;
        self.news.notify_all();
    }

    /// Reads, lets others read, and cuts.
    fn read(&self) -> Option<B> {
        let mut reader = Reader {
            turns: self,
            last: false,
        };
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        let read = reads.next();
        // Only then may another read, and come here: what is read first is cut first.
        let cuts = self.cutter();
        drop(reads);
        reader.last = read.is_none() || cuts.is_none();
        drop(reader);
        let (mut cuts, read) = cuts.zip(read)?;
        let _cutting = Cutting(self);
        cuts(read)
    }

    /// Who cuts now is soon done. What a panic left half cut is cut by nobody.
    fn cutter(&self) -> Option<MutexGuard<'_, C>> {
        for _ in 0..LOOKS {
            match self.cuts.try_lock() {
                Ok(cuts) => return Some(cuts),
                Err(TryLockError::Poisoned(_)) => return None,
                Err(TryLockError::WouldBlock) => thread::yield_now(),
            }
        }
        self.cuts.lock().ok()
    }

    /// Gives the block to whoever comes, or back to who cut it.
    fn give(&self, table: &mut Table<B>, block: B) -> Option<B> {
        let enough = table.ready.len() + 1 >= self.enough;
        if table.reading || table.ended || enough {
            // Somebody else is to read on.
            self.call(table);
            return Some(block);
        }
        table.ready.push(block);
        // To call somebody takes time too: it should be worth it.
        if 2 * table.ready.len() >= self.enough {
            self.call(table);
        }
        None
    }

    fn call(&self, table: &Table<B>) {
        if table.waiting > 0 {
            self.news.notify_one();
        }
    }
}

impl<R, C, B> Turns<R, C, B> {
    fn table(&self) -> MutexGuard<'_, Table<B>> {
        // Nothing in it is ever half done.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one who reads, until it stops, however it does.
struct Reader<'t, R, C, B> {
    turns: &'t Turns<R, C, B>,
    /// Nothing is left to read.
    last: bool,
}

impl<R, C, B> Drop for Reader<'_, R, C, B> {
    fn drop(&mut self) {
        let mut table = self.turns.table();
        table.reading = false;
        // What a panic left half read is read by nobody.
        table.ended |= self.last || thread::panicking();
        if table.ended {
            self.turns.news.notify_all();
        }
    }
}

/// The one who cuts. Others may read meanwhile, or sleep.
struct Cutting<'t, R, C, B>(&'t Turns<R, C, B>);

impl<R, C, B> Drop for Cutting<'_, R, C, B> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.table().ended = true;
            self.0.news.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            atomic::{AtomicUsize, Ordering},
            mpsc,
        },
        time::Duration,
    };

    use super::*;

    /// Of what need not be cut.
    fn turns<I: Iterator<Item = usize>>(
        blocks: I,
        threads: usize,
    ) -> Turns<I, impl FnMut(usize) -> Option<usize>, usize> {
        Turns::new(Vec::new(), blocks, Some, threads)
    }

    fn taken_by(
        turns: &Turns<impl Iterator<Item = usize> + Send, impl FnMut(usize) -> Option<usize> + Send, usize>,
        threads: usize,
        judge: Duration,
    ) -> Vec<Vec<usize>> {
        let one = || {
            let mut taken = Vec::new();
            while let Some(block) = turns.next() {
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
    fn every_block_is_taken_once_and_read_in_order_by_one_at_a_time() {
        for (read, judge) in [(0, 0), (0, 100), (100, 0), (50, 50)] {
            let (read, judge) = (Duration::from_micros(read), Duration::from_micros(judge));
            let reading = AtomicUsize::new(0);
            let blocks = (0..300).inspect(|_| {
                assert_eq!(reading.fetch_add(1, Ordering::SeqCst), 0, "two read at once");
                thread::sleep(read);
                reading.fetch_sub(1, Ordering::SeqCst);
            });
            let mut cut = 0..;
            let cuts = |block| {
                assert_eq!(Some(block), cut.next(), "cut in another order");
                (block % 3 > 0).then_some(block)
            };
            let turns = Turns::new(vec![301, 302], blocks, cuts, 4);
            let mut all = taken_by(&turns, 4, judge).concat();
            all.sort_unstable();
            assert_eq!(all, (0..303).filter(|block| block % 3 > 0).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_reads_while_another_cuts() {
        let (cutting, cut_begins) = mpsc::channel();
        let (reading, read_begins) = mpsc::channel();
        let reads = (0..2).inspect(move |block| reading.send(*block).expect("the cutter listens"));
        let cuts = move |block| {
            if block == 0 {
                read_begins.recv().expect("it was read");
                cutting.send(()).expect("the other thread listens");
                let next = read_begins.recv_timeout(Duration::from_secs(20));
                assert_eq!(next, Ok(1), "nobody reads meanwhile");
            }
            Some(block)
        };
        let turns = Turns::new(Vec::new(), reads, cuts, 2);
        thread::scope(|scope| {
            scope.spawn(|| turns.next());
            cut_begins.recv().expect("the first block is cut");
            turns.next();
        });
    }

    #[test]
    fn where_judging_takes_long_all_threads_judge() {
        let taken = taken_by(&turns(0..40, 4), 4, Duration::from_millis(2));
        assert!(taken.iter().all(|blocks| !blocks.is_empty()), "{taken:?}");
    }

    #[test]
    fn who_ends_it_ends_it_for_all_that_wait() {
        let turns = turns((0..).inspect(|_| thread::sleep(Duration::from_micros(50))), 4);
        thread::scope(|scope| {
            let others: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| while turns.next().is_some() {}))
                .collect();
            thread::sleep(Duration::from_millis(5));
            turns.end();
            others.into_iter().for_each(|other| other.join().expect("no panic"));
        });
        assert_eq!(turns.next(), None);
    }

    #[test]
    fn a_panic_of_the_one_who_reads_leaves_nobody_waiting() {
        let turns = turns((0..).inspect(|block| assert!(*block < 9, "the file is gone")), 3);
        assert_eq!(panics(&turns), 1);
    }

    #[test]
    fn a_panic_of_the_one_who_cuts_leaves_nobody_waiting() {
        let cuts = |block| (block < 9).then_some(block).or_else(|| panic!("a cutter is wrong"));
        // So slow that the others sleep.
        let reads = (0..).inspect(|_| thread::sleep(Duration::from_millis(5)));
        assert_eq!(panics(&Turns::new(Vec::new(), reads, cuts, 3)), 1);
    }

    /// Of three threads.
    fn panics(
        turns: &Turns<impl Iterator<Item = usize> + Send, impl FnMut(usize) -> Option<usize> + Send, usize>,
    ) -> usize {
        let ends = thread::scope(|scope| {
            let each: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| while turns.next().is_some() {}))
                .collect();
            each.into_iter().map(|one| one.join().is_err()).collect::<Vec<_>>()
        });
        ends.into_iter().filter(|panicked| *panicked).count()
    }
}
