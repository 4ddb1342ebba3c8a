//! Screens of versions, for the vendor.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    actions::{self, Need, SightChange},
    data::{Fork, Visibility},
    shown::Shown,
    store::{self, VersionRow},
};
use crate::{
    access::extract::Post,
    kit::{
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        done::once,
        effect::Effect,
        form_page::FormPage,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::When,
        viewer::Viewer,
        words::filters,
    },
    modules::products::{
        Manage, ViewOwn,
        pages::{Facts, OfPart, OfProduct, about, find, shown, url},
        parameters, sight,
        store::ProductRow,
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/products/{id}/versions", || web::to(list)),
        get("/products/{id}/versions/new", || web::to(fork)),
        post("/products/{id}/versions/new", || web::to(forked)),
        get("/products/{id}/versions/{version}", || web::to(inspect)),
        get("/products/{id}/versions/{version}/visibility", || web::to(visibility)),
        post("/products/{id}/versions/{version}/visibility", || web::to(visibility_set)),
    ]
}

struct Listed {
    row: VersionRow,
    created: When,
    /// What distributors see now.
    seen: bool,
    href: String,
}

#[derive(Template)]
#[template(path = "products/show/versions.html")]
struct Versions {
    page: Page,
    facts: Facts,
    versions: Vec<Listed>,
    needs: Vec<(Need, String)>,
    ready: bool,
    /// Master is as the newest version is.
    unchanged: bool,
}

/// Where a need is mended.
fn mend(base: &str, agreements: &str, need: &Need) -> String {
    match need.at {
        "contract" => agreements.to_owned(),
        at => format!("{base}/{at}"),
    }
}

async fn list(actor: Viewer<ViewOwn>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let (facts, (rows, needs, unchanged)) = shown(&actor, &db, &path.1, "versions", |read, row| {
        let found = store::listed(read, &row.id)?;
        let Some(newest) = found.newest else {
            return Ok((found.rows, actions::needs(read, row)?, false));
        };
        let master = store::master(read, row)?;
        let needs = actions::needed(row, (found.distributed, !master.media.is_empty(), !master.items.is_empty()));
        Ok((found.rows, needs, newest == master))
    })
    .await?;
    let agreements = actor.url("agreements");
    let shown = Versions {
        page: actor.page(("Versions", &facts.product.name, "Products")),
        versions: rows
            .into_iter()
            .map(|row| Listed {
                created: actor.zone().when(row.created_at),
                seen: facts.product.public_version == Some(row.number),
                href: format!("{}/versions/{}", facts.base, row.number),
                row,
            })
            .collect(),
        ready: needs.iter().all(|need| need.met),
        needs: needs
            .into_iter()
            .map(|need| {
                let href = mend(&facts.base, &agreements, &need);
                (need, href)
            })
            .collect(),
        unchanged,
        facts,
    };
    page::html(&actor.visit, &shown)
}

fn fork_page(
    actor: &Viewer<Manage>,
    row: &ProductRow,
    form: &Form<Fork>,
    (copy, after): (Uuid, i32),
    seen: bool,
) -> FormPage {
    let number = after + 1;
    let words = match seen {
        true => t!(
            "Version {number} permanently keeps the current general data, media, items and templates. Its items can \
             no longer be deleted. Distributors see a public version immediately.",
            number
        ),
        false => t!(
            "Version {number} permanently keeps the current general data, media, items and templates. Its items can \
             no longer be deleted.",
            number
        ),
    };
    let page = about(actor, row, "versions", "Fork Master", "Fork Master")
        .below_heading(words)
        .hiding("after", after)
        .hiding("form", copy);
    form.onto(page)
}

/// The product, when nothing is missing; otherwise the list of versions says what is.
async fn ready(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<(ProductRow, bool)> {
    let row = find(actor, db, text).await?;
    let asked = row.clone();
    let (needs, seen) =
        db.read(actor, move |read| Ok((actions::needs(read, &asked)?, sight::seen(read, &asked.id)?))).await?;
    if needs.iter().all(|need| need.met) {
        Ok((row, seen))
    } else {
        Err(Problem::Elsewhere(url(actor, &row.id, "versions")))
    }
}

async fn fork(actor: Viewer<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, seen) = ready(&actor, &db, &path.1).await?;
    let form = Form::empty().with("visibility", Visibility::Public.key());
    page::html(&actor.visit, &fork_page(&actor, &row, &form, (Uuid::new_v4(), row.version), seen))
}

