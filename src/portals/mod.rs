//! Each portal is a manifest: its menu and the screens it mounts. Nothing else lives here.

pub mod distributor;
pub mod public;
pub mod reseller;
pub mod vendor;

use actix_web::{
    Route, guard,
    http::Method,
    web::{self, ServiceConfig},
};

use crate::kit::{
    actor::{Identity, Role},
    body::TakesFile,
    page::MenuItem,
    problem::{Problem, Result},
    route,
};

/// One screen: a method, a path below the portal, a handler. Tests read these tables.
pub struct Mount {
    pub method: Method,
    pub path: String,
    /// The act binds somebody to what its page showed, so its form must say what that was.
    pub binds: bool,
    /// The act's form has a file.
    pub takes_file: bool,
    handler: fn() -> Route,
}

impl Mount {
    /// Marks an act that binds somebody: a test holds its form to carrying [`crate::kit::shown::Shown`], and its verb to checking it.
    pub fn binding(mut self) -> Self {
        self.binds = true;
        self
    }

    /// Marks an act whose form has a file: no other is sent one.
    pub fn with_file(mut self) -> Self {
        self.takes_file = true;
        self
    }
}

/// A page: answers GET, and HEAD without its body.
pub fn get(path: impl Into<String>, handler: fn() -> Route) -> Mount {
    Mount { method: Method::GET, path: path.into(), binds: false, takes_file: false, handler }
}

/// An act.
pub fn post(path: impl Into<String>, handler: fn() -> Route) -> Mount {
    Mount { method: Method::POST, path: path.into(), binds: false, takes_file: false, handler }
}

/// Mounts a table's screens. Any other method on a known path answers as an unknown page does.
pub fn mount(config: &mut ServiceConfig, mounts: Vec<Mount>) {
    let mut paths: Vec<&str> = Vec::new();
    for mount in &mounts {
        if !paths.contains(&mount.path.as_str()) {
            paths.push(&mount.path);
        }
    }
    for path in paths {
        let mut resource = web::resource(route::pattern(path));
        for mount in mounts.iter().filter(|mount| mount.path == path) {
            if mount.takes_file {
                resource = resource.app_data(TakesFile);
            }
            let route = (mount.handler)();
            resource = resource.route(if mount.method == Method::GET {
                route.guard(guard::Any(guard::Get()).or(guard::Head()))
            } else {
                route.guard(guard::Method(mount.method.clone()))
            });
        }
        config.service(resource.default_service(web::to(nothing_here)));
    }
}

pub async fn nothing_here() -> Result<&'static str> {
    Err(Problem::NotFound)
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
