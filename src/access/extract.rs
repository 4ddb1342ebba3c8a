//! Handlers' arguments: an actor, an actor with a form, a signed-in person without a company.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_session::SessionExt as _;
use actix_web::{
    Error, FromRequest, HttpMessage as _, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};
use futures_util::future::LocalBoxFuture;

use super::{
    identity::{self, Facts},
    proof::PAGE,
    providers, sessions,
};
use crate::{
    kit::{
        actor::{Account, Company, Identity, Permission, Person, Role, User},
        choice::Choice as _,
        db::{self, Db},
        fields::{self, Fields, For},
        id::Id,
        page::{OtherAccount, Page, Signed, Title},
        problem::{Problem, Refusal, Result},
        typed,
        viewer::Viewer,
        visit::{Out, Viewing, Visit, portal_of},
    },
    t,
};

fn db(request: &HttpRequest) -> Result<Db> {
    request.app_data::<web::Data<Db>>().map(|db| db.get_ref().clone()).ok_or_else(|| Problem::internal("no database"))
}

fn signed_in(visit: &Visit) -> Result<Id<User>> {
    if let Some(cause) = &visit.unavailable {
        return Err(Problem::Unavailable(cause.clone()));
    }
    visit.user.as_deref().and_then(|user| user.parse().ok()).ok_or(Problem::SignIn)
}

/// The same person under the name by which the request came: a brand's own name shows nothing of companies that have another.
fn under(visit: &Visit, mut identity: Identity) -> Option<Identity> {
    if !visit.active_brand.admits(&identity.company.brand) {
        return None;
    }
    identity.others.retain(|other| visit.active_brand.admits(&other.brand));
    Some(identity)
}

/// As whom the portal is seen: who is signed in, or the colleague as whom an administrator looks at it.
fn seen_as(visit: &Visit, user: Id<User>) -> Id<User> {
    visit.viewing.as_ref().and_then(|viewing| viewing.id.parse().ok()).unwrap_or(user)
}

/// Why somebody who belongs to the company does not come in.
fn kept_out(visit: &Visit, out: Out, company: &str) -> Problem {
    let company = typed::apart(company);
    match out {
        Out::Barred => {
            let address = visit.caller.address.as_str();
            let text = match visit.caller.ip() {
                Some(_) => t!(
                    "{company} allows access from certain addresses only, and {address} is not one of them. Connect from one of those, or ask an administrator of {company} to add this one.",
                    company,
                    address,
                ),
                None => t!(
                    "{company} allows access from certain addresses only, and yours could not be determined. Ask an administrator of {company}.",
                    company,
                ),
            };
            Problem::Forbidden(text)
        }
        Out::Ended => Problem::refused(
            "You were signed out of this company",
            t!("An administrator of {company} signed you out. Confirm your password to continue.", company),
        )
        .leading_to(PAGE, "Confirm your password"),
        Out::Elsewhere => elsewhere(),
        Out::Demanded => Problem::refused(
            "Single sign-on is required",
            t!(
                "{company} lets its users in through its own identity provider. Continue there to open {company}.",
                company
            ),
        )
        .leading_to(providers::through(visit), "Continue with single sign-on"),
    }
}

/// The refusal for everything that a session from a company's provider does not open.
fn elsewhere() -> Problem {
    Problem::refused(
        "Your password is needed here",
        "You signed in through your company's identity provider, which opens that company only. To open anything else, confirm your password.",
    )
    .leading_to(PAGE, "Confirm your password")
}

/// The pages outside portals that a session from a company's provider opens: none about the person's own sign-in, and none about other
/// companies.
fn opens(path: &str) -> bool {
    const OPEN: [&str; 4] = ["/", PAGE, "/profile", "/profile/notifications"];
    OPEN.contains(&path) || portal_of(path).is_some()
}

