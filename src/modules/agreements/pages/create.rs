//! Create Agreement and Add Version.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    OfAgreement,
    change::{Activating, contracts_of},
    id,
};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        effect::Effect,
        form::{FieldError, Pick},
        page::{self, Flash, Page},
        problem::{Problem, Result},
        shown::Shown,
        typed,
        viewer::Viewer,
    },
    modules::agreements::{
        Activate, Manage, actions,
        forms::{CreateForm, DocumentForm, VersionForm, types},
        store,
    },
};

#[derive(Template)]
#[template(path = "agreements/new.html")]
struct Create {
    page: Page,
    errors: Vec<FieldError>,
    form: CreateForm,
    types: Vec<Pick>,
    sources: Vec<Pick>,
    may_activate: bool,
    agreements: String,
}

fn create_page(actor: &Viewer<Manage>, form: CreateForm) -> Create {
    let page = actor.page("Create agreement - Agreements");
    let errors = form.errors();
    Create {
        page: page.with_errors(&errors),
        errors,
        form,
        types: types(actor.identity.rights),
        sources: DocumentForm::sources(),
        may_activate: actor.may::<Activate>(),
        agreements: actor.url("agreements"),
    }
}

/// `?type=service` comes from the contract wizard.
pub async fn form(actor: Viewer<Manage>) -> Result<HttpResponse> {
    let asked = typed::parameters(&actor.visit.query);
    let wanted = asked.iter().find(|(name, _)| name == "type").map_or("", |(_, value)| value.as_str());
    page::html(&actor.visit, &create_page(&actor, CreateForm::empty(wanted)))
}

/// Activating binds the company: who may not is refused, whatever the form says.
fn may_tick(actor: &Viewer<Manage>, ticked: bool) -> Result<()> {
    if ticked && !actor.may::<Activate>() {
        return Err(Problem::Forbidden(
            "Activating a version binds the company, which your groups do not let you do.".into(),
        ));
    }
    Ok(())
}

pub async fn create(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = CreateForm::typed(&post.fields);
    form.document.read(&actor.visit.house).await?;
    let Some((named, new)) = form.parse(actor.identity.rights) else {
        return page::invalid(&actor.visit, &create_page(&actor, form));
    };
    may_tick(&actor, new.activate)?;
    let made = db.write(&actor, move |tx| actions::create(tx, named, &new)).await?;
    let href = actor.url(&format!("agreements/{made}"));
    Ok(page::see_with(&actor.visit, href, &Flash::success("Agreement created")))
}

#[derive(Template)]
#[template(path = "agreements/version.html")]
struct AddVersion {
    page: Page,
    errors: Vec<FieldError>,
    name: String,
    form: VersionForm,
    sources: Vec<Pick>,
    may_activate: bool,
    /// What activating it does.
    activating: Vec<Effect>,
    shown: Shown,
    back: String,
}

async fn version_page(actor: &Viewer<Manage>, db: &Db, text: &str, form: VersionForm) -> Result<AddVersion> {
    let agreement = id(text)?;
    let (row, activating) = db
        .read(actor, move |read| {
            let (row, active) = store::find(read, &agreement)?;
            let activating = Activating::look(read, (&row, active), None)?;
            Ok((row, activating))
        })
        .await?;
    let page = actor.page(&format!("Add version - {} - Agreements", row.name));
    let errors = form.errors();
    Ok(AddVersion {
        page: page.with_errors(&errors),
        errors,
        back: actor.url(&format!("agreements/{}/versions", row.id)),
        shown: actions::superseded(activating.before()),
        activating: activating.effects(contracts_of(actor, &row.id, "&status=active")),
        name: row.name,
        form,
        sources: DocumentForm::sources(),
        may_activate: actor.may::<Activate>(),
    })
}

pub async fn version_form(actor: Viewer<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = version_page(&actor, &db, &path.1, VersionForm::empty()).await?;
    page::html(&actor.visit, &shown)
}

pub async fn add_version(post: Post<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let agreement = id(&path.1)?;
    let mut form = VersionForm::typed(&post.fields);
    form.document.read(&actor.visit.house).await?;
    let Some(new) = form.parse() else {
        let shown = version_page(&actor, &db, &path.1, form).await?;
        return page::invalid(&actor.visit, &shown);
    };
    let (named, activate) = (form.form, new.activate);
    may_tick(&actor, activate)?;
    let href = actor.url(&format!("agreements/{agreement}/versions"));
    let number = db
        .write(&actor, move |tx| actions::add_version(tx, named, &agreement, &new))
        .await
        .map_err(|problem| problem.leading_to(format!("{href}/new"), "Open the form again"))?;
    let words =
        if activate { format!("Version {number} added and activated") } else { format!("Version {number} added") };
    Ok(page::see_with(&actor.visit, href, &Flash::success(words)))
}
