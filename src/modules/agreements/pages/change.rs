//! Acts on an agreement and its versions, each a page that says what happens before it does.

use actix_web::{HttpResponse, web};

use super::{OfAgreement, OfVersion, id};
use crate::kit::id::Id;
use crate::{
    access::{extract::Post, proof::Proved},
    kit::{
        actor::Permission,
        choice::Choice as _,
        confirm::Confirm,
        db::{Db, Read},
        edit::Edit,
        effect::{self, Effect},
        form_page::FormPage,
        page::{self, Flash},
        problem::{Problem, Result},
        shown,
        typed::apart,
        viewer::Viewer,
        words,
    },
    modules::{
        agreements::{
            self, Activate, Agreement, Closing, Manage,
            actions::{self, Keeps},
            data::Words,
            documents,
            store::{self, AgreementRow},
        },
        binding,
    },
    t,
};

async fn find<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<(AgreementRow, Option<i32>)> {
    let agreement = id(text)?;
    db.read(actor, move |read| store::find(read, &agreement)).await
}

fn versions_url<P: Permission>(actor: &Viewer<P>, agreement: &Id<Agreement>) -> String {
    actor.url(&format!("agreements/{agreement}/versions"))
}

fn confirm<P: Permission>(
    actor: &Viewer<P>,
    name: &String,
    heading: words::Words,
    back: String,
    effects: Vec<Effect>,
) -> Confirm {
    let page = actor.page((&heading, name, "Agreements"));
    Confirm::new(page, heading, (back, "Back to agreement"), effects).about(name)
}

/// What activating a version does besides.
pub struct Activating {
    before: Option<i32>,
    /// Partners with an Active contract on an earlier version.
    behind: usize,
    at_once: Vec<Effect>,
}

impl Activating {
    /// Of version `number` of an agreement whose sight was checked; of the next one to be added when none is given.
    pub fn look<P: Permission>(
        read: &mut Read<'_, P>,
        (row, active): (&AgreementRow, Option<i32>),
        number: Option<i32>,
    ) -> Result<Self> {
        let ahead = agreements::Activating {
            agreement: row.id.clone(),
            owner: row.owner_id.clone(),
            rights: read.actor.identity.rights,
        };
        let home = read.actor.identity.company.home();
        let followed = read.consequences()?.foresee(read.conn, &ahead)?;
        Ok(Self {
            before: active,
            behind: store::behind(read, &row.id, number.unwrap_or(i32::MAX))?,
            at_once: effect::all(followed, Some(&home)),
        })
    }

    /// The version that becomes inactive.
    pub fn before(&self) -> Option<i32> {
        self.before
    }

    /// In words; `contracts` leads to those of the agreement.
    pub fn effects(self, contracts: Option<String>) -> Vec<Effect> {
        let inactive = self.before.map(|before| {
            t!("Version {before} will become inactive. Contracts on it stay as they were signed.", before).into()
        });
        let told = Effect::touched(
            self.behind,
            "{n} partner with an active contract on an earlier version will get an email and can sign this one.",
            "{n} partners with an active contract on an earlier version will get an email and can sign this one.",
        );
        inactive.into_iter().chain(told.map(|told| told.at_if(contracts))).chain(self.at_once).collect()
    }
}

/// Where the contracts of an agreement are listed.
pub fn contracts_of<P: Permission>(actor: &Viewer<P>, agreement: &Id<Agreement>, narrowed: &str) -> Option<String> {
    actor.leads::<binding::View>(&format!("contracts?agreement={agreement}{narrowed}"))
}

pub async fn activate(actor: Viewer<Activate>, path: OfVersion, db: web::Data<Db>) -> Result<HttpResponse> {
    let (agreement, number) = (id(&path.1)?, path.2);
    let (row, active, document, activating) = db
        .read(&actor, move |read| {
            let (row, active) = store::find(read, &agreement)?;
            let activating = Activating::look(read, (&row, active), Some(number))?;
            Ok((row, active, documents::find(read.conn, &agreement, number)?, activating))
        })
        .await?;
    let back = versions_url(&actor, &row.id);
    if active == Some(number) {
        return Err(Problem::stale(
            "This version is already active",
            t!("Version {number} of {agreement} is active.", number, agreement = apart(&row.name)),
        )
        .leading_to(back, "Back to versions"));
    }
    let mut effects: Vec<Effect> = vec![
        t!(
            "New contracts will be created from version {number}, {document}. You offer it on behalf of your company.",
            number,
            document = document.label(),
        )
        .into(),
    ];
    effects.extend(activating.effects(contracts_of(&actor, &row.id, "&status=active")));
    let shown = actions::activation(&row.name, &document, active);
    let page = confirm(&actor, &row.name, t!("Activate version {number}", number), back, effects).binding(&shown);
    page::html(&actor.visit, &page)
}

pub async fn activated(post: Proved<Activate>, path: OfVersion, db: web::Data<Db>) -> Result<HttpResponse> {
    let (agreement, number) = (id(&path.1)?, path.2);
    let back = versions_url(&post.actor, &agreement);
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.attempt(&post.actor, move |tx| actions::activate(tx, &agreement, number, &sent))
        .await
        .map_err(|problem| problem.leading_to(&back, "Back to versions"))?;
    Ok(page::see_with(&post.actor.visit, back, &Flash::success(t!("Version {number} activated", number))))
}

