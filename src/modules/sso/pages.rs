//! The page of single sign-on, and the form of the company's provider.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Manage, actions,
    data::Setup,
    domains::{
        Claim, FILE, MOST,
        daily::{PATIENCE, QUIET, SILENCE},
        dns, store as names,
    },
    provider, signing,
    store::{self, Able, ProviderRow},
    web::Web,
};
use crate::{
    access::proof::Proved,
    accounts::Group,
    config::Config,
    kit::{
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        effect::Effect,
        form::{FieldError, Pick},
        form_page::{Ask, Asked, FormPage},
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        viewer::Viewer,
        violation::{Violation, Why},
        words::{Words, filters},
    },
    modules::people::groups::store::{self as groups, GroupRow},
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/single-sign-on", || web::to(show)),
        get("/single-sign-on/provider", || web::to(form)),
        post("/single-sign-on/provider", || web::to(saved)),
        get("/single-sign-on/provider/remove", || web::to(removing)),
        post("/single-sign-on/provider/remove", || web::to(removed)),
    ]
}

/// A domain, as its line shows it.
struct DomainLine {
    name: String,
    proven: bool,
    /// Its proof has to be made, or put back.
    wanting: bool,
    troubles: Vec<Words>,
    /// What the daily looks that found no proof lead to.
    warning: Option<Words>,
    /// The name of the record that it is proven with; its value is the token. How both are named on the page.
    record: String,
    record_id: String,
    value_id: String,
    /// Where the file has to be.
    file: String,
    token: String,
    remove: String,
}

/// The provider, as the page shows it.
struct ProviderShown {
    issuer: String,
    client: String,
    active: bool,
    required: bool,
    joining: super::Joining,
    linked: i64,
    /// Who keeps a password.
    exceptions: Vec<String>,
}

#[derive(Template)]
#[template(path = "sso/show.html")]
pub(super) struct Show {
    page: Page,
    errors: Vec<FieldError>,
    provider: Option<ProviderShown>,
    /// What the provider has to know of us.
    callbacks: Vec<String>,
    domains: Vec<DomainLine>,
    claim: Vec<Asked>,
    /// No more domains can be added.
    full: bool,
    here: String,
    security: String,
}

/// The addresses to which a provider sends people back: under the program's own name, and that of the company's brand.
fn callbacks(viewer: &Viewer<Manage>) -> Vec<String> {
    let house = &viewer.visit.house;
    let mut bases = vec![house.public.url.clone(), house.base_of(&viewer.identity.company.brand)];
    bases.dedup();
    bases.iter().map(|base| signing::callback(base, viewer.account())).collect()
}

fn shown(row: ProviderRow, able: &[Able]) -> ProviderShown {
    ProviderShown {
        exceptions: able.iter().filter(|one| row.exceptions.contains(&one.id)).map(|one| one.name.clone()).collect(),
        required: row.enforced_at.is_some(),
        issuer: row.issuer,
        client: row.client,
        active: row.active,
        joining: row.joining,
        linked: row.linked,
    }
}

/// What becomes of a proven domain whose proof was not found.
fn warning(row: &names::DomainRow) -> Option<Words> {
    match (row.missed, row.silent) {
        _ if row.verified_at.is_none() => None,
        (PATIENCE, _) => Some(t!(
            "Three daily checks have found neither the DNS record nor the file. The domain counts as verified only as long as single sign-on is required."
        )),
        (_, SILENCE) => Some(t!(
            "For two weeks nothing has answered where the proof of this domain was last found. The domain counts as verified only as long as single sign-on is required."
        )),
        (_, QUIET..) => Some(t!(
            "For a week or longer nothing has answered where the proof of this domain was last found. After two weeks, the domain no longer counts as verified."
        )),
        (0, _) => None,
        _ => Some(t!(
            "The last daily check that got an answer found neither the DNS record nor the file. After three such checks in a row, the domain no longer counts as verified."
        )),
    }
}

