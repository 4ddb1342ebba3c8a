//! The page on which an administrator says from where the company is reached, and the one that asks before that holds.

use actix_web::{HttpResponse, web};
use chrono::TimeDelta;

use super::{Administer, actions, data::Addresses};
use crate::{
    access::{networks, places, proof::Proved, sessions::IDLE_HOURS},
    kit::{
        confirm::Confirm,
        db::Db,
        effect::Effect,
        fields::Fields,
        form_page::FormPage,
        input::{Form, Input as _},
        page,
        problem::Result,
        route::{Mount, get, post},
        viewer::Viewer,
        words::Words,
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![get("/allowed-addresses", || web::to(show)), post("/allowed-addresses", || web::to(saved))]
}

/// Where what the page showed travels along.
const BEFORE: [&str; 2] = ["before_people", "before_tokens"];
/// Sent by the page that asks once more.
const SURE: &str = "sure";

/// What is said of where the reader is.
fn here(viewer: &Viewer<Administer>) -> Words {
    match viewer.visit.caller.ip() {
        Some(address) => t!(
            "You're at {address}. To allow where you are, add {range}.",
            address = viewer.visit.caller.address.as_str(),
            range = networks::around(address),
        ),
        None => t!(
            "Your own address is not known, so addresses of users cannot be limited. The operator has to check the proxies."
        ),
    }
}

fn page_of(viewer: &Viewer<Administer>, form: &Form<Addresses>, before: &Addresses) -> FormPage {
    let page = viewer.page(("Allowed addresses", "Account"));
    let mut page = FormPage::new(page, "Allowed addresses", (viewer.url("security"), "Security"), "Continue");
    page = page.below_heading(here(viewer));
    for (name, text) in BEFORE.into_iter().zip(before.texts()) {
        page = page.hiding(name, text);
    }
    form.onto(page)
}

async fn now(viewer: &Viewer<Administer>, db: &Db) -> Result<Addresses> {
    let account = viewer.account().clone();
    db.read(viewer, move |read| actions::now(read, &account)).await
}

async fn show(viewer: Viewer<Administer>, db: web::Data<Db>) -> Result<HttpResponse> {
    let now = now(&viewer, &db).await?;
    page::html(&viewer.visit, &page_of(&viewer, &Form::filled(&now), &now))
}

/// What the page showed, as the form carries it; what cannot be read is nothing that was ever shown.
fn before(fields: &Fields) -> Option<Addresses> {
    let texts: Vec<String> = BEFORE.iter().map(|name| fields.text(name).to_owned()).collect();
    Addresses::read(&texts).ok()
}

/// How many sessions the rules would keep out at their next request.
async fn kept_out(viewer: &Viewer<Administer>, db: &Db, wanted: Addresses) -> Result<usize> {
    let (account, since) = (viewer.account().clone(), viewer.now() - TimeDelta::hours(IDLE_HOURS.into()));
    db.read(viewer, move |read| places::kept_out(read.conn, &account, since, |address| wanted.admit(address))).await
}

fn asking(viewer: &Viewer<Administer>, wanted: &Addresses, before: &Addresses, out: usize) -> Confirm {
    let range = |n: usize, all: Words, some: Words| if n == 0 { all } else { some };
    let (people, tokens) = (wanted.people.len(), wanted.tokens.len());
    let mut effects: Vec<Effect> = vec![
        range(
            people,
            t!("Users can sign in to this company from every address."),
            t!(
                "Users can open this company from {n} range only."
                    | "Users can open this company from {n} ranges only.",
                people
            ),
        )
        .into(),
        range(
            tokens,
            t!("API tokens work from every address."),
            t!("API tokens work from {n} range only." | "API tokens work from {n} ranges only.", tokens),
        )
        .into(),
    ];
    effects.extend(Effect::touched(
        out,
        "{n} session that was used today comes from another address and is refused at its next request.",
        "{n} sessions that were used today come from other addresses and are refused at their next request.",
    ));
    if people > 0 {
        effects.push(
            t!("Your own address is {address} and stays allowed. If it changes to one outside these ranges, you're locked out until the operator removes them.",
                address = viewer.visit.caller.address.as_str())
            .into(),
        );
    }
    let page = viewer.page(("Limit addresses", "Allowed addresses", "Account"));
    let mut page =
        Confirm::new(page, "Limit addresses", (viewer.url("allowed-addresses"), "Back to allowed addresses"), effects);
    let names = Addresses::TABLE.iter().map(|entry| entry.name);
    for (name, text) in names.zip(wanted.texts()).chain(BEFORE.into_iter().zip(before.texts())) {
        page = page.hiding(name, text);
    }
    page.hiding(SURE, "yes").button("Save")
}

async fn saved(post: Proved<Administer>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (viewer, fields) = (post.actor, post.fields);
    let mut form = Form::<Addresses>::typed(&fields);
    let seen = match before(&fields) {
        Some(seen) => seen,
        None => now(&viewer, &db).await?,
    };
    let (sure, known) = (fields.has(SURE), seen.clone());
    let act = async |wanted: Addresses| {
        if !sure {
            // tried, so that what is wrong is said before anybody is asked
            let (shown, tried) = (known.clone(), wanted.clone());
            db.draft(&viewer, move |tx| tx.tried(|tx| actions::limit(tx, &shown, &tried).map(drop))).await?;
            let out = kept_out(&viewer, &db, wanted.clone()).await?;
            return page::html(&viewer.visit, &asking(&viewer, &wanted, &known, out));
        }
        let known = known.clone();
        let done = db.attempt(&viewer, move |tx| actions::limit(tx, &known, &wanted)).await?;
        Ok(page::see_with(&viewer.visit, viewer.url("allowed-addresses"), &done.said("Allowed addresses saved")))
    };
    match form
        .sent(act)
        .await
        .map_err(|no| no.leading_to(viewer.url("allowed-addresses"), "Back to allowed addresses"))?
    {
        Some(answer) => Ok(answer),
        None => page::invalid(&viewer.visit, &page_of(&viewer, &form, &seen)),
    }
}
