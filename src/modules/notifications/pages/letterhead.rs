//! How a company's mails begin and end, with a preview and a test mail to oneself.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        db::Db,
        form::FieldError,
        form_page::{Ask, Asked, FormPage},
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
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

/// A form, opened on a revision of the texts, and what the preview shows.
struct Typed<'a> {
    form: &'a Form<Around>,
    revision: i32,
    around: &'a Letterhead,
    /// Whether somebody else saved meanwhile.
    overtaken: bool,
}

fn page_of<P: Permission>(viewer: &Viewer<P>, typed: &Typed<'_>) -> Result<Show> {
    let form = typed.form.clone().saying(
        "opening",
        "Opening",
        t!(
            "Shown above the message, up to 300 characters. {recipient} stands for the company or address an email goes to.",
            recipient = RECIPIENT
        ),
    );
    let asked = form.onto(FormPage::new(viewer.page(("Email text", "Account")), "", (String::new(), ""), ""));
    let asked = if typed.overtaken { asked.overtaken() } else { asked };
    let errors = asked.errors().to_vec();
    let (page, asked) = asked.into_asked();
    let company = &viewer.identity.company.name;
    let mut written = typed.around.around(letters::tried(&apart(company)), company);
    written.lang = viewer.visit.lang;
    Ok(Show {
        page,
        errors,
        asked,
        revision: typed.revision,
        subject: written.subject(),
        preview: written.plain()?,
        may_manage: viewer.may::<Manage>(),
        test: viewer.url("email-text/test"),
    })
}

async fn kept<P: Permission>(viewer: &Viewer<P>, db: &Db) -> Result<(Letterhead, i32)> {
    let account = viewer.account().clone();
    db.read(viewer, move |read| store::letterhead(read, &account)).await
}

pub async fn show(viewer: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (around, revision) = &kept(&viewer, &db).await?;
    let form = &Form::filled(&Around::from(around.clone()));
    page::html(&viewer.visit, &page_of(&viewer, &Typed { form, revision: *revision, around, overtaken: false })?)
}

pub async fn saved(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (viewer, revision) = (post.actor, post.fields.number("revision"));
    let mut form = Form::<Around>::typed(&post.fields);
    if post.fields.has("preview")
        && let Some(said) = form.read()
    {
        let typed = Typed { form: &form, revision, around: &said.into(), overtaken: false };
        return page::html(&viewer.visit, &page_of(&viewer, &typed)?);
    }
    let act = |said: Around| {
        let said = Letterhead::from(said);
        db.attempt(&viewer, move |tx| actions::set_letterhead(tx, revision, &said))
    };
    let done = form.sent(act).await;
    if matches!(done, Err(Problem::Overtaken(_))) {
        let (around, revision) = &kept(&viewer, &db).await?;
        form.compare(&Around::from(around.clone()));
        let typed = Typed { form: &form, revision: *revision, around, overtaken: true };
        return page::overtaken(&viewer.visit, &page_of(&viewer, &typed)?);
    }
    match done? {
        Some(done) => Ok(page::see_with(&viewer.visit, viewer.url("email-text"), &done.said("Email text saved"))),
        None => {
            let (around, _) = &kept(&viewer, &db).await?;
            page::invalid(&viewer.visit, &page_of(&viewer, &Typed { form: &form, revision, around, overtaken: false })?)
        }
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
