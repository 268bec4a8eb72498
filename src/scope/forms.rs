//! Names of actors that are no listed identity but are made of one: a guest's name, an address with
//! a tag, an address inside a display name. They are reported and never matched, as some of them
//! belong to other people.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Identities, lookup::Lookup};
use crate::{case::fold, text::hidden};

/// How a logged name is made of a listed identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Equal but for the case of letters, in a field whose values are compared exactly.
    OtherCase,
    /// Equal but for characters that cannot be seen.
    HiddenCharacter,
    /// The identity in quotation marks, brackets, or the formula that guards a number in a
    /// spreadsheet.
    Quoted,
    /// A display name with the identity in brackets.
    DisplayName,
    /// The identity with percent escapes.
    PercentEncoded,
    /// A guest's name in another directory: `user_domain#EXT#@tenant`.
    Guest,
    /// The address with a tag: `user+tag@domain`.
    PlusAddress,
    /// The address in a domain below or above its own.
    Subdomain,
    /// The address with something behind its domain, as the copies of an environment have.
    DomainSuffix,
    /// The same user name in another domain.
    OtherDomain,
    /// The user name of the address alone.
    LocalPart,
    /// A user name behind a domain: `DOMAIN\user`.
    DomainUser,
    /// The last part of an Amazon resource name, or of an assumed role.
    Arn,
    /// A part of a path or of a prefixed name: `user:identity`.
    Part,
    /// The same number written in another way: `1042.0`, `001042`.
    Number,
    /// The same Salesforce id with 15 or 18 characters.
    SalesforceId,
    /// Equal but for dots, hyphens, underscores and blanks.
    Separators,
    /// The identity as a word in a longer name.
    Word,
}

impl Relation {
    /// Returns the serialised name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OtherCase => "other-case",
            Self::HiddenCharacter => "hidden-character",
            Self::Quoted => "quoted",
            Self::DisplayName => "display-name",
            Self::PercentEncoded => "percent-encoded",
            Self::Guest => "guest",
            Self::PlusAddress => "plus-address",
            Self::Subdomain => "subdomain",
            Self::DomainSuffix => "domain-suffix",
            Self::OtherDomain => "other-domain",
            Self::LocalPart => "local-part",
            Self::DomainUser => "domain-user",
            Self::Arn => "arn",
            Self::Part => "part",
            Self::Number => "number",
            Self::SalesforceId => "salesforce-id",
            Self::Separators => "separators",
            Self::Word => "word",
        }
    }

    /// Returns whether the name contains the whole identity, so that it is hardly another person's.
    /// The user name alone and names that are only similar do not.
    pub fn holds_whole(self) -> bool {
        !matches!(
            self,
            Self::OtherCase | Self::OtherDomain | Self::LocalPart | Self::Separators
        )
    }

    /// Returns whether systems derive names of this relation from an identity by rule. Such a name
    /// is the agent's own if the case accepts derived names.
    pub fn is_derived(self) -> bool {
        matches!(
            self,
            Self::Guest
                | Self::PlusAddress
                | Self::Subdomain
                | Self::PercentEncoded
                | Self::SalesforceId
                | Self::DomainUser
                | Self::Arn
        )
    }

    /// Describes the relation in a few words, to follow "is" or "as".
    pub fn says(self) -> &'static str {
        match self {
            Self::OtherCase => "the identity in another case",
            Self::HiddenCharacter => "the identity with a character that cannot be seen",
            Self::Quoted => "the identity in quotation marks or brackets",
            Self::DisplayName => "a display name with the identity",
            Self::PercentEncoded => "the identity with percent escapes",
            Self::Guest => "a guest's name made of the identity",
            Self::PlusAddress => "the address with a tag",
            Self::Subdomain => "the address in a domain below or above",
            Self::DomainSuffix => "the address with a longer domain",
            Self::OtherDomain => "the user name in another domain",
            Self::LocalPart => "the user name of the address",
            Self::DomainUser => "the user name behind a domain",
            Self::Arn => "the end of a resource name",
            Self::Part => "the identity behind a prefix",
            Self::Number => "the number in another spelling",
            Self::SalesforceId => "the same Salesforce id in its other length",
            Self::Separators => "the identity with other separators",
            Self::Word => "the identity inside a longer name",
        }
    }
}

