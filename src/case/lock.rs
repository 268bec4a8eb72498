//! `agents.lock`: the agents' pseudonyms, drawn by a key of the case and pinned, so that neither
//! the order of the agents nor another agent's row decides a pseudonym.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use aho_corasick::AhoCorasick;
use serde::Serialize;
use tempfile::NamedTempFile;

use super::{Agent, Case, CaseFile, Directory, folder::Folder};
use crate::{
    config::{self, Spanned, Table},
    diag::Diagnostic,
    digest::Sha256,
};

/// The name of the file, beside the case file.
pub const LOCK_FILE: &str = "agents.lock";
/// Its role among the inputs of a manifest.
pub const LOCK_ROLE: &str = "lock";

/// Sixteen consonants that are not mistaken for one another: four bits of a digest give one without
/// bias. Without vowels and digits, no code is a word or the number of a row.
const LETTERS: &[u8; 16] = b"BCDFHJKMNPRTVWXZ";
/// The version of the file's format.
const VERSION: u64 = 1;

/// Letters of a code.
const LENGTH: usize = 4;
/// Draws for one agent after which codes are one letter longer: four letters give 65,536 codes.
const DRAWS: u32 = 64;

/// Prefix of the name of the temporary file that becomes the lock.
const TEMPORARY: &str = ".agents.lock.";
/// Number of attempts to create that file, in case another run removes it before it is locked.
const ATTEMPTS: usize = 100;

const HEAD: &str = "\
# The pseudonyms by which customers see the agents, by agent id. `tenant-impact report` writes this file and adds agents to it.
# Keep it with the case: without it every agent gets another pseudonym. Keep it secret: it says which agent is which.
";

/// The pseudonyms of a case, as its lock states them or as drawn.
#[derive(Debug, Clone)]
pub struct Lock {
    path: PathBuf,
    /// The bytes of the file; `None` if there is none.
    read: Option<Vec<u8>>,
    /// `None` until [`Case::pin`] draws a key, if there is no file.
    key: Option<[u8; 32]>,
    /// Codes by agent id, also of agents that are no longer listed.
    codes: BTreeMap<String, String>,
    /// Whether codes were drawn that the file lacks.
    drawn: bool,
}

/// The pseudonyms could not be pinned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The operating system gave no random bytes.
    #[error("cannot draw a key for `{path}`: the operating system gives no random bytes: {source}")]
    Key {
        /// The lock.
        path: String,
        /// The error of the system.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error(
        "cannot write `{path}`, which keeps the agents' pseudonyms the same in every run: {source}; allow writing in its folder for \
         this run, or run on a copy of the case and keep the `agents.lock` that is written there"
    )]
    Write {
        /// The lock.
        path: String,
        /// The error of the system.
        source: io::Error,
    },
    /// Another run wrote the file meanwhile.
    #[error("another run wrote `{path}` meanwhile; run the command again to use its pseudonyms")]
    Changed {
        /// The lock.
        path: String,
    },
}

impl Lock {
    /// Reads the lock beside the case, if there is one.
    pub(super) fn read(folder: &mut Folder, faults: &mut Vec<Diagnostic>) -> Self {
        let path = folder.resolve(LOCK_FILE);
        let mut lock = Self {
            read: None,
            key: None,
            codes: BTreeMap::new(),
            drawn: false,
            path,
        };
        let shown = lock.shown();
        let bytes = match folder.store.read(&lock.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return lock,
            Err(error) => {
                let message = format!("cannot read `{shown}`, the pseudonyms of the agents: {error}");
                let hint = "make it a readable file; without its codes every agent would get another pseudonym";
                faults.push(Diagnostic::new("unreadable-file", message).hint(hint));
                return lock;
            }
        };
        folder.files.push(CaseFile::new(LOCK_ROLE, LOCK_FILE, &bytes));
        folder.names.push(shown.clone());
        let reading = config::read(&shown, &bytes, written);
        faults.extend(reading.faults);
        if let Some((key, codes)) = reading.value {
            lock.key = key;
            lock.codes = codes;
        }
        lock.read = Some(bytes);
        lock
    }

    /// Draws codes for the agents that have none, in id order.
    fn complete(&mut self, key: &[u8; 32], agents: &[Agent], directory: &Directory) {
        let mut taken: BTreeSet<String> = self.codes.values().cloned().collect();
        let ids: BTreeSet<&str> = agents.iter().map(|agent| agent.id.0.as_str()).collect();
        let mut left: Vec<(&str, u32)> = ids
            .into_iter()
            .filter(|id| !self.codes.contains_key(*id))
            .map(|id| (id, 0))
            .collect();
        while !left.is_empty() {
            let mut drawn = Vec::with_capacity(left.len());
            for (id, mut counter) in left.drain(..) {
                let mut code = draw(key, id, counter);
                while !taken.insert(code.clone()) {
                    counter += 1;
                    code = draw(key, id, counter);
                }
                drawn.push((id, counter + 1, code));
            }
            let named = named(&drawn, agents, directory);
            for (at, (id, counter, code)) in drawn.into_iter().enumerate() {
                if named.contains(&at) {
                    left.push((id, counter));
                } else {
                    self.codes.insert(id.to_owned(), code);
                    self.drawn = true;
                }
            }
        }
    }

