//! The page between the password and a company that asks for a second factor, for whoever has none.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::door::local;
use crate::{
    access::{extract::SignedIn, factors},
    accounts::SecondFactor,
    kit::{
        actor::Account,
        db::Db,
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        typed,
        words::filters,
    },
};

#[derive(Template)]
#[template(path = "access/enrol.html")]
struct Enrol {
    page: Page,
    company: String,
    required: bool,
    /// Where one goes on without.
    next: String,
    /// There are other companies to choose.
    others: bool,
}

pub async fn show(signed_in: SignedIn, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let account: Id<Account> = path.parse().map_err(|_| Problem::NotFound)?;
    let company = signed_in.accounts.iter().find(|one| one.id == account).cloned().ok_or(Problem::NotFound)?;
    let sent = typed::parameters(&signed_in.visit.query);
    let next = sent.iter().find(|(name, _)| name == "next").map_or("/", |(_, value)| local(value)).to_owned();
    let user = signed_in.person.id.clone();
    let (policy, has_one) =
        db.open(move |conn| Ok((factors::policy(conn, &account)?, factors::has_one(conn, &user)?))).await?;
    if has_one || policy == SecondFactor::Optional {
        return Ok(page::see(if next == "/" { company.home() } else { next }));
    }
    let shown = Enrol {
        page: signed_in.bare("Set up a second factor"),
        company: company.name,
        required: policy == SecondFactor::Required,
        next,
        others: signed_in.accounts.len() > 1,
    };
    page::html(&signed_in.visit, &shown)
}
