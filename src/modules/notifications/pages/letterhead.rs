//! How a company's mails begin and end, with a preview and a test mail to oneself.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        form::{Field, FieldError},
        input::Form,
        page::{self, Flash, Page},
        problem::Result,
        typed::apart,
        viewer::Viewer,
        words::filters,
    },
    mail::letterhead::{Letterhead, RECIPIENT},
    modules::notifications::{Manage, View, actions, data::Around, letters, store},
    t,
};

#[derive(Template)]
#[template(path = "notifications/letterhead.html")]
struct Show {
    page: Page,
    errors: Vec<FieldError>,
    opening: Field,
    closing: Field,
    /// What a mail looks like with these texts, in the reader's language.
    subject: String,
    preview: String,
    may_manage: bool,
    test: String,
}

/// `around`: what the preview shows.
fn page_of<P: crate::kit::actor::Permission>(
    viewer: &Viewer<P>,
    form: &Form<Around>,
    around: &Letterhead,
) -> Result<Show> {
    let form = form.clone().saying(
        "opening",
        "Opening",
        t!(
            "Shown above the message, up to 300 characters. {recipient} stands for the company or address an email goes to.",
            recipient = RECIPIENT
        ),
    );
    let errors = form.errors();
    let company = &viewer.identity.company.name;
    let mut written = around.around(letters::tried(&apart(company)), company);
    written.lang = viewer.visit.lang;
    Ok(Show {
        page: viewer.page(("Email text", "Account")).with_errors(&errors),
        errors,
        opening: form.field("opening"),
        closing: form.field("closing"),
        subject: written.subject(),
        preview: written.plain()?,
        may_manage: viewer.may::<Manage>(),
        test: viewer.url("email-text/test"),
    })
}

async fn kept<P: crate::kit::actor::Permission>(viewer: &Viewer<P>, db: &Db) -> Result<Letterhead> {
    let account = viewer.account().clone();
    db.read(viewer, move |read| store::letterhead(read, &account)).await
}

pub async fn show(viewer: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let kept = kept(&viewer, &db).await?;
    page::html(&viewer.visit, &page_of(&viewer, &Form::filled(&Around::from(kept.clone())), &kept)?)
}

pub async fn saved(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let mut form = Form::<Around>::typed(&post.fields);
    if post.fields.has("preview") {
        return match form.read() {
            Some(said) => page::html(&viewer.visit, &page_of(&viewer, &form, &said.into())?),
            None => page::invalid(&viewer.visit, &page_of(&viewer, &form, &kept(&viewer, &db).await?)?),
        };
    }
    let act = |said: Around| {
        let said = Letterhead::from(said);
        db.attempt(&viewer, move |tx| actions::set_letterhead(tx, &said))
    };
    match form.sent(act).await? {
        Some(done) => Ok(page::see_with(&viewer.visit, viewer.url("email-text"), &done.said("Email text saved"))),
        None => page::invalid(&viewer.visit, &page_of(&viewer, &form, &kept(&viewer, &db).await?)?),
    }
}

pub async fn test(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let here = viewer.url("email-text");
    let email = db
        .write(&viewer, actions::try_letterhead)
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to email text"))?;
    let told = Flash::success(t!("Test email will be sent to {email}", email = apart(&email)));
    Ok(page::see_with(&viewer.visit, here, &told))
}