/// A name that is made of a listed identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// Number of the identity.
    pub identity: usize,
    /// Relation of the name to the identity.
    pub relation: Relation,
    /// Whether every step from the identity to the name is one of [`Relation::is_derived`].
    pub derived: bool,
}

/// Longest name that is analysed, in bytes. Longer values are texts, in which identities are found
/// as words.
const LONGEST: usize = 512;

/// Number of successive steps by which a name is analysed, as for a percent-encoded address in
/// brackets.
const DEPTH: usize = 3;

/// Number of parts of a name that are examined.
const PARTS: usize = 64;

/// Shortest name that is compared without separators or in another domain. Shorter names would be
/// equal by chance.
const TELLING: usize = 6;

/// Keys of the listed identities, each with the number of its identity. Keys shared by several
/// agents are left out.
#[derive(Debug)]
pub struct Forms {
    /// Addresses in the domains above their own.
    parents: Lookup,
    /// User names of the addresses.
    locals: Lookup,
    /// Identities without separators.
    bare: Lookup,
    numbers: Lookup,
    /// Salesforce ids in their 15-character form.
    salesforce: Lookup,
}

/// Keys of one kind, each with the agent and the number of each of its identities.
#[derive(Default)]
struct Keys(BTreeMap<String, Vec<(usize, usize)>>);

impl Keys {
    fn add(&mut self, key: String, owner: (usize, usize)) {
        self.0.entry(key).or_default().push(owner);
    }

    /// Returns the keys of a single agent, each with the first of its identities.
    fn of_one_agent(self) -> Lookup {
        let alone = |(key, owners): (String, Vec<(usize, usize)>)| {
            let (agent, number) = owners[0];
            owners.iter().all(|owner| owner.0 == agent).then_some((key, number))
        };
        Lookup::of(self.0.into_iter().filter_map(alone).collect())
    }
}

impl Forms {
    /// Computes the keys of these identities.
    pub(super) fn new(identities: &Identities) -> Self {
        let [mut parents, mut locals, mut bare, mut numbers, mut salesforce] = <[Keys; 5]>::default();
        for (number, agent, text) in identities.each() {
            let owner = (agent, number);
            let folded = fold(text);
            if let Some((local, domain)) = address(&folded) {
                self::parents(domain).for_each(|parent| parents.add(format!("{local}@{parent}"), owner));
                locals.add(local.to_owned(), owner);
            }
            if let Some(key) = without_separators(&folded) {
                bare.add(key, owner);
            }
            if let Some(key) = number_of(&folded) {
                numbers.add(key, owner);
            }
            if is_salesforce(text, 18) {
                salesforce.add(text[..15].to_owned(), owner);
            }
        }
        Self {
            parents: parents.of_one_agent(),
            locals: locals.of_one_agent(),
            bare: bare.of_one_agent(),
            numbers: numbers.of_one_agent(),
            salesforce: salesforce.of_one_agent(),
        }
    }

    /// Returns the identity that a name is made of. The name itself must not be a listed identity.
    pub fn find(&self, identities: &Identities, name: &str) -> Option<Form> {
        let name = name.trim();
        if name.is_empty() || name.len() > LONGEST {
            return None;
        }
        let form = |identity, relation, derived| {
            Some(Form {
                identity,
                relation,
                derived,
            })
        };
        if let Some(identity) = identities.find_anyhow(name) {
            return form(identity, Relation::OtherCase, false);
        }
        let mut now = vec![(name.to_owned(), None, true)];
        for _ in 0..DEPTH {
            let mut next = Vec::new();
            for (text, first, all) in &now {
                for step in derived(text) {
                    let all = *all && step.by_rule;
                    let relation = first.unwrap_or(step.relation);
                    if let Some(identity) = identities.find_anyhow(&step.text) {
                        return form(identity, relation, all);
                    }
                    next.push((step.text, Some(relation), all));
                }
            }
            let keyed = now.iter().find_map(|(text, first, all)| {
                let (identity, relation) = self.keyed(identities, text)?;
                Some((identity, first.unwrap_or(relation), *all && relation.is_derived()))
            });
            if let Some((identity, relation, all)) = keyed {
                return form(identity, relation, all);
            }
            next.truncate(PARTS);
            now = next;
        }
        let words = identities.standing_in(name);
        let longest = words.iter().max_by_key(|word| word.as_logged.len())?;
        form(longest.identity, Relation::Word, false)
    }

