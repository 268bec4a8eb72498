//! `VERIFY.txt`: instructions for checking a tenant's folder with tools that its systems have
//! already. The text is the same with and without a signature, so that a signature can be added
//! later without changing a file.

use super::TenantManifest;
use crate::text::{counted, visible};

/// Text for every tenant, with names in braces to be replaced.
pub const INSTRUCTIONS_TEXT: &str = include_str!("VERIFY.txt");

/// Returns the text for one tenant's folder.
pub(super) fn instructions(manifest: &TenantManifest) -> String {
    let case = &manifest.case;
    let tenant = manifest.tenant.name.as_ref().unwrap_or(&manifest.tenant.id.0);
    // The text is replaced in one pass, so that braces in inserted values are left as they are.
    let mut out = String::with_capacity(INSTRUCTIONS_TEXT.len() + 256);
    let mut rest = INSTRUCTIONS_TEXT;
    while let Some((before, after)) = rest.split_once('{') {
        // Braces around an unknown name belong to the commands in the text.
        let named = after.split_once('}').and_then(|(name, after)| {
            let value = match name {
                "case" => visible(&case.id).into_owned(),
                "vendor" => visible(&case.vendor).into_owned(),
                "tenant" => visible(tenant).into_owned(),
                "events" => counted(manifest.events, "action", "actions"),
                _ => return None,
            };
            Some((value, after))
        });
        out.push_str(before);
        if let Some((value, after)) = named {
            out.push_str(&value);
            rest = after;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}