/// Somebody who views a portal as a colleague cannot send anything there, nor from the pages outside portals that keep its frame. Only
/// leaving the view is allowed.
pub async fn looking_only<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !request.method().is_safe() {
        let visit = Visit::of(request.request());
        let leaves = |viewing: &Viewing| visit.path == "/sign-out" || visit.path == viewing.end();
        if let Some(viewing) = visit.viewing.as_ref().filter(|viewing| !leaves(viewing)) {
            let problem = db::only_looking().leading_to(viewing.home.clone(), "Back to Home");
            return Ok(ServiceResponse::from_err(problem, request.into_parts().0));
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// The portal stands in the path's first piece, the company in its second.
async fn viewer<P: Permission>(request: HttpRequest) -> Result<Viewer<P>> {
    let visit = Visit::of(&request);
    let user = signed_in(&visit)?;
    let mut pieces = visit.path.split('/').skip(1);
    let portal = pieces.next().and_then(Role::from_key).ok_or(Problem::NotFound)?;
    let account: Id<Account> = pieces.next().unwrap_or_default().parse().map_err(|_| Problem::NotFound)?;
    if let Some((out, company)) = &visit.out {
        return Err(kept_out(&visit, *out, company));
    }
    let facts: Option<Facts> = request.get_session().get(sessions::MEMBER).map_err(Problem::internal)?.flatten();
    let facts = facts.ok_or(Problem::NotFound)?;
    let unenrolled = facts.unenrolled;
    let identity = under(&visit, facts.of(&seen_as(&visit, user), &account)?).ok_or(Problem::NotFound)?;
    if identity.company.role != portal {
        return Err(Problem::NotFound);
    }
    if unenrolled {
        return Err(Problem::Elsewhere(format!("/enrol/{account}")));
    }
    Viewer::admit(Arc::new(identity), visit)
}

impl<P: Permission> FromRequest for Viewer<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(viewer(request.clone()))
    }
}

/// Lets in whoever sends a form. If they only have to confirm who they are, the form is kept until then.
async fn admitted<T>(request: &HttpRequest, payload: &mut Payload, came: Result<T>) -> Result<T> {
    match came {
        Ok(came) => Ok(came),
        Err(problem) => Err(waiting(request, payload, problem).await),
    }
}

async fn waiting(request: &HttpRequest, payload: &mut Payload, problem: Problem) -> Problem {
    if matches!(problem, Problem::SignIn) {
        return fields::after_sign_in(request, payload).await;
    }
    let proves = |refusal: &Refusal| refusal.next.as_ref().is_some_and(|(href, _)| href == PAGE);
    if !matches!(&problem, Problem::Refused(refusal) if proves(refusal)) {
        return problem;
    }
    let Ok(sent) = fields::receive(request, payload, For::Person).await else { return problem };
    match fields::until_proved(request, sent, PAGE).await {
        Problem::Elsewhere(ask) => problem.leading_to(ask, "Confirm your password"),
        _ => problem,
    }
}

/// A form sent by an actor. The actor is known before the form is looked at, so a stranger learns nothing from it.
pub struct Post<P> {
    pub actor: Viewer<P>,
    pub fields: Fields,
}

impl<P: Permission> FromRequest for Post<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let actor = admitted(&request, &mut payload, viewer(request.clone()).await).await?;
            Ok(Self { actor, fields: fields::receive(&request, &mut payload, For::Person).await? })
        })
    }
}

/// A form with a large file, sent by an actor and not read yet: whatever refuses it can do so before it is.
pub struct Sending<P> {
    pub actor: Viewer<P>,
    request: HttpRequest,
    payload: Payload,
}

impl<P: Permission> Sending<P> {
    /// Reads the form.
    ///
    /// # Errors
    /// As [`fields::receive`].
    pub async fn receive(self) -> Result<Post<P>> {
        let Self { actor, request, mut payload } = self;
        Ok(Post { actor, fields: fields::receive(&request, &mut payload, For::Person).await? })
    }
}

impl<P: Permission> FromRequest for Sending<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let actor = admitted(&request, &mut payload, viewer(request.clone()).await).await?;
            fields::welcome(&request)?;
            Ok(Self { actor, request, payload })
        })
    }
}

/// Who somebody is in the portal whose frame the page keeps; none when nobody is signed in, or was in no portal yet.
fn member(request: &HttpRequest, visit: &Visit) -> Option<Arc<Identity>> {
    let user = seen_as(visit, signed_in(visit).ok()?);
    let session = request.get_session();
    let identity = |of: &str, facts: &str| {
        let account = session.get::<String>(of).ok()??.parse().ok()?;
        let facts = session.get::<Option<Facts>>(facts).ok()??.filter(|facts| !facts.unenrolled);
        under(visit, facts.and_then(|facts| facts.of(&user, &account).ok())?)
    };
    identity(sessions::OF, sessions::MEMBER).or_else(|| identity(sessions::FRAME_OF, sessions::FRAME)).map(Arc::new)
}

