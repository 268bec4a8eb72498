//! A template as handlebars is given it: every stretch of plain text one character, and in parts.
//! For each mark in a template it counts lines from the first, so a page takes it as long as its
//! length times its marks, and most of the length is text that it only hands back.

/// The first of the characters that stand for stretches. They are for private use (Unicode 23.5),
/// and a template that has one of them itself is left as it is.
const FIRST: u32 = 0xf_0000;
const LAST: u32 = 0xf_fffd;

/// A shortened template.
#[derive(Debug, Default)]
pub(super) struct Short {
    /// One behind the other they are the template. Each but the first begins, and each but the last
    /// ends, with a stretch that no block is around, so that handlebars finds beside its marks what
    /// stands there in the whole.
    pub(super) parts: Vec<String>,
    stretches: Vec<String>,
}

impl Short {
    /// Shortens the text. Returns `None` if only handlebars can distinguish some of it from a mark.
    pub(super) fn of(text: &str) -> Option<Self> {
        if text.chars().any(|c| (FIRST..=LAST).contains(&u32::from(c))) || text.contains("\\{{") || text.contains("{{{")
        {
            return None;
        }
        let mut short = Self::default();
        short.parts.push(String::new());
        // What `~` takes away may depend on what stands before it.
        let whole = text.contains("~}}") || text.contains("{{~");
        let (mut rest, mut around) = (text, 0_usize);
        while let Some(start) = rest.find("{{") {
            short.push(&rest[..start], around == 0 && !whole)?;
            let mark = &rest[start..];
            let end = mark_ends(mark)?;
            match mark.as_bytes().get(2) {
                Some(b'#') => around += 1,
                // Of a block that opens in another way.
                Some(b'/') => around = around.checked_sub(1)?,
                _ => {}
            }
            short.last().push_str(&mark[..end]);
            rest = &mark[end..];
        }
        short.push(rest, false)?;
        Some(short)
    }

    /// Adds plain text, and begins a part behind it if that may be. Blanks at its ends stay, since
    /// marks may take them away.
    fn push(&mut self, plain: &str, part: bool) -> Option<()> {
        let stretch = plain.trim();
        if stretch.is_empty() {
            self.last().push_str(plain);
            return Some(());
        }
        let start = plain.len() - plain.trim_start().len();
        let sign = self.sign(stretch)?;
        self.last().push_str(&plain[..start]);
        self.last().push(sign);
        if part {
            let nothing = self.sign("")?;
            self.parts.push(nothing.to_string());
        }
        self.last().push_str(&plain[start + stretch.len()..]);
        Some(())
    }

    /// Returns the character that replaces a stretch.
    fn sign(&mut self, stretch: &str) -> Option<char> {
        let number = u32::try_from(self.stretches.len()).ok()?;
        let sign = char::from_u32(FIRST + number).filter(|sign| u32::from(*sign) <= LAST)?;
        self.stretches.push(stretch.to_owned());
        Some(sign)
    }

    fn last(&mut self) -> &mut String {
        self.parts.last_mut().expect("there is one from the start")
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

/// Returns the length of the mark at the start of the text. A comment may hold marks.
fn mark_ends(mark: &str) -> Option<usize> {
    let end = if mark.starts_with("{{!--") || mark.starts_with("{{~!--") {
        "--}}"
    } else {
        "}}"
    };
    mark.find(end).map(|at| at + end.len())
}
