//! Actors of the incident. A face is the appearance of one person or service account in a log.
//!
//! An agent has several faces. The usual one has an id and an e-mail address; others have only an
//! address in other capitals, a user name or the id of an API key. A face states its owner, so the
//! ground truth needs no matching of texts.

use serde::Serialize;

use crate::rng::Rng;

/// Digits and letters of the admin tool's object ids: 64 of them, so that one draw serves ten
/// characters.
const ID: &[u8; 64] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01";
/// Hexadecimal, twice over, to have 32.
const HEX: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

/// An object id such as `00u4f...`: 20 characters, like the ids of its kind.
pub(crate) fn object_id(rng: &mut Rng, prefix: &str) -> String {
    rng.text(prefix, 17, ID)
}

/// A session id.
pub(crate) fn session_id(rng: &mut Rng) -> String {
    rng.text("s-", 16, HEX)
}

/// Workplace of a face, which decides the addresses of its requests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seat {
    /// At the sub-processor's sites.
    Support(usize),
    /// At the vendor.
    Vendor(usize),
    /// In the vendor's data centre, without a browser.
    Service(usize),
    /// At a customer.
    Customer(usize),
}

/// Appearance of a person or service account in a log.
#[derive(Clone, Serialize)]
pub(crate) struct Face {
    /// The identifier, compared exactly.
    pub(crate) id: String,
    /// The address; a service account has none.
    pub(crate) email: Option<String>,
    /// The displayed name.
    pub(crate) name: String,
    /// The employer as the tool records it.
    pub(crate) employer: String,
    /// Which listed agent this is, counted from 0; `None` for everybody else.
    #[serde(skip)]
    pub(crate) agent: Option<usize>,
    /// Workplace that requests come from.
    #[serde(skip)]
    pub(crate) seat: Seat,
}

/// The client part of an event.
#[derive(Clone, Serialize)]
pub(crate) struct Client {
    ip: String,
    user_agent: &'static str,
    session_id: String,
}

impl Client {
    /// Returns the client of `face` on a day: one machine and session for the whole day.
    pub(crate) fn on_day(face: &Face, day: i64) -> Self {
        let day = usize::try_from(day).expect("after 1970");
        let (kind, seat) = match face.seat {
            Seat::Support(seat) => (1, seat),
            Seat::Vendor(seat) => (2, seat),
            Seat::Service(seat) => (3, seat),
            Seat::Customer(seat) => (4, seat),
        };
        let mut rng = Rng::for_key(0xC11E + kind, seat, day);
        let ip = match face.seat {
            // Three sites, and a few people at home behind an address of the new kind.
            Seat::Support(seat) if seat % 11 == 4 => format!("2001:db8:{:x}::{:x}", 0x40 + seat, 1 + rng.below(200)),
            Seat::Support(seat) => format!("198.51.100.{}", 4 + seat % 240),
            Seat::Vendor(seat) => format!("203.0.113.{}", 10 + seat % 200),
            Seat::Service(seat) => format!("2001:db8:5e::{:x}", 16 + seat),
            Seat::Customer(seat) => format!("192.0.2.{}", 1 + seat % 250),
        };
        let user_agent = match face.seat {
            Seat::Service(_) => "superuser-cli/4.11.2 (linux; amd64)",
            Seat::Support(seat) | Seat::Vendor(seat) | Seat::Customer(seat) => BROWSERS[seat % BROWSERS.len()],
        };
        Self {
            ip,
            user_agent,
            session_id: session_id(&mut rng),
        }
    }

    /// The session.
    pub(crate) fn session(&self) -> &str {
        &self.session_id
    }

    /// The client as CSV cells.
    pub(crate) fn cells(&self) -> [&str; 3] {
        [&self.ip, self.user_agent, &self.session_id]
    }
}

const BROWSERS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SuperUserDesk/7.2.1",
    "Mozilla/5.0 (X11; Linux x86_64) SuperUserDesk/7.2.1",
];
