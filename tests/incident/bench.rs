//! Any number of clean records, streamed: nothing is kept but which tenants were touched.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use crate::Format;
use crate::actions::Deck;
use crate::event::{Event, Jobs, Names, Outcome, Place, ulid};
use crate::faces::{Client, Face, Seat};
use crate::record::HEADER;
use crate::rng::Rng;
use crate::targets::Target;
use crate::tenants::{self, Tenant};
use crate::texts::{GIVEN, REASONS, SURNAMES};
use crate::time::{DAY, HOUR, POSSIBLE, Stamp};
use crate::truth::{Records, headline};
use crate::{agents, files};

const TENANTS: usize = 15_000;
const AGENTS: usize = 3_000;
/// One agent in ten is listed.
const LISTED: usize = 10;
/// Ninety days with the window's five in the middle.
const FROM: i64 = POSSIBLE.from - 42 * DAY - 12 * HOUR;
const DAYS: i64 = 90;

const CASE: &str = include_str!("bench.toml");

/// Size and form of the benchmark logs.
pub(crate) struct Plan {
    /// Records in all files together.
    pub(crate) records: u64,
    /// Format of the records.
    pub(crate) format: Format,
    /// In how many files.
    pub(crate) files: u32,
}

/// Expected counts, as far as a stream can state them.
#[derive(Serialize)]
struct BenchTruth {
    records: Records,
    tenants: usize,
}

/// Writes the folder and says what is in it.
pub(crate) fn write(plan: &Plan, out: &Path) -> io::Result<String> {
    let (people, tenants) = (people(), tenants::directory(TENANTS));
    fs::create_dir_all(out.join("logs"))?;
    write_agents(&people, &out.join("agents.csv"))?;
    tenants::write(&tenants, &out.join("tenants.csv"))?;
    fs::write(out.join("case.toml"), CASE)?;

    let mut stream = Stream::new(plan.records, &people, &tenants);
    for file in 0..plan.files {
        let until = plan.records * u64::from(file + 1) / u64::from(plan.files);
        match plan.format {
            Format::Jsonl => stream.jsonl(until, &out.join(format!("logs/superuser-{:04}.jsonl", file + 1)))?,
            Format::Csv => stream.csv(until, &out.join(format!("logs/superuser-{:04}.csv", file + 1)))?,
        }
    }
    let truth = stream.close();
    files::json(&truth, &out.join("truth.json"))?;
    Ok(headline(&truth.records, truth.tenants))
}

/// Three thousand agents, the listed ones spread evenly among them.
fn people() -> Vec<Face> {
    let mut rng = Rng::for_purpose("bench people");
    let person = |number: usize| {
        let (given, surname) = (rng.pick(&GIVEN), rng.pick(&SURNAMES));
        Face {
            id: format!("bd-agent-{:04}", number + 1),
            email: Some(format!(
                "{}.{}{}@brightdesk.example",
                given.to_lowercase(),
                surname.to_lowercase(),
                number + 1
            )),
            name: format!("{given} {surname}"),
            employer: agents::SUBPROCESSOR.to_owned(),
            agent: number.is_multiple_of(LISTED).then_some(number),
            seat: Seat::Support(number),
        }
    };
    (0..AGENTS).map(person).collect()
}

fn write_agents(people: &[Face], path: &Path) -> io::Result<()> {
    let mut csv = csv::Writer::from_path(path)?;
    csv.write_record(["id", "email", "identities", "name", "employer", "role", "country"])?;
    for face in people.iter().filter(|face| face.agent.is_some()) {
        let email = face.email.as_deref().unwrap_or_default();
        csv.write_record([
            &face.id,
            email,
            "",
            &face.name,
            &face.employer,
            "Support Engineer",
            "PT",
        ])?;
    }
    csv.flush()
}

/// The records, one after the other.
struct Stream<'c> {
    people: &'c [Face],
    tenants: &'c [Tenant],
    deck: Deck,
    rng: Rng,
    /// Records in the end, and written so far.
    total: u64,
    done: u64,
    records: Records,
    touched: Vec<bool>,
}

impl<'c> Stream<'c> {
    fn new(total: u64, people: &'c [Face], tenants: &'c [Tenant]) -> Self {
        let (rng, touched) = (Rng::for_purpose("bench"), vec![false; tenants.len()]);
        Self {
            people,
            tenants,
            deck: Deck::full(),
            rng,
            total,
            done: 0,
            records: Records::default(),
            touched,
        }
    }

    fn jsonl(&mut self, until: u64, path: &Path) -> io::Result<()> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        let mut line = Vec::with_capacity(1024);
        while self.done < until {
            line.clear();
            self.next().write_json(Stamp::PLAIN, &mut line);
            file.write_all(&line)?;
        }
        file.flush()
    }

    fn csv(&mut self, until: u64, path: &Path) -> io::Result<()> {
        let mut csv = csv::WriterBuilder::new().buffer_capacity(1 << 20).from_path(path)?;
        csv.write_record(HEADER)?;
        while self.done < until {
            let event = self.next();
            csv.write_record(event.cells(&Stamp::PLAIN.write(event.at)))?;
        }
        csv.flush()
    }

    /// The next event, already counted.
    fn next(&mut self) -> Event<'c> {
        let span = u128::from((DAYS * DAY).unsigned_abs());
        let after = u128::from(self.done) * span / u128::from(self.total);
        let at = FROM + i64::try_from(after).expect("within the days");
        self.done += 1;
        let event = self.event(at);
        self.count(&event);
        event
    }

    fn event(&mut self, at: i64) -> Event<'c> {
        let rng = &mut self.rng;
        let face = rng.pick(self.people);
        let tenant = &self.tenants[rng.skewed(TENANTS)];
        let action = self.deck.draw(rng);
        let user = rng.below(30);
        let ticket = 40_000 + rng.below(50_000);
        Event {
            id: ulid(at, rng),
            at,
            actor: Cow::Borrowed(face),
            impersonator: None,
            place: if action.in_tenant {
                Place::One(tenant)
            } else {
                Place::Nowhere
            },
            action: action.code,
            target: Target::of(action.object, tenant, user, rng),
            outcome: if rng.per_mille(40) {
                Outcome::Failure
            } else {
                Outcome::Success
            },
            client: Client::on_day(face, at / DAY),
            ticket: action.in_tenant.then(|| format!("CASE-{ticket}")),
            justification: (action.in_tenant && rng.per_mille(240)).then(|| (*rng.pick(&REASONS)).to_owned()),
            jobs: Jobs::All,
            contested: false,
            names: Names::Nobody,
            impersonation: None,
            escaped: false,
        }
    }

    fn count(&mut self, event: &Event) {
        self.records.read += 1;
        if !POSSIBLE.holds(event.at) {
            self.records.outside_window += 1;
        } else if event.agent().is_none() {
            self.records.other_actor += 1;
        } else {
            self.records.in_scope += 1;
            self.records.without_tenant += u64::from(event.place.tenants().is_empty());
            for tenant in event.place.tenants() {
                self.touched[tenant.number] = true;
            }
        }
    }

    fn close(self) -> BenchTruth {
        BenchTruth {
            records: self.records,
            tenants: self.touched.into_iter().filter(|touched| *touched).count(),
        }
    }
}
