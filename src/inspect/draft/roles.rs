//! Roles of fields: which one is likely the time, the actor, the tenant, the action. A guess by
//! names and values, for a person to confirm.

use std::collections::BTreeMap;

use super::{
    fields::{FieldPath, SeenField, SeenFields},
    shapes::{self, OutcomeWords},
};
use crate::events::ReadableAs;

/// Fields by role, the likeliest each.
#[derive(Debug, Default)]
pub(super) struct Roles {
    pub(super) time: Option<(FieldPath, Vec<ReadableAs>)>,
    pub(super) actor: Things,
    /// Fields of the person who acted through the actor's account.
    pub(super) impersonator: Things,
    pub(super) tenant: Things,
    pub(super) target: Things,
    pub(super) outcome: Option<(FieldPath, OutcomeWords)>,
    /// The others of `[fields]`, by key.
    pub(super) fields: BTreeMap<&'static str, FieldPath>,
}

/// Fields of one actor, tenant or target, by the key that states them: `id`, `email`, `name`.
pub(super) type Things = BTreeMap<&'static str, FieldPath>;

const ACTOR: [&str; 28] = [
    "actor",
    "user",
    "username",
    "login",
    "by",
    "agent",
    "operator",
    "principal",
    "admin",
    "administrator",
    "staff",
    "employee",
    "who",
    "author",
    "initiator",
    "performer",
    "performed",
    "requester",
    "caller",
    "member",
    "suser",
    "account",
    "identity",
    "usr",
    "email",
    "engineer",
    "bearbeiter",
    "benutzer",
];

const IMPERSONATOR: [&str; 5] = ["impersonator", "impersonated", "sudo", "delegate", "behalf"];

const TENANT: [&str; 22] = [
    "tenant",
    "customer",
    "org",
    "organization",
    "organisation",
    "company",
    "workspace",
    "account",
    "client",
    "site",
    "realm",
    "shop",
    "store",
    "subscriber",
    "project",
    "space",
    "instance",
    "team",
    "domain",
    "cust",
    "kunde",
    "mandant",
];

const TARGET: [&str; 12] = [
    "target", "object", "resource", "entity", "item", "affected", "subject", "record", "duser", "document", "file",
    "path",
];

const ACTION: [&str; 16] = [
    "action",
    "event",
    "operation",
    "activity",
    "verb",
    "method",
    "command",
    "what",
    "act",
    "op",
    "type",
    "task",
    "request",
    "cmd",
    "aktion",
    "vorgang",
];

const TIME: [&str; 14] = [
    "time",
    "timestamp",
    "date",
    "datetime",
    "ts",
    "at",
    "created",
    "when",
    "occurred",
    "rt",
    "eventtime",
    "logged",
    "start",
    "performed",
];

const OTHER_TIMES: [&str; 12] = [
    "updated",
    "modified",
    "expires",
    "expiry",
    "expiration",
    "end",
    "ingested",
    "received",
    "indexed",
    "until",
    "due",
    "birth",
];

const DETAILS: [&str; 8] = [
    "message",
    "msg",
    "description",
    "details",
    "text",
    "summary",
    "log",
    "raw",
];

/// A field that may take a role, with what it is worth for it.
struct RoleCandidate<'f> {
    path: &'f FieldPath,
    field: &'f SeenField,
    words: Vec<String>,
}

impl RoleCandidate<'_> {
    fn has(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str()))
    }

    /// The place in a list of words of the first one that the name has; the first of a list counts
    /// most.
    fn rank(&self, words: &[&str]) -> Option<usize> {
        words.iter().position(|word| self.words.iter().any(|own| own == word))
    }

    fn last_is(&self, words: &[&str]) -> bool {
        self.words.last().is_some_and(|word| words.contains(&word.as_str()))
    }

    fn is_user_agent(&self) -> bool {
        let joined = self.words.join("");
        joined.contains("useragent") || self.last_is(&["ua", "browser"])
    }

    /// Whether each record has a value of its own.
    fn is_distinct(&self) -> bool {
        self.field.count > 1 && (self.field.more || self.field.values.len() as u64 == self.field.count)
    }
}

