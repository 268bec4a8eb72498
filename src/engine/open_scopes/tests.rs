//! Open scopes against a filter over the values that the records were written from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::IpAddr,
    num::NonZeroUsize,
};

use proptest::prelude::*;
use serde_json::json;

use crate::{
    case::Case,
    engine::{Engine as _, Local, Plan},
    progress::Silent,
};

/// Addresses, each with spellings of it; the last is none.
const IPS: [(&str, &[&str]); 6] = [
    (
        "203.0.113.7",
        &[
            "203.0.113.7",
            "203.0.113.7:443",
            "::ffff:203.0.113.7",
            "::FFFF:cb00:7107",
        ],
    ),
    ("203.0.113.70", &["203.0.113.70", "[::ffff:cb00:7146]:22"]),
    ("198.51.100.7", &["198.51.100.7"]),
    (
        "2001:db8::7",
        &["2001:db8::7", "[2001:0DB8:0::7]:443", "2001:db8:0:0:0:0:0:7"],
    ),
    ("2001:db9::7", &["2001:db9::7"]),
    ("", &["relay-7"]),
];
const SESSIONS: [&str; 4] = ["s-1", "s-2", "S-1", "s/\"3\""];
const KEYS: [&str; 3] = ["0oa-1", "0oa-2", "0OA-1"];
const AGENTS: [&str; 3] = ["curl/8", "Moz\\illa", "curl/8 x"];
const ACTIONS: [&str; 3] = ["user.view", "user.reset", "user.view.all"];
/// The second is the listed agent.
const ACTORS: [&str; 4] = ["pat@acme.example", "mira@desk.example", "Pat@Acme.example", ""];

/// Values of a record: places in the lists above, and none where it does not say.
#[derive(Debug, Clone)]
struct Record {
    inside: bool,
    actor: usize,
    ip: Option<(usize, usize)>,
    sessions: [Option<usize>; 2],
    key: Option<usize>,
    user_agent: Option<usize>,
    action: usize,
}

impl Record {
    fn ip(&self) -> Option<(&'static str, &'static str)> {
        let (ip, spelling) = self.ip?;
        let (address, spellings) = IPS[ip];
        Some((address, spellings[spelling % spellings.len()]))
    }

    fn line(&self) -> String {
        let of = |list: &[&str], at: Option<usize>| at.map(|at| list[at].to_owned());
        let actor = ACTORS[self.actor];
        let day = if self.inside { 17 } else { 25 };
        json!({
            "published": format!("2026-01-{day}T10:00:00Z"),
            "actor": if actor.is_empty() { json!({}) } else { json!({ "alternateId": actor }) },
            "client": {
                "ipAddress": self.ip().map(|(_, spelling)| spelling), "id": of(&KEYS, self.key),
                "userAgent": { "rawUserAgent": of(&AGENTS, self.user_agent) },
            },
            "authenticationContext": {
                "externalSessionId": of(&SESSIONS, self.sessions[0]), "rootSessionId": of(&SESSIONS, self.sessions[1]),
            },
            "eventType": ACTIONS[self.action],
        })
        .to_string()
    }
}

fn record() -> impl Strategy<Value = Record> {
    let some = |count: usize| prop::option::of(0..count);
    (
        prop::bool::weighted(0.8),
        0..ACTORS.len(),
        prop::option::of((0..IPS.len(), 0..4_usize)),
        [some(SESSIONS.len()), some(SESSIONS.len())],
        some(KEYS.len()),
        some(AGENTS.len()),
        0..ACTIONS.len(),
    )
        .prop_map(|(inside, actor, ip, sessions, key, user_agent, action)| Record {
            inside,
            actor,
            ip,
            sessions,
            key,
            user_agent,
            action,
        })
}

/// Conditions of a scope as in the case file; empty lists are left out.
#[derive(Debug, Clone, Default)]
struct Asked {
    agents: bool,
    ips: Vec<&'static str>,
    sessions: Vec<&'static str>,
    keys: Vec<&'static str>,
    user_agents: Vec<&'static str>,
    actions: Vec<&'static str>,
}

/// Networks by address and length, and what is none.
const ASKED_IPS: [&str; 9] = [
    "203.0.113.7",
    "203.0.113.0/24",
    "203.0.112.0/23",
    "192.0.0.0/3",
    "2001:db8::7",
    "2001:db8::/32",
    "2001:db8::/31",
    "0.0.0.0/0",
    "relay-7",
];