    /// The key, if there is a file or [`Case::pin`] drew one.
    pub fn key(&self) -> Option<&[u8; 32]> {
        self.key.as_ref()
    }

    /// Whether there is a file.
    pub fn is_pinned(&self) -> bool {
        self.read.is_some()
    }

    /// Whether the file lacks the key or codes.
    fn is_behind(&self) -> bool {
        self.key.is_some() && (self.read.is_none() || self.drawn)
    }

    /// The pseudonym of an agent; empty if there is no code of it.
    fn pseudonym(&self, agent: &Agent) -> String {
        let what = if agent.unlisted { "Unlisted actor" } else { "Agent" };
        let code = self.codes.get(&agent.id.0);
        code.map_or_else(String::new, |code| format!("{what} {code}"))
    }

    fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn text(&self) -> String {
        #[derive(Serialize)]
        struct File<'l> {
            version: u64,
            key: String,
            agents: &'l BTreeMap<String, String>,
        }
        let file = File {
            version: VERSION,
            key: self.key.map_or_else(String::new, hex::encode),
            agents: &self.codes,
        };
        let body = toml::to_string(&file).expect("texts and a number are TOML");
        format!("{HEAD}{body}")
    }

    /// Creates an empty file beside the lock, which only its owner can read and which is removed
    /// when dropped. Such files of runs that were killed are removed: each is locked as long as its
    /// run goes on.
    fn beside(&self) -> io::Result<NamedTempFile> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        remove_unlocked(folder);
        for _ in 0..ATTEMPTS {
            let file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
            // Where files cannot be locked, as on some file servers, none is removed either.
            let _ = file.as_file().try_lock();
            // Another run may have removed it before it was locked.
            if file.path().exists() {
                return Ok(file);
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    fn failed(&self, source: io::Error) -> LockError {
        LockError::Write {
            path: self.shown(),
            source,
        }
    }

    fn write(&self) -> Result<(), LockError> {
        let failed = |source| self.failed(source);
        let mut file = self.beside().map_err(failed)?;
        file.write_all(self.text().as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        let Some(read) = &self.read else {
            return match file.persist_noclobber(&self.path) {
                Ok(_) => Ok(()),
                Err(fault) if fault.error.kind() == io::ErrorKind::AlreadyExists => {
                    Err(LockError::Changed { path: self.shown() })
                }
                Err(fault) => Err(failed(fault.error)),
            };
        };
        if fs::read(&self.path).map_err(failed)? != *read {
            return Err(LockError::Changed { path: self.shown() });
        }
        let permissions = fs::metadata(&self.path).map_err(failed)?.permissions();
        file.as_file().set_permissions(permissions).map_err(failed)?;
        file.persist(&self.path).map_err(|fault| failed(fault.error))?;
        Ok(())
    }
}

impl Case {
    /// Draws the pseudonyms that a report needs, by a random key if there is no file yet.
    /// [`Case::write_lock`] writes them.
    ///
    /// # Errors
    ///
    /// The system gives no random bytes.
    pub fn pin(&mut self) -> Result<(), LockError> {
        let key = if let Some(key) = self.lock.key {
            key
        } else {
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(|error| LockError::Key {
                path: self.lock.shown(),
                source: io::Error::other(error.to_string()),
            })?;
            key
        };
        self.lock.key = Some(key);
        self.lock.complete(&key, &self.agents, &self.directory);
        self.label();
        if self.lock.is_behind() {
            self.files.retain(|file| file.role != LOCK_ROLE);
            let file = CaseFile::new(LOCK_ROLE, LOCK_FILE, self.lock.text().as_bytes());
            self.files.push(file);
        }
        Ok(())
    }

    /// Checks that the lock can be written, if it has to be, or may have to be for actors whom the
    /// scan finds.
    ///
    /// # Errors
    ///
    /// No file can be created in its folder.
    pub fn try_lock(&self) -> Result<(), LockError> {
        if self.lock.is_behind() || self.scopes.iter().any(|scope| scope.open) {
            self.lock.beside().map_err(|source| self.lock.failed(source))?;
        }
        Ok(())
    }

    /// Writes the lock, if its file lacks pseudonyms.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or another run wrote it meanwhile: then it is left as it is.
    pub fn write_lock(&self) -> Result<(), LockError> {
        if self.lock.is_behind() {
            self.lock.write()
        } else {
            Ok(())
        }
    }

    /// Sets the agents' pseudonyms, as far as there are codes: a scan without a lock has none.
    pub(super) fn label(&mut self) {
        for agent in &mut self.agents {
            agent.pseudonym = self.lock.pseudonym(agent);
        }
    }
}

/// Removes files of [`Lock::beside`] that no run holds.
fn remove_unlocked(folder: &Path) {
    let is_temporary = |name: &str| {
        let end = name.strip_prefix(TEMPORARY);
        end.is_some_and(|end| end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for entry in entries.filter(|entry| entry.file_name().to_str().is_some_and(is_temporary)) {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        // What cannot be opened, locked or removed stays.
        if is_file
            && let Ok(file) = fs::File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Draws a code: HMAC-SHA-256 of the id and the number of the draw, in letters.
fn draw(key: &[u8; 32], id: &str, counter: u32) -> String {
    let mut message = id.as_bytes().to_vec();
    message.extend(counter.to_be_bytes());
    let digest = Sha256::keyed(key, &message);
    let longer = usize::try_from(counter / DRAWS).unwrap_or(usize::MAX);
    let length = LENGTH.saturating_add(longer).min(2 * digest.0.len());
    let halves = digest.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves
        .take(length)
        .map(|half| char::from(LETTERS[usize::from(half)]))
        .collect()
}

/// Positions of codes that could be taken for a part of what names an agent or a tenant, or hold
/// such a name of two or three letters. After [`DRAWS`] draws the short names are passed over:
/// every code may hold one of them.
fn named(drawn: &[(&str, u32, String)], agents: &[Agent], directory: &Directory) -> BTreeSet<usize> {
    let finder = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(drawn.iter().map(|(.., code)| code))
        .expect("codes are few and short");
    let mut found = BTreeSet::new();
    let mut short = BTreeSet::new();
    let mut search = |text: &str| {
        found.extend(finder.find_overlapping_iter(text).map(|hit| hit.pattern().as_usize()));
        if (2..LENGTH).contains(&text.len()) {
            short.insert(text.to_ascii_uppercase());
        }
    };
    for agent in agents {
        agent.all_identities().for_each(&mut search);
        agent.name.as_deref().into_iter().for_each(&mut search);
    }
    for tenant in directory.tenants.iter() {
        search(tenant.id());
        tenant.names().for_each(&mut search);
        tenant.domains().for_each(&mut search);
    }
    let holds_short = |(_, counter, code): &(&str, u32, String)| {
        *counter <= DRAWS && (0..code.len()).any(|at| (at + 2..=code.len()).any(|end| short.contains(&code[at..end])))
    };
    let positions = drawn.iter().enumerate();
    found.extend(positions.filter(|(_, drawn)| holds_short(drawn)).map(|(at, _)| at));
    found
}

type Written = (Option<[u8; 32]>, BTreeMap<String, String>);

fn written(root: &mut Table<'_>) -> Written {
    if !root.has("version") {
        let fault = Diagnostic::new("lock-version", "`version` is missing");
        root.absence(fault.hint(RESTORE).at(root.place().clone()));
    }
    if let Some(version) = root.optional_integer("version", 0..=u64::from(u32::MAX))
        && version.value != VERSION
    {
        let message = format!("this release reads locks of version {VERSION}, not {}", version.value);
        let hint = "use the release that wrote the file; do not delete it, or every agent gets another pseudonym";
        root.fault(Diagnostic::new("lock-version", message).hint(hint).at(version.place));
    }
    let key = root.required_string("key").and_then(|found| key(root, &found));
    let mut codes = BTreeMap::new();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for (id, code) in root.string_map("agents") {
        let fits = code.value.len() >= LENGTH && code.value.bytes().all(|letter| LETTERS.contains(&letter));
        let earlier = lines.get(&code.value);
        if !fits {
            let letters = std::str::from_utf8(LETTERS).unwrap_or_default();
            let message = format!("`{}` is no code of an agent: {LENGTH} letters of {letters}", code.value);
            root.fault(Diagnostic::new("lock-code", message).hint(RESTORE).at(code.place));
        } else if let Some(line) = earlier {
            let message = format!(
                "the code `{}` is already the one of the agent in line {line}",
                code.value
            );
            let hint = "remove the line of the agent that was added later, and `report` draws another code for it";
            root.fault(Diagnostic::new("duplicate-code", message).hint(hint).at(code.place));
        } else {
            lines.insert(code.value.clone(), code.place.line);
            codes.insert(id.value, code.value);
        }
    }
    (key, codes)
}

const RESTORE: &str = "restore the file as `tenant-impact report` wrote it, from a backup or from version control";

fn key(table: &Table<'_>, found: &Spanned<String>) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    let read = hex::decode_to_slice(&found.value, &mut key);
    if read.is_err() {
        let fault = Diagnostic::new("lock-key", "`key` is not 64 hexadecimal digits");
        table.fault(fault.hint(RESTORE).at(found.place.clone()));
    }
    read.ok().map(|()| key)
}
