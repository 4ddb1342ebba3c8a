//! The page of a partner that has not signed yet: for whom its contract is meant, and who is invited to act for it.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    PartnerStatus, View,
    create::store::{self as created, Created},
};
use crate::{
    kit::{
        actor::Role,
        acts::Acts,
        db::Db,
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        time::When,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::contracts::{self, Contract, Create, Manage, Status, lifecycle::Part, store::Detail},
    t,
};

#[derive(Template)]
#[template(path = "directory/invited.html")]
struct Invited {
    page: Page,
    back: String,
    name: Words,
    status: PartnerStatus,
    role: Role,
    detail: Detail,
    since: When,
    acts: Acts,
    /// What is known besides the contract.
    created: Option<Created>,
    /// Until when the representative can accept.
    invited_until: Option<When>,
    contract: String,
}

/// An invitation's page. Once somebody has signed it leads to the partner's own; what ended unsigned has none.
pub async fn show(actor: Viewer<View>, contract: Id<Contract>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (detail, created) = db
        .read(&actor, move |read| {
            let detail = contracts::store::find(read, &contract)?;
            let me = read.actor.account().clone();
            let created = created::find(read, &me, &contract)?;
            Ok((detail, created))
        })
        .await?;
    let row = &detail.contract;
    if detail.part != Part::Issuer || !row.has_link() {
        return Err(Problem::NotFound);
    }
    if let Some(partner) = &row.signee_id {
        return Err(Problem::Elsewhere(actor.url(&format!("directory/{partner}"))));
    }
    if row.status != Status::Pending {
        return Err(Problem::Elsewhere(actor.url(&format!("contracts/{}", row.id))));
    }
    let recipient = row.recipient();
    let meant = [&recipient.recipient_company, &recipient.recipient_email];
    let name = meant.into_iter().find(|one| !one.is_empty()).map_or_else(|| t!("No partner yet"), Words::from);
    let base = actor.url(&format!("contracts/{}", row.id));
    let mut acts = Acts::default();
    if actor.may::<Manage>() {
        let words = if row.emailed_at.is_some() { t!("Remind by email") } else { t!("Send by email") };
        acts.button(words, format!("{base}/send"), true);
    }
    let waits = created.as_ref().is_some_and(|one| one.account_id.is_some() && !one.joined);
    if waits && actor.may::<Create>() {
        acts.button(t!("Invite representative"), actor.url(&format!("directory/{}/representative", row.id)), false);
    }
    let shown = Invited {
        page: actor.page((name.clone(), "Partners")),
        back: actor.url("directory"),
        name,
        status: PartnerStatus::Invited,
        role: row.type_.opens(),
        since: actor.zone().when(row.created_at),
        acts,
        invited_until: created.as_ref().and_then(|one| one.expires_at).map(|at| actor.zone().day(at)),
        created,
        contract: base,
        detail,
    };
    page::html(&actor.visit, &shown)
}