    /// Finds an identity by a key that both texts share.
    fn keyed(&self, identities: &Identities, text: &str) -> Option<(usize, Relation)> {
        let folded = fold(text);
        if let Some((local, domain)) = address(&folded) {
            if let Some(identity) = self.parents.get(&folded) {
                return Some((identity, Relation::Subdomain));
            }
            // Names such as `info` are common to many domains.
            let telling = || local.len() >= TELLING && local.contains(['.', '-', '_']);
            let elsewhere = identities
                .find_anyhow(local)
                .or_else(|| self.locals.get(local).filter(|_| telling()));
            if let Some(identity) = elsewhere.filter(|_| domain.contains('.')) {
                return Some((identity, Relation::OtherDomain));
            }
        } else if let Some(identity) = self.locals.get(&folded) {
            return Some((identity, Relation::LocalPart));
        }
        let number = number_of(&folded).and_then(|number| self.numbers.get(&number));
        if let Some(identity) = number {
            return Some((identity, Relation::Number));
        }
        let salesforce = || match text.len() {
            15 => self.salesforce.get(text),
            18 if is_salesforce(text, 18) => identities.find_exactly(&text[..15]),
            _ => None,
        };
        if let Some(identity) = salesforce() {
            return Some((identity, Relation::SalesforceId));
        }
        let bare = without_separators(&folded)?;
        Some((self.bare.get(&bare)?, Relation::Separators))
    }
}

/// A text that a name may be made of by one step.
struct Derived {
    text: String,
    relation: Relation,
    /// Whether the step is one of [`Relation::is_derived`]. Of a resource name only the last part
    /// is.
    by_rule: bool,
}

/// Returns the texts that a name may be made of by one step.
fn derived(text: &str) -> Vec<Derived> {
    let mut found = Vec::new();
    let has = Signs::of(text);
    let mut add = |derived: &str, relation| {
        let derived = derived.trim();
        if !derived.is_empty() && derived != text {
            found.push(Derived {
                text: derived.to_owned(),
                relation,
                by_rule: relation.is_derived(),
            });
        }
    };
    if has.any(Signs::NOT_PRINTABLE) && text.contains(hidden) {
        add(&text.replace(hidden, ""), Relation::HiddenCharacter);
    }
    if has.any(Signs::QUOTE | Signs::NOT_PRINTABLE)
        && let Some(inner) = unquoted(text)
    {
        add(inner, Relation::Quoted);
    }
    if has.any(Signs::QUOTE) {
        for (open, close) in [('<', '>'), ('(', ')'), ('[', ']')] {
            if let Some(inside) = text.rfind(open).and_then(|at| text[at + 1..].split_once(close)) {
                add(inside.0, Relation::DisplayName);
            }
            if let Some((before, _)) = text.split_once(open) {
                add(before, Relation::DisplayName);
            }
        }
    }
    if has.any(Signs::PERCENT)
        && let Some(decoded) = percent_decoded(text)
    {
        add(&decoded, Relation::PercentEncoded);
    }
    if has.any(Signs::HASH) {
        for guest in guests(text) {
            add(&guest, Relation::Guest);
        }
    }
    if has.any(Signs::AT)
        && let Some((local, domain)) = address(text)
    {
        if let Some((plain, _)) = local.split_once('+') {
            add(&format!("{plain}@{domain}"), Relation::PlusAddress);
        }
        for parent in parents(domain) {
            add(&format!("{local}@{parent}"), Relation::Subdomain);
        }
        let ends = domain.match_indices('.').map(|(at, _)| &domain[..at]);
        for shorter in ends.filter(|shorter| shorter.contains('.')) {
            add(&format!("{local}@{shorter}"), Relation::DomainSuffix);
        }
    }
    if has.any(Signs::SEPARATOR) {
        let of_part = if text.starts_with("arn:") {
            Relation::Arn
        } else {
            Relation::Part
        };
        for (number, part) in text.rsplit(SEPARATORS).take(PARTS).enumerate() {
            // Only the last part of a resource name is the user or the session.
            let relation = if number == 0 { of_part } else { Relation::Part };
            add(part, relation);
        }
    }
    if let Some((_, user)) = text.rsplit_once('\\').filter(|_| has.any(Signs::BACKSLASH)) {
        add(user, Relation::DomainUser);
    }
    found
}

