//! Taking turns: one source is read by one thread at a time, and judged by all.
//!
//! Whoever has nothing to judge reads. A few blocks are kept ready for those that come while another reads; once there are
//! enough, who reads takes its own last block to judge, which is still in its cache. So where reading is quick, each thread
//! reads for itself and hardly ever waits; where it is slow, because the one digest of a file is one chain, somebody reads all
//! the time and the others judge. No thread more than asked for is busy.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

/// How often somebody looks again before it sleeps: to be woken takes about as long as to read a block does.
const LOOKS: u32 = 100;

/// The blocks of one source, for all threads.
pub(super) struct Turns<I: Iterator> {
    blocks: Mutex<I>,
    table: Mutex<Table<I::Item>>,
    news: Condvar,
    /// So many blocks lie ready at most.
    enough: usize,
}

/// Who waits for what.
struct Table<B> {
    /// Read for whoever comes.
    ready: Vec<B>,
    waiting: usize,
    /// Somebody reads.
    reading: bool,
    /// Nothing more is to be read.
    ended: bool,
}

impl<I: Iterator> Turns<I> {
    /// Of these blocks, for so many threads.
    pub(super) fn new(blocks: I, threads: usize) -> Self {
        let table = Table {
            ready: Vec::new(),
            waiting: 0,
            reading: false,
            ended: false,
        };
        Self {
            blocks: Mutex::new(blocks),
            table: Mutex::new(table),
            news: Condvar::new(),
            // One alone reads for nobody else.
            enough: if threads == 1 { 1 } else { 2 * threads },
        }
    }

    /// A block that nobody has; none once all are taken.
    pub(super) fn next(&self) -> Option<I::Item> {
        let mut table = self.table();
        let mut looks = LOOKS;
        loop {
            if !table.reading && !table.ended && table.ready.len() < self.enough {
                table.reading = true;
                drop(table);
                return self.read();
            }
            if let Some(block) = table.ready.pop() {
                return Some(block);
            }
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

    /// Reads until there is enough, and takes the last block.
    fn read(&self) -> Option<I::Item> {
        let _reader = Reader(self);
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let block = blocks.next();
            let mut table = self.table();
            table.ended |= block.is_none();
            table.ready.extend(block);
            if table.ended || table.ready.len() >= self.enough {
                return table.ready.pop();
            }
            if table.waiting > 0 {
                self.news.notify_one();
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, Table<I::Item>> {
        // Nothing in it is ever half done.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one who reads, until it stops, however it does.
struct Reader<'t, I: Iterator>(&'t Turns<I>);

impl<I: Iterator> Drop for Reader<'_, I> {
    fn drop(&mut self) {
        let mut table = self.0.table();
        table.reading = false;
        // What a panic left half read is read by nobody.
        table.ended |= thread::panicking();
        if table.ended {
            self.0.news.notify_all();
        } else if table.waiting > 0 {
            self.0.news.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use super::*;

    fn taken_by(turns: &Turns<impl Iterator<Item = usize> + Send>, threads: usize, judge: Duration) -> Vec<Vec<usize>> {
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
            let taken = taken_by(&Turns::new(blocks, 4), 4, judge);
            let mut all = taken.concat();
            all.sort_unstable();
            assert_eq!(all, (0..300).collect::<Vec<_>>());
        }
    }

    #[test]
    fn where_judging_takes_long_all_threads_judge() {
        let taken = taken_by(&Turns::new(0..40, 4), 4, Duration::from_millis(2));
        assert!(taken.iter().all(|blocks| !blocks.is_empty()), "{taken:?}");
    }

    #[test]
    fn who_ends_it_ends_it_for_all_that_wait() {
        let turns = Turns::new((0..).inspect(|_| thread::sleep(Duration::from_micros(50))), 4);
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
        let turns = Turns::new((0..).inspect(|block| assert!(*block < 9, "the file is gone")), 3);
        let ends = thread::scope(|scope| {
            let each: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| while turns.next().is_some() {}))
                .collect();
            each.into_iter().map(|one| one.join().is_err()).collect::<Vec<_>>()
        });
        assert_eq!(ends.iter().filter(|panicked| **panicked).count(), 1);
    }
}
