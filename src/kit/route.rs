//! Screens and the addresses that they answer: one table for all workers, in which an address is found by its pieces.
//!
//! actix compiles the pattern of every route in every worker and tries one after the other: with our hundreds of routes some 20 MB for each
//! worker, and time in every request. Here a tree finds the route, and a pattern is compiled when it is first asked for, once for all workers.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::OnceLock};

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
    handler: Box<dyn Fn() -> Route + Send + Sync>,
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
    mount(Method::GET, path, handler)
}

/// An act.
pub fn post(path: impl Into<String>, handler: fn() -> Route) -> Mount {
    mount(Method::POST, path, handler)
}

/// Whatever answers the method at the path.
pub fn mount(method: Method, path: impl Into<String>, handler: impl Fn() -> Route + Send + Sync + 'static) -> Mount {
    Mount { method, path: path.into(), binds: false, takes_file: false, handler: Box::new(handler) }
}

/// All screens under their whole addresses.
#[derive(Default)]
pub struct Routes {
    /// An address's place in `places`.
    tree: Router<usize>,
    places: Vec<Place>,
    /// A pattern's place in `places`.
    known: HashMap<String, usize>,
}

/// An address and the screens that share it, at most one for each method.
struct Place {
    pattern: String,
    mounts: Vec<Mount>,
    compiled: OnceLock<ResourceDef>,
}

impl Place {
    fn compiled(&self) -> &ResourceDef {
        self.compiled.get_or_init(|| ResourceDef::new(self.pattern.as_str()))
    }

    fn screen(&self, method: &Method) -> Option<&Mount> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.mounts.iter().find(|mount| mount.method == *method)
    }
}

impl Routes {
    /// Adds screens below `prefix`, which may name parts itself.
    ///
    /// # Errors
    /// When two patterns could answer the same address and none is more exact.
    pub fn mount(&mut self, prefix: &str, mounts: Vec<Mount>) -> Result<(), InsertError> {
        for mount in mounts {
            let pattern = format!("{prefix}{}", mount.path);
            let place = match self.known.get(&pattern) {
                Some(place) => *place,
                None => {
                    self.tree.insert(in_tree(&pattern), self.places.len())?;
                    self.known.insert(pattern.clone(), self.places.len());
                    self.places.push(Place { pattern, mounts: Vec::new(), compiled: OnceLock::new() });
                    self.places.len() - 1
                }
            };
            self.places[place].mounts.push(mount);
        }
        Ok(())
    }

    /// The place of an address, and its number.
    fn at(&self, path: &str) -> Option<(usize, &Place)> {
        let number = *self.tree.at(path).ok()?.value;
        Some((number, self.places.get(number)?))
    }

    /// The pattern that an address fits, decoded as the router reads it. For logs: the address itself may carry a secret.
    pub fn pattern(&self, path: &str) -> Option<&str> {
        self.at(path).map(|(_, place)| place.pattern.as_str())
    }
}

#[cfg(test)]
impl Routes {
    /// Compiles every pattern: one that cannot be would fail at its first request.
    pub fn compile(&self) {
        for place in &self.places {
            place.compiled();
        }
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
    let services = Rc::new(RefCell::new(Services::new()));
    fn_service(move |mut request: ServiceRequest| {
        let (routes, services) = (routes.clone(), services.clone());
        async move {
            let found = routes.at(request.match_info().as_str());
            let found = found.and_then(|(number, place)| Some((number, place, place.screen(request.method())?)));
            let Some((number, place, mount)) = found else {
                return Ok(ServiceResponse::from_err(Problem::NotFound, request.into_parts().0));
            };
            let screen = (number, mount.method.clone());
            place.compiled().capture_match_info(&mut request);
            if mount.takes_file {
                request.extensions_mut().insert(TakesFile);
            }
            let known = services.borrow().get(&screen).cloned();
            let service = match known {
                Some(service) => service,
                None => {
                    let made = (mount.handler)().new_service(()).await;
                    let made = Rc::new(made.map_err(|()| Problem::internal("a screen could not be made"))?);
                    services.borrow_mut().insert(screen, made.clone());
                    made
                }
            };
            service.call(request).await
        }
    })
}

/// A worker's own services, by the number of the place and the method; each is made when it is first asked for.
type Services = HashMap<(usize, Method), Rc<<Route as ServiceFactory<ServiceRequest>>::Service>>;

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
