//! Edit and delete.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfMarketplace, id};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        effect::Effect,
        form::{FieldError, Pick},
        id::Id,
        page::{self, Flash, Page},
        problem::Result,
        typed::apart,
        viewer::Viewer,
    },
    modules::{
        agreements,
        hubs::{self, Hub},
        images::{self, Use},
        listings,
        marketplaces::{
            Manage, Marketplace, actions,
            actions::{Keeps, NameTaken},
            forms::{EditForm, PricesForm, Reached},
            reference,
            store::{self, MarketplaceRow},
        },
    },
};

#[derive(Template)]
#[template(path = "marketplaces/edit.html")]
struct Edit {
    page: Page,
    heading: String,
    back: String,
    errors: Vec<FieldError>,
    form: EditForm,
    countries: Vec<Pick>,
    currencies: Vec<Pick>,
    prices: Vec<Pick>,
    has_logo: bool,
}

fn edit_page(actor: &Viewer<Manage>, row: &MarketplaceRow, form: EditForm) -> Edit {
    let errors = form.errors();
    Edit {
        page: actor.page(&format!("Edit - {} - Marketplaces", row.name)).with_errors(&errors),
        heading: format!("Edit {}", apart(&row.name)),
        back: actor.url(&format!("marketplaces/{}", row.id)),
        errors,
        form,
        countries: reference::countries(),
        currencies: reference::currencies(),
        prices: PricesForm::choices(),
        has_logo: row.logo.is_some(),
    }
}

type Found = (MarketplaceRow, Vec<(Id<Hub>, String)>, Vec<Reached>);

async fn find(actor: &Viewer<Manage>, db: &Db, marketplace: Id<Marketplace>) -> Result<Found> {
    db.read(actor, move |read| {
        let row = store::find(read, &marketplace)?;
        let reached = store::reached(read.conn, &marketplace)?;
        Ok((row, hubs::store::all(read)?, reached.into_iter().map(|one| (one.hub, one.external_id)).collect()))
    })
    .await
}

pub async fn edit(actor: Viewer<Manage>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, hubs, reached) = find(&actor, &db, id(&path.1)?).await?;
    page::html(&actor.visit, &edit_page(&actor, &row, EditForm::filled(&row, &hubs, &reached)))
}

pub async fn saved(post: Post<Manage>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let (row, hubs, _) = find(&actor, &db, id(&path.1)?).await?;
    let mut form = EditForm::typed(&hubs, &post.fields);
    let picture = images::sent(&actor.visit.house, &post.fields, &mut form.logo, Use::Icon).await?;
    let Some(new) = form.parse().filter(|_| form.logo.error.is_none()) else {
        return page::invalid(&actor.visit, &edit_page(&actor, &row, form));
    };
    let (marketplace, revision) = (row.id.clone(), form.revision.parse().unwrap_or(0));
    let here = actor.url(&format!("marketplaces/{marketplace}"));
    let away = form.no_logo.ticked();
    let outcome = db
        .write(&actor, move |tx| {
            let logo = match &picture {
                Some(picture) => Some(Some(picture)),
                None => away.then_some(None),
            };
            actions::update(tx, &marketplace, revision, &new, logo)
        })
        .await
        .map_err(|problem| problem.leading_to(format!("{here}/edit"), "Open the form again"))?;
    match outcome {
        Ok(()) => Ok(page::see_with(&actor.visit, here, &Flash::success("Marketplace saved"))),
        Err(NameTaken) => {
            form.general.name.fail("Another marketplace of yours has this name");
            page::invalid(&actor.visit, &edit_page(&actor, &row, form))
        }
    }
}

pub async fn delete(actor: Viewer<Manage>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let marketplace = id(&path.1)?;
    let (row, reached, keeps) = db
        .read(&actor, move |read| {
            let row = store::find(read, &marketplace)?;
            let reached = store::reached(read.conn, &row.id)?.len();
            Ok((row, reached, actions::keeps(read.conn, &marketplace)?))
        })
        .await?;
    let refusal = keeps.and_then(|keeps| {
        let list = match keeps {
            Keeps::Listings(_) => actor.leads::<listings::View>(&format!("listings?marketplace={}", row.id)),
            Keeps::Agreements(_) => actor.leads::<agreements::View>("agreements?type=distribution"),
        };
        Some(keeps.effect()?.at_if(list))
    });
    let hubs = Effect::touched(
        reached,
        "hub through which it is reached stays as it is",
        "hubs through which it is reached stay as they are",
    )
    .map(|effect| effect.at_if(actor.leads::<hubs::View>("hubs")));
    let first = format!("{} ({}) is deleted for good. This cannot be undone.", apart(&row.name), row.id);
    let effects = [Some(Effect::from(first)), hubs].into_iter().flatten();
    let page = actor.page(&format!("Delete marketplace - {} - Marketplaces", row.name));
    let back = (actor.url(&format!("marketplaces/{}", row.id)), "Back to the marketplace");
    page::html(&actor.visit, &Confirm::new(page, "Delete marketplace", back, effects).danger().refused(refusal))
}

pub async fn deleted(post: Post<Manage>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let marketplace = id(&path.1)?;
    let (here, all) = (post.actor.url(&format!("marketplaces/{marketplace}")), post.actor.url("marketplaces"));
    db.write(&post.actor, move |tx| actions::delete(tx, &marketplace))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to the marketplace"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Marketplace deleted")))
}
