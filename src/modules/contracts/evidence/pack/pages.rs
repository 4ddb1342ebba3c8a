//! Downloading an evidence pack, and the public page that checks one.
//!
//! The page keeps nothing of what it is given: a pack is looked at in the workshop of documents, and forgotten.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Fault, Scope, Standing, Told, Verdict, check, make};
use crate::{
    access::{extract::Anybody, throttle::Aim},
    kit::{
        db::Db,
        export,
        fields::{GuestPost, Upload},
        form::{Field, FieldError},
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        signature::{self, fingerprint},
        typed::apart,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::contracts::{Contract, View, store},
    t,
};

/// Bytes of memory for each byte of a pack: itself, what is read of it, even when it is made of the shortest values only, and the archive
/// that it is compared with.
const CHECKING: u64 = 12;
/// Where a pack is checked.
const PLACE: &str = "/verify";

pub fn screens() -> Vec<Mount> {
    vec![
        get("/contracts/{id}/versions/{version}/pack", || web::to(of_version)),
        get("/contracts/{id}/extensions/{number}/pack", || web::to(of_extension)),
    ]
}

/// For everybody, signed in or not.
pub fn public() -> Vec<Mount> {
    vec![
        get(PLACE, || web::to(form)),
        post(PLACE, || web::to(checked)).with_file(),
        get("/verify/keys.txt", || web::to(keys)),
    ]
}

/// A contract, and the number of a version or of a new expiry date.
type OfSigned = web::Path<(String, String, i32)>;

async fn of_version(actor: Viewer<View>, path: OfSigned, db: web::Data<Db>) -> Result<HttpResponse> {
    let version = path.2;
    pack(&actor, &path.1, Scope::Version(version), format!("version-{version}"), &db).await
}

async fn of_extension(actor: Viewer<View>, path: OfSigned, db: web::Data<Db>) -> Result<HttpResponse> {
    let number = path.2;
    pack(&actor, &path.1, Scope::Extension(number), format!("expiry-date-{number}"), &db).await
}

async fn pack(actor: &Viewer<View>, contract: &str, scope: Scope, what: String, db: &Db) -> Result<HttpResponse> {
    let contract: Id<Contract> = contract.parse().map_err(|_| Problem::NotFound)?;
    let (key, platform) = (actor.visit.house.key.fixed(), actor.visit.house.public.url.clone());
    let name = format!("evidence-{contract}-{what}.zip");
    let bytes = db
        .read(actor, move |read| {
            let detail = store::find(read, &contract)?;
            make(read.conn, &key, &platform, &detail.contract, scope)
        })
        .await?;
    Ok(export::attachment(&name, "application/zip").body(bytes))
}

/// What a check came to, as it is said.
struct Checked {
    result: Words,
    faults: Vec<Fault>,
    notes: Vec<Words>,
    /// What was signed, said by a pack that holds only.
    told: Option<Told>,
    /// The fingerprint of its key.
    key: Option<String>,
}

impl Checked {
    fn of(name: &str, verdict: Verdict) -> Self {
        let name = apart(name);
        let platform = verdict.told.as_ref().map(|told| told.platform.clone()).unwrap_or_default();
        let mut notes = verdict.notes;
        let result = match verdict.key.as_ref().map(|(_, standing)| *standing) {
            _ if !verdict.faults.is_empty() => {
                notes = vec![t!(
                    "It was changed after it was downloaded, or it isn't complete. Ask whoever sent it to download it again."
                )];
                t!("{name} doesn't hold together.", name)
            }
            Some(Standing::Trusted) => t!("{name} holds together, and this platform signed it.", name),
            _ => {
                notes.push(t!(
                    "Anybody can make such a pack with a key of their own. It says that it comes from {platform}. Compare the fingerprint of its key with the one that is published there, at an address that you know.",
                    platform = apart(&platform),
                ));
                t!("{name} holds together, but this platform didn't sign it.", name)
            }
        };
        Self {
            result,
            told: verdict.told.filter(|_| verdict.faults.is_empty()),
            faults: verdict.faults,
            notes,
            key: verdict.key.map(|(fingerprint, _)| fingerprint),
        }
    }
}

#[derive(Template)]
#[template(path = "contracts/verify.html")]
struct Verify {
    page: Page,
    errors: Vec<FieldError>,
    file: Field,
    checked: Option<Checked>,
    /// Of the keys with which this platform signs, the one in use first.
    fingerprints: Vec<String>,
}

fn page_of(anybody: &Anybody, checked: Option<Checked>, error: Option<Words>) -> Result<Verify> {
    let file = Field { error, ..Field::new("file", "Evidence pack") };
    let errors: Vec<FieldError> = file.error.iter().map(|error| ("file".to_owned(), error.clone())).collect();
    let keys = signature::public_keys(&anybody.visit.house.key)?;
    Ok(Verify {
        page: anybody.page("Check an evidence pack").with_errors(&errors),
        errors,
        file,
        checked,
        fingerprints: keys.iter().map(|key| fingerprint(key)).collect(),
    })
}

async fn form(anybody: Anybody) -> Result<HttpResponse> {
    page::html(&anybody.visit, &page_of(&anybody, None, None)?)
}

async fn checked(mut post: GuestPost, anybody: Anybody, db: web::Data<Db>) -> Result<HttpResponse> {
    let Some(upload) = post.fields.take("file") else {
        return page::invalid(&anybody.visit, &page_of(&anybody, None, Some(t!("Choose an evidence pack")))?);
    };
    let house = &anybody.visit.house;
    let aim = Aim::at("verify").network(&anybody.visit.caller.network());
    // every check counts, whatever comes of it
    db.open(move |conn| aim.reserve(conn).map(drop)).await?;
    let Upload { file_name, bytes, .. } = upload;
    let (cost, keys) = ((bytes.len() as u64).saturating_mul(CHECKING), signature::public_keys(&house.key)?);
    let verdict = house.documents.run(cost, move || check(&bytes, Some(keys.as_slice()))).await?;
    let checked = Checked::of(&file_name, verdict);
    page::html(&anybody.visit, &page_of(&anybody, Some(checked), None)?)
}

/// The public keys of this platform, one a line, as `entente verify --key` takes them.
async fn keys(anybody: Anybody) -> Result<HttpResponse> {
    let keys = signature::public_keys(&anybody.visit.house.key)?;
    let lines: String = keys.iter().map(|key| format!("{key}\n")).collect();
    Ok(export::attachment("keys.txt", "text/plain; charset=utf-8").body(lines))
}
