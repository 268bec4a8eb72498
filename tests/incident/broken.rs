//! The five lines that are no records of anything, as exports have them: cut short, not JSON at
//! all, without a time, with a time that does not exist. The first names an agent of a scope, the
//! last a listed agent outside all scopes.

/// A line that cannot be read.
pub(crate) struct Broken {
    /// The day in January in whose file it stands.
    pub(crate) day: i64,
    /// Its bytes.
    pub(crate) text: &'static str,
    /// Whether an agent of a scope is named in it.
    pub(crate) names_agent: bool,
}

/// Number of broken lines.
pub(crate) const COUNT: usize = LINES.len();

/// All of them.
pub(crate) const LINES: [Broken; 5] = [
    Broken {
        day: 16,
        text: r#"{"event_id":"01KF2TQB4RZ5M8XNVA7E0C3KDW","timestamp":"2026-01-16T07:12:44.120Z","tool":"SuperUser","actor":{"id":"bd-agent-05","email":"kenji.morikawa@brightdesk.example","name":"Kenji Mori"#,
        names_agent: true,
    },
    Broken {
        day: 17,
        text: "-- export paused: log store read-only for maintenance, resuming from cursor 7781204 --",
        names_agent: false,
    },
    Broken {
        day: 18,
        text: r#"{"event_id":"01KF9AJ7Q2W6Y4S0T8H1XGBNME","timestamp":"2026-01-18 25:61","tool":"SuperUser","actor":{"id":"lm-9001","email":"oncall@larkmoor.example","name":"On-call","employer":"Larkmoor Identity"},"tenant":null,"action":"global.search","target":null,"outcome":"success","client":{"ip":"203.0.113.77","user_agent":"superuser-cli/4.11.2 (linux; amd64)","session_id":"s-70c1a55e90be2d43"},"ticket":null,"justification":null}"#,
        names_agent: false,
    },
    Broken {
        day: 19,
        text: r#"{"event_id":"01KFAVR8ZC5D3P1QK6F9M2WTEJ","tool":"SuperUser","actor":{"id":"lm-9001","email":"oncall@larkmoor.example","name":"On-call","employer":"Larkmoor Identity"},"tenant":null,"action":"global.search","target":null,"outcome":"failure","client":{"ip":"203.0.113.77","user_agent":"superuser-cli/4.11.2 (linux; amd64)","session_id":"s-70c1a55e90be2d43"},"ticket":null,"justification":null}"#,
        names_agent: false,
    },
    Broken {
        day: 16,
        text: r#"{"event_id":"01KF3B6T0VJ8N4C2SY5RXQ9ZHA","timestamp":"2026-01-16T11:40:02.871Z","tool":"SuperUser","actor":{"id":"lm-0005","email":"sanna.birkwood5@larkmoor.example","na"#,
        names_agent: false,
    },
];
