//! Which addresses take forms that bind somebody to what their page showed.

use std::sync::OnceLock;

use entente::{
    kit::{actor::Role, choice::Choice as _},
    portals::{self, public},
};

/// The pieces of a path; a pattern's `{name}` fits any.
type Pattern = Vec<String>;

fn pieces(path: &str) -> Pattern {
    path.trim_matches('/').split('/').map(str::to_owned).collect()
}

/// Every binding route, with the portal's own pieces in front.
pub fn routes() -> &'static [Pattern] {
    static ROUTES: OnceLock<Vec<Pattern>> = OnceLock::new();
    ROUTES.get_or_init(|| {
        let inside = Role::ALL.iter().flat_map(|role| {
            portals::screens(*role).into_iter().filter(|mount| mount.binds).map(|mount| {
                pieces(&format!("/{}/{{account}}{}", role.key(), mount.path))
            })
        });
        let outside = public::screens().into_iter().filter(|mount| mount.binds).map(|mount| pieces(&mount.path));
        inside.chain(outside).collect()
    })
}

/// Whether a form that is sent there binds somebody.
pub fn binds(path: &str) -> bool {
    let asked = pieces(path.split('?').next().unwrap_or_default());
    routes().iter().any(|route| {
        route.len() == asked.len()
            && route.iter().zip(&asked).all(|(piece, asked)| piece.starts_with('{') || piece == asked)
    })
}
