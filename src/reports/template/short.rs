//! A template as handlebars is given it: every stretch of plain text one character. For each mark in a template it counts lines
//! from the first, so a page takes it as long as its length times its marks, and most of the length is text that it only hands
//! back.

/// The first of the characters that stand for stretches. They are for private use (Unicode 23.5), and a template that has one
/// of them itself is left as it is.
const FIRST: u32 = 0xf_0000;
const LAST: u32 = 0xf_fffd;

/// A shortened template.
#[derive(Debug)]
pub(super) struct Short {
    pub(super) text: String,
    stretches: Vec<String>,
}

impl Short {
    /// None if the text holds something that only handlebars can tell from a mark.
    pub(super) fn of(text: &str) -> Option<Self> {
        if text.chars().any(|c| (FIRST..=LAST).contains(&u32::from(c))) || text.contains("\\{{") || text.contains("{{{")
        {
            return None;
        }
        let mut short = Self {
            text: String::new(),
            stretches: Vec::new(),
        };
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            short.push(&rest[..start])?;
            let mark = &rest[start..];
            let end = mark_ends(mark)?;
            short.text.push_str(&mark[..end]);
            rest = &mark[end..];
        }
        short.push(rest)?;
        Some(short)
    }

    /// Adds plain text. Blanks at its ends stay, since marks may take them away.
    fn push(&mut self, plain: &str) -> Option<()> {
        let stretch = plain.trim();
        if stretch.is_empty() {
            self.text.push_str(plain);
            return Some(());
        }
        let number = u32::try_from(self.stretches.len()).ok()?;
        let sign = char::from_u32(FIRST + number).filter(|sign| u32::from(*sign) <= LAST)?;
        let start = plain.len() - plain.trim_start().len();
        self.text.push_str(&plain[..start]);
        self.text.push(sign);
        self.text.push_str(&plain[start + stretch.len()..]);
        self.stretches.push(stretch.to_owned());
        Some(())
    }

    /// Text of which handlebars says that it is to be printed, in full.
    pub(super) fn full(&self, text: &str) -> String {
        let mut full = String::new();
        for c in text.chars() {
            let number = u32::from(c)
                .checked_sub(FIRST)
                .and_then(|number| usize::try_from(number).ok());
            match number.and_then(|number| self.stretches.get(number)) {
                Some(stretch) => full.push_str(stretch),
                None => full.push(c),
            }
        }
        full
    }
}

/// How long the mark is that the text begins with. A comment may hold marks.
fn mark_ends(mark: &str) -> Option<usize> {
    let end = if mark.starts_with("{{!--") || mark.starts_with("{{~!--") {
        "--}}"
    } else {
        "}}"
    };
    mark.find(end).map(|at| at + end.len())
}
