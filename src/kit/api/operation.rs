//! An operation of the published API: its route, and what the document says of it. One cannot be mounted without the other.

use actix_web::{FromRequest, Handler, Responder, http::Method, web};

use super::Schema;
use crate::kit::{
    actor::{Identity, Permission},
    route::{self, Mount},
    rql::Collection,
};

/// What a call needs, as the handler's signature demands it.
#[derive(Debug, Clone, Copy)]
pub struct Needs {
    /// What it allows, as in "view customers".
    pub words: &'static str,
    /// Whether a company of such a role and such rights has this operation at all.
    pub of_account: fn(&Identity) -> bool,
    /// Whether a token of such permissions may call it.
    pub of_person: fn(&Identity) -> bool,
}

impl Needs {
    pub fn of<P: Permission>() -> Self {
        Self { words: P::WORDS, of_account: P::of_account, of_person: P::of_person }
    }
}

/// The arguments of an operation's handler.
pub trait Arguments: FromRequest + 'static {
    /// Nothing when no token is asked for.
    fn needs() -> Option<Needs>;
}

/// A handler of an operation.
pub trait Handles<A: Arguments>: Handler<A, Output: Responder + 'static> + Send + Sync {}

impl<A: Arguments, F: Handler<A, Output: Responder + 'static> + Send + Sync> Handles<A> for F {}

/// Operations that belong together.
#[derive(Debug)]
pub struct Group {
    pub name: &'static str,
    pub about: &'static str,
}

/// What is answered when all goes well.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A page of a list.
    Rows(&'static Collection, Schema),
    /// The object.
    Object(Schema),
    /// The object, which was made by it.
    Made(Schema),
    Nothing,
}

/// What a call sends.
#[derive(Debug, Clone)]
pub enum Body {
    Json(Schema),
    /// A form with a file: the name of its part, what may be in it, and other parts, which may be missing.
    File(&'static str, &'static str, Vec<(&'static str, Schema)>),
}

pub struct Operation {
    pub mount: Mount,
    pub(super) group: &'static Group,
    /// What it does, in some words.
    pub(super) words: &'static str,
    pub(super) about: &'static str,
    /// Nothing when it is open to everybody.
    pub needs: Option<Needs>,
    /// The parts of its path that have names.
    pub(super) parts: Vec<(&'static str, Schema)>,
    pub(super) body: Option<Body>,
    pub(super) answer: Answer,
    pub(super) versioned: bool,
}

impl Group {
    fn operation<A: Arguments>(
        &'static self,
        (method, path): (Method, &'static str),
        handler: impl Handles<A>,
        words: &'static str,
        answer: Answer,
    ) -> Operation {
        Operation {
            mount: route::mount(method, path, move || web::to(handler.clone())),
            group: self,
            words,
            about: "",
            needs: A::needs(),
            parts: Vec::new(),
            body: None,
            answer,
            versioned: false,
        }
    }

    /// GET of a list, of which `each` is an element.
    pub fn list<A: Arguments>(
        &'static self,
        path: &'static str,
        handler: impl Handles<A>,
        words: &'static str,
        (of, each): (&'static Collection, Schema),
    ) -> Operation {
        self.operation((Method::GET, path), handler, words, Answer::Rows(of, each))
    }

    /// GET of an object.
    pub fn object<A: Arguments>(
        &'static self,
        path: &'static str,
        handler: impl Handles<A>,
        words: &'static str,
        object: Schema,
    ) -> Operation {
        self.operation((Method::GET, path), handler, words, Answer::Object(object))
    }

    /// POST that makes an object of what is given.
    pub fn create<A: Arguments>(
        &'static self,
        path: &'static str,
        handler: impl Handles<A>,
        words: &'static str,
        (given, object): (Schema, Schema),
    ) -> Operation {
        self.operation((Method::POST, path), handler, words, Answer::Made(object)).taking(given)
    }

    /// PUT that changes an object by what is given.
    pub fn change<A: Arguments>(
        &'static self,
        path: &'static str,
        handler: impl Handles<A>,
        words: &'static str,
        (given, object): (Schema, Schema),
    ) -> Operation {
        self.operation((Method::PUT, path), handler, words, Answer::Object(object)).taking(given)
    }

    /// POST of a file that makes something of an object: its part, and what may be in it.
    pub fn upload<A: Arguments>(
        &'static self,
        path: &'static str,
        handler: impl Handles<A>,
        words: &'static str,
        ((part, about), object): ((&'static str, &'static str), Schema),
    ) -> Operation {
        let operation = self.operation((Method::POST, path), handler, words, Answer::Made(object));
        Operation { body: Some(Body::File(part, about, Vec::new())), mount: operation.mount.with_file(), ..operation }
    }

    /// POST that does something with an object.
    pub fn act<A: Arguments>(
        &'static self,
        path: &'static str,
        handler: impl Handles<A>,
        words: &'static str,
        object: Schema,
    ) -> Operation {
        self.operation((Method::POST, path), handler, words, Answer::Object(object))
    }

    /// DELETE of an object.
    pub fn remove<A: Arguments>(
        &'static self,
        path: &'static str,
        handler: impl Handles<A>,
        words: &'static str,
    ) -> Operation {
        self.operation((Method::DELETE, path), handler, words, Answer::Nothing)
    }
}

impl Operation {
    /// What there is to know besides.
    pub fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// What a part of its path with a name is.
    pub fn part(mut self, name: &'static str, schema: Schema) -> Self {
        self.parts.push((name, schema));
        self
    }

    /// Its body.
    pub fn taking(self, given: Schema) -> Self {
        Self { body: Some(Body::Json(given)), ..self }
    }

    /// Another part of the form with its file.
    pub fn with(mut self, name: &'static str, schema: Schema) -> Self {
        if let Some(Body::File(_, _, others)) = &mut self.body {
            others.push((name, schema));
        }
        self
    }

    /// The file of its body comes in as a stream and may be larger than memory should hold.
    pub fn large(self) -> Self {
        Self { mount: self.mount.with_large_file(), ..self }
    }

    /// Its answer has the version of the object, and an act on the object can be told by which version it goes.
    pub fn versioned(self) -> Self {
        Self { versioned: true, ..self }
    }

    pub(super) fn writes(&self) -> bool {
        self.mount.method != Method::GET
    }

    pub(super) fn goes_by_a_version(&self) -> bool {
        self.versioned && self.writes() && !self.parts.is_empty()
    }
}
