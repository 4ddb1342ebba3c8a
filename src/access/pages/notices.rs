//! How a person wants the mails that tell of something.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::profile::tabs;
use crate::{
    access::{
        extract::{SignedIn, SignedInPost},
        profile::{self as verbs, Paced},
    },
    kit::{
        db::Db,
        form::{Field, FieldError, Pick},
        form_page::Ask,
        input::{Form, Input as _},
        page::{self, Page, Tab},
        problem::Result,
        words::filters,
    },
    mail::tell,
};

#[derive(Template)]
#[template(path = "access/notices.html")]
struct Notices {
    page: Page,
    tabs: Vec<Tab>,
    errors: Vec<FieldError>,
    pace: Field,
    paces: Vec<Pick>,
}

fn page_of(signed_in: &SignedIn, form: &Form<Paced>) -> Notices {
    let errors = form.errors();
    let paces = match Paced::TABLE.first().map(|entry| entry.asked()) {
        Some(Ask::Cards(picks)) => picks,
        _ => Vec::new(),
    };
    Notices {
        page: signed_in.page(("Notifications", "Profile")).with_errors(&errors),
        tabs: tabs("/profile/notifications"),
        errors,
        pace: form.field("pace"),
        paces,
    }
}

pub async fn form(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let user = signed_in.person.id.clone();
    let pace = db.open(move |conn| tell::pace(conn, &user)).await?;
    page::html(&signed_in.visit, &page_of(&signed_in, &Form::filled(&Paced { pace })))
}

pub async fn save(post: SignedInPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let signed_in = post.signed_in;
    let mut form = Form::<Paced>::typed(&post.fields);
    let user = signed_in.person.id.clone();
    let act =
        |said: Paced| db.attempt_as_person(verbs::who(&signed_in), move |tx| verbs::set_pace(tx, &user, said.pace));
    match form.sent(act).await? {
        Some(done) => {
            Ok(page::see_with(&signed_in.visit, "/profile/notifications", &done.said("Notification settings saved")))
        }
        None => page::invalid(&signed_in.visit, &page_of(&signed_in, &form)),
    }
}
