//! The templates: built in, replaceable by a folder, compiled and checked before anything is
//! rendered.

use std::{collections::BTreeMap, fmt, io, path::Path};

use super::{
    language::Language,
    template::{Template, View},
    view::{ActionRow, OverviewView, TenantRow, TenantView},
};
use crate::{
    case::{CaseFile, FileStore},
    diag::nearest,
};

/// Every template by its file name.
const BUILT_IN: [(&str, &str); 8] = [
    ("report.html.hbs", include_str!("../../templates/report.html.hbs")),
    ("action.html.hbs", include_str!("../../templates/action.html.hbs")),
    ("report.md.hbs", include_str!("../../templates/report.md.hbs")),
    ("action.md.hbs", include_str!("../../templates/action.md.hbs")),
    ("letter.txt.hbs", include_str!("../../templates/letter.txt.hbs")),
    ("index.html.hbs", include_str!("../../templates/index.html.hbs")),
    ("tenant.html.hbs", include_str!("../../templates/tenant.html.hbs")),
    ("style.css.hbs", include_str!("../../templates/style.css.hbs")),
];

/// Error of a folder of templates.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The folder or a file in it cannot be read, or is no UTF-8.
    #[error("template `{name}` cannot be read")]
    Unreadable {
        /// The file's name, or the folder's path.
        name: String,
        /// Error of the system.
        source: io::Error,
    },
    /// The folder holds a template of a name that nothing asks for.
    #[error("template `{name}` replaces nothing{}", hint.as_ref().map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default())]
    UnknownName {
        /// The file's name.
        name: String,
        /// The built-in name that is meant, if one is near.
        hint: Option<String>,
    },
    /// It is no template, or names what its view does not have.
    #[error("template `{name}`: {message}")]
    Invalid {
        /// The file's name.
        name: String,
        /// Description of the fault.
        message: String,
    },
}

/// A template that a folder put in place of the built-in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The file's name in the folder.
    pub name: &'static str,
    /// Its text, as used.
    pub text: String,
}

/// Templates ready to render.
pub struct Templates {
    pub(super) report_html: Template,
    pub(super) report_markdown: Template,
    pub(super) letter: Template,
    pub(super) index_html: Template,
    pub(super) action_html: Template,
    pub(super) action_markdown: Template,
    pub(super) tenant_html: Template,
    replaced: Vec<Replacement>,
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates")
            .field("replaced", &self.replaced)
            .finish_non_exhaustive()
    }
}

impl Templates {
    /// Those that are compiled in.
    ///
    /// # Panics
    ///
    /// Never: that they compile is tested.
    pub fn built_in() -> Self {
        Self::compile(Vec::new()).expect("the built-in templates are tested")
    }

    /// Those of the folder, and the built-in ones for the names it does not have.
    ///
    /// Files that do not end in `.hbs` are passed over; one that does and has no counterpart is an
    /// error, since its author expects it to be used.
    pub fn from_folder(folder: &Path) -> Result<Self, TemplateError> {
        Self::from_store(&FileStore::default(), folder)
    }

    /// Like [`Self::from_folder`], with files from a store.
    pub fn from_store(store: &FileStore, folder: &Path) -> Result<Self, TemplateError> {
        let unreadable = |source| TemplateError::Unreadable {
            name: folder.display().to_string(),
            source,
        };
        let mut names = store.names(folder).map_err(unreadable)?;
        names.retain(|name| Path::new(name).extension().is_some_and(|extension| extension == "hbs"));
        let replaced = names.into_iter().map(|name| replacement(store, folder, name));
        Self::compile(replaced.collect::<Result<_, _>>()?)
    }

    /// Returns the replaced templates, in the order of names.
    pub fn replaced(&self) -> &[Replacement] {
        &self.replaced
    }

    /// Those that no folder replaced, each with its text.
    pub fn kept(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let replaced = |name: &str| self.replaced.iter().any(|replacement| replacement.name == name);
        BUILT_IN.into_iter().filter(move |(name, _)| !replaced(name))
    }

    /// All of them as inputs of a manifest, the replaced ones in the folder of this name.
    pub fn files(&self, folder: &str) -> Vec<CaseFile> {
        let own =
            |used: &Replacement| CaseFile::new("template", format!("{folder}/{}", used.name), used.text.as_bytes());
        let built_in =
            |(name, text): (&str, &str)| CaseFile::new("template", format!("built-in:{name}"), text.as_bytes());
        let files = self.replaced.iter().map(own);
        files.chain(self.kept().map(built_in)).collect()
    }