async fn forked(post: Post<Manage>, path: OfProduct, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let (row, seen) = ready(&actor, &db, &path.1).await?;
    let (copy, after) = (post.fields.form(), post.fields.text("after").parse().unwrap_or(-1));
    let mut form = Form::<Fork>::typed(&post.fields);
    let (product, here) = (row.id.clone(), url(&actor, &row.id, "versions"));
    let act = |said: Fork| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::fork(tx, &product, after, &said)));
    match form.sent(act).await.map_err(|problem| problem.leading_to(&here, "Back to versions"))? {
        Some(made) => {
            let words = t!("Version {number} created", number = made.value());
            Ok(page::see_with(&actor.visit, here, &Flash::success(words)))
        }
        None => page::invalid(&actor.visit, &fork_page(&actor, &row, &form, (copy, after.max(0)), seen)),
    }
}

#[derive(Template)]
#[template(path = "products/version.html")]
struct Inspect {
    page: Page,
    facts: Facts,
    row: VersionRow,
    created: When,
    shown: Shown,
    versions: String,
    visibility: String,
}

fn number(text: &str) -> Result<i32> {
    text.parse().map_err(|_| Problem::NotFound)
}

async fn inspect(actor: Viewer<ViewOwn>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let number = number(&path.2)?;
    let (facts, ((row, snapshot), standing, parameters)) = shown(&actor, &db, &path.1, "versions", move |read, row| {
        Ok((
            store::find(read, &row.id, number)?,
            store::standing(read, &row.id)?,
            parameters::store::all(read, &row.id)?,
        ))
    })
    .await?;
    let versions = format!("{}/versions", facts.base);
    let shown = Inspect {
        page: actor.page((t!("Version {number}", number), &facts.product.name, "Products")),
        created: actor.zone().when(row.created_at),
        shown: Shown::of(snapshot, &standing, &parameters),
        visibility: format!("{versions}/{number}/visibility"),
        versions,
        facts,
        row,
    };
    page::html(&actor.visit, &shown)
}

async fn visibility(actor: Viewer<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (product, number) = (find(&actor, &db, &path.1).await?, number(&path.2)?);
    let asked = product.clone();
    let (row, kept, change) = db
        .read(&actor, move |read| {
            let (row, _) = store::find(read, &asked.id, number)?;
            let kept = if row.public { actions::keeps_public(read, &asked, number)? } else { None };
            Ok((row, kept, actions::changes_sight(read, &asked, number)?))
        })
        .await?;
    let heading = match row.public {
        true => t!("Make version {number} private", number),
        false => t!("Make version {number} public", number),
    };
    let effects = visibility_effects(&product, &row, &change);
    let page = actor.page((&heading, &product.name, "Products"));
    let back = (url(&actor, &product.id, "versions"), "Back to versions");
    let page = Confirm::new(page, heading, back, effects).refused("This version must stay public", kept);
    let page = page.hiding("public", if row.public { "" } else { "yes" });
    page::html(&actor.visit, &if row.public { page.danger() } else { page })
}

/// What showing or hiding a version does.
fn visibility_effects(product: &ProductRow, row: &VersionRow, change: &SightChange) -> Vec<Effect> {
    let SightChange { viewers, after, touched } = change;
    let seen = match after {
        Some(after) if product.public_version != Some(*after) => Effect::of_many(
            *viewers,
            t!(
                "{n} company that can see the product will see version {after} in its lists and in new orders."
                    | "{n} companies that can see the product will see version {after} in their lists and in new orders.",
                *viewers,
                after
            ),
        ),
        Some(after) => Some(t!("Distributors will still see version {after}.", after).into()),
        None => Some(t!("No version will be public. The product can be listed and ordered again once one is.").into()),
    };
    let kept = touched.iter().filter(|_| row.public).cloned();
    let unseen = (*viewers == 0).then(|| t!("No distributor will be able to see the product.").into());
    [seen, unseen].into_iter().flatten().chain(kept).collect()
}

async fn visibility_set(post: Post<Manage>, path: OfPart, db: web::Data<Db>) -> Result<HttpResponse> {
    let (product, number) = (find(&post.actor, &db, &path.1).await?, number(&path.2)?);
    let public = !post.fields.text("public").is_empty();
    let here = url(&post.actor, &product.id, "versions");
    db.attempt(&post.actor, move |tx| actions::set_public(tx, &product.id, number, public))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to versions"))?;
    let words = match public {
        true => t!("Version {number} is now public", number),
        false => t!("Version {number} is now private", number),
    };
    Ok(page::see_with(&post.actor.visit, here, &Flash::success(words)))
}