/// Anybody, on a page that belongs to no company: Help, or one that tells of a problem.
pub struct Anybody {
    pub visit: Arc<Visit>,
    member: Option<Arc<Identity>>,
}

impl Anybody {
    pub fn of(request: &HttpRequest) -> Self {
        let visit = Visit::of(request);
        Self { member: member(request, &visit), visit }
    }

    /// Who looks, in the portal whose frame the page keeps.
    pub fn member(&self) -> Option<Arc<Identity>> {
        self.member.clone()
    }

    /// As [`keep_frame`] kept it.
    pub fn kept(request: &HttpRequest) -> Self {
        let kept = request.extensions_mut().remove::<Self>();
        kept.unwrap_or_else(|| Self::of(request))
    }

    /// The frame of such a page: that of the portal one comes from.
    pub fn page(&self, title: impl Title) -> Page {
        match &self.member {
            Some(member) => Page::of_member(&self.visit, member, title),
            None => Page::of_guest(&self.visit, title),
        }
    }
}

/// Keeps who looked at a page that came to a problem: the session is gone by the time that the problem becomes a page of its own.
pub async fn keep_frame<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let response = next.call(request).await?;
    if response.response().extensions().contains::<Problem>() {
        let anybody = Anybody::of(response.request());
        response.request().extensions_mut().insert(anybody);
    }
    Ok(response)
}

impl FromRequest for Anybody {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// Somebody who is signed in, on a page that belongs to no company.
pub struct SignedIn {
    pub person: Person,
    pub accounts: Vec<Company>,
    pub visit: Arc<Visit>,
    member: Option<Arc<Identity>>,
}

impl SignedIn {
    /// The frame of such a page: that of the portal one comes from.
    pub fn page(&self, title: impl Title) -> Page {
        match &self.member {
            Some(member) => Page::of_member(&self.visit, member, title),
            None => self.bare(title),
        }
    }

    /// A frame without a portal.
    pub fn bare(&self, title: impl Title) -> Page {
        Page {
            who: Some(Signed {
                name: self.person.name.clone(),
                email: self.person.email.clone(),
                picture: self.person.picture(),
                account_name: String::new(),
                account_id: String::new(),
                logo: None,
                role: "",
                home: "/".into(),
                bell: None,
                language: None,
                others: self
                    .accounts
                    .iter()
                    .map(|account| OtherAccount {
                        name: account.name.clone(),
                        logo: account.logo(),
                        role: account.role.label(),
                        id: account.id.to_string(),
                        href: account.home(),
                    })
                    .collect(),
            }),
            zone: self.person.zone.name().to_owned(),
            ..Page::of_guest(&self.visit, title)
        }
    }
}

async fn somebody(request: HttpRequest) -> Result<SignedIn> {
    let visit = Visit::of(&request);
    let user = signed_in(&visit)?;
    if visit.provided && !opens(&visit.path) {
        return Err(elsewhere());
    }
    let (person, accounts) = db(&request)?
        .open(move |conn| identity::person(conn, &user))
        .await
        .map_err(|problem| if matches!(problem, Problem::NotFound) { Problem::SignIn } else { problem })?;
    let mut accounts: Vec<Company> =
        accounts.into_iter().filter(|account| visit.active_brand.admits(&account.brand)).collect();
    if let (true, Some(session)) = (visit.provided, visit.caller.session) {
        let opened = db(&request)?.open(move |conn| providers::opened(conn, session)).await?;
        accounts.retain(|account| opened.contains(&account.id));
    }
    Ok(SignedIn { person, accounts, member: member(&request, &visit), visit })
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(somebody(request.clone()))
    }
}

/// A form sent by [`SignedIn`] somebody.
pub struct SignedInPost {
    pub signed_in: SignedIn,
    pub fields: Fields,
}

impl FromRequest for SignedInPost {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let signed_in = admitted(&request, &mut payload, somebody(request.clone()).await).await?;
            Ok(Self { signed_in, fields: fields::receive(&request, &mut payload, For::Person).await? })
        })
    }
}
