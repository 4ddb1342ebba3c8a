//! Each portal is a manifest: its menu and the screens it mounts; and so is the API. Nothing else lives here.

pub mod api;
pub mod distributor;
pub mod public;
pub mod reseller;
pub mod vendor;

use crate::kit::{
    actor::{Identity, Role},
    api::ROOT,
    choice::Choice as _,
    page::MenuItem,
    route::{Mount, Routes},
};

/// All screens of the program.
///
/// # Errors
/// When two of them stand under the same address.
pub fn routes() -> Result<Routes, matchit::InsertError> {
    let mut routes = Routes::default();
    routes.mount(ROOT, api::operations().into_iter().map(|operation| operation.mount).collect())?;
    routes.mount("", public::screens())?;
    for role in Role::ALL {
        routes.mount(&format!("/{}/{{account}}", role.key()), screens(*role))?;
    }
    Ok(routes)
}

/// The menu of the portal of `identity`'s company; `path` is the page it stands on.
pub fn menu(identity: &Identity, path: &str) -> Vec<MenuItem> {
    match identity.company.role {
        Role::Distributor => distributor::menu(identity, path),
        Role::Vendor => vendor::menu(identity, path),
        Role::Reseller => reseller::menu(identity, path),
    }
}

/// The screens of a portal.
pub fn screens(role: Role) -> Vec<Mount> {
    match role {
        Role::Distributor => distributor::screens(),
        Role::Vendor => vendor::screens(),
        Role::Reseller => reseller::screens(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_screen_has_an_address_of_its_own() {
        super::routes().unwrap().compile();
    }
}
