//! The vendor's directory of customers, from a CSV file.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

use super::{
    directory::{COLUMNS, DOMAINS, LOCALE, TIME_ZONE, Tenants, words},
    hidden,
    spreadsheet::{Row, read_rows},
};
use icu_locale_core::Locale;
use jiff::tz::TimeZoneDatabase;

use crate::{
    diag::{Diagnostic, nearest},
    text::visible,
};

/// The tenants of a CSV file by id.
pub(super) fn read_csv(name: &str, bytes: &Arc<Vec<u8>>, faults: &mut Vec<Diagnostic>) -> Tenants {
    // A line is a row at most, and a list that grows moves.
    let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
    let mut tenants = Tenants::of(Arc::clone(bytes), lines);
    let mut tags = Tags::default();
    read_rows(name, bytes, &COLUMNS, faults, |row, faults| {
        tenants.add(row);
        let fault = |(column, text)| hidden::tenant(column, text, || row.place(column));
        faults.extend(row.maybe_hidden().filter_map(fault));
        faults.extend(no_domain(row));
        tags.check(row, faults);
    });
    if !tenants.in_order() {
        listed_again(name, bytes, faults);
    }
    tenants
}

/// Returns a fault if a cell of domains holds what is no domain: it would match nothing.
fn no_domain(row: &Row<'_>) -> Option<Diagnostic> {
    let (cell, _) = row.standing(DOMAINS)?;
    let bytes = cell.as_bytes();
    let begins = |at: usize| at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
    let is_plain = memchr::memchr3(b'*', b'/', b':', bytes).is_none()
        && memchr::memchr2(b'@', b',', bytes).is_none()
        && !memchr::memchr_iter(b'.', bytes).any(begins);
    if is_plain {
        return None;
    }
    let is_wrong =
        |word: &&str| word.contains(['*', '/', ':', '@', ',']) || word.starts_with('.') || word.contains("..");
    let wrong = words(cell).find(is_wrong)?;

    let host = wrong.rsplit_once("://").map_or(wrong, |(_, host)| host);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    let host = host.trim_start_matches(['*', '.']);
    let message = format!("`{}` is no domain, and would be found in no text", visible(wrong));
    let hint = if host.contains(',') || host.contains("..") {
        "separate domains by blanks or `;`, and the labels of one by single dots".to_owned()
    } else if host.is_empty() {
        "write a domain, such as `example.com`".to_owned()
    } else {
        format!("write `{}`: what is below a domain belongs to it", visible(host))
    };
    Some(
        Diagnostic::new("not-a-domain", message)
            .hint(hint)
            .at(row.place("domains")?),
    )
}

/// Checks locales and time zones. Few different ones stand in a directory, and each is looked up
/// once.
#[derive(Debug, Default)]
struct Tags {
    locales: BTreeSet<String>,
    zones: BTreeSet<String>,
    /// Made when the first zone is looked up.
    database: Option<TimeZoneDatabase>,
}

impl Tags {
    fn check(&mut self, row: &Row<'_>, faults: &mut Vec<Diagnostic>) {
        if let Some((locale, _)) = row.standing(LOCALE)
            && !self.locales.contains(locale)
        {
            if is_locale(locale) {
                self.locales.insert(locale.to_owned());
            } else {
                let message = format!("`{}` is no language tag of BCP 47", visible(locale));
                let dashed = locale.replace('_', "-");
                let hint = if is_locale(&dashed) {
                    format!("write `{dashed}`")
                } else {
                    "write a language and, if need be, a region, such as `ja-JP` or `de`; or leave the cell empty"
                        .to_owned()
                };
                let fault = Diagnostic::new("unknown-locale", message).hint(hint);
                faults.extend(row.place("locale").map(|place| fault.at(place)));
            }
        }
        let Some((zone, _)) = row.standing(TIME_ZONE).filter(|(zone, _)| !self.zones.contains(*zone)) else {
            return;
        };
        let database = self.database.get_or_insert_with(TimeZoneDatabase::bundled);
        if database.get(zone).is_ok() {
            self.zones.insert(zone.to_owned());
            return;
        }
        let message = format!("`{}` is no time zone of the IANA database", visible(zone));
        let names: Vec<_> = database.available().collect();
        let hint = match nearest(zone, names.iter().map(jiff::tz::TimeZoneName::as_str)) {
            Some(name) => format!("did you mean `{name}`? an offset or an abbreviation is none"),
            None => "write a name such as `Asia/Tokyo` or `UTC`, or leave the cell empty".to_owned(),
        };
        let fault = Diagnostic::new("unknown-time-zone", message).hint(hint);
        faults.extend(row.place("time_zone").map(|place| fault.at(place)));
    }
}

/// Returns whether a text is a language tag with a language that is in use: those of more than
/// three letters are reserved.
fn is_locale(text: &str) -> bool {
    let locale = Locale::try_from_str(text);
    !text.contains('_') && locale.is_ok_and(|locale| (2..=3).contains(&locale.id.language.as_str().len()))
}

