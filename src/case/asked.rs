//! Tenants that the case asks about: `asked` in `[reports]`.

use super::{Directory, Merge, Tenant, TenantId};
use crate::{
    config::Spanned,
    diag::{Diagnostic, nearest},
};

/// Returns the tenants that these ids or names of the directory mean, in id order.
pub(super) fn tenants(
    written: &[Spanned<String>],
    directory: &Directory,
    merge: &Merge,
    faults: &mut Vec<Diagnostic>,
) -> Vec<TenantId> {
    let mut asked: Vec<TenantId> = Vec::new();
    for found in written {
        match tenant(found, directory) {
            Ok(id) => asked.push(TenantId(merge.tenant(&id).to_owned())),
            Err(fault) => faults.push((*fault).at(found.place.clone())),
        }
    }
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// Returns the id of the one tenant that has this id, or else this name.
fn tenant(found: &Spanned<String>, directory: &Directory) -> Result<String, Box<Diagnostic>> {
    let wanted = found.value.trim();
    if let Some(tenant) = directory.tenants.get(wanted) {
        return Ok(tenant.id().to_owned());
    }
    let named = directory
        .tenants
        .iter()
        .filter(|tenant| tenant.names().any(|name| name == wanted));
    let ids: Vec<&str> = named.map(Tenant::id).collect();
    match &*ids {
        [id] => Ok((*id).to_owned()),
        [] => {
            let fault = Diagnostic::new("unknown-tenant", format!("the directory has no tenant `{wanted}`"));
            let known = directory
                .tenants
                .iter()
                .flat_map(|tenant| std::iter::once(tenant.id()).chain(tenant.names()));
            Err(Box::new(fault.hint(match nearest(wanted, known) {
                _ if directory.tenants.is_empty() => {
                    "give the list of tenants: `[tenants]` with `file = \"tenants.csv\"`".to_owned()
                }
                Some(near) => format!("did you mean `{near}`?"),
                None => "write an id or a name as it stands in the tenants file, or add the tenant there".to_owned(),
            })))
        }
        [one, other, ..] => {
            let message = format!("`{wanted}` is the name of the tenants `{one}` and `{other}`");
            let fault = Diagnostic::new("ambiguous-tenant", message);
            Err(Box::new(fault.hint("write the id of the one that is meant")))
        }
    }
}
