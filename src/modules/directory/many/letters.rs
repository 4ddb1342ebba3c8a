//! Letters with the links of a sheet, one for each partner, to be printed: what the email says, in the language that the sheet names.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Fate,
    pages::{OfSheet, url},
    store,
};
use crate::{
    kit::{
        db::Db,
        page::{self, Page},
        problem::Result,
        viewer::Viewer,
        words::{Lang, Say as _, filters},
    },
    modules::{
        agreements,
        contracts::{Manage, delivery::letter::Told, links},
    },
};

/// One letter, each text in its own language.
struct Letter {
    lang: &'static str,
    to: String,
    subject: String,
    first: String,
    leads: String,
    link: String,
    below: String,
}

#[derive(Template)]
#[template(path = "directory/many/letters.html")]
struct Letters {
    page: Page,
    file_name: String,
    letters: Vec<Letter>,
    back: String,
}

pub(super) async fn letters(actor: Viewer<Manage>, path: OfSheet, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (sheet, agreement, rows) = db
        .read(&actor, move |read| {
            let me = read.actor.account().clone();
            let sheet = store::find(read, &me, id)?;
            let (agreement, _) = agreements::store::find(read, &sheet.agreement_id)?;
            let rows = store::rows_of(read, id, Some(Fate::Invited), (0, i64::MAX))?;
            Ok((sheet, agreement, rows))
        })
        .await?;
    let (house, company) = (&actor.visit.house, &actor.identity.company);
    let base = house.base_of(&company.brand);
    let letters = rows.into_iter().filter_map(|row| {
        let (contract, nonce, until) = (row.contract_id?, row.nonce?, row.expires_at?);
        let lang = Lang::tagged(&row.language, false).unwrap_or(actor.visit.lang);
        let told = Told {
            contract: &contract,
            type_: agreement.type_,
            agreement: &agreement.name,
            issuer: &company.name,
            sender: &actor.identity.person.name,
            until,
        };
        let ((subject, first), [below, _]) = (told.invites(), told.below());
        Some(Letter {
            lang: lang.tag(),
            to: row.company,
            subject: subject.said(lang),
            first: first.said(lang),
            leads: Told::leads().said(lang),
            link: links::url(&house.key, &base, &contract, &nonce),
            below: below.said(lang),
        })
    });
    let shown = Letters {
        page: actor.page(("Letters", &sheet.file_name, "Invite many", "Partners")),
        letters: letters.collect(),
        file_name: sheet.file_name.clone(),
        back: url(&actor, id),
    };
    page::html(&actor.visit, &shown)
}
