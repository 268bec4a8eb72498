//! The stages of the way from bytes to reports, each on its own, on the committed sample and on one
//! thread.
//!
//! `cargo bench --bench stages` measures, `cargo bench --bench stages -- --test` runs each once.
//! Throughput is in bytes of log, so that the rates of the stages can be set against each other and
//! against that of reading.

use std::{fs, hint::black_box, num::NonZeroUsize, path::Path};

use criterion::{BatchSize, Criterion, Throughput};
use tenant_impact::{
    case::Case,
    catalogue::Catalogue,
    coverage::Coverage,
    digest::Sha256,
    engine::{Engine, Local, Plan},
    events::{Body, Profile, Reading},
    findings::{Answer, Scan},
    progress::Silent,
    records::{Block, Blocks, Framing, RowReader},
    reports::{self, Artifact, Release, Reports, Templates},
    scope::ScopeSet,
    tally::SourceTally,
    time::{Timestamp, Window},
};

/// The day of the intrusion, in both forms: records in the window, out of it, and broken ones.
const JSONL: &str = "sample_logs/logs/superuser-a/2026-01-20.jsonl";
const CSV: &str = "sample_logs/logs/superuser-b/2026-01-20.csv";

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let sample = Sample::new();
    framing(&mut criterion, &sample);
    extraction(&mut criterion, &sample);
    times(&mut criterion, &sample);
    judging(&mut criterion, &sample);
    folding(&mut criterion, &sample);
    hashing(&mut criterion, &sample);
    rendering(&mut criterion, &sample);
    whole(&mut criterion, &sample);
    criterion.final_summary();
}

/// What all stages need, read once.
struct Sample {
    case: Case,
    catalogue: Catalogue,
    plan: Plan,
    profile: Profile,
    scopes: ScopeSet,
    jsonl: Vec<u8>,
    csv: Vec<u8>,
}

impl Sample {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: &str| fs::read(root.join(path)).expect("the sample is in the repository");
        let case = Case::load(&root.join("sample_logs/case.toml")).expect("the sample's case is sound");
        Self {
            plan: Plan::new(&case).expect("the sample can be read"),
            catalogue: Catalogue::load(&case.reports.catalogues)
                .expect("its catalogue is sound")
                .0,
            profile: Profile::built_in("superuser").expect("it is built in"),
            scopes: ScopeSet::compile(&case.scopes, &case.agents),
            jsonl: read(JSONL),
            csv: read(CSV),
            case,
        }
    }

    fn windows(&self) -> Vec<Window> {
        self.scopes.windows().collect()
    }

    fn scan(&self) -> Scan {
        let threads = NonZeroUsize::new(1);
        Local { threads }
            .run(&self.plan, &Silent)
            .expect("the sample can be read")
    }

    fn answer(&self, scan: Scan) -> Answer {
        Answer::close(&self.case, &self.catalogue, scan).expect("its books balance")
    }
}

fn blocks(log: &[u8]) -> (Framing, Vec<Block>) {
    let blocks = Blocks::open(log, &[]).expect("bytes in memory");
    let framing = blocks.framing().clone();
    (framing, blocks.map(|block| block.expect("bytes in memory")).collect())
}

/// The records that are UTF-8: what else there is, is refused before this stage.
fn texts(blocks: &[Block]) -> Vec<&str> {
    let records = blocks.iter().flat_map(Block::records);
    records
        .filter_map(|record| std::str::from_utf8(record.bytes).ok())
        .collect()
}

/// Where each record begins and ends.
fn framing(criterion: &mut Criterion, sample: &Sample) {
    let mut group = criterion.benchmark_group("framing");
    for (name, log) in [("json-lines", &sample.jsonl), ("csv", &sample.csv)] {
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let lengths = blocks(log)
                    .1
                    .iter()
                    .flat_map(Block::records)
                    .map(|record| record.bytes.len())
                    .sum::<usize>();
                black_box(lengths)
            });
        });
    }
    group.finish();
}

/// A record to all fields that a report needs; also of records that no report needs, so this is the
/// dearest case.
fn extraction(criterion: &mut Criterion, sample: &Sample) {
    let mut group = criterion.benchmark_group("extraction");
    let (_, json) = blocks(&sample.jsonl);
    let json = texts(&json);
    group.throughput(Throughput::Bytes(sample.jsonl.len() as u64));
    group.bench_function("json-lines", |bencher| {
        bencher.iter(|| json.iter().filter_map(|text| event(sample, Body::Json(text))).count());
    });

    let (framing, rows) = blocks(&sample.csv);
    let Framing::Csv(header) = framing else {
        panic!("the sample's CSV is one");
    };
    let columns = sample.profile.columns(&header).expect("its columns are mapped");
    let mut reader = RowReader::new(header.delimiter);
    group.throughput(Throughput::Bytes(sample.csv.len() as u64));
    group.bench_function("csv", |bencher| {
        bencher.iter(|| {
            let records = rows.iter().flat_map(Block::records);
            let events = records.filter_map(|record| {
                let cells = reader.read(&header, record.bytes).ok()?;
                event(
                    sample,
                    Body::Row {
                        columns: &columns,
                        cells: &cells,
                    },
                )
            });
            events.count()
        });
    });
    group.finish();
}

