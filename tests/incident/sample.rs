//! The committed sample: small enough to read, with irregularities for every test.

use crate::exports::{File, Plan};
use crate::scenario::Scenario;

/// 6,000 records; the jobs overlap on the 19th and the 20th.
pub(crate) const SCENARIO: Scenario = Scenario {
    case: "LMK-2026-001",
    tenants: 400,
    others: 25,
    touched: 80,
    strays: true,
    in_window: (865, 56),
    around: 90,
    records: 6_000,
    jobs: Plan {
        jsonl: &[
            File {
                name: "2026-01-14_15",
                days: 14..16,
            },
            File {
                name: "2026-01-16",
                days: 16..17,
            },
            File {
                name: "2026-01-17_18",
                days: 17..19,
            },
            File {
                name: "2026-01-19",
                days: 19..20,
            },
            File {
                name: "2026-01-20",
                days: 20..21,
            },
        ],
        csv: &[
            File {
                name: "2026-01-19",
                days: 19..20,
            },
            File {
                name: "2026-01-20",
                days: 20..21,
            },
            File {
                name: "2026-01-21_23",
                days: 21..24,
            },
        ],
    },
};
