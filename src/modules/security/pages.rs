//! The page of a company's security: how its people sign in. Each part is a section of it.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Manage, View, actions,
    data::SigningIn,
    store::{self, Enrolled},
};
use crate::{
    access::proof::Proved,
    accounts::{self, SecondFactor},
    kit::{
        actor::Permission,
        choice::Choice as _,
        db::Db,
        form::{Field, FieldError, Pick},
        input::Form,
        page::{self, Page},
        problem::Result,
        route::{Mount, get, post},
        viewer::Viewer,
        words::filters,
    },
    modules::{activity, entrance, sso},
};

pub fn screens() -> Vec<Mount> {
    vec![get("/security", || web::to(show)), post("/security", || web::to(saved))]
}

#[derive(Template)]
#[template(path = "security/show.html")]
struct Show {
    page: Page,
    errors: Vec<FieldError>,
    /// How people sign in now.
    now: SecondFactor,
    /// The same for who may change it.
    second_factor: Option<Field>,
    picks: Vec<Pick>,
    enrolled: Enrolled,
    /// Where the people without a second factor are seen.
    users: String,
    here: String,
    /// Who is let in, and what was done: pages of their own.
    beside: Vec<(&'static str, String)>,
}

fn picks() -> Vec<Pick> {
    SecondFactor::ALL.iter().map(|one| Pick::new(one.key(), one.label(), one.about())).collect()
}

async fn show_page<P: Permission>(viewer: &Viewer<P>, db: &Db, form: Option<Form<SigningIn>>) -> Result<Show> {
    let account = viewer.account().clone();
    let (now, enrolled) = db
        .read(viewer, move |read| {
            Ok((accounts::store::second_factor(read, &account)?, store::enrolled(read, &account)?))
        })
        .await?;
    let form = form.unwrap_or_else(|| Form::filled(&SigningIn { second_factor: now }));
    let errors = form.errors();
    Ok(Show {
        page: viewer.page(("Security", "Account")).with_errors(&errors),
        errors,
        now,
        second_factor: viewer.may::<Manage>().then(|| form.field("second_factor")),
        picks: picks(),
        enrolled,
        users: viewer.url("users"),
        here: viewer.url("security"),
        beside: [
            viewer.leads::<sso::Manage>("single-sign-on").map(|href| ("Single sign-on", href)),
            viewer.leads::<entrance::Manage>("sessions").map(|href| ("Sessions", href)),
            viewer.leads::<entrance::Administer>("allowed-addresses").map(|href| ("Allowed addresses", href)),
            viewer.leads::<activity::View>("activity").map(|href| ("Activity", href)),
        ]
        .into_iter()
        .flatten()
        .collect(),
    })
}

async fn show(viewer: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&viewer.visit, &show_page(&viewer, &db, None).await?)
}

async fn saved(post: Proved<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let mut form = Form::<SigningIn>::typed(&post.fields);
    let act = |said: SigningIn| db.attempt(&viewer, move |tx| actions::set_signing_in(tx, &said));
    match form.sent(act).await? {
        Some(done) => Ok(page::see_with(&viewer.visit, viewer.url("security"), &done.said("Security settings saved"))),
        None => page::invalid(&viewer.visit, &show_page(&viewer, &db, Some(form)).await?),
    }
}
