//! Tests of the allowed content of templates, and of their output.

use super::*;
use crate::reports::out::Out;

view! {
    /// Inner.
    struct Item<'a> {
        name: std::borrow::Cow<'a, str>,
        inner: Vec<String>,
    }
}

view! {
    /// Outer.
    struct Page {
        a: String,
        b: String,
        flag: bool,
        head: Head,
        list: Vec<Item<'static>>,
    }
}

view! {
    /// A record in it.
    struct Head {
        id: String,
    }
}

fn page() -> Page {
    let item = |name: &'static str, inner: &[&str]| Item {
        name: name.into(),
        inner: inner.iter().map(|text| (*text).to_owned()).collect(),
    };
    Page {
        a: "<a|".to_owned(),
        b: String::new(),
        flag: true,
        head: Head { id: "7".to_owned() },
        list: vec![item("x", &["1", "2"]), item("_", &[])],
    }
}

fn render(text: &str, language: Language) -> String {
    let template = Template::new::<Page>(text, "", language).expect(text);
    let mut bytes = Vec::new();
    let mut out = Out::new(&mut bytes);
    let rows = |out: &mut Out<'_>| {
        out.text.push_str("ROW;");
        Ok(())
    };
    template.page(&page(), &rows, &mut out).expect("memory");
    out.finish().expect("memory");
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn texts_are_escaped_in_their_language() {
    let text = "{{a}} {{#if b}}b{{else}}no b{{/if}}{{#each list}},{{name}}{{/each}}";
    assert_eq!(render(text, Language::Html), "&lt;a| no b,x,_");
    assert_eq!(render(text, Language::Markdown), "`<a`&#124; no b,x,`_`");
    assert_eq!(render("{{code a}}", Language::Html), "<code><bdi>&lt;a|</bdi></code>");
}

#[test]
fn paths_lead_inwards_and_outwards() {
    let text = "{{#each list}}{{name}}:{{#each inner}}{{#unless @first}},{{/unless}}{{this}}{{../../head.id}}{{@root.head.id}}\
                {{else}}none of {{../head.id}}{{/each}}{{#if @last}}.{{else}};{{/if}}{{/each}}";
    // Where a list is empty, its own level is not entered.
    let text = text.replace("none of {{../head.id}}", "none of {{name}}");
    assert_eq!(render(&text, Language::Html), "x:177,277;_:none of _.");
}

#[test]
fn blocks_ask_what_is_there() {
    let text = "{{#if flag}}1{{/if}}{{#unless flag}}2{{/unless}}{{#if list}}3{{/if}}{{#unless b}}4{{else}}5{{/unless}}";
    assert_eq!(render(text, Language::Html), "134");
}

#[test]
fn rows_stand_where_they_are_named() {
    assert_eq!(
        render("a{{rows}}b{{#if flag}}{{rows}}{{/if}}", Language::Html),
        "aROW;bROW;"
    );
}

#[test]
fn every_other_path_is_refused() {
    for text in [
        "{{nam}}",
        "{{#if nam}}{{/if}}",
        "{{#unless nam}}{{/unless}}",
        "{{#each nam}}{{/each}}",
        "{{#each a}}{{/each}}",
        "{{#each list}}{{a}}{{/each}}",
        "{{#each list}}{{#if ../name}}{{/if}}{{/each}}",
        "{{../a}}",
        "{{@first}}",
        "{{#if @first}}{{/if}}",
        "{{#if a}}{{else}}{{nam}}{{/if}}",
        "{{flag}}",
        "{{list}}",
        "{{head}}",
        "{{#if head}}{{/if}}",
        "{{head.id.x}}",
        "{{{a}}}",
        "{{&a}}",
        "{{upper a}}",
        "{{code}}",
        "{{code flag}}",
        "{{#with head}}{{/with}}",
    ] {
        assert!(Template::new::<Page>(text, "", Language::Html).is_err(), "{text}");
    }
}

#[test]
fn a_misspelt_name_is_told_with_the_nearest() {
    let fault = Template::new::<Page>("{{head.ids}}", "", Language::Html).expect_err("misspelt");
    assert_eq!(fault, "the view has no `head.ids`; did you mean `id`?");
}
