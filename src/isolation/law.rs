//! A law over generated directories: in none of the spellings in which people type a name does it
//! stand in what another tenant reads.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::tests::{case, event, names_of};
use crate::case::{Case, TenantId};

const FIRST: [&str; 8] = [
    "Zqvotter",
    "Kwixhaven",
    "Brackzorn",
    "Thornbux",
    "Maplewyk",
    "Harroqate",
    "Fennimoor",
    "Wexcombe",
];
const SECOND: [&str; 8] = [
    "Pharmacy",
    "Logistics",
    "Freight",
    "Bank",
    "Foods",
    "Analytics",
    "Data",
    "Systems",
];
const FORMS: [&str; 8] = [
    "",
    " Inc.",
    " GmbH & Co. KG",
    " Ltd",
    " S.p.A.",
    " Oy",
    ", LLC",
    " Pty Ltd",
];

/// A tenant of a generated directory.
#[derive(Debug, Clone)]
struct Listed {
    core: String,
    form: &'static str,
    alias: String,
    slug: String,
    domain: String,
}

/// Number of spellings.
const SPELLINGS: usize = 28;

impl Listed {
    fn new(at: usize, first: usize, second: usize, form: usize) -> Self {
        // Each has a first word of its own, so that no two share a canary.
        let first = FIRST[(first + at) % FIRST.len()];
        Self {
            core: format!("{first} {}", SECOND[second]),
            form: FORMS[form],
            alias: format!("{first}ium Holding"),
            slug: format!("{}-eu{second}", first.to_lowercase()),
            domain: format!("{}-web.example", first.to_lowercase()),
        }
    }

    /// The word that no other tenant's names hold.
    fn canary(&self) -> String {
        self.core.split(' ').next().unwrap_or_default().to_lowercase()
    }

    fn typed(&self, spelling: usize) -> String {
        let (core, domain) = (&self.core, &self.domain);
        let joined = |sign: &str| core.replace(' ', sign);
        let each = |text: &str, write: &dyn Fn(&mut String, char)| {
            text.chars().fold(String::new(), |mut out, c| {
                write(&mut out, c);
                out
            })
        };
        match spelling {
            0 => format!("{core}{}", self.form),
            1 => core.clone(),
            2 => core.to_lowercase(),
            3 => core.to_uppercase(),
            4 => joined("-").to_lowercase(),
            5 => joined("_"),
            6 => joined("."),
            7 => joined(""),
            8 => joined("").to_lowercase(),
            9 => format!("{core}'s"),
            10 => format!("{core}s"),
            11 => format!("{core} Prod"),
            12 => format!("{}prod", joined("").to_lowercase()),
            13 => joined("\n"),
            14 => format!("<b>{}</b>", joined("</b> <b>")),
            15 => core
                .replace('o', "\u{43e}")
                .replace('e', "\u{435}")
                .replace('a', "\u{430}"),
            16 => each(core, &|out, c| out.extend([c, '\u{200b}'])),
            17 => each(core, &|out, c| {
                out.extend(if c == ' ' {
                    Some(' ')
                } else {
                    char::from_u32(u32::from(c) - 0x21 + 0xff01)
                });
            }),
            18 => each(core, &|out, c| write!(out, "%{:02X}", u32::from(c)).expect("memory")),
            19 => each(core, &|out, c| write!(out, "&#{};", u32::from(c)).expect("memory")),
            20 => self.alias.clone(),
            21 => self.alias.to_lowercase().replace(' ', "-"),
            22 => self.slug.clone(),
            23 => format!("https://x.example/{}/users", self.slug.to_uppercase()),
            24 => format!("jo@{domain}"),
            25 => format!("jo[at]{}", domain.replace('.', "[.]")),
            26 => format!("hxxps://{}/x", domain.replace('.', "(dot)")),
            _ => format!("{core}, {}", self.form.trim_matches([',', ' '])),
        }
    }
}