/// Separators of the parts of a path or of a prefixed name.
const SEPARATORS: [char; 5] = [':', '/', '|', ';', ','];

/// The special bytes in a text, as bits. Most names have none but `@`, so most relations need not
/// be tried.
#[derive(Clone, Copy)]
struct Signs(u8);

impl Signs {
    const NOT_PRINTABLE: u8 = 1;
    const QUOTE: u8 = 1 << 1;
    const PERCENT: u8 = 1 << 2;
    const HASH: u8 = 1 << 3;
    const AT: u8 = 1 << 4;
    const SEPARATOR: u8 = 1 << 5;
    const BACKSLASH: u8 = 1 << 6;

    const OF_BYTE: [u8; 256] = {
        let mut of_byte = [0; 256];
        let mut byte = 0_u8;
        loop {
            of_byte[byte as usize] = match byte {
                b'"' | b'\'' | b'`' | b'<' | b'(' | b'[' | b'{' => Self::QUOTE,
                b'%' => Self::PERCENT,
                b'#' => Self::HASH,
                b'@' => Self::AT,
                b':' | b'/' | b'|' | b';' | b',' => Self::SEPARATOR,
                b'\\' => Self::BACKSLASH,
                b' '..=b'~' => 0,
                _ => Self::NOT_PRINTABLE,
            };
            if byte == u8::MAX {
                break of_byte;
            }
            byte += 1;
        }
    };

    fn of(text: &str) -> Self {
        let of_byte = |byte: u8| Self::OF_BYTE[usize::from(byte)];
        Self(text.bytes().fold(0, |signs, byte| signs | of_byte(byte)))
    }

    fn any(self, signs: u8) -> bool {
        self.0 & signs != 0
    }
}

/// Splits an address into its user name and its domain.
fn address(text: &str) -> Option<(&str, &str)> {
    // Every name is tested, and only an address has exactly one `@`.
    let at = memchr::memchr(b'@', text.as_bytes())?;
    let (local, domain) = (&text[..at], &text[at + 1..]);
    (!local.is_empty() && !domain.is_empty() && !domain.contains('@')).then_some((local, domain))
}

/// Returns the domains above a domain that have a dot.
fn parents(domain: &str) -> impl Iterator<Item = &str> {
    let above = domain.match_indices('.').map(|(at, _)| &domain[at + 1..]);
    above.filter(|above| above.contains('.'))
}

