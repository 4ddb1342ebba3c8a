//! Acts that bind a company, or make a key to it, ask for the password once more when it was said long ago, and for the second factor where
//! the person has one: a browser that was left alone signs nothing. What was typed is kept meanwhile, as a form that came too late is.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;

use super::extract::{Post, SignedIn, SignedInPost};
use crate::kit::{
    actor::Permission,
    fields::{self, Fields},
    problem::{Problem, Result},
    viewer::Viewer,
    visit::Visit,
};

/// The page that asks for the password.
pub const PAGE: &str = "/prove";

/// Whether it is recent enough to count.
fn lately(visit: &Visit, age: Option<i64>) -> bool {
    let lives = i64::try_from(visit.house.proof_lives.as_secs()).unwrap_or(i64::MAX);
    age.is_some_and(|age| age <= lives)
}

/// Whether the person recently entered the password in this session, or signed in at the company's own provider.
pub fn is_recent(visit: &Visit) -> bool {
    lately(visit, visit.proof_age) || lately(visit, visit.said_age)
}

/// As [`Post`], by somebody who has said the password lately; anybody else is asked for it first, and then finds what was typed.
pub struct Proved<P> {
    pub actor: Viewer<P>,
    pub fields: Fields,
}

impl<P: Permission> FromRequest for Proved<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (post, request) = (Post::<P>::from_request(request, payload), request.clone());
        Box::pin(async move {
            let Post { actor, fields } = post.await?;
            if is_recent(&actor.visit) {
                return Ok(Self { actor, fields });
            }
            Err(fields::until_proved(&request, fields, PAGE).await)
        })
    }
}

/// As [`Proved`], for what a person does with its own sign-in.
pub struct ProvedPerson {
    pub signed_in: SignedIn,
    pub fields: Fields,
}

impl FromRequest for ProvedPerson {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (post, request) = (SignedInPost::from_request(request, payload), request.clone());
        Box::pin(async move {
            let SignedInPost { signed_in, fields } = post.await?;
            // a company's provider has no say in what is the person's own
            if lately(&signed_in.visit, signed_in.visit.proof_age) {
                return Ok(Self { signed_in, fields });
            }
            Err(fields::until_proved(&request, fields, PAGE).await)
        })
    }
}
