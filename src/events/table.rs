//! `[csv]` of a profile: the form of rows that does not show by itself.

use serde::{Deserialize, Deserializer, de::Error};

use crate::records::TableRule;

/// A rule for rows, checked while the file is read, so that a fault names its line.
#[derive(Debug, Clone)]
pub(super) struct TableSpec(pub(super) TableRule);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CsvTable {
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    skip_lines: u64,
    header: Option<String>,
}

impl<'de> Deserialize<'de> for TableSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let CsvTable {
            columns,
            skip_lines,
            header,
        } = CsvTable::deserialize(deserializer)?;
        if header.as_ref().is_some_and(String::is_empty) {
            return Err(D::Error::custom(
                "`header` is empty: write how the line of the header begins",
            ));
        }
        if !columns.is_empty() && header.is_some() {
            return Err(D::Error::custom(
                "`columns` names the columns of a file without a header: leave it or `header` out",
            ));
        }
        Ok(Self(TableRule {
            columns,
            skip_lines,
            header,
        }))
    }
}