fn event(sample: &Sample, body: Body<'_, '_>) -> Option<usize> {
    let reading = Reading::new(&sample.profile, body).ok()?;
    let (time, _) = reading.time().ok()?;
    let actors = black_box(reading.actors().ok()?).len();
    let event = black_box(reading.event(time).ok()?);
    Some(actors + event.tenants.len())
}

/// The text of a time to an instant.
fn times(criterion: &mut Criterion, sample: &Sample) {
    let (_, json) = blocks(&sample.jsonl);
    let member = "\"timestamp\":\"";
    let time = |text: &str| Some(text.split_once(member)?.1.split_once('"')?.0.to_owned());
    let times: Vec<_> = texts(&json).into_iter().filter_map(time).collect();
    let mut group = criterion.benchmark_group("time-parsing");
    group.throughput(Throughput::Bytes(times.iter().map(String::len).sum::<usize>() as u64));
    group.bench_function("rfc3339", |bencher| {
        bencher.iter(|| {
            times
                .iter()
                .filter_map(|time| black_box(time.parse::<Timestamp>()).ok())
                .count()
        });
    });
    group.finish();
}

/// Window, then actor.
fn judging(criterion: &mut Criterion, sample: &Sample) {
    let (_, json) = blocks(&sample.jsonl);
    let texts = texts(&json);
    let readings: Vec<_> = texts
        .iter()
        .filter_map(|text| Reading::new(&sample.profile, Body::Json(text)).ok())
        .collect();
    let mut group = criterion.benchmark_group("judging");
    group.throughput(Throughput::Bytes(sample.jsonl.len() as u64));
    group.bench_function("window-and-actor", |bencher| {
        let judged = readings
            .iter()
            .filter_map(|reading| Some((reading.time().ok()?.0, reading.actors().ok()?)));
        let named: Vec<_> = judged.collect();
        bencher.iter(|| {
            let verdicts = named.iter().map(|(time, named)| {
                sample
                    .scopes
                    .attribute(sample.scopes.at(*time), &sample.scopes.listed(named))
            });
            verdicts.flatten().count()
        });
    });
    group.finish();
}

/// Parts of a source to one, copies told from originals, everything put down to its tenant.
fn folding(criterion: &mut Criterion, sample: &Sample) {
    let scan = sample.scan();
    let bytes = sample.plan.sources().bytes();
    let coverage = Coverage::over(sample.windows().into_iter());
    let mut group = criterion.benchmark_group("folding");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("merge", |bencher| {
        let tallies = || {
            scan.sources
                .iter()
                .map(|source| source.tally.clone())
                .collect::<Vec<_>>()
        };
        let nothing = || SourceTally::new(coverage.clone());
        bencher.iter_batched(
            tallies,
            |parts| parts.into_iter().fold(nothing(), SourceTally::merge),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("close", |bencher| {
        bencher.iter_batched(|| sample.scan(), |scan| sample.answer(scan), BatchSize::SmallInput);
    });
    group.finish();
}

/// SHA-256 of what is read.
fn hashing(criterion: &mut Criterion, sample: &Sample) {
    let mut group = criterion.benchmark_group("hashing");
    group.throughput(Throughput::Bytes(sample.jsonl.len() as u64));
    group.bench_function("sha256", |bencher| {
        bencher.iter(|| Sha256::of(black_box(&sample.jsonl)));
    });
    group.finish();
}

/// The answer to every file of the bundle, searched for names of others. Throughput is in bytes of
/// report.
fn rendering(criterion: &mut Criterion, sample: &Sample) {
    let answer = sample.answer(sample.scan());
    let reports = Reports::new(&answer.findings, Templates::built_in());
    let tenants = || -> usize {
        let files = answer
            .tenants
            .iter()
            .map(|tenant| {
                reports
                    .release(&answer.isolation.names, tenant, Vec::new(), |_, _| Vec::new())
                    .expect("memory takes every write")
            })
            .flat_map(|release| match release {
                Release::Files(files) => files.into_inner(),
                Release::Stopped(stops) => panic!("{stops:?}"),
            });
        files.map(|file| file.bytes.len()).sum()
    };
    let overview = || -> usize {
        let mut files: Vec<Artifact> = Vec::new();
        reports
            .overview(&answer, &|_| None, &mut files)
            .expect("memory takes every write");
        reports::findings(&answer.findings, &mut files).expect("memory takes every write");
        files.iter().map(|file| file.bytes.len()).sum()
    };
    let mut group = criterion.benchmark_group("rendering");
    group.throughput(Throughput::Bytes(tenants() as u64));
    group.bench_function("tenants", |bencher| bencher.iter(tenants));
    group.throughput(Throughput::Bytes(overview() as u64));
    group.bench_function("overview", |bencher| bencher.iter(overview));
    group.finish();
}

/// All sources of the sample, from their files to the tallies.
fn whole(criterion: &mut Criterion, sample: &Sample) {
    let mut group = criterion.benchmark_group("scan");
    group.throughput(Throughput::Bytes(sample.plan.sources().bytes()));
    group.bench_function("sample", |bencher| bencher.iter(|| sample.scan()));
    group.finish();
}