/// The text as who knows every way of writing would read it: letters and digits alone. Shares no
/// code with the search.
fn read(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let escape = match c {
            '%' => rest
                .get(1..3)
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .map(|code| (code, 3)),
            '&' => rest.strip_prefix("&#").and_then(|digits| {
                let end = digits.find(';')?;
                Some((digits[..end].parse().ok()?, end + 3))
            }),
            '<' => rest.find('>').map(|end| (0, end + 1)),
            _ => None,
        };
        let (code, length) = escape.unwrap_or((u32::from(c), c.len_utf8()));
        rest = &rest[length..];
        let c = match code {
            0x43e => Some('o'),
            0x435 => Some('e'),
            0x430 => Some('a'),
            0xff01..=0xff5e => char::from_u32(code - 0xff01 + 0x21),
            code => char::from_u32(code),
        };
        out.extend(
            c.filter(|c| c.is_alphanumeric())
                .into_iter()
                .flat_map(char::to_lowercase),
        );
    }
    out
}

/// The texts as others may read them; each is found in a field that people fill.
fn shown(case: &Case, reader: usize, texts: &[String]) -> Vec<String> {
    let id = format!("z-{reader}");
    let events: Vec<_> = texts.iter().map(|text| event(&[&id], &[], text)).collect();
    let names = names_of(case, &events, std::iter::empty(), std::iter::empty());
    let reader = names.for_tenant(&TenantId(id)).in_field("justification");
    let masked = |text: &String| reader.mask(text).and_then(|masked| masked.shown);
    texts
        .iter()
        .map(|text| masked(text).unwrap_or_else(|| text.clone()))
        .collect()
}

fn law(listed: &[(usize, usize, usize)], around: usize, first: usize) {
    let (before, behind) = [("", ""), ("for ", " today"), ("(", ")"), ("x: ", ", y"), ("\"", "\"")][around];
    let tenants: Vec<_> = listed
        .iter()
        .enumerate()
        .map(|(at, (_, second, form))| Listed::new(at, first, *second, *form))
        .collect();
    thread_local! {
        static CASE: Case = case("");
    }
    let mut case = CASE.with(Clone::clone);
    for (at, tenant) in tenants.iter().enumerate() {
        let (id, name) = (format!("z-{at}"), format!("{}{}", tenant.core, tenant.form));
        let cells = [&id, &name, &tenant.domain, "", "", "", &tenant.alias, &tenant.slug];
        case.directory.tenants.insert_named(cells);
    }
    let other = &tenants[1];
    let spellings: Vec<usize> = listed
        .iter()
        .flat_map(|(spelling, ..)| [*spelling, (*spelling + 14) % SPELLINGS])
        .collect();
    let texts: Vec<_> = spellings
        .iter()
        .map(|at| format!("{before}{}{behind}", other.typed(*at)))
        .collect();
    for (shown, text) in shown(&case, 0, &texts).iter().zip(&texts) {
        assert!(
            read(text).contains(&other.canary()),
            "the test reads what it writes: {text}"
        );
        assert!(!read(shown).contains(&other.canary()), "{text} is shown as {shown}");
    }
    for (shown, text) in shown(&case, 1, &texts).iter().zip(&texts) {
        assert_eq!(shown, text, "one's own name stands");
    }
}

/// Two thousand directories, in as many parts as there are surroundings, so that they are tried
/// side by side.
const CASES: u32 = 400;

fn listed() -> impl Strategy<Value = (Vec<(usize, usize, usize)>, usize)> {
    let tenants = prop::collection::vec((0..SPELLINGS, 0..SECOND.len(), 0..FORMS.len()), 2..6);
    (tenants, 0..FIRST.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_canary_of_a_directory_stands_alone_in_another_s_text((listed, first) in listed()) {
        law(&listed, 0, first);
    }

    #[test]
    fn no_canary_of_a_directory_stands_in_another_s_sentence((listed, first) in listed()) {
        law(&listed, 1, first);
    }

    #[test]
    fn no_canary_of_a_directory_stands_in_another_s_brackets((listed, first) in listed()) {
        law(&listed, 2, first);
    }

    #[test]
    fn no_canary_of_a_directory_stands_in_another_s_list((listed, first) in listed()) {
        law(&listed, 3, first);
    }

    #[test]
    fn no_canary_of_a_directory_stands_in_another_s_quotation((listed, first) in listed()) {
        law(&listed, 4, first);
    }
}
