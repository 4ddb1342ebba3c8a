//! An operation's argument: who calls, what is asked, what is given.

use std::sync::Arc;

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest, HttpResponse,
    dev::Payload,
    http::{Method, header},
    web,
};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};

use super::token;
use crate::{
    kit::{
        actor::{Actor, Permission, User},
        api::{
            Answer, Arguments, Needs,
            key::{self, Key},
        },
        body::{self, Share},
        caller::{Caller, Credential},
        db::{Db, Tx},
        done::Done,
        fields::{Fields, Large, Upload},
        id::Id,
        problem::{Problem, Result},
        revision::Expected,
        security::{self, Kind},
        typed,
        visit::House,
    },
    t,
};

/// A call of the published API. The token is known before the body is read, so a stranger learns nothing from it.
pub struct Call<P> {
    pub actor: Actor<P>,
    /// The query string as it was sent: one expression, which its list reads.
    pub query: String,
    pub given: Given,
    /// By what it is told from the same call once more.
    key: Option<Key>,
    /// What the body takes of the program's budget, until the handler is done with it.
    _share: Option<Share>,
}

/// A call whose body is a form with files.
pub struct FileCall<P> {
    call: Call<P>,
    files: Fields,
}

impl<P: Permission> FileCall<P> {
    /// Takes the file out of a part of the form.
    pub fn take(&mut self, part: &str) -> Option<Upload> {
        self.files.take(part)
    }

    /// As [`Call::act`].
    ///
    /// # Errors
    /// As [`Call::act`].
    pub async fn act(
        self,
        db: &Db,
        act: impl FnOnce(&mut Tx<'_, P>, &Given) -> Result<Done<Answer>> + Send + 'static,
    ) -> Result<HttpResponse> {
        self.call.act(db, act).await
    }
}

/// A call whose body is a form with a large file, which is not read yet: whatever refuses it can do so before it is.
pub struct LargeCall<P> {
    pub actor: Actor<P>,
    request: HttpRequest,
    payload: Payload,
}

impl<P: Permission> LargeCall<P> {
    /// Whether it may be a call that was answered before, so that its file must be seen.
    pub fn may_repeat(&self) -> bool {
        Key::is_sent(&self.request)
    }

    /// Reads the form: the call, the file in a part of it, and the texts of the others.
    ///
    /// # Errors
    /// As [`body::files`].
    pub async fn receive(self, part: &str) -> Result<(Call<P>, Option<Large>, Fields)> {
        let Self { actor, request, mut payload } = self;
        let house = held::<House>(&request)?;
        let fields = body::files(&request, &mut payload, &house.budget).await?;
        // the same call once more has the same files
        let file = fields.large(part).cloned();
        Ok((Call::new(&request, actor, fields.digest(), None)?, file, fields))
    }
}

/// What a call gives to an act.
#[derive(Debug, Clone)]
pub struct Given {
    /// The body; an empty object where there is none.
    pub body: Value,
    /// The revision of the object that the call goes by.
    pub expected: Expected,
}

impl<P: Permission> Call<P> {
    /// Acts, once for each `Idempotency-Key`.
    ///
    /// # Errors
    /// As `act`; [`Problem::Coded`] when another call had the key.
    pub async fn act(
        self,
        db: &Db,
        act: impl FnOnce(&mut Tx<'_, P>, &Given) -> Result<Done<Answer>> + Send + 'static,
    ) -> Result<HttpResponse> {
        let Self { actor, given, key, _share, .. } = self;
        let done = db
            .attempt(&actor, move |tx| match key {
                Some(key) => key::once(tx, &key, |tx| act(tx, &given)),
                None => act(tx, &given),
            })
            .await?;
        Ok(done.value().respond())
    }
}

/// Who called, for whoever answers it. Stands in the request from the moment on that the token was good.
#[derive(Debug, Clone)]
pub struct Called {
    pub caller: Arc<Caller>,
    pub user: Id<User>,
}

/// A call, and what else its handler takes.
macro_rules! arguments {
    ($call:ident $($more:ident)*) => {
        impl<P: Permission, $($more: FromRequest + 'static),*> Arguments for ($call<P>, $($more),*) {
            fn needs() -> Option<Needs> {
                Some(Needs::of::<P>())
            }
        }
    };
}
arguments!(Call);
arguments!(Call A);
arguments!(Call A B);
arguments!(FileCall A B);
arguments!(LargeCall A B);

impl<P: Permission> FromRequest for Call<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let house = held::<House>(&request)?;
            let actor = enter(&request, &house).await?;
            let (body, share) = match *request.method() {
                Method::POST | Method::PUT => {
                    let (body, share) = body::json(&request, &mut payload, &house.budget).await?;
                    (body, Some(share))
                }
                _ => (Value::Object(Map::new()), None),
            };
            Self::new(&request, actor, body, share)
        })
    }
}