pub(super) async fn page_of(viewer: &Viewer<Manage>, db: &Db, claim: Form<Claim>) -> Result<Show> {
    let account = viewer.account().clone();
    let (row, able, domains) = db
        .read(viewer, move |read| {
            Ok((store::find(read, &account)?, store::able(read, &account)?, names::own(read, &account)?))
        })
        .await?;
    let here = viewer.url("single-sign-on");
    let asked = claim.onto(FormPage::new(viewer.page(("Single sign-on", "Account")), "", (String::new(), ""), ""));
    let errors = asked.errors().to_vec();
    let line = |(at, row): (usize, names::DomainRow)| {
        let query = serde_html_form::to_string([("domain", &row.domain)]).unwrap_or_default();
        DomainLine {
            proven: row.verified_at.is_some(),
            wanting: row.is_wanting(),
            troubles: row.troubles().map(|trouble| Words::new(trouble.label())).collect(),
            warning: warning(&row),
            record: dns::record(&row.domain),
            record_id: format!("record-{at}"),
            value_id: format!("value-{at}"),
            file: format!("https://{}{FILE}", row.domain),
            remove: format!("{here}/domains/remove?{query}"),
            token: row.token,
            name: row.domain,
        }
    };
    Ok(Show {
        page: viewer.page(("Single sign-on", "Account")).with_errors(&errors),
        errors,
        provider: row.map(|row| shown(row, &able)),
        callbacks: callbacks(viewer),
        full: domains.len() >= MOST,
        domains: domains.into_iter().enumerate().map(line).collect(),
        claim: asked.asked().to_vec(),
        security: viewer.url("security"),
        here,
    })
}

async fn show(viewer: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&viewer.visit, &page_of(&viewer, &db, Form::empty()).await?)
}

/// The provider with the groups that it may give.
async fn found(viewer: &Viewer<Manage>, db: &Db) -> Result<(Option<ProviderRow>, Vec<GroupRow>)> {
    let account = viewer.account().clone();
    db.read(viewer, move |read| Ok((store::find(read, &account)?, groups::all(read, &account)?))).await
}

/// What these groups are called, for a field that knows only their ids.
fn called(all: &[GroupRow], groups: &[Id<Group>]) -> Words {
    if groups.is_empty() {
        return Words::default();
    }
    Words::all_of(all.iter().filter(|group| groups.contains(&group.id)).map(|group| group.name.as_str()))
}

fn form_page(
    viewer: &Viewer<Manage>,
    form: &Form<Setup>,
    all: &[GroupRow],
    revision: i32,
    overtaken: bool,
) -> FormPage {
    let title = "Identity provider";
    let page = viewer.page((title, "Single sign-on", "Account"));
    let back = (viewer.url("single-sign-on"), "Single sign-on");
    let mut page = FormPage::new(page, title, back, "Save").hiding("revision", revision);
    if revision > 0 {
        let ended = vec![t!("Everyone who is signed in through your provider is signed out.").into()];
        page = page.effects_if("If you turn sign-in off, or change the issuer URL or the client ID:", ended);
    }
    if overtaken {
        page = page.overtaken();
    }
    let picks: Vec<Pick> =
        store::grantable(all).map(|group| Pick::new(group.id.to_string(), &group.name, &group.description)).collect();
    form.onto_asking(page, |entry| match entry.name {
        "groups" if picks.is_empty() => None,
        "groups" => Some(Ask::Checks(picks.clone())),
        _ => Some(entry.asked()),
    })
}

/// Before anything is saved there is no secret to keep.
fn first(form: Form<Setup>, revision: i32) -> Form<Setup> {
    match revision {
        0 => form.saying("client_secret", "Client secret", Words::default()).demanding("client_secret"),
        _ => form,
    }
}

