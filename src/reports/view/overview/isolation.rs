//! Names of others found in tenants' copies.

use crate::{
    findings::{IsolationFinding, MentionFinding, Question},
    isolation::Verdict,
    reports::template::view,
    text::{counted, grouped},
};

/// Names found in others' copies that are shown. `isolation.csv` holds all.
const MENTIONS: usize = 100;

view! {
    /// Names of others found in tenants' copies.
    pub(super) struct IsolationView {
        /// One sentence about the names searched for.
        looked_for: String,
        found: Vec<MentionView>,
        more: String,
    }
}

view! {
    struct MentionView {
        tenant: String,
        field: String,
        text: String,
        kind: String,
        whose: String,
        verdict: String,
        stopped: bool,
        times: String,
    }
}

impl IsolationView {
    pub(super) fn new(isolation: &IsolationFinding) -> Self {
        let (questions, rest) = isolation.questions();
        let more = (questions.len() + rest.len()).saturating_sub(MENTIONS);
        let rows = questions.iter().map(MentionView::question);
        let rows = rows.chain(rest.into_iter().map(MentionView::new));
        Self {
            looked_for: looked_for(isolation),
            found: rows.take(MENTIONS).collect(),
            more: if more == 0 {
                String::new()
            } else {
                format!("{} more are not shown here.", grouped(more as u64))
            },
        }
    }
}

fn looked_for(isolation: &IsolationFinding) -> String {
    let names = counted(isolation.names, "name", "names");
    let short = match isolation.short {
        0 => String::new(),
        short => format!(
            ", {} of them so short that they are looked for as a whole value, and a customer's in texts as it is typed",
            grouped(short)
        ),
    };
    let near = match isolation.near {
        0 => String::new(),
        near => format!(
            " {} a name of another or an ordinary word, and {} until the case says which.",
            counted(near, "word may be", "words may be"),
            if near == 1 { "stands" } else { "stand" },
        ),
    };
    format!(
        "Looked for in every text and every rendered file of every customer's copy: {names} that could stand there{short}. {} \
         masked, {} allowed by the case, {} stopped.{near}",
        counted(isolation.masked, "text is", "texts are"),
        counted(isolation.allowed, "name is", "names are"),
        counted(isolation.stopped.len() as u64, "report is", "reports are"),
    )
}

impl MentionView {
    /// One row for all reports that wait.
    fn question(question: &Question<'_>) -> Self {
        let files: Vec<_> = question.files.iter().copied().collect();
        Self {
            tenant: counted(question.tenants.len() as u64, "report", "reports"),
            field: files.join(", "),
            text: question.text.to_owned(),
            kind: question.kind.as_str().to_owned(),
            whose: question.of.join(", "),
            verdict: Verdict::Stopped.as_str().to_owned(),
            stopped: true,
            times: grouped(question.times),
        }
    }

    pub(super) fn new(found: &MentionFinding) -> Self {
        Self {
            tenant: found.tenant.0.clone(),
            field: found.field.clone(),
            text: found.text.clone(),
            kind: found.kind.as_str().to_owned(),
            whose: found.of.join(", "),
            verdict: found.verdict.as_str().to_owned(),
            stopped: found.verdict == Verdict::Stopped,
            times: grouped(found.times),
        }
    }
}
