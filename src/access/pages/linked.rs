//! Unlinking oneself from a company's identity provider.

use actix_web::{HttpResponse, web};

use super::security::{HERE, user};
use crate::{
    access::{
        extract::SignedIn,
        linked::{self, Linked},
        profile::who,
        proof::ProvedPerson,
    },
    kit::{
        actor::Account,
        confirm::Confirm,
        db::Db,
        id::Id,
        page::{self, Flash},
        problem::{Problem, Result},
        typed::apart,
    },
    t,
};

fn named(path: web::Path<String>) -> Result<Id<Account>> {
    path.into_inner().parse().map_err(|_| Problem::NotFound)
}

pub async fn unlinking(signed_in: SignedIn, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (person, account) = (signed_in.person.id.clone(), named(path)?);
    let one: Linked = db.open(move |conn| linked::find(conn, &person, &account)).await?;
    let effects = [
        t!("You can no longer sign in through the identity provider of {company}.", company = apart(&one.company)),
        t!("Sessions that it started will be signed out of {company}.", company = apart(&one.company)),
        t!("If you use single sign-on there again, you may be linked again."),
        t!("You will get an email."),
    ];
    let page = signed_in.page(("Unlink single sign-on", "Security", "Profile"));
    let back = (HERE.to_owned(), "Back to security");
    let shown = Confirm::new(page, "Unlink single sign-on", back, effects).danger();
    page::html(&signed_in.visit, &shown.refused("You need this way to sign in", one.refusal()))
}

pub async fn unlink(post: ProvedPerson, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (signed_in, account) = (&post.signed_in, named(path)?);
    let person = user(signed_in);
    db.write_as_person(who(signed_in), move |tx| linked::unlink(tx, &person, &account))
        .await
        .map_err(|problem| problem.leading_to(HERE, "Back to security"))?;
    Ok(page::see_with(&signed_in.visit, HERE, &Flash::success("Single sign-on unlinked")))
}