async fn form(viewer: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, all) = found(&viewer, &db).await?;
    let (form, revision) = match &row {
        Some(row) => (Form::filled(&row.setup()?), row.revision),
        None => (first(Form::empty(), 0), 0),
    };
    page::html(&viewer.visit, &form_page(&viewer, &form, &all, revision, false))
}

async fn saved(post: Proved<Manage>, db: web::Data<Db>, config: web::Data<Config>) -> Result<HttpResponse> {
    let (viewer, fields) = (post.actor, post.fields);
    let revision = fields.number("revision");
    let mut form = first(Form::typed(&fields), revision);
    let Some(said) = form.read() else {
        let (_, all) = found(&viewer, &db).await?;
        return page::invalid(&viewer.visit, &form_page(&viewer, &form, &all, revision, false));
    };
    let outcome = keep(&viewer, &db, &config, (revision, said)).await;
    if matches!(outcome, Err(Problem::Overtaken(_))) {
        let (row, all) = found(&viewer, &db).await?;
        let revision = row.as_ref().map_or(0, |row| row.revision);
        if let Some(row) = &row {
            let typed: Vec<Id<Group>> = all.iter().map(|group| group.id.clone()).collect();
            // of the secret that is saved nothing is said
            let secret = form.text("client_secret").trim().to_owned();
            let saved = Setup { client_secret: secret, ..row.setup_beside(&typed)? };
            form.compare_naming(&saved, "groups", called(&all, &saved.groups));
        }
        return page::overtaken(&viewer.visit, &form_page(&viewer, &form, &all, revision, true));
    }
    match form.told(outcome).map_err(|no| no.leading_to(viewer.url("single-sign-on"), "Back to single sign-on"))? {
        Some(told) => Ok(page::see_with(&viewer.visit, viewer.url("single-sign-on"), &told)),
        None => {
            let (_, all) = found(&viewer, &db).await?;
            page::invalid(&viewer.visit, &form_page(&viewer, &form, &all, revision, false))
        }
    }
}

/// Reads what the provider says of itself, and keeps both.
async fn keep(viewer: &Viewer<Manage>, db: &Db, config: &Config, (revision, said): (i32, Setup)) -> Result<Flash> {
    let discovery = provider::discover(&Web::new(config), &said.issuer)
        .await
        .map_err(|trouble| Problem::from(Violation::new("issuer", Why::new("provider", trouble.words()))))?;
    let done = db.attempt(viewer, move |tx| actions::set_up(tx, revision, &said, &discovery)).await?;
    Ok(done.said("Single sign-on saved"))
}

async fn removing(viewer: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, _) = found(&viewer, &db).await?;
    let row = row.ok_or(Problem::NotFound)?;
    let mut effects =
        vec![Effect::from(t!("Users can no longer sign in through {issuer}.", issuer = row.issuer.as_str()))];
    effects.extend(Effect::touched(
        usize::try_from(row.linked).unwrap_or_default(),
        "{n} user has signed in through it and needs a password from now on.",
        "{n} users have signed in through it and need a password from now on.",
    ));
    effects.push(t!("Everyone who is signed in through it is signed out.").into());
    let back = (viewer.url("single-sign-on"), "Back to single sign-on");
    let page = viewer.page(("Remove identity provider", "Single sign-on"));
    let page = Confirm::new(page, "Remove identity provider", back, effects).danger().hiding("revision", row.revision);
    let page = page.refused("Single sign-on is required in your company", actions::refusal(&row));
    page::html(&viewer.visit, &page)
}

async fn removed(post: Proved<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (viewer, revision) = (post.actor, post.fields.number("revision"));
    db.write(&viewer, move |tx| actions::remove(tx, revision))
        .await
        .map_err(|no| no.leading_to(viewer.url("single-sign-on"), "Back to single sign-on"))?;
    let told = Flash::success("Identity provider removed");
    Ok(page::see_with(&viewer.visit, viewer.url("single-sign-on"), &told))
}
