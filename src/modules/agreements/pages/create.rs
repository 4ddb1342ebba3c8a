//! Create Agreement and Add Version.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::{
    OfAgreement,
    change::{Activating, contracts_of},
    id,
};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        done,
        fields::Fields,
        form_page::FormPage,
        input::Form,
        page::{self, Flash},
        problem::Result,
        shown::{self, Shown},
        typed,
        viewer::Viewer,
    },
    modules::agreements::{
        Activate, Manage,
        actions::{self, NewAgreement, NewVersion},
        data::{self, Named, NewForm, Start},
        store,
    },
    t,
};

/// `once` names this form, so that it makes one agreement however often it is sent.
fn create_page(actor: &Viewer<Manage>, form: &NewForm, once: Uuid) -> FormPage {
    let page = actor.page(("Create agreement", "Agreements"));
    let page = FormPage::new(page, "Create agreement", (actor.url("agreements"), "Agreements"), "Create");
    form.onto(page.hiding("form", once), actor.identity.rights, actor.may::<Activate>())
}

/// `?type=service` comes from the contract wizard.
pub async fn form(actor: Viewer<Manage>) -> Result<HttpResponse> {
    let asked = typed::parameters(&actor.visit.query);
    let wanted = asked.iter().find(|(name, _)| name == "type").map_or("", |(_, value)| value.as_str());
    page::html(&actor.visit, &create_page(&actor, &NewForm::empty(wanted), Uuid::new_v4()))
}

pub async fn create(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, once) = (post.actor, post.fields.form());
    let mut form = NewForm::typed(&post.fields);
    let Some((purpose, words, named, start)) = form.read() else {
        return page::invalid(&actor.visit, &create_page(&actor, &form, once));
    };
    let Some(document) = form.document.told(named.read(&post.fields, &actor.visit.house).await)? else {
        return page::invalid(&actor.visit, &create_page(&actor, &form, once));
    };
    let new = NewAgreement { type_: purpose.type_, words, document, activate: start.activate };
    let made = db.attempt(&actor, move |tx| done::once(tx, once, |tx| actions::create(tx, &new))).await;
    match form.purpose.told(made)? {
        Some(made) => {
            let href = actor.url(&format!("agreements/{}", made.value()));
            Ok(page::see_with(&actor.visit, href, &Flash::success("Agreement created")))
        }
        None => page::invalid(&actor.visit, &create_page(&actor, &form, once)),
    }
}

/// Add Version, as it was opened or sent.
struct VersionForm {
    document: Form<Named>,
    start: Form<Start>,
    once: Uuid,
}

impl VersionForm {
    fn empty() -> Self {
        Self { document: data::document(), start: Form::empty(), once: Uuid::new_v4() }
    }

    fn typed(sent: &Fields) -> Self {
        Self { document: data::document_sent(sent), start: Form::typed(sent), once: sent.form() }
    }
}

async fn version_page(actor: &Viewer<Manage>, db: &Db, text: &str, form: VersionForm) -> Result<FormPage> {
    let agreement = id(text)?;
    let (row, activating) = db
        .read(actor, move |read| {
            let (row, active) = store::find(read, &agreement)?;
            let activating = Activating::look(read, (&row, active), None)?;
            Ok((row, activating))
        })
        .await?;
    let page = actor.page(("Add version", &row.name, "Agreements"));
    let back = (actor.url(&format!("agreements/{}/versions", row.id)), "Versions");
    let shown: Shown = actions::superseded(activating.before());
    let page =
        FormPage::new(page, "Add version", back, "Add version").below_heading(row.name).hiding("form", form.once);
    let page = form.document.onto(page.binding(&shown));
    if !actor.may::<Activate>() {
        return Ok(page);
    }
    const HINT: &str =
        "The active version will become inactive, and partners who signed an earlier one will get an email.";
    let start = form.start.saying("activate", "Activate version", HINT);
    let effects = activating.effects(contracts_of(actor, &row.id, "&status=active"));
    Ok(start.onto(page.effects_if("If you activate it:", effects)))
}

pub async fn version_form(actor: Viewer<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = version_page(&actor, &db, &path.1, VersionForm::empty()).await?;
    page::html(&actor.visit, &shown)
}

pub async fn add_version(post: Post<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let agreement = id(&path.1)?;
    let mut form = VersionForm::typed(&post.fields);
    let document = match (form.document.read(), form.start.read()) {
        (Some(named), Some(start)) => {
            let read = form.document.told(named.read(&post.fields, &actor.visit.house).await)?;
            read.map(|document| (document, start.activate))
        }
        _ => None,
    };
    let Some((document, activate)) = document else {
        return page::invalid(&actor.visit, &version_page(&actor, &db, &path.1, form).await?);
    };
    let (once, shown) = (form.once, post.fields.text(shown::FIELD).to_owned());
    let new = NewVersion { document, activate, shown };
    let href = actor.url(&format!("agreements/{agreement}/versions"));
    let number = db
        .attempt(&actor, move |tx| done::once(tx, once, |tx| actions::add_version(tx, &agreement, &new)))
        .await
        .map_err(|problem| problem.leading_to(format!("{href}/new"), "Open the form again"))?
        .value();
    let words = if activate {
        t!("Version {number} added and activated", number)
    } else {
        t!("Version {number} added", number)
    };
    Ok(page::see_with(&actor.visit, href, &Flash::success(words)))
}
