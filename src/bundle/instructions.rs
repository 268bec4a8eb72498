//! `VERIFY.txt`: how a customer checks its folder with tools that its systems have already. The
//! same text whether the folder is signed or not, so that a signature can be added without changing
//! a file.

use super::TenantManifest;
use crate::text::{counted, visible};

/// What it says to every customer; names in braces are put in.
pub const INSTRUCTIONS_TEXT: &str = include_str!("VERIFY.txt");

/// The text for one tenant's folder.
pub(super) fn instructions(manifest: &TenantManifest) -> String {
    let case = &manifest.case;
    let tenant = manifest.tenant.name.as_ref().unwrap_or(&manifest.tenant.id.0);
    // In one pass over the text: what is put in is never looked at again, whatever it says.
    let mut out = String::with_capacity(INSTRUCTIONS_TEXT.len() + 256);
    let mut rest = INSTRUCTIONS_TEXT;
    while let Some((before, after)) = rest.split_once('{') {
        // Braces that name nothing are the commands' own.
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
