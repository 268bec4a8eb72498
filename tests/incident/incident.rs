//! An incident of the public one's size.

use crate::exports::{File, Plan};
use crate::scenario::Scenario;

/// 125,000 records, 15,000 customers, 366 of them touched; the jobs overlap on the 20th and the
/// 21st.
pub(crate) const SCENARIO: Scenario = Scenario {
    case: "LMK-2026-002",
    tenants: 15_000,
    others: 300,
    touched: 366,
    strays: false,
    in_window: (12_000, 400),
    around: 2_400,
    records: 125_000,
    jobs: Plan {
        jsonl: &[
            File {
                name: "2026-01-14",
                days: 14..15,
            },
            File {
                name: "2026-01-15",
                days: 15..16,
            },
            File {
                name: "2026-01-16",
                days: 16..17,
            },
            File {
                name: "2026-01-17",
                days: 17..18,
            },
            File {
                name: "2026-01-18",
                days: 18..19,
            },
            File {
                name: "2026-01-19",
                days: 19..20,
            },
            File {
                name: "2026-01-20",
                days: 20..21,
            },
            File {
                name: "2026-01-21",
                days: 21..22,
            },
        ],
        csv: &[
            File {
                name: "2026-01-20_21",
                days: 20..22,
            },
            File {
                name: "2026-01-22_23",
                days: 22..24,
            },
        ],
    },
};
