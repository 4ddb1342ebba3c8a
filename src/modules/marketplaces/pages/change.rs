//! Edit and delete.

use actix_web::{HttpResponse, web};

use super::{OfMarketplace, id};
use crate::{
    access::extract::Post,
    input,
    kit::{
        confirm::Confirm,
        db::Db,
        edit::Edit,
        effect::Effect,
        fields::Fields,
        form::Field,
        form_page::{Ask, FormPage},
        id::Id,
        input::{Form, kinds::Tick},
        page::{self, Flash},
        problem::Result,
        typed::apart,
        viewer::Viewer,
        violation,
    },
    modules::{
        agreements, binding,
        images::{self, Use},
        listings,
        marketplaces::{
            Hub, Manage, Marketplace, View, actions,
            actions::Keeps,
            data::{General, HubsForm, NewMarketplace, Prices, Reached},
            hubs,
            store::{self, MarketplaceRow},
        },
    },
    t,
};

/// Everything together.
struct EditForm {
    general: Edit<MarketplaceRow, General>,
    logo: Field,
    away: Form<Away>,
    hubs: HubsForm,
    prices: Form<Prices>,
}

input! {
    /// Whether the logo goes.
    struct Away, DraftAway {
        "" { no_logo: bool = Tick, "Remove the logo", at "no_logo"; }
    }
}

fn logo() -> Field {
    Field::new("logo", "Logo").hint("PNG, JPEG, WebP or GIF, up to 5 MB.").optional()
}

fn editing(row: MarketplaceRow) -> Edit<MarketplaceRow, General> {
    let (saved, revision) = (row.general.clone(), row.revision);
    Edit::of(row, saved, revision)
}

impl EditForm {
    fn filled((row, hubs, reached): Found) -> Self {
        Self {
            logo: logo(),
            away: Form::empty(),
            hubs: HubsForm::of(&hubs, &reached),
            prices: Form::filled(&row.prices),
            general: editing(row),
        }
    }

    fn typed((row, hubs, _): Found, fields: &Fields) -> Self {
        Self {
            general: editing(row).typed(fields),
            logo: logo(),
            away: Form::typed(fields),
            hubs: HubsForm::typed(&hubs, fields),
            prices: Form::typed(fields),
        }
    }

    fn read(&mut self) -> Option<NewMarketplace> {
        let (general, hubs, prices) = (self.general.form.read(), self.hubs.read(), self.prices.read());
        let new = NewMarketplace { general: general?, hubs: hubs?, prices: prices? };
        self.logo.error.is_none().then_some(new)
    }
}

fn edit_page(actor: &Viewer<Manage>, form: &EditForm) -> FormPage {
    let row = &form.general.row;
    let page = actor.page(("Edit", &row.general.name, "Marketplaces"));
    let back = (actor.url(&format!("marketplaces/{}", row.id)), "Back to marketplace");
    let page = FormPage::new(page, t!("Edit {name}", name = apart(&row.general.name)), back, "Save");
    let page = form.general.onto(page).ask(&form.logo, Ask::File(images::ACCEPTED));
    let page = if row.logo.is_some() { form.away.onto(page) } else { page };
    form.prices.onto(form.hubs.onto(page))
}

type Found = (MarketplaceRow, Vec<(Id<Hub>, String)>, Vec<Reached>);

async fn find(actor: &Viewer<Manage>, db: &Db, marketplace: Id<Marketplace>) -> Result<Found> {
    db.read(actor, move |read| {
        let row = store::find(read, &marketplace)?;
        let reached = store::reached(read, &marketplace)?;
        Ok((row, hubs::store::all(read)?, reached.into_iter().map(|one| (one.hub, one.external_id)).collect()))
    })
    .await
}

pub async fn edit(actor: Viewer<Manage>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let form = EditForm::filled(find(&actor, &db, id(&path.1)?).await?);
    page::html(&actor.visit, &edit_page(&actor, &form))
}

pub async fn saved(post: Post<Manage>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, marketplace) = (post.actor, id(&path.1)?);
    let mut form = EditForm::typed(find(&actor, &db, marketplace.clone()).await?, &post.fields);
    let picture = images::sent(&actor.visit.house, &post.fields, &mut form.logo, Use::Icon).await?;
    let (Some(new), Some(Away { no_logo })) = (form.read(), form.away.read()) else {
        return form.general.again(&actor.visit, &edit_page(&actor, &form));
    };
    let now = async { Ok(editing(find(&actor, &db, marketplace.clone()).await?.0)) };
    let (changed, revision) = (marketplace.clone(), form.general.revision);
    let outcome = db
        .write(&actor, move |tx| {
            actions::update(tx, &changed, revision, &new, images::change(picture.as_ref(), no_logo))
        })
        .await;
    let done = match violation::told(form.general.told(outcome, now).await)? {
        Ok(done) => done,
        Err(wrong) => violation::none_left(form.hubs.fail(wrong)).map(|()| None)?,
    };
    let here = actor.url(&format!("marketplaces/{marketplace}"));
    match done {
        Some(()) => Ok(page::see_with(&actor.visit, here, &Flash::success("Marketplace saved"))),
        None => form.general.again(&actor.visit, &edit_page(&actor, &form)),
    }
}

pub async fn delete(actor: Viewer<Manage>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let marketplace = id(&path.1)?;
    let (row, reached, keeps) = db
        .read(&actor, move |read| {
            let row = store::find(read, &marketplace)?;
            let reached = store::reached(read, &row.id)?.len();
            Ok((row, reached, actions::keeps(read, &marketplace)?))
        })
        .await?;
    let refusal = keeps.and_then(|keeps| {
        let list = match keeps {
            Keeps::Listings(_) => actor.leads::<listings::View>(&format!("listings?marketplace={}", row.id)),
            Keeps::Agreements(_) => actor.leads::<agreements::View>("agreements?type=distribution"),
            Keeps::Catalogs(_) => actor.leads::<agreements::View>("agreements?type=service"),
            Keeps::Syndication(_) => actor.leads::<binding::View>("contracts?type=syndication"),
        };
        Some(keeps.effect()?.at_if(list))
    });
    let hubs = Effect::touched(reached, "{n} hub it uses stays as it is.", "{n} hubs it uses stay as they are.")
        .map(|effect| effect.at_if(actor.leads::<View>("hubs")));
    let name = apart(&row.general.name);
    let first = t!("{name} ({id}) will be permanently deleted. This cannot be undone.", name, id = row.id);
    let effects = [Some(Effect::from(first)), hubs].into_iter().flatten();
    let page = actor.page(("Delete marketplace", &row.general.name, "Marketplaces"));
    let back = (actor.url(&format!("marketplaces/{}", row.id)), "Back to marketplace");
    let shown = Confirm::new(page, "Delete marketplace", back, effects).danger();
    page::html(&actor.visit, &shown.refused("This marketplace cannot be deleted", refusal))
}

pub async fn deleted(post: Post<Manage>, path: OfMarketplace, db: web::Data<Db>) -> Result<HttpResponse> {
    let marketplace = id(&path.1)?;
    let (here, all) = (post.actor.url(&format!("marketplaces/{marketplace}")), post.actor.url("marketplaces"));
    db.write(&post.actor, move |tx| actions::delete(tx, &marketplace))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to marketplace"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Marketplace deleted")))
}