/// What follows when an agreement has no active version any more.
fn closing(read: &mut Read<'_, Manage>, agreement: &Id<Agreement>, for_good: bool) -> Result<Vec<Effect>> {
    let seen = read.actor.may::<binding::View>().then(|| read.actor.identity.company.home());
    let ahead = Closing { agreement: agreement.clone(), for_good };
    Ok(effect::all(read.consequences()?.foresee(read.conn, &ahead)?, seen.as_deref()))
}

pub async fn delete_version(actor: Viewer<Manage>, path: OfVersion, db: web::Data<Db>) -> Result<HttpResponse> {
    let (agreement, number) = (id(&path.1)?, path.2);
    let (row, active, there, keeps, closed) = db
        .read(&actor, move |read| {
            let (row, active) = store::find(read, &agreement)?;
            let there = store::versions(read, &agreement)?.iter().any(|version| version.number == number);
            let closed = if active == Some(number) { closing(read, &agreement, false)? } else { Vec::new() };
            Ok((row, active, there, actions::keeps_version(read, &agreement, number)?, closed))
        })
        .await?;
    if !there {
        return Err(Problem::NotFound);
    }
    let mut effects: Vec<Effect> = vec![
        t!("Version {number} and its document will be permanently deleted. This cannot be undone.", number).into(),
    ];
    if active == Some(number) {
        effects.push(t!("It is the active version. No contracts can be created until you activate another.").into());
        effects.extend(closed);
    }
    let back = versions_url(&actor, &row.id);
    let refusal = keeps.and_then(|keeps| {
        let list = matches!(keeps, Keeps::Contracts(_)).then(|| contracts_of(&actor, &row.id, "")).flatten();
        Some(keeps.effect()?.at_if(list))
    });
    let shown = confirm(&actor, &row.name, t!("Delete version {number}", number), back, effects);
    let says = t!("Version {number} cannot be deleted", number);
    page::html(&actor.visit, &shown.danger().refused(says, refusal))
}

pub async fn version_deleted(post: Post<Manage>, path: OfVersion, db: web::Data<Db>) -> Result<HttpResponse> {
    let (agreement, number) = (id(&path.1)?, path.2);
    let back = versions_url(&post.actor, &agreement);
    db.write(&post.actor, move |tx| actions::delete_version(tx, &agreement, number))
        .await
        .map_err(|problem| problem.leading_to(&back, "Back to versions"))?;
    Ok(page::see_with(&post.actor.visit, back, &Flash::success(t!("Version {number} deleted", number))))
}

pub async fn delete(actor: Viewer<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let (row, versions, keeps, closed) = db
        .read(&actor, move |read| {
            let (row, active) = store::find(read, &agreement)?;
            let versions = store::versions(read, &agreement)?.len();
            let closed = if active.is_some() { closing(read, &agreement, true)? } else { Vec::new() };
            Ok((row, versions, actions::keeps(read, &agreement)?, closed))
        })
        .await?;
    let back = actor.url(&format!("agreements/{}", row.id));
    let first =
        t!("{name} ({id}) will be permanently deleted. This cannot be undone.", name = apart(&row.name), id = row.id);
    let documents = Effect::touched(
        versions,
        "{n} version and its document will be deleted with it.",
        "{n} versions and their documents will be deleted with it.",
    );
    let documents = documents.map(|effect| effect.at(format!("{back}/versions")));
    let effects = std::iter::once(Effect::from(first)).chain(documents).chain(closed).collect();
    let refusal = keeps.and_then(|keeps| {
        let list = match keeps {
            Keeps::Contracts(_) => contracts_of(&actor, &row.id, ""),
            Keeps::Under(type_, _) => Some(format!("{back}/{}", type_.key())),
            Keeps::Last => None,
        };
        Some(keeps.effect()?.at_if(list))
    });
    let shown = confirm(&actor, &row.name, t!("Delete agreement"), back, effects);
    page::html(&actor.visit, &shown.danger().refused("This agreement cannot be deleted", refusal))
}

pub async fn deleted(post: Post<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let (back, all) = (post.actor.url(&format!("agreements/{agreement}")), post.actor.url("agreements"));
    db.write(&post.actor, move |tx| actions::delete(tx, &agreement))
        .await
        .map_err(|problem| problem.leading_to(back, "Back to agreement"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Agreement deleted")))
}

type Editing = Edit<AgreementRow, Words>;

async fn editing(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<Editing> {
    let (row, _) = find(actor, db, text).await?;
    let (saved, revision) = (row.words(), row.revision);
    Ok(Edit::of(row, saved, revision))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing) -> FormPage {
    let page = actor.page(("Edit", &edit.row.name, "Agreements"));
    let back = (actor.url(&format!("agreements/{}", edit.row.id)), "Back to agreement");
    edit.onto(FormPage::new(page, "Edit agreement", back, "Save"))
}

pub async fn edit(actor: Viewer<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit))
}

pub async fn save(post: Post<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path.1).await?.typed(&post.fields);
    let (agreement, revision) = (edit.row.id.clone(), edit.revision);
    let here = actor.url(&format!("agreements/{agreement}"));
    let act = |words| db.attempt(&actor, move |tx| actions::update(tx, &agreement, revision, &words));
    match edit.save(act, editing(&actor, &db, &path.1)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Agreement saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit)),
    }
}
