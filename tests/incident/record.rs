//! The two written forms of an event: a JSON line and a CSV row.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::event::{Event, Outcome, Place};
use crate::tenants::Tenant;
use crate::time::Stamp;

/// The name of the admin tool in every record.
const TOOL: &str = "SuperUser";

/// The header of the CSV form.
pub(crate) const HEADER: [&str; 19] = [
    "event_id",
    "timestamp",
    "tool",
    "actor.id",
    "actor.email",
    "actor.name",
    "actor.employer",
    "tenant.id",
    "tenant.name",
    "action",
    "target.type",
    "target.id",
    "target.name",
    "outcome",
    "client.ip",
    "client.user_agent",
    "client.session_id",
    "ticket",
    "justification",
];

impl Event<'_> {
    /// Appends the JSON line, its end included.
    pub(crate) fn write_json(&self, stamp: Stamp, out: &mut Vec<u8>) {
        let timestamp = stamp.write(self.at);
        let start = out.len();
        serde_json::to_writer(
            &mut *out,
            &Line {
                event: self,
                timestamp: &timestamp,
            },
        )
        .expect("a vector takes all");
        if self.escaped {
            let line = String::from_utf8(out.split_off(start)).expect("JSON is UTF-8");
            out.extend_from_slice(line.replacen('@', "\\u0040", 1).as_bytes());
        }
        out.push(b'\n');
    }

    /// The CSV cells; an empty one stands for null.
    pub(crate) fn cells<'a>(&'a self, timestamp: &'a str) -> [&'a str; 19] {
        let face = &self.actor;
        let tenant = self.place.tenants().first();
        let [ip, user_agent, session] = self.client.cells();
        [
            &self.id,
            timestamp,
            TOOL,
            &face.id,
            face.email.as_deref().unwrap_or_default(),
            &face.name,
            &face.employer,
            tenant.map_or("", |tenant| &tenant.id),
            tenant.map_or("", |tenant| &tenant.name),
            self.action,
            self.target.as_ref().map_or("", |target| target.kind),
            self.target.as_ref().map_or("", |target| &target.id),
            self.target.as_ref().map_or("", |target| &target.name),
            self.outcome.text().unwrap_or_default(),
            ip,
            user_agent,
            session,
            self.ticket.as_deref().unwrap_or_default(),
            self.justification.as_deref().unwrap_or_default(),
        ]
    }
}

/// The JSON form. Written by hand because some keys are now null and now left out.
struct Line<'a> {
    event: &'a Event<'a>,
    timestamp: &'a str,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.event;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event_id", &event.id)?;
        map.serialize_entry("timestamp", self.timestamp)?;
        map.serialize_entry("tool", TOOL)?;
        map.serialize_entry("actor", &*event.actor)?;
        if let Some(face) = event.impersonator {
            map.serialize_entry("impersonator", face)?;
        }
        match event.place {
            Place::Nowhere => map.serialize_entry("tenant", &None::<&Tenant>)?,
            Place::One(tenant) => map.serialize_entry("tenant", tenant)?,
            Place::Two(both) => map.serialize_entry("tenants", &both)?,
        }
        map.serialize_entry("action", event.action)?;
        map.serialize_entry("target", &event.target)?;
        if event.outcome != Outcome::Absent {
            map.serialize_entry("outcome", &event.outcome.text())?;
        }
        map.serialize_entry("client", &event.client)?;
        map.serialize_entry("ticket", &event.ticket)?;
        map.serialize_entry("justification", &event.justification)?;
        map.end()
    }
}
