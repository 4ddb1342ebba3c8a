//! How a company's mails begin and end, with a preview and a test mail to oneself.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        db::Db,
        edit::Edit,
        form::FieldError,
        form_page::{Ask, Asked, FormPage},
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
    asked: Vec<Asked>,
    revision: i32,
    /// What a mail looks like with these texts, in the reader's language.
    subject: String,
    preview: String,
    may_manage: bool,
    test: String,
}

type Editing = Edit<Letterhead, Around>;

async fn editing<P: Permission>(viewer: &Viewer<P>, db: &Db) -> Result<Editing> {
    let account = viewer.account().clone();
    let (kept, revision) = db.read(viewer, move |read| store::letterhead(read, &account)).await?;
    let saved = Around::from(kept.clone());
    Ok(Edit::of(kept, saved, revision))
}

/// The form, and a preview of a mail with the texts `around` it.
fn page_of<P: Permission>(viewer: &Viewer<P>, edit: &Editing, around: &Letterhead) -> Result<Show> {
    let form = edit.form.clone().saying(
        "opening",
        "Opening",
        t!(
            "Shown above the message, up to 300 characters. {recipient} stands for the company or address an email goes to.",
            recipient = RECIPIENT
        ),
    );
    let blank = FormPage::new(viewer.page(("Email text", "Account")), "", (String::new(), ""), "");
    let asked = form.onto(edit.begun(blank));
    let errors = asked.errors().to_vec();
    let (page, asked) = asked.into_asked();
    let company = &viewer.identity.company.name;
    let mut written = around.around(letters::tried(&apart(company)), company);
    written.lang = viewer.visit.lang;
    Ok(Show {
        page,
        errors,
        asked,
        revision: edit.revision,
        subject: written.subject(),
        preview: written.plain()?,
        may_manage: viewer.may::<Manage>(),
        test: viewer.url("email-text/test"),
    })
}

pub async fn show(viewer: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&viewer, &db).await?;
    page::html(&viewer.visit, &page_of(&viewer, &edit, &edit.row)?)
}

pub async fn saved(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let mut edit = editing(&viewer, &db).await?.typed(&post.fields);
    if post.fields.has("preview")
        && let Some(said) = edit.form.read()
    {
        return page::html(&viewer.visit, &page_of(&viewer, &edit, &said.into())?);
    }
    let revision = edit.revision;
    let act = |said: Around| {
        let said = Letterhead::from(said);
        db.attempt(&viewer, move |tx| actions::set_letterhead(tx, revision, &said))
    };
    match edit.save(act, editing(&viewer, &db)).await? {
        Some(done) => Ok(page::see_with(&viewer.visit, viewer.url("email-text"), &done.said("Email text saved"))),
        None => edit.again(&viewer.visit, &page_of(&viewer, &edit, &edit.row)?),
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
