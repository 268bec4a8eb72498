//! Test that files of a room do not import each other in a circle. A child may use the definitions
//! of its own `mod.rs`; a re-export there counts as the file that defines the item.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    allowed::{Counts, check},
    code::{inline_paths, is_test, product, uses},
};
use crate::util::{files, root};

/// A module's path from the root of the library.
type Path = Vec<String>;

/// A module: its file, its code, and the meaning of each imported name.
struct Module {
    file: String,
    code: String,
    imports: BTreeMap<String, Path>,
}

struct Tree(BTreeMap<Path, Module>);

impl Tree {
    fn read() -> Self {
        let sources = files(&root().join("src"));
        let product_files = sources
            .iter()
            .filter(|(path, _)| path.strip_suffix(".rs").is_some() && !is_test(path));
        let mut tree = Self(BTreeMap::new());
        for (file, bytes) in product_files {
            let module = file.trim_end_matches(".rs").trim_end_matches("/mod");
            let module: Path = match module {
                "lib" | "main" => continue,
                module => module.split('/').map(str::to_owned).collect(),
            };
            let code = product(&String::from_utf8_lossy(bytes));
            let (file, imports) = (file.clone(), BTreeMap::new());
            tree.0.insert(module, Module { file, code, imports });
        }
        let all: Vec<_> = tree.0.keys().cloned().collect();
        for module in all {
            let imports = uses(&tree.0[&module].code);
            let named = imports.into_iter().filter_map(|mut path| {
                let name = path.pop()?;
                if path.last().is_some_and(|word| word == "as") {
                    path.pop();
                } else if name != "self" {
                    path.push(name.clone());
                }
                let name = if name == "self" { path.last()?.clone() } else { name };
                Some((name, tree.absolute(&module, &path)?))
            });
            let named = named.collect();
            tree.0.get_mut(&module).expect("it is one of them").imports = named;
        }
        tree
    }

    /// The path from the root of the library; none of another crate's.
    fn absolute(&self, module: &Path, path: &[String]) -> Option<Path> {
        let mut base = module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => (base, rest) = (Path::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            first => {
                let child: Path = [module.as_slice(), &[first.to_owned()]].concat();
                if !self.0.contains_key(&child) {
                    let import = self.0[module].imports.get(first)?;
                    return Some([import, &path[1..]].concat());
                }
            }
        }
        Some([base, rest.to_vec()].concat())
    }

    /// The module that defines what a path names, behind what is only handed on.
    fn definer(&self, path: &Path, depth: usize) -> Option<Path> {
        let known = (1..=path.len())
            .rev()
            .find(|&length| self.0.contains_key(&path[..length]))?;
        let (module, rest) = path.split_at(known);
        let handed_on = rest.first().and_then(|name| self.0[module].imports.get(name));
        match handed_on {
            Some(target) if depth < 8 && target != path => self.definer(&[target, &rest[1..]].concat(), depth + 1),
            _ => Some(module.to_vec()),
        }
    }

    /// Arrows between the files of each room.
    fn arrows(&self) -> BTreeMap<&Path, BTreeSet<Path>> {
        let arrows = |(module, content): (&Path, &Module)| {
            let inline = inline_paths(&content.code);
            let inline = inline.iter().filter_map(|path| self.absolute(module, path));
            let all = content.imports.values().cloned().chain(inline);
            all.filter_map(|path| self.definer(&path, 0))
                .filter(|target| target[0] == module[0] && !module.starts_with(target))
                .collect()
        };
        self.0.iter().map(|entry| (entry.0, arrows(entry))).collect()
    }
}

#[test]
fn files_of_a_room_form_no_circle() {
    let tree = Tree::read();
    let arrows = tree.arrows();
    assert!(
        arrows.values().map(BTreeSet::len).sum::<usize>() > 200,
        "the arrows are seen"
    );
    let reached = |from: &Path| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(module) = open.pop() {
            for next in arrows.get(&module).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen
    };
    let all: BTreeMap<_, _> = tree.0.keys().map(|module| (module, reached(module))).collect();
    let (mut counts, mut places) = (Counts::new(), Vec::new());
    for module in all
        .iter()
        .filter(|(module, reached)| reached.contains(**module))
        .map(|(module, _)| *module)
    {
        *counts.entry(module[0].clone()).or_default() += 1;
        for next in &arrows[module] {
            if all[next].contains(module) {
                places.push(format!(
                    "{}: {} -> {}",
                    module[0], tree.0[module].file, tree.0[next].file
                ));
            }
        }
    }
    check(
        "circle",
        "let the arrows between the files of a room run in one direction",
        &counts,
        &places,
    );
}