impl Roles {
    /// Assigns the fields.
    pub(super) fn of(seen: &SeenFields) -> Self {
        let candidates: Vec<RoleCandidate<'_>> = seen
            .fields
            .iter()
            .filter(|(path, _)| path.lists() <= 1)
            .map(|(path, field)| RoleCandidate {
                path,
                field,
                words: path.words(),
            })
            .collect();
        let mut roles = Self {
            time: time(seen, &candidates),
            ..Self::default()
        };
        let used = roles.time.as_ref().map(|(path, _)| path.clone());
        let is_free = |candidate: &&RoleCandidate<'_>| {
            Some(candidate.path) != used.as_ref() && shapes::times(candidate.field).is_empty()
        };
        let free: Vec<&RoleCandidate<'_>> = candidates.iter().filter(is_free).collect();
        roles.details(seen, &free);
        roles.tenant = things(&free, &TENANT, |candidate| {
            !roles.is_taken(candidate.path) && !candidate.has(&["ip", "address", "agent", "version", "port", "user"])
        });
        let tenants: Vec<FieldPath> = roles.tenant.values().cloned().collect();
        let is_open = |candidate: &RoleCandidate<'_>| {
            !tenants.contains(candidate.path) && !candidate.has(&TENANT[..7]) && !candidate.has(&TARGET[..7])
        };
        roles.impersonator = things(&free, &IMPERSONATOR, |candidate| is_open(candidate));
        let impersonators: Vec<FieldPath> = roles.impersonator.values().cloned().collect();
        roles.actor = things(&free, &ACTOR, |candidate| {
            is_open(candidate) && !roles.is_taken(candidate.path) && !impersonators.contains(candidate.path)
        });
        roles.target = things(&free, &TARGET, |candidate| {
            !roles.is_taken(candidate.path) && !tenants.contains(candidate.path)
        });
        roles
    }

    /// Assigns by values alone the time, an actor by an e-mail address, and the action by words
    /// with signs between them. For columns without names.
    pub(super) fn by_values(mut self, seen: &SeenFields) -> Self {
        let usual = |test: &dyn Fn(&SeenField) -> bool| {
            let mut fields = seen.fields.iter();
            let found = fields.find(|(path, field)| path.inside.is_empty() && seen.is_usual(field) && test(field));
            found.map(|(path, _)| path.clone())
        };
        if self.time.is_none() {
            let path = usual(&|field| !shapes::times(field).is_empty());
            self.time = path.map(|path| {
                let formats = shapes::times(&seen.fields[&path]);
                (path, formats)
            });
        }
        if self.actor.is_empty() {
            self.actor.extend(usual(&shapes::is_email).map(|path| ("email", path)));
        }
        if !self.fields.contains_key("action") {
            let words = |field: &SeenField| {
                shapes::is_code(field)
                    && !shapes::is_email(field)
                    && !shapes::is_address(field)
                    && shapes::times(field).is_empty()
                    && field.values.len() as u64 * 2 <= field.count
                    && field.values.iter().any(|value| value.contains(['.', '_', ':']))
            };
            self.fields.extend(usual(&words).map(|path| ("action", path)));
        }
        self
    }

    fn is_taken(&self, path: &FieldPath) -> bool {
        self.fields.values().any(|taken| taken == path) || self.outcome.as_ref().is_some_and(|(taken, _)| taken == path)
    }

    /// Assigns what stands alone: action, id, address, session and so on.
    fn details(&mut self, seen: &SeenFields, free: &[&RoleCandidate<'_>]) {
        let mut put = |key, found: Option<&&RoleCandidate<'_>>| {
            if let Some(found) = found {
                self.fields.insert(key, found.path.clone());
            }
        };
        let simple = |candidate: &&&RoleCandidate<'_>| candidate.path.lists() == 0;
        let of = |test: &dyn Fn(&RoleCandidate<'_>) -> bool| {
            let found = free.iter().filter(simple).filter(|candidate| test(candidate));
            found.min_by_key(|candidate| (candidate.path.depth(), candidate.words.len()))
        };
        let foreign = |candidate: &RoleCandidate<'_>| candidate.has(&TENANT[..7]) || candidate.has(&TARGET[..7]);
        put("user_agent", of(&|candidate| candidate.is_user_agent()));
        put(
            "ip",
            of(&|candidate| {
                shapes::is_address(candidate.field) && !candidate.has(&["server", "dst", "destination", "host"])
            }),
        );
        put(
            "session",
            of(&|candidate| candidate.has(&["session", "sid", "sessionid"])),
        );
        put(
            "ticket",
            of(&|candidate| {
                candidate.has(&["ticket", "case", "incident", "ticketid"]) && !shapes::is_prose(candidate.field)
            }),
        );
        put(
            "justification",
            of(&|candidate| candidate.has(&["reason", "justification", "purpose", "comment", "note"])),
        );
        let names_event = |candidate: &RoleCandidate<'_>| {
            let alone = candidate.words.len() == 1 && candidate.has(&["id", "uuid", "guid"]);
            let of_event = candidate.last_is(&["id", "uuid", "guid"])
                && candidate.has(&[
                    "event", "audit", "request", "log", "record", "entry", "message", "insert", "_id",
                ]);
            (alone || of_event) && candidate.is_distinct() && seen.is_usual(candidate.field) && !foreign(candidate)
        };
        put("event_id", of(&names_event));
        let action = free.iter().filter(simple).filter(|candidate| {
            candidate.has(&ACTION)
                && !candidate.last_is(&["id", "uuid", "time", "version", "source", "category", "severity", "ip"])
                && !candidate.has(&[
                    "actor", "user", "tenant", "customer", "target", "object", "resource", "content",
                ])
                && shapes::is_code(candidate.field)
                && !shapes::is_number(candidate.field)
                && !shapes::is_address(candidate.field)
                && seen.is_usual(candidate.field)
        });
        let best = action.min_by_key(|candidate| {
            let named = candidate.last_is(&["name", "action", "type", "class"]);
            (
                candidate.rank(&ACTION),
                !named,
                candidate.path.depth(),
                candidate.words.len(),
            )
        });
        put("action", best);
        let outcome = free.iter().filter(simple).filter(|candidate| {
            candidate.has(&[
                "outcome",
                "result",
                "status",
                "success",
                "successful",
                "disposition",
                "decision",
                "allowed",
            ])
        });
        self.outcome = outcome
            .filter_map(|candidate| Some((candidate.path.clone(), shapes::outcome(candidate.field)?)))
            .min_by_key(|(path, words)| (words.unknown.len(), path.depth()));
    }
}