impl<P: Permission> Call<P> {
    fn new(request: &HttpRequest, actor: Actor<P>, body: Value, share: Option<Share>) -> Result<Self> {
        let key = match *request.method() {
            Method::GET | Method::HEAD => None,
            _ => Key::of(request, &body)?,
        };
        let given = Given { body, expected: expected(request) };
        Ok(Self { actor, query: request.query_string().to_owned(), given, key, _share: share })
    }
}

impl<P: Permission> FromRequest for FileCall<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let house = held::<House>(&request)?;
            let actor = enter(&request, &house).await?;
            let files = body::files(&request, &mut payload, &house.budget).await?;
            // the same call once more has the same files
            let (body, files) = web::block(move || (files.digest(), files)).await.map_err(Problem::internal)?;
            Ok(Self { call: Call::new(&request, actor, body, None)?, files })
        })
    }
}

impl<P: Permission> FromRequest for LargeCall<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let house = held::<House>(&request)?;
            let actor = enter(&request, &house).await?;
            Ok(Self { actor, request, payload })
        })
    }
}

/// What the headers `If-Match` say; nothing where there is none.
fn expected(request: &HttpRequest) -> Expected {
    let sent: Vec<&str> =
        request.headers().get_all(header::IF_MATCH).map(|value| value.to_str().unwrap_or_default()).collect();
    if sent.is_empty() { Expected::Any } else { Expected::tags(&sent.join(",")) }
}

fn held<T: 'static>(request: &HttpRequest) -> Result<web::Data<T>> {
    request.app_data::<web::Data<T>>().cloned().ok_or_else(|| Problem::internal("app.rs gives it to every service"))
}

async fn enter<P: Permission>(request: &HttpRequest, house: &House) -> Result<Actor<P>> {
    let db = held::<Db>(request)?;
    let caller = Arc::new(Caller::of(request, house.proxies, Credential::Token, None));
    let sent = token::sent(request).ok_or(Problem::SignIn)?;
    let (user, by) = (sent.id.clone(), caller.clone());
    let entered = db.open(move |conn| token::enter(conn, &sent, &by)).await.inspect_err(|problem| {
        let kind = match problem {
            Problem::SignIn => Kind::WrongToken,
            Problem::TooMany(_) => Kind::Throttled,
            _ => return,
        };
        security::tell_by(house, &caller, kind, None, user.as_str());
    })?;
    let identity = entered.identity;
    // under a brand's own name no other company is there
    if !house.active_brand(request.head()).admits(&identity.company.brand) {
        return Err(Problem::SignIn);
    }
    if entered.barred {
        security::tell_of_token(house, &caller, Kind::Barred, &user, identity.company.id.as_str());
        return Err(Problem::Forbidden(t!(
            "The tokens of {company} cannot be used from the address {address}. An administrator can change that.",
            company = typed::apart(&identity.company.name),
            address = caller.address.as_str(),
        )));
    }
    request.extensions_mut().insert(Called { caller: caller.clone(), user });
    Actor::admit(Arc::new(identity), caller)
}