fn asked() -> impl Strategy<Value = Asked> {
    let some = |list: &'static [&'static str]| prop::option::weighted(0.4, prop::sample::subsequence(list, 1..=2));
    (
        prop::bool::weighted(0.2),
        some(&ASKED_IPS),
        some(&SESSIONS),
        some(&KEYS),
        some(&AGENTS),
        some(&ACTIONS),
    )
        .prop_map(|(agents, ips, sessions, keys, user_agents, actions)| Asked {
            agents,
            ips: ips.unwrap_or_default(),
            sessions: sessions.unwrap_or_default(),
            keys: keys.unwrap_or_default(),
            user_agents: user_agents.unwrap_or_default(),
            actions: actions.unwrap_or_default(),
        })
        .prop_filter("a scope asks for something", |asked| {
            asked.agents || asked.lists().iter().any(|(_, list)| !list.is_empty())
        })
}

impl Asked {
    fn lists(&self) -> [(&'static str, &[&'static str]); 5] {
        [
            ("ips", &self.ips),
            ("sessions", &self.sessions),
            ("keys", &self.keys),
            ("user_agents", &self.user_agents),
            ("actions", &self.actions),
        ]
    }

    fn toml(&self, name: &str) -> String {
        let lists = self.lists().into_iter().filter(|(_, list)| !list.is_empty());
        let lists = lists.map(|(key, list)| format!("{key} = {}\n", json!(list)));
        let lists = lists.collect::<Vec<_>>().concat();
        let agents = if self.agents { "agents = \"all\"\n" } else { "" };
        format!(
            "[[scopes]]\nname = \"{name}\"\nfrom = 2026-01-16T00:00:00Z\nuntil = 2026-01-21T00:00:00Z\nbasis = \"x\"\n{agents}{lists}"
        )
    }

    /// Returns whether a filter over all records by these values holds one.
    fn holds(&self, record: &Record) -> bool {
        let one = |list: &[&'static str], own: Vec<&str>| {
            let unsaid = own.is_empty() && self.agents;
            list.is_empty() || unsaid || own.iter().any(|own| list.contains(own))
        };
        let of =
            |list: &'static [&'static str], at: Option<usize>| at.map(|at| list[at]).into_iter().collect::<Vec<_>>();
        let ip = match record.ip() {
            _ if self.ips.is_empty() => true,
            None => self.agents,
            Some((address, spelling)) => self.ips.iter().any(|listed| within(listed, address, spelling)),
        };
        let sessions = record.sessions.iter().flatten().map(|at| SESSIONS[*at]).collect();
        record.inside
            && (!self.agents || ACTORS[record.actor] == "mira@desk.example")
            && ip
            && one(&self.sessions, sessions)
            && one(&self.keys, of(&KEYS, record.key))
            && one(&self.user_agents, of(&AGENTS, record.user_agent))
            && one(&self.actions, vec![ACTIONS[record.action]])
    }
}

fn within(listed: &str, address: &str, spelling: &str) -> bool {
    let Ok(address) = address.parse::<IpAddr>() else {
        return listed == spelling;
    };
    let (network, length) = listed.split_once('/').unwrap_or((listed, "128"));
    let Ok(network) = network.parse::<IpAddr>() else {
        return false;
    };
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => format!("{:032b}", address.to_bits()),
        IpAddr::V6(address) => format!("{:0128b}", address.to_bits()),
    };
    let (own, network_bits) = (bits(address), bits(network));
    let length = length.parse::<usize>().expect("a length").min(network_bits.len());
    own.len() == network_bits.len() && own[..length] == network_bits[..length]
}

/// Actor and scopes of each event in scope, by file and number of the line.
type Found = BTreeMap<(String, usize), (String, Vec<bool>)>;