    /// The text that every customer's report is made with.
    pub(super) fn literals(&self) -> Vec<&str> {
        let Self {
            report_html,
            report_markdown,
            letter,
            ..
        } = self;
        [report_html, report_markdown, letter]
            .iter()
            .flat_map(|template| template.literals())
            .collect()
    }

    fn compile(replaced: Vec<Replacement>) -> Result<Self, TemplateError> {
        let mut texts: BTreeMap<&str, &str> = BUILT_IN.into();
        texts.extend(
            replaced
                .iter()
                .map(|replacement| (replacement.name, replacement.text.as_str())),
        );
        Ok(Self {
            report_html: template::<TenantView>("report.html.hbs", Language::Html, &texts)?,
            report_markdown: template::<TenantView>("report.md.hbs", Language::Markdown, &texts)?,
            letter: template::<TenantView>("letter.txt.hbs", Language::Text, &texts)?,
            index_html: template::<OverviewView>("index.html.hbs", Language::Html, &texts)?,
            action_html: template::<ActionRow<'_>>("action.html.hbs", Language::Html, &texts)?,
            action_markdown: template::<ActionRow<'_>>("action.md.hbs", Language::Markdown, &texts)?,
            tenant_html: template::<TenantRow<'_>>("tenant.html.hbs", Language::Html, &texts)?,
            replaced,
        })
    }
}

fn replacement(store: &FileStore, folder: &Path, name: String) -> Result<Replacement, TemplateError> {
    let known = BUILT_IN.map(|(known, _)| known);
    let Some(known) = known.into_iter().find(|known| *known == name) else {
        let hint = nearest(&name, known).map(str::to_owned);
        return Err(TemplateError::UnknownName { name, hint });
    };
    match store.read_to_string(&folder.join(known)) {
        Ok(text) => Ok(Replacement { name: known, text }),
        Err(source) => Err(TemplateError::Unreadable { name, source }),
    }
}

fn template<V: View>(name: &str, language: Language, texts: &BTreeMap<&str, &str>) -> Result<Template, TemplateError> {
    Template::new::<V>(texts[name], texts["style.css.hbs"], language).map_err(|message| TemplateError::Invalid {
        name: name.to_owned(),
        message,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).expect("a file");
        }
        folder
    }

    fn error(files: &[(&str, &[u8])]) -> String {
        Templates::from_folder(folder(files).path())
            .expect_err("a fault")
            .to_string()
    }

    /// The checks refuse it too; this one cannot be talked out of it.
    #[test]
    fn no_template_prints_unescaped() {
        for (name, text) in BUILT_IN {
            assert!(!text.contains("{{{") && !text.contains("{{&"), "{name}");
        }
    }

    #[test]
    fn a_folder_replaces_by_name_and_leaves_the_rest() {
        let folder = folder(&[
            ("action.md.hbs", b"- {{number}} {{code action}}\n"),
            ("README", b"{{nonsense"),
        ]);
        let templates = Templates::from_folder(folder.path()).expect("templates");
        let [replaced] = templates.replaced() else {
            panic!("one replacement");
        };
        assert_eq!((replaced.name, replaced.text.len()), ("action.md.hbs", 29));
    }

    #[test]
    fn faults_name_the_template() {
        let misspelt = error(&[("report.html.hbs", b"{{#if tenant.knwon}}x{{/if}}")]);
        assert_eq!(
            misspelt,
            "template `report.html.hbs`: the view has no `tenant.knwon`; did you mean `known`?"
        );
        let row = error(&[("action.html.hbs", b"{{nubmer}}")]);
        assert!(
            row.starts_with("template `action.html.hbs`: the view has no `nubmer`; did you mean `number`?"),
            "{row}"
        );
        let unclosed = error(&[("index.html.hbs", b"{{#if caveats}}")]);
        assert!(unclosed.starts_with("template `index.html.hbs`: "), "{unclosed}");
        let unknown = error(&[("raport.html.hbs", b"")]);
        assert_eq!(
            unknown,
            "template `raport.html.hbs` replaces nothing; did you mean `report.html.hbs`?"
        );
        let binary = error(&[("style.css.hbs", b"\xff")]);
        assert_eq!(binary, "template `style.css.hbs` cannot be read");
        let nowhere = Templates::from_folder(Path::new("no/such/folder")).expect_err("no folder");
        assert_eq!(nowhere.to_string(), "template `no/such/folder` cannot be read");
    }
}
