//! A small answer with everything in it that a report must show or withstand.

use std::sync::Arc;

use crate::{
    case::{AgentId, AgentNaming, CaseHeader, Conditions, TenantId, Tlp},
    catalogue::{Effect, Touches},
    coverage::Gap,
    digest::Sha256,
    events::{Outcome, Target},
    findings::{
        self, ActionFinding, AgentFinding, Answer, CaseFinding, Caveat, CaveatCode, ConflictFinding, CoverageFinding,
        Fact, Findings, Impact, KindCoverage, RefusedFinding, SCHEMA, ScopeFinding, SourceCoverage, SourceFinding,
        TenantFinding, TenantImpact, Tool,
    },
    records::Locator,
    scope::ScopeMask,
    seal::Nonces,
    tally::{DispositionCounts, Outcomes, TenantEvent},
    time::Timestamp,
};

/// Text that tries everything at once.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\" onx='1' =cmd|' /C calc'!A0 \u{202e}gnp.exe\u{1b}[2J\n# h `a` [x](http://evil.example) www.evil.example {{title}} &lt;";

/// Action codes as an admin tool logs them.
pub(super) const ACTIONS: [(&str, Effect, &str, &str); 10] = [
    (
        "user.view",
        Effect::View,
        "An agent opened a user's page: name, e-mail address, groups and state.",
        "",
    ),
    (
        "user.search",
        Effect::Search,
        "An agent searched your users and saw those found.",
        "",
    ),
    (
        "report.export",
        Effect::Export,
        "An agent exported a report of your tenant as a file.",
        "Which data the report holds, and whether it is personal data that you must give notice of.",
    ),
    (
        "api_token.reveal",
        Effect::RevealSecret,
        "An agent made the tool show an API token in clear.",
        "Revoke the token and issue a new one; search your logs for its use since.",
    ),
    (
        "policy.update",
        Effect::Change,
        "An agent altered a sign-on policy.",
        "Compare the policy with your own record of it, and undo what you did not ask for.",
    ),
    (
        "user.mfa.reset",
        Effect::Credential,
        "An agent removed all second factors of a user, who could then enrol new ones.",
        "Ask each user whether they had asked for it. If not, end their sessions, reset the password, and have the factors \
         enrolled again in person.",
    ),
    (
        "user.password.reset",
        Effect::Credential,
        "An agent set off a password reset for a user.",
        "Look in your mail log for the reset message, and ask the user whether they had asked for it.",
    ),
    (
        "user.session.impersonation.initiate",
        Effect::Impersonate,
        "An agent began a session as one of your users, with that user's rights.",
        "Everything that the user's account did in the hours after, in every application it can reach.",
    ),
    (
        "user.delete",
        Effect::Delete,
        "An agent deleted a user.",
        "Whether the user still exists, and if not, who asked for the deletion.",
    ),
    ("tenant.flag.set_x9", Effect::Uncatalogued, "", ""),
];

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// An event like those before it, but not the same: everything follows from `number`.
pub(super) fn event(number: u64) -> TenantEvent {
    let at = |count: u64| usize::try_from(number % count).expect("a small number");
    let (action, effect, ..) = ACTIONS[[0, 1, 0, 5, 7, 1, 2, 0, 6, 3, 4, 0, 8, 1, 9][at(15)]];
    let people = [
        "山田 太郎",
        "Ana-María Nuñez",
        "مريم الحسن",
        "Jo Bloggs",
        "O'Brien, Pat",
    ];
    let minutes = number * 173 % 7199;
    let (day, hour, minute) = (16 + minutes / 1440, minutes / 60 % 24, minutes % 60);
    TenantEvent {
        at: Locator {
            source: at(2),
            offset: 1_000 + number * 467,
            length: 466,
        },
        record_sha256: Sha256::of(&number.to_le_bytes()),
        seal: Some(Nonces::new(&[0; 32]).record(number, b"", Sha256::of(b""))),
        event_id: Some(format!("evt-{number:08x}-7c1d-4f7a-9d53-0242ac120002")),
        time: time(&format!("2026-01-{day}T{hour:02}:{minute:02}:07.{:03}Z", number % 1000)),
        time_original: format!("2026-01-{day}T{hour:02}:{minute:02}:07.{:03}+00:00", number % 1000),
        agent: at(3),
        identity_matched: Arc::from("actor.email"),
        action: action.to_owned(),
        effect,
        targets: vec![Target {
            kind: Some("user".to_owned()),
            id: Some(format!("u-{}", 1000 + number % 7)),
            name: Some(people[at(5)].to_owned()),
        }],
        outcome: [
            Outcome::Success,
            Outcome::Success,
            Outcome::Success,
            Outcome::Failure,
            Outcome::Success,
            Outcome::Unknown,
        ][at(6)],
        ticket_verdict: None,
        ticket: (!number.is_multiple_of(3)).then(|| format!("SUP-{}", 48_200 + number)),
        justification: (number % 3 == 1).then(|| "Customer called, locked out after phone change".to_owned()),
        ip: Some(format!("203.0.113.{}", number % 200)),
        session: Some(format!("s-{:x}", 0x00a9_1f00 + number % 3)),
        user_agent: Some(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/97.0.4692.71"
                .to_owned(),
        ),
        parameters: (number % 5 == 2).then(|| format!(r#"{{"bucketName":"example-{number}","limit":{number}}}"#)),
        scopes: ScopeMask(if number % 15 == 4 { 0b11 } else { 0b01 }),
        conflict: false,
        link: None,
        search: None,
    }
}

/// A tenant's share, its figures counted from its events.
pub(super) fn impact(id: &str, name: Option<&str>, known: bool, mut events: Vec<TenantEvent>) -> TenantImpact {
    events.sort_by_key(|event| (event.time, event.at));
    let count = |test: &dyn Fn(&TenantEvent) -> bool| events.iter().filter(|event| test(event)).count() as u64;
    let distinct = |mut values: Vec<String>| {
        values.sort();
        values.dedup();
        values.len() as u64
    };
    let of_effect = |failed: bool| -> Vec<_> {
        let own = events
            .iter()
            .filter(|event| (event.outcome == Outcome::Failure) == failed);
        own.map(|event| (event.effect, 1)).collect()
    };
    let facts: Vec<Fact> = events
        .iter()
        .map(|event| Fact {
            effect: event.effect,
            outcome: event.outcome,
            lacks_ticket: event.ticket.is_none(),
            tied: event.scopes.contains(1),
            linked: false,
        })
        .collect();
    let verdict = findings::verdict(&facts);
    let named = findings::TargetGroups::of(events.iter().map(|event| event.targets.as_slice())).named(id, &facts);
    let finding = TenantFinding {
        logged_as: Vec::new(),
        id: TenantId(id.to_owned()),
        name: name.map(str::to_owned),
        known,
        slug: id.to_lowercase(),
        events: events.len() as u64,
        asked: events.is_empty(),
        first: events.first().map(|event| event.time),
        days: Vec::new(),
        last: events.last().map(|event| event.time),
        tied: count(&|event| event.scopes.contains(1)),
        tied_failed: count(&|event| event.scopes.contains(1) && event.outcome == Outcome::Failure),
        linked: Vec::new(),
        decided: Vec::new(),
        by_link: 0,
        by_search: 0,
        outside_tenure: 0,
        level: verdict.level(),
        verdict,
        without_ticket: facts.iter().filter(|fact| fact.wants_ticket()).count() as u64,
        steps: findings::steps(verdict, &facts),
        people: named.count(findings::TargetKind::Person),
        objects: named.count(findings::TargetKind::Object),
        targets: named.targets,
        untargeted: named.untargeted,
        scopes: [("possible", 0), ("attributed", 1)]
            .map(|(scope, bit)| (scope.to_owned(), count(&|event| event.scopes.contains(bit))))
            .into_iter()
            .collect(),
        scopes_failed: [("possible", 0), ("attributed", 1)]
            .map(|(scope, bit)| {
                let failed = |event: &TenantEvent| event.scopes.contains(bit) && event.outcome == Outcome::Failure;
                (scope.to_owned(), count(&failed))
            })
            .into_iter()
            .collect(),
        actions: events.iter().map(|event| (event.action.clone(), 1)).collect(),
        effects: of_effect(false).into_iter().collect(),
        attempts: of_effect(true).into_iter().collect(),
        spans: Vec::new(),
        outcomes: Outcomes {
            success: count(&|event| event.outcome == Outcome::Success),
            failure: count(&|event| event.outcome == Outcome::Failure),
            unknown: count(&|event| event.outcome == Outcome::Unknown),
        },
        agents: distinct(events.iter().map(|event| event.agent.to_string()).collect()),
        sessions: distinct(events.iter().filter_map(|event| event.session.clone()).collect()),
        contact: Some(format!("security@{id}.example")),
        locale: Some("en".to_owned()),
        time_zone: Some("Europe/Madrid".to_owned()),
        masked: 0,
        released: true,
    };
    TenantImpact { finding, events }
}

/// An event whose every field of log text is hostile.
pub(super) fn hostile(number: u64) -> TenantEvent {
    let text = || Some(HOSTILE.to_owned());
    let target = Target {
        kind: text(),
        id: text(),
        name: text(),
    };
    TenantEvent {
        event_id: text(),
        time_original: HOSTILE.to_owned(),
        identity_matched: Arc::from(HOSTILE),
        action: HOSTILE.to_owned(),
        effect: Effect::Uncatalogued,
        targets: vec![target.clone(), target],
        ticket: text(),
        ticket_verdict: None,
        justification: text(),
        ip: text(),
        session: text(),
        user_agent: text(),
        parameters: text(),
        conflict: true,
        ..event(number)
    }
}

/// Three tenants: one with everything, one with a single event, one that the directory does not
/// have.
pub(super) fn answer() -> Answer {
    let mut many: Vec<TenantEvent> = (0..42).map(event).collect();
    many[6].targets.push(Target {
        kind: Some("group".to_owned()),
        id: None,
        name: Some("Finance =SUM(A1)".to_owned()),
    });
    many[7].justification = Some(HOSTILE.to_owned());
    many[8].user_agent = Some("=cmd|' /C calc'!A0".to_owned());
    many[9].conflict = true;
    many[10] = TenantEvent {
        event_id: None,
        targets: Vec::new(),
        ticket: None,
        justification: None,
        ip: None,
        session: None,
        user_agent: None,
        parameters: None,
        ..event(10)
    };
    answer_of(vec![
        impact("ACME", Some("Acme Bank & Töchter"), true, many),
        impact("Z-77", None, false, vec![hostile(3), event(4)]),
        impact("kyoto", Some("京都電子 株式会社"), true, vec![event(7)]),
    ])
}

/// An answer with these tenants.
#[expect(clippy::too_many_lines, reason = "one literal of the whole answer")]
pub(super) fn answer_of(tenants: Vec<TenantImpact>) -> Answer {
    let in_scope = tenants.iter().map(|tenant| tenant.finding.events).sum::<u64>() + 1;
    let agents: Vec<AgentFinding> = (0..30).map(|number| agent(number, &tenants)).collect();
    let books = DispositionCounts {
        read: in_scope + 3_000 + 4,
        in_scope,
        duplicate: 120,
        other_actor: 2_480,
        outside_window: 400,
        refused: 4,
        without_tenant: 1,
        by_link: 0,
        by_search: 0,
    };
    let findings = Findings {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: "tenant-impact".to_owned(),
            version: "0.1.0".to_owned(),
        },
        case: CaseFinding {
            internal_tlp: Tlp::Red,
            incident: None,
            header: CaseHeader {
                id: "INC-2026-003".to_owned(),
                title: "Workstation of a support engineer under someone else's control".to_owned(),
                vendor: "Example Identity".to_owned(),
                tlp: Tlp::Amber,
                issued: Some(time("2026-01-23T09:00:00Z")),
                contact: Some("security@identity.example".to_owned()),
            },
        },
        complete: false,
        caveats: caveats(),
        scopes: scopes(&agents, in_scope),
        linked: crate::findings::LinkedFinding::default(),
        links: crate::findings::LinksFinding::default(),
        records: books,
        sources: vec![
            source("logs/day/superuser-a.jsonl", books),
            source("logs/day/superuser-b.csv", DispositionCounts::default()),
        ],
        draft: findings::DraftFinding::default(),
        actions: actions(&tenants),
        coverage: coverage(),
        impact: Impact {
            tenants: tenants.len() as u64,
            known_tenants: tenants.iter().filter(|tenant| tenant.finding.known).count() as u64,
            attempts_only: 0,
            failed: 0,
            share: Some(0.0075),
            customers: Some(400),
            listed: 400,
        },
        tenants: tenants.iter().map(|tenant| tenant.finding.clone()).collect(),
        agents,
        refused: vec![refused(12, &[]), refused(34, &["agent-02"])],
        conflicts: vec![ConflictFinding {
            event_id: "evt-9".to_owned(),
            events: vec![event(9).at, event(12).at],
        }],
        near: crate::findings::NearFinding::default(),
        alike: Vec::new(),
        merge: None,
        tickets: None,
        decided: Vec::new(),
        inputs: Vec::new(),
        shared_ids: Vec::new(),
        equal_events: Vec::new(),
        agent_naming: AgentNaming::Pseudonym,
        agents_k: 3,
        census: findings::CensusFinding {
            look_back_days: 7,
            reaches_back: true,
            too_many: false,
            actions: vec![findings::ActionUse {
                code: HOSTILE.to_owned(),
                effect: Effect::Uncatalogued,
                catalogued: false,
                events: 3,
                failed: 1,
                tenants: 1,
                agents: 1,
                without_ticket: Some(2),
                first: time("2026-01-16T00:00:00Z"),
                last: time("2026-01-17T00:00:00Z"),
                before: Some(0),
                last_before: None,
                before_by_others: Some(4),
            }],
        },
        sensitivity: findings::SensitivityFinding {
            too_many: false,
            scopes: vec![findings::ScopeSensitivity {
                name: HOSTILE.to_owned(),
                moves: vec![findings::MoveFinding {
                    end: findings::WindowEnd::From,
                    minutes: -15,
                    to: time("2026-01-15T23:45:00Z"),
                    wider: true,
                    events: 2,
                    tenants: 1,
                    first_tenants: vec![TenantId(HOSTILE.to_owned())],
                }],
                without_agent: vec![findings::WithoutAgent {
                    agent: AgentId(HOSTILE.to_owned()),
                    events: 2,
                    tenants: 1,
                    first_tenants: vec![TenantId(HOSTILE.to_owned())],
                }],
                on_ends: vec![findings::EventOnEnd {
                    end: findings::WindowEnd::Until,
                    time: time("2026-01-21T00:00:00Z"),
                    source: 0,
                    offset: 0,
                    length: 1,
                }],
            }],
        },
        isolation: crate::findings::IsolationFinding::default(),
    };
    Answer {
        tickets: None,
        findings,
        tenants,
        stored: None,
        unattributed: vec![event(99)],
        isolation: crate::findings::Isolation::default(),
        near: crate::findings::NearRecords::default(),
    }
}

fn caveats() -> Vec<Caveat> {
    let caveat = |code, message: &str| Caveat {
        code,
        message: message.to_owned(),
    };
    vec![
        caveat(
            CaveatCode::PossiblyInScope,
            "VENDOR-ONLY 1 refused record names a listed agent and may be in scope",
        ),
        caveat(
            CaveatCode::RefusedRecords,
            "VENDOR-ONLY 4 records could not be read as events",
        ),
        caveat(
            CaveatCode::CoverageGap,
            "VENDOR-ONLY no record from 2026-01-17T02:00:00Z to 2026-01-17T05:00:00Z",
        ),
        caveat(
            CaveatCode::EventsWithoutTenant,
            "VENDOR-ONLY 1 event in scope names no tenant",
        ),
        caveat(
            CaveatCode::UnknownTenants,
            "VENDOR-ONLY 1 tenant is not in the directory: Z-77",
        ),
        caveat(
            CaveatCode::EventIdConflict,
            "VENDOR-ONLY 1 event id names several bodies",
        ),
        caveat(
            CaveatCode::UncataloguedActions,
            "VENDOR-ONLY 2 actions are not in the catalogue",
        ),
    ]
}

fn scopes(agents: &[AgentFinding], events: u64) -> Vec<ScopeFinding> {
    let scope = |name: &str, from, until, agents: &[AgentFinding], basis: &str| ScopeFinding {
        name: name.to_owned(),
        from: time(from),
        until: time(until),
        agents: agents.iter().map(|agent| agent.id.clone()).collect(),
        basis: Some(basis.to_owned()),
        open: false,
        conditions: Conditions::default(),
        events,
        failed: 0,
        tenants: 3,
        tied: name == "attributed",
        on_end: 0,
    };
    let whole = scope(
        "possible",
        "2026-01-16T00:00:00Z",
        "2026-01-21T00:00:00Z",
        agents,
        "Worst case: every engineer of the sub-processor, for all the days on which the workstation was reachable.",
    );
    let narrow = scope(
        "attributed",
        "2026-01-16T11:30:00Z",
        "2026-01-20T20:00:00Z",
        &agents[..2],
        "ATTRIBUTED-BASIS Forensics tie these sessions to the intruder.",
    );
    vec![
        whole,
        ScopeFinding {
            conditions: Conditions {
                sessions: vec!["s-a91f01".to_owned()],
                ..Conditions::default()
            },
            ..narrow
        },
    ]
}

fn agent(number: usize, tenants: &[TenantImpact]) -> AgentFinding {
    let letter = |at: usize| char::from(b"BCDFHJKMNPRTVWXZ"[at]);
    let events = || {
        tenants
            .iter()
            .flat_map(|tenant| &tenant.events)
            .filter(|event| event.agent == number)
    };
    let touched = tenants
        .iter()
        .filter(|tenant| tenant.events.iter().any(|event| event.agent == number));
    AgentFinding {
        id: AgentId(format!("agent-{number:02}")),
        events: events().count() as u64,
        tenants: touched.count() as u64,
        first: events().map(|event| event.time).min(),
        last: events().map(|event| event.time).max(),
        busy: Vec::new(),
        pseudonym: format!("Agent KT{}{}", letter(number / 16), letter(number % 16)),
        name: Some(format!("SECRETNAME{number} Person")),
        email: Some(format!("secretmail{number}@subprocessor.example")),
        identities: vec![format!("secretidentity{number}")],
        employer: Some("Sub-Processor Support Ltd".to_owned()),
        role: Some("Support engineer".to_owned()),
        country: Some("Philippines".to_owned()),
        tenure: None,
        unlisted: false,
        derived: Vec::new(),
    }
}

fn source(path: &str, records: DispositionCounts) -> SourceFinding {
    SourceFinding {
        implausible: crate::findings::ImplausibleFinding::default(),
        remarks: Vec::new(),
        other_tenants: Vec::new(),
        path: path.to_owned(),
        sha256: Some(Sha256::of(path.as_bytes())),
        bytes: 2_415_919,
        profile: "superuser".to_owned(),
        reads_tickets: true,
        framing: "json-lines".to_owned(),
        records,
        first: Some(time("2026-01-15T22:04:11.004Z")),
        last: Some(time("2026-01-21T01:59:58.870Z")),
        container: "plain".to_owned(),
        encoding: "utf-8".to_owned(),
        stated_encoding: None,
        stream_sha256: Some(Sha256::of(path.as_bytes())),
        stream_bytes: 2_415_919,
        accounted: crate::records::Accounted::default(),
        commitment: Some(Sha256::of(b"sealed")),
        nonce: Some(Sha256::of(b"secret nonce")),
    }
}

fn actions(tenants: &[TenantImpact]) -> Vec<ActionFinding> {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let count = |code: &str| {
        tenants
            .iter()
            .filter_map(|tenant| tenant.finding.actions.get(code))
            .sum()
    };
    let finding = |(code, effect, says, check): (&str, _, _, _)| ActionFinding {
        code: code.to_owned(),
        effect,
        events: count(code),
        failed: 0,
        tenants: tenants
            .iter()
            .filter(|tenant| tenant.finding.actions.get(code).is_some())
            .count() as u64,
        says: text(says),
        check: text(check),
        look_for: Vec::new(),
        in_order_if: None,
        not_logged: None,
        without_tenant: 0,
        decided_none: 0,
        touches: Touches::Tenant,
        ends: None,
    };
    ACTIONS.into_iter().map(finding).collect()
}

fn coverage() -> CoverageFinding {
    let gap = Gap {
        from: time("2026-01-17T02:00:00Z"),
        until: time("2026-01-17T05:00:00Z"),
    };
    let source = |source| SourceCoverage {
        source,
        hours: 110,
        with_records: Vec::new(),
        gaps: vec![gap],
    };
    CoverageFinding {
        gap_hours: 3,
        hours: 121,
        hours_with_records: 118,
        gaps: vec![gap],
        kinds: vec![KindCoverage {
            profile: "superuser".to_owned(),
            gaps: vec![gap],
        }],
        sources: vec![source(0), source(1)],
        outages: Vec::new(),
        missing: Vec::new(),
    }
}

fn refused(offset: u64, names: &[&str]) -> RefusedFinding {
    RefusedFinding {
        source: 1,
        offset,
        length: 311,
        reason: "not-json".to_owned(),
        detail: "expected `,` or `}` at column 212".to_owned(),
        names: names.iter().map(|id| AgentId((*id).to_owned())).collect(),
        terms: Vec::new(),
        excerpt: HOSTILE.to_owned(),
    }
}