/// Returns the events that a case of these scopes finds in these logs, read in this order.
fn found(scopes: &[Asked], logs: &[(&str, &[Record])], threads: usize) -> Found {
    let folder = tempfile::tempdir().expect("a folder");
    let mut case = "[case]\nid = \"X\"\ntitle = \"x\"\nvendor = \"v\"\ntlp = \"AMBER\"\ncontact = \"c@v.example\"\nissued = 2026-02-20T09:00:00Z\n".to_owned();
    for (at, asked) in scopes.iter().enumerate() {
        case += &asked.toml(&format!("s{at}"));
    }
    if scopes.iter().any(|asked| asked.agents) {
        case += "[[agents.list]]\nid = \"a-1\"\nemail = \"mira@desk.example\"\n";
    }
    let mut starts = BTreeMap::new();
    for (name, records) in logs {
        let lines: Vec<String> = records.iter().map(|record| record.line() + "\n").collect();
        let mut offset = 0;
        for (number, line) in lines.iter().enumerate() {
            starts.insert(((*name).to_owned(), offset), number);
            offset += line.len() as u64;
        }
        fs::write(folder.path().join(name), lines.concat()).expect("a log");
        case += "[[logs]]\nprofile = \"okta-system-log\"\npath = ";
        case += &json!(name).to_string();
        case += "\n";
    }
    let mut case = Case::read(&folder.path().join("case.toml"), case.as_bytes()).expect("a case");
    let plan = Plan::new(&case).expect("a plan");
    let engine = Local {
        threads: NonZeroUsize::new(threads),
    };
    let scan = engine.run(&plan, &Silent).expect("a scan");
    scan.settle(&mut case);
    let mut found = Found::new();
    for source in &scan.sources {
        assert!(source.tally.refused.is_empty() || ACTORS.iter().any(|actor| actor.is_empty()));
        let ends = source.tally.in_scope.len() as u64 + source.tally.other_actor + source.tally.outside_window;
        assert_eq!(
            ends + source.tally.refused.len() as u64,
            source.tally.read,
            "each record has one end"
        );
        for event in &source.tally.in_scope {
            let number = starts[&(source.path.clone(), event.at.offset)];
            let scopes = (0..scopes.len()).map(|at| event.scopes.contains(at)).collect();
            found.insert(
                (source.path.clone(), number),
                (case.agents[event.agent].id.0.clone(), scopes),
            );
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scope_holds_what_a_filter_over_all_records_does(
        scopes in prop::collection::vec(asked(), 1..4),
        one in prop::collection::vec(record(), 0..20),
        other in prop::collection::vec(record(), 1..20),
    ) {
        let logs = [("a.jsonl", &one[..]), ("b.jsonl", &other[..])];
        let of_all = found(&scopes, &logs, 1);
        for (name, records) in logs {
            for (number, record) in records.iter().enumerate() {
                let expected: Vec<bool> = scopes.iter().map(|asked| asked.holds(record)).collect();
                let own = of_all.get(&(name.to_owned(), number));
                let inside = own.map_or_else(|| vec![false; scopes.len()], |(_, scopes)| scopes.clone());
                prop_assert_eq!(inside, expected, "{}: {} in {:?}", name, record.line(), &scopes);
                let whose = match ACTORS[record.actor] {
                    "mira@desk.example" if scopes.iter().any(|asked| asked.agents) => "a-1",
                    "" => "(no actor logged)",
                    "pat@acme.example" => "pat@acme.example",
                    actor => actor,
                };
                if let Some((actor, _)) = own && record.key.is_none() {
                    let same = actor.eq_ignore_ascii_case(whose);
                    prop_assert!(same, "{} is no {}", actor, whose);
                }
            }
        }
        let turned = [logs[1], logs[0]];
        prop_assert_eq!(&found(&scopes, &turned, 1), &of_all);
        prop_assert_eq!(&found(&scopes, &logs, 2), &of_all);
    }

    /// A condition more never adds an event, and a value more never takes one away.
    #[test]
    fn scopes_nest(wide in asked(), more in asked(), records in prop::collection::vec(record(), 1..30)) {
        let both = |one: &[&'static str], other: &[&'static str]| if one.is_empty() { other.to_vec() } else { one.to_vec() };
        let narrow = Asked {
            agents: wide.agents,
            ips: both(&wide.ips, &more.ips),
            sessions: both(&wide.sessions, &more.sessions),
            keys: both(&wide.keys, &more.keys),
            user_agents: both(&wide.user_agents, &more.user_agents),
            actions: both(&wide.actions, &more.actions),
        };
        let found = found(&[wide, narrow], &[("a.jsonl", &records)], 2);
        let outside: BTreeSet<_> = found.iter().filter(|(_, (_, scopes))| scopes[1] && !scopes[0]).collect();
        prop_assert!(outside.is_empty(), "{:?}", outside);
    }
}
