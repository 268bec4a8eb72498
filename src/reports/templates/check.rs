//! Every path of a template against the view it is rendered with.
//!
//! Strict mode stops at a misspelt `{{x}}`, but only when rendering comes to it, and prints nothing for a misspelt
//! `{{#if x}}`. A template is therefore walked when it is loaded, against the JSON Schema of its view.

use handlebars::{
    Template,
    template::{HelperTemplate, TemplateElement},
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

/// The shape of a view, as a JSON Schema without references.
pub(super) fn shape<V: JsonSchema>() -> Value {
    let settings = SchemaSettings::default().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<V>().to_value()
}

/// An error says what the template may not say.
pub(super) fn check(template: &Template, shape: &Value) -> Result<(), String> {
    walk(template, &[shape])
}

/// `levels` are the values around, the innermost last.
fn walk(template: &Template, levels: &[&Value]) -> Result<(), String> {
    template.elements.iter().try_for_each(|element| match element {
        TemplateElement::RawString(_) | TemplateElement::Comment(_) => Ok(()),
        TemplateElement::Expression(call) => expression(call, levels),
        TemplateElement::HelperBlock(call) => block(call, levels),
        TemplateElement::PartialExpression(call) if call.name.as_name() == Some("style") => Ok(()),
        TemplateElement::PartialExpression(_) => Err("the one partial is `{{> style}}`".to_owned()),
        TemplateElement::HtmlExpression(_) => Err("`{{{` and `{{&` print unescaped text".to_owned()),
        _ => Err("decorators and block partials are not known here".to_owned()),
    })
}

fn expression(call: &HelperTemplate, levels: &[&Value]) -> Result<(), String> {
    match (call.name.as_name().unwrap_or_default(), argument(call)) {
        ("rows", None) => Ok(()),
        ("code", None) => Err("`code` is a helper and takes a parameter".to_owned()),
        ("code", Some(path)) | (path, None) => resolve(path, levels).map(drop),
        (name, Some(_)) => Err(format!("there is no helper `{name}`")),
    }
}

fn block(call: &HelperTemplate, levels: &[&Value]) -> Result<(), String> {
    let name = call.name.as_name().unwrap_or_default();
    let value = resolve(argument(call).unwrap_or_default(), levels)?;
    let inner = match name {
        "if" | "unless" => levels.to_vec(),
        "each" => [levels, &[value.get("items").ok_or("`{{#each}}` takes a list")?]].concat(),
        _ => return Err(format!("there is no block `{name}`")),
    };
    call.template
        .as_ref()
        .map_or(Ok(()), |template| walk(template, &inner))?;
    call.inverse.as_ref().map_or(Ok(()), |template| walk(template, levels))
}

fn argument(call: &HelperTemplate) -> Option<&str> {
    call.params.first().and_then(|parameter| parameter.as_name())
}

/// What a path leads to: `a.b`, `this`, `../a`, `@root.a`; `@index` and its like lead nowhere and are fine.
fn resolve<'a>(path: &str, levels: &[&'a Value]) -> Result<&'a Value, String> {
    let unknown = || format!("the view has no `{path}`");
    let mut depth = levels.len() - 1;
    let mut rest = path;
    while let Some(up) = rest.strip_prefix("../") {
        depth = depth.checked_sub(1).ok_or_else(unknown)?;
        rest = up;
    }
    if let Some(from_root) = rest.strip_prefix("@root.") {
        (depth, rest) = (0, from_root);
    }
    if matches!(rest, "@index" | "@first" | "@last") {
        return Ok(&Value::Null);
    }
    rest.split(['.', '/'])
        .filter(|name| *name != "this")
        .try_fold(levels[depth], |value, name| value.get("properties")?.get(name))
        .ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its shape counts")]
    struct View {
        name: String,
        list: Vec<Item>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its shape counts")]
    struct Item {
        id: String,
    }

    fn checked(text: &str) -> Result<(), String> {
        check(&Template::compile(text).expect(text), &shape::<View>())
    }

    #[test]
    fn paths_of_the_view_pass() {
        let text = "{{name}}{{#each list}}{{id}}{{../name}}{{@root.name}}{{#if @first}}{{this.id}}{{/if}}{{else}}{{name}}{{/each}}";
        assert_eq!(checked(text), Ok(()));
    }

    #[test]
    fn every_other_path_is_refused() {
        for text in [
            "{{nam}}",
            "{{#if nam}}{{/if}}",
            "{{#unless nam}}{{/unless}}",
            "{{#each nam}}{{/each}}",
            "{{#each name}}{{/each}}",
            "{{#each list}}{{name}}{{/each}}",
            "{{#each list}}{{#if ../id}}{{/if}}{{/each}}",
            "{{../name}}",
            "{{#if name}}{{else}}{{nam}}{{/if}}",
            "{{{name}}}",
            "{{&name}}",
            "{{upper name}}",
            "{{code}}",
            "{{#with list}}{{/with}}",
        ] {
            assert!(checked(text).is_err(), "{text}");
        }
    }
}