fn unquoted(text: &str) -> Option<&str> {
    const PAIRS: [(&str, &str); 9] = [
        ("=\"", "\""),
        ("\"", "\""),
        ("'", "'"),
        ("`", "`"),
        ("<", ">"),
        ("(", ")"),
        ("{", "}"),
        ("[", "]"),
        ("\u{201c}", "\u{201d}"),
    ];
    let inner = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close);
    // A spreadsheet marks a number as a text with an apostrophe.
    PAIRS.iter().find_map(inner).or_else(|| text.strip_prefix('\''))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut decoded = Vec::new();
    let mut rest = text.as_bytes();
    let mut any = false;
    while let Some((&byte, behind)) = rest.split_first() {
        let digits = behind
            .get(..2)
            .filter(|digits| byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let code = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        decoded.push(code.unwrap_or(byte));
        any |= code.is_some();
        rest = if code.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8(decoded).ok().filter(|_| any)
}

/// Returns the addresses that a guest's name may be made of: the last underscore replaces the `@`,
/// or an earlier one if the domain contains underscores.
fn guests(text: &str) -> impl Iterator<Item = String> {
    const MARK: &str = "#ext#";
    let at = text.to_ascii_lowercase().find(MARK);
    let name = at.map_or("", |at| &text[..at]);
    let places: Vec<_> = name.rmatch_indices('_').map(|(at, _)| at).take(4).collect();
    places
        .into_iter()
        .map(move |at| format!("{}@{}", &name[..at], &name[at + 1..]))
        .chain((!name.is_empty()).then(|| name.to_owned()))
}

/// Returns the identity without separators, or `None` if too little is left.
fn without_separators(folded: &str) -> Option<String> {
    let separator = |c: char| matches!(c, '.' | '-' | '_' | ' ' | '{' | '}');
    let mut bare = folded.to_owned();
    bare.retain(|c| !separator(c));
    (bare.len() >= TELLING).then_some(bare)
}

/// Returns the digits of a whole number in any notation: `1042`, `1042.0`, `001042`, `1,042`,
/// `1.042E+3`.
fn number_of(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() > 40 || !bytes.first()?.is_ascii_digit() {
        return None;
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.trim_start_matches('+').parse::<usize>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.replace(',', "");
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(&whole) || !digits(fraction) || exponent > 30 {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let zeros = exponent.checked_sub(fraction.len())?;
    let number = format!("{whole}{fraction}{}", "0".repeat(zeros));
    let number = number.trim_start_matches('0');
    (!number.is_empty()).then(|| number.to_owned())
}

/// Returns whether a text is a Salesforce id: 15 letters and digits, followed in the longer form by
/// three characters that encode their case.
fn is_salesforce(text: &str, length: usize) -> bool {
    const CODES: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    let bytes = text.as_bytes();
    if bytes.len() != length || !bytes.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let code = |five: &[u8]| {
        let capitals = five.iter().enumerate().filter(|(_, byte)| byte.is_ascii_uppercase());
        CODES[capitals.map(|(at, _)| 1 << at).sum::<usize>()]
    };
    bytes[..15]
        .chunks(5)
        .map(code)
        .eq(bytes[15..].iter().map(u8::to_ascii_uppercase))
}

#[cfg(test)]
mod tests {
    use super::{Relation::*, *};
    use crate::case::{Agent, AgentId, Tenure};

    fn agent(id: &str, email: Option<&str>, identities: &[&str]) -> Agent {
        Agent {
            id: AgentId(id.to_owned()),
            email: email.map(str::to_owned),
            identities: identities.iter().map(|identity| (*identity).to_owned()).collect(),
            name: None,
            employer: None,
            role: None,
            country: None,
            pseudonym: String::new(),
            tenure: Tenure::default(),
            unlisted: false,
            user_names: Vec::new(),
            derived: false,
            derived_names: Vec::new(),
        }
    }

    #[test]
    fn names_made_of_an_identity_are_told_with_the_relation() {
        let agents = [
            agent("bd-a", Some("mira.holt@desk.example"), &["1042", "svc-key-8F3A"]),
            agent(
                "bd-b",
                Some("jon@eu.desk.example"),
                &["jvane", "0051I000003abcD", "00558000001XyZAAA0"],
            ),
            agent("bd-c", Some("info@desk.example"), &[]),
        ];
        let identities = Identities::new(&agents);
        let forms = Forms::new(&identities);
        let listed: Vec<_> = identities.each().map(|(_, _, text)| text.to_owned()).collect();
        for (name, expected) in [
            ("svc-key-8f3a", Some(("svc-key-8F3A", OtherCase))),
            (
                "mira.holt@desk.example\u{200b}",
                Some(("mira.holt@desk.example", HiddenCharacter)),
            ),
            (
                "mira.holt\u{ad}@desk.example",
                Some(("mira.holt@desk.example", HiddenCharacter)),
            ),
            ("=\"1042\"", Some(("1042", Quoted))),
            (" \"jvane\"", Some(("jvane", Quoted))),
            ("'1042", Some(("1042", Quoted))),
            (
                "Mira Holt <mira.holt@desk.example>",
                Some(("mira.holt@desk.example", DisplayName)),
            ),
            (
                "mira.holt@desk.example (Mira Holt)",
                Some(("mira.holt@desk.example", DisplayName)),
            ),
            (
                "<mailto:mira.holt@desk.example>",
                Some(("mira.holt@desk.example", Quoted)),
            ),
            (
                "mira.holt%40desk.example",
                Some(("mira.holt@desk.example", PercentEncoded)),
            ),
            (
                "mira.holt%2540desk.example",
                Some(("mira.holt@desk.example", PercentEncoded)),
            ),
            (
                "mira.holt_desk.example#EXT#@acme.onmicrosoft.example",
                Some(("mira.holt@desk.example", Guest)),
            ),
            (
                "MIRA.HOLT+zd@desk.example",
                Some(("mira.holt@desk.example", PlusAddress)),
            ),
            ("mira.holt@eu.desk.example", Some(("mira.holt@desk.example", Subdomain))),
            ("jon@desk.example", Some(("jon@eu.desk.example", Subdomain))),
            (
                "mira.holt@desk.example.uat",
                Some(("mira.holt@desk.example", DomainSuffix)),
            ),
            (
                "mira.holt@partner.example",
                Some(("mira.holt@desk.example", OtherDomain)),
            ),
            ("jvane@anything.example", Some(("jvane", OtherDomain))),
            ("mira.holt", Some(("mira.holt@desk.example", LocalPart))),
            ("DESK\\jvane", Some(("jvane", DomainUser))),
            ("arn:aws:sts::1:assumed-role/Support/jvane", Some(("jvane", Arn))),
            ("AROAX:mira.holt@desk.example", Some(("mira.holt@desk.example", Part))),
            ("auth0|jvane", Some(("jvane", Part))),
            ("1042.0", Some(("1042", Number))),
            ("001042", Some(("1042", Number))),
            ("1.042E+3", Some(("1042", Number))),
            ("0051I000003abcDQAQ", Some(("0051I000003abcD", SalesforceId))),
            ("00558000001XyZA", Some(("00558000001XyZAAA0", SalesforceId))),
            ("miraholt@desk.example", Some(("mira.holt@desk.example", Separators))),
            ("svc_key_8f3a", Some(("svc-key-8F3A", Separators))),
            ("session of jvane, by proxy #3", Some(("jvane", Word))),
            ("info@acme.example", None),
            ("somebody@desk.example", None),
            ("1043.0", None),
            ("10420", None),
            ("", None),
        ] {
            let found = forms.find(&identities, name);
            let found = found.map(|form| (listed[form.identity].as_str(), form.relation));
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn only_names_made_by_rule_are_derived() {
        let agents = [agent(
            "bd-a",
            Some("mira.holt@desk.example"),
            &["jvane", "0051I000003abcD"],
        )];
        let identities = Identities::new(&agents);
        let forms = Forms::new(&identities);
        for (name, derived) in [
            ("mira.holt_desk.example#EXT#@acme.example", true),
            ("mira.holt+zd@desk.example", true),
            ("mira.holt%40desk.example", true),
            ("mira.holt%2Bzd%40desk.example", true),
            ("mira.holt@eu.desk.example", true),
            ("DESK\\jvane", true),
            ("arn:aws:sts::1:assumed-role/Support/jvane", true),
            ("0051I000003abcDQAQ", true),
            // The role of another session, another domain, a text, an encoded text.
            ("arn:aws:sts::1:assumed-role/jvane/zoe", false),
            ("arn:aws:sts::1:assumed-role/Support/mira.holt", false),
            ("DESK\\mira.holt", false),
            ("mira.holt@partner.example", false),
            ("Mira Holt <mira.holt@desk.example>", false),
            ("%3Cmira.holt@desk.example%3E", false),
            ("auth0|jvane", false),
            ("AROAX:mira.holt@desk.example", false),
            ("mira.holt", false),
            ("JVANE", false),
        ] {
            let form = forms.find(&identities, name);
            assert_eq!(form.map(|form| form.derived), Some(derived), "{name}");
        }
    }

    #[test]
    fn checksum_of_a_salesforce_id_is_checked() {
        assert!(is_salesforce("001A0000006Vm9rIAC", 18));
        assert!(!is_salesforce("001A0000006Vm9rIAD", 18));
        assert!(!is_salesforce("001A0000006Vm9r", 18));
    }
}
