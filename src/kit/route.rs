//! Screens and the addresses that they answer: one table for all workers, in which an address is found by its pieces.
//!
//! actix keeps a compiled pattern per route and worker and tries one after the other. With hundreds of routes that is 20 MB per worker and a
//! part of every answer's time. Here a tree finds the route, and only a pattern that is in use is compiled, once for all workers.

use std::{cell::RefCell, rc::Rc, sync::OnceLock};

use actix_web::{
    Error, HttpMessage as _, Route,
    body::BoxBody,
    dev::{ResourceDef, Service as _, ServiceFactory, ServiceRequest, ServiceResponse, fn_service},
    http::Method,
    web,
};
use matchit::{InsertError, Router};

use super::{body::TakesFile, problem::Problem};

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

/// All screens under their whole addresses.
#[derive(Default)]
pub struct Routes {
    /// An address's place in `places`.
    tree: Router<usize>,
    places: Vec<Place>,
    /// How many screens there are.
    mounts: usize,
}

struct Place {
    pattern: String,
    /// With the number of each among all screens.
    mounts: Vec<(usize, Mount)>,
    compiled: OnceLock<ResourceDef>,
}

impl Routes {
    /// Adds screens below `prefix`, which may name parts itself.
    ///
    /// # Errors
    /// When two patterns could answer the same address and none is more exact.
    pub fn mount(&mut self, prefix: &str, mounts: Vec<Mount>) -> Result<(), InsertError> {
        for mount in mounts {
            let pattern = format!("{prefix}{}", mount.path);
            let place = match self.places.iter().position(|place| place.pattern == pattern) {
                Some(place) => place,
                None => {
                    self.tree.insert(in_tree(&pattern), self.places.len())?;
                    self.places.push(Place { pattern, mounts: Vec::new(), compiled: OnceLock::new() });
                    self.places.len() - 1
                }
            };
            self.places[place].mounts.push((self.mounts, mount));
            self.mounts += 1;
        }
        Ok(())
    }

    fn at(&self, path: &str) -> Option<&Place> {
        self.tree.at(path).ok().and_then(|found| self.places.get(*found.value))
    }

    /// The pattern that a request's address fits, for logs: the address itself may carry a secret.
    pub fn pattern(&self, path: &str) -> Option<&str> {
        self.at(path).map(|place| place.pattern.as_str())
    }
}

/// The tree's way of writing a rest of any length: `{code:.+}` is `{*code}`.
fn in_tree(pattern: &str) -> String {
    match pattern.strip_suffix(":.+}").and_then(|open| open.rsplit_once('{')) {
        Some((before, name)) => format!("{before}{{*{name}}}"),
        None => pattern.to_owned(),
    }
}

/// Answers with the screen of the address. Any other method on a known path answers as an unknown page does.
pub fn dispatch(
    routes: web::Data<Routes>,
) -> impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
{
    type Made = <Route as ServiceFactory<ServiceRequest>>::Service;
    // a worker's own services, made when they are first asked for
    let services: Rc<RefCell<Vec<Option<Rc<Made>>>>> = Rc::new(RefCell::new(Vec::new()));
    services.borrow_mut().resize_with(routes.mounts, || None);
    fn_service(move |mut request: ServiceRequest| {
        let (routes, services) = (routes.clone(), services.clone());
        async move {
            let method = match *request.method() {
                Method::HEAD => &Method::GET,
                ref method => method,
            };
            let place = routes.at(request.match_info().as_str());
            let found = place.and_then(|place| {
                place.mounts.iter().find(|(_, mount)| mount.method == *method).map(|found| (place, found))
            });
            let Some((place, (number, mount))) = found else {
                return Ok(ServiceResponse::from_err(Problem::NotFound, request.into_parts().0));
            };
            place.compiled.get_or_init(|| ResourceDef::new(place.pattern.as_str())).capture_match_info(&mut request);
            if mount.takes_file {
                request.extensions_mut().insert(TakesFile);
            }
            let known = services.borrow().get(*number).cloned().flatten();
            let service = match known {
                Some(service) => service,
                None => {
                    let made = (mount.handler)().new_service(()).await.map(Rc::new);
                    let made = made.map_err(|()| Problem::internal("a screen could not be made"))?;
                    if let Some(place) = services.borrow_mut().get_mut(*number) {
                        *place = Some(made.clone());
                    }
                    made
                }
            };
            service.call(request).await
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(paths: &[&str]) -> Routes {
        let mut routes = Routes::default();
        let mounts = paths.iter().map(|path| get(*path, || web::to(|| async { "" }))).collect();
        routes.mount("/vendor/{account}", mounts).unwrap();
        routes
    }

    #[test]
    fn the_most_exact_pattern_answers() {
        let routes =
            routes(&["/contracts", "/contracts/{contract}", "/contracts/new", "/contracts/{contract}/{code:.+}"]);
        for (path, pattern) in [
            ("/vendor/VA-1/contracts", Some("/vendor/{account}/contracts")),
            ("/vendor/VA-1/contracts/new", Some("/vendor/{account}/contracts/new")),
            ("/vendor/VA-1/contracts/newer", Some("/vendor/{account}/contracts/{contract}")),
            ("/vendor/VA-1/contracts/new/a/b", Some("/vendor/{account}/contracts/{contract}/{code:.+}")),
            ("/vendor/VA-1/contracts/", None),
            ("/vendor/VA-1/Contracts", None),
            ("/vendor//contracts", None),
            ("/", None),
        ] {
            assert_eq!(routes.pattern(path), pattern, "{path}");
        }
    }

    #[test]
    fn two_patterns_that_answer_the_same_are_refused() {
        let mut routes = routes(&["/contracts/{contract}"]);
        let again = vec![get("/contracts/{other}", || web::to(|| async { "" }))];
        assert!(routes.mount("/vendor/{account}", again).is_err());
    }
}