/// Every row whose id an earlier row has is a fault.
fn listed_again(name: &str, bytes: &[u8], faults: &mut Vec<Diagnostic>) {
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    let others = &mut Vec::new();
    read_rows(name, bytes, &COLUMNS, others, |row, _| {
        let Some(id) = row.text("id") else { return };
        match lines.entry(id) {
            Entry::Vacant(free) => {
                free.insert(row.line("id"));
            }
            Entry::Occupied(first) => {
                let message = format!("tenant `{}` is already listed on line {}", first.key(), first.get());
                let fault = Diagnostic::new("duplicate-tenant", message).hint("keep one of the two rows");
                faults.extend(row.place("id").map(|place| fault.at(place)));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line, the column and the words of every fault of a table with these rows.
    fn faults_of(rows: &str) -> Vec<String> {
        let text = format!("id,domains,locale,time_zone,aliases,slugs\n{rows}");
        let mut faults = Vec::new();
        read_csv("f", &Arc::new(text.into_bytes()), &mut faults);
        let told = |fault: &Diagnostic| {
            let place = fault.place.as_ref().expect("a place");
            format!(
                "{}:{} {} {}",
                place.line,
                place.column,
                fault.code,
                fault.hint.as_deref().unwrap_or_default()
            )
        };
        faults.iter().map(told).collect()
    }

    #[test]
    fn locales_and_zones_that_nobody_has_are_faults_with_their_places() {
        for good in [
            "a,,ja-JP,Asia/Tokyo,,",
            "a,,zh-Hant-TW,UTC,,",
            "a,,DE,America/Argentina/Ushuaia,,",
            "a,,,,,",
        ] {
            assert_eq!(faults_of(good), [""; 0], "{good}");
        }
        let tag = "unknown-locale write a language and, if need be, a region, such as `ja-JP` or `de`; or leave the cell empty";
        for (row, fault) in [
            ("a,,ja_JP,,,", "2:4 unknown-locale write `ja-JP`".to_owned()),
            ("a,,English,,,", format!("2:4 {tag}")),
            ("a,,12,,,", format!("2:4 {tag}")),
            (
                "a,,,Asia/Tokio,,",
                "2:5 unknown-time-zone did you mean `Asia/Tokyo`? an offset or an abbreviation is none".to_owned(),
            ),
            (
                "a,,,+09:00,,",
                "2:5 unknown-time-zone write a name such as `Asia/Tokyo` or `UTC`, or leave the cell empty".to_owned(),
            ),
        ] {
            assert_eq!(faults_of(row), [fault], "{row}");
        }
        assert_eq!(faults_of("a,,xx_,,,\nb,,xx_,,,\n").len(), 2, "each row has its fault");
    }

    #[test]
    fn aliases_and_slugs_are_several_in_one_cell() {
        let text = "id,Aliases,slugs\na,Blue Sky; BSL ;,blue-sky;bsl x\n"
            .as_bytes()
            .to_vec();
        let mut faults = Vec::new();
        let tenants = read_csv("f", &Arc::new(text), &mut faults);
        assert_eq!(faults, []);
        let tenant = tenants.get("a").expect("listed");
        assert_eq!(tenant.aliases().collect::<Vec<_>>(), ["Blue Sky", "BSL"]);
        assert_eq!(
            tenant.names().collect::<Vec<_>>(),
            ["Blue Sky", "BSL", "blue-sky", "bsl", "x"]
        );
    }

    /// Wherever they stand, as bytes are compared many at a time.
    #[test]
    fn hidden_characters_and_formulas_are_found_in_every_place() {
        for before in 0..140 {
            let name = "x".repeat(before);
            for (bad, quote, expected) in [
                ("\u{200b}y", "", "hidden-character"),
                ("\u{1}", "\"", "hidden-character"),
                ("a\ty", "", "hidden-character"),
                ("\u{7f}z", "", "hidden-character"),
                ("é", "", ""),
                (",=1+1", "", "formula"),
                ("\",\"#REF!", "\"", "formula"),
                ("x=", "", ""),
            ] {
                let cells = if bad.contains(',') { "" } else { "," };
                let row = format!("t-2,{quote}{name}{bad}{quote}{cells},,,");
                let text = format!("id,name,domains,contact,locale,time_zone\nt-1,Ö,,,,\n{row}\r\nt-3,a,b,c,,\n");
                let mut faults = Vec::new();
                let tenants = read_csv("f", &Arc::new(text.into_bytes()), &mut faults);
                let found: Vec<_> = faults
                    .iter()
                    .map(|fault| (fault.code, fault.place.as_ref().map_or(0, |place| place.line)))
                    .collect();
                let expected: Vec<_> = Some((expected, 3))
                    .filter(|_| !expected.is_empty())
                    .into_iter()
                    .collect();
                assert_eq!((found, tenants.len()), (expected, 3), "{row}");
            }
        }
    }
}
