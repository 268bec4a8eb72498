//! The facts about Rust code that the rules need: text without comments and tests, the types it
//! defines, the paths it names.

/// Whether a file holds tests only.
pub(super) fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("oracle.rs")
}

/// The text without comments, and without what is compiled for tests only.
pub(super) fn product(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if line == "#[cfg(test)]" {
            let item = lines.by_ref().find(|line| !line.starts_with("#[")).unwrap_or_default();
            // An item of one line ends with it, another at a brace in the first column.
            if !item.ends_with(';') && !item.ends_with('}') {
                lines.by_ref().find(|line| line.starts_with('}'));
            }
            continue;
        }
        code.push_str(line.split(" // ").next().unwrap_or_default());
        code.push('\n');
    }
    code
}

/// The structs, enums, traits and aliases that stand in the first column.
pub(super) fn types(code: &str) -> Vec<String> {
    let item = |line: &str| {
        let line = line
            .strip_prefix("pub")
            .map_or(line, |rest| match rest.strip_prefix('(') {
                Some(rest) => rest.split_once(')').map_or(rest, |(_, rest)| rest),
                None => rest,
            });
        let line = line.trim_start();
        let name = ["struct ", "enum ", "trait ", "type "]
            .iter()
            .find_map(|kind| line.strip_prefix(kind))?;
        let end = name.find(|c: char| !c.is_alphanumeric()).unwrap_or(name.len());
        Some(name[..end].to_owned())
    };
    code.lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(item)
        .collect()
}

/// A `use`: its paths in full, a renamed one with its new name at the end behind `as`.
pub(super) fn uses(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].rsplit('\n').next().unwrap_or_default().trim();
        if before.is_empty() || before.starts_with("pub") {
            let tree = code[at + 4..].split(';').next().unwrap_or_default();
            expand(&mut Vec::new(), tree, &mut paths);
        }
    }
    paths
}

/// Expands `a::{b, c::d}` into its paths.
fn expand(prefix: &mut Vec<String>, tree: &str, paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    if let Some(group) = tree.strip_prefix('{') {
        let group = group.strip_suffix('}').unwrap_or(group);
        let (mut depth, mut start) = (0, 0);
        for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    if !group[start..at].trim().is_empty() {
                        expand(&mut prefix.clone(), &group[start..at], paths);
                    }
                    start = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    match tree.split_once("::") {
        Some((first, rest)) => {
            prefix.push(first.trim().to_owned());
            expand(prefix, rest, paths);
        }
        None => {
            let mut path = prefix.clone();
            path.extend(tree.split_whitespace().map(str::to_owned));
            paths.push(path);
        }
    }
}

/// The paths of at least two parts that stand in the code, outside of `use`.
pub(super) fn inline_paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for line in code.lines() {
        let mut rest = line;
        while let Some(start) = rest.find(is_word) {
            rest = &rest[start..];
            let mut path = Vec::new();
            loop {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                path.push(rest[..end].to_owned());
                rest = &rest[end..];
                match rest.strip_prefix("::") {
                    Some(next) if next.starts_with(is_word) => rest = next,
                    _ => break,
                }
            }
            if path.len() > 1 {
                paths.push(path);
            }
        }
    }
    paths
}