/// The field that is likely the time of the event: one that each record has, whose values are all
/// times.
fn time(seen: &SeenFields, candidates: &[RoleCandidate<'_>]) -> Option<(FieldPath, Vec<ReadableAs>)> {
    let usual = candidates
        .iter()
        .filter(|candidate| candidate.path.lists() == 0 && seen.is_usual(candidate.field));
    let timed = usual.filter_map(|candidate| {
        let formats = shapes::times(candidate.field);
        let counts = formats.iter().any(|format| format.format.starts_with("epoch"));
        // A number of an id's length may be a count of seconds.
        let named = candidate.has(&TIME);
        (!formats.is_empty() && (named || !counts)).then_some((candidate, formats))
    });
    let best = timed.min_by_key(|(candidate, _)| {
        let other = candidate.has(&OTHER_TIMES);
        (
            other,
            candidate.rank(&TIME).unwrap_or(TIME.len()),
            candidate.path.depth(),
        )
    });
    best.map(|(candidate, formats)| (candidate.path.clone(), formats))
}

/// The fields of the actor, tenant or target that one of these words names: of the first word that
/// is there, all that one object holds.
fn things(free: &[&RoleCandidate<'_>], words: &[&str], is_open: impl Fn(&RoleCandidate<'_>) -> bool) -> Things {
    let fits = |candidate: &&&RoleCandidate<'_>| {
        is_open(candidate)
            && candidate.rank(words).is_some()
            && !candidate.is_user_agent()
            && !candidate.has(&DETAILS)
            && !shapes::is_address(candidate.field)
            && !candidate.last_is(&[
                "count", "version", "status", "time", "date", "role", "roles", "plan", "country",
            ])
    };
    let all: Vec<&&RoleCandidate<'_>> = free.iter().filter(fits).collect();
    let Some(best) = all
        .iter()
        .min_by_key(|candidate| (candidate.rank(words), candidate.path.depth(), candidate.words.len()))
    else {
        return Things::new();
    };
    // Members of the same object, where its name says so, and columns of the same word.
    let parent = best.path.parent();
    let is_named = parent.words().iter().any(|word| words.contains(&word.as_str()));
    let open: Vec<&&RoleCandidate<'_>> = all
        .iter()
        .copied()
        .filter(|candidate| candidate.path.parent() == parent)
        .filter(|candidate| is_named || candidate.rank(words) == best.rank(words))
        .collect();
    let mut things = Things::new();
    for candidate in open {
        let key = if shapes::is_email(candidate.field) || candidate.last_is(&["email", "mail"]) {
            "email"
        } else if candidate.last_is(&["id", "uuid", "guid", "uid", "key", "number", "no"])
            || shapes::is_number(candidate.field)
        {
            "id"
        } else if candidate.last_is(&["type", "kind", "class"]) {
            "type"
        } else {
            "name"
        };
        things.entry(key).or_insert_with(|| candidate.path.clone());
    }
    things
}
