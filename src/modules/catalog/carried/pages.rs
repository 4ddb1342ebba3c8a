//! Screens of what agreements carry: the tab with their groups and marketplaces, and the forms that change them.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    actions, children,
    data::{self, Choice, Groups, Places},
    store::{self, Carried, Covered},
};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        edit::Edit,
        form_page::FormPage,
        id::{Id, Kind},
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        typed::apart,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        agreements::{
            self, Agreement, Manage, Type, View,
            pages::show::{self, Facts},
            store::AgreementRow,
        },
        catalog::groups,
        ids::{Marketplace, ProductGroup},
        marketplaces,
    },
    t,
};

/// They stand among the pages of agreements.
pub fn screens() -> Vec<Mount> {
    vec![
        get("/agreements/{id}/catalog", || web::to(catalog)),
        get("/agreements/{id}/catalog/groups", || web::to(edit_groups)),
        post("/agreements/{id}/catalog/groups", || web::to(groups_saved)),
        get("/agreements/{id}/catalog/marketplaces", || web::to(edit_places)),
        post("/agreements/{id}/catalog/marketplaces", || web::to(places_saved)),
        get("/agreements/{id}/syndication", || web::to(children::syndication)),
        get("/agreements/{id}/syndication/new", || web::to(children::create_syndication)),
        post("/agreements/{id}/syndication/new", || web::to(children::syndication_created)).with_file(),
        get("/agreements/{id}/referral", || web::to(children::referral)),
        get("/agreements/{id}/referral/new", || web::to(children::create_referral)),
        post("/agreements/{id}/referral/new", || web::to(children::referral_created)).with_file(),
    ]
}

pub(super) type OfAgreement = web::Path<(String, String)>;

pub(super) fn id(text: &str) -> Result<Id<Agreement>> {
    text.parse().map_err(|_| Problem::NotFound)
}

/// Whether agreements of this type carry groups.
fn carries(type_: Type) -> bool {
    matches!(type_, Type::Service | Type::Syndication | Type::Referral)
}

struct Group {
    row: Carried,
    href: Option<String>,
}

struct Place {
    row: Covered,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "catalog/carried/catalog.html")]
struct Catalog {
    page: Page,
    facts: Facts,
    groups: Vec<Group>,
    places: Vec<Place>,
    change_groups: Option<String>,
    change_places: Option<String>,
    /// It is a service agreement: what it carries is a catalog.
    whole: bool,
}

async fn catalog(actor: Viewer<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let (found, carried, covered) = db
        .read(&actor, move |read| {
            let found = show::find(read, &agreement)?;
            if !carries(found.0.type_) {
                return Err(Problem::NotFound);
            }
            Ok((found, store::carried(read, &agreement)?, store::covered(read, &agreement)?))
        })
        .await?;
    let facts = Facts::new(&actor, found, "catalog");
    let base = actor.url(&format!("agreements/{}/catalog", facts.agreement.id));
    let whole = facts.agreement.type_ == Type::Service;
    let manages = actor.may::<Manage>();
    let title = if whole { "Catalog" } else { "Product groups" };
    let shown = Catalog {
        page: actor.page((title, &facts.agreement.name, "Agreements")),
        groups: carried
            .into_iter()
            .map(|row| Group { href: actor.leads::<groups::View>(&format!("product-groups/{}", row.id)), row })
            .collect(),
        places: covered
            .into_iter()
            .map(|row| Place { href: actor.leads::<marketplaces::View>(&format!("marketplaces/{}", row.id)), row })
            .collect(),
        change_groups: manages.then(|| format!("{base}/groups")),
        change_places: (manages && whole).then(|| format!("{base}/marketplaces")),
        whole,
        facts,
    };
    page::html(&actor.visit, &shown)
}

type OfGroups = Edit<(AgreementRow, Vec<Choice<ProductGroup>>), Groups>;

/// The groups that an agreement carries, and those that it may.
async fn of_groups(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<OfGroups> {
    let agreement = id(text)?;
    let (row, held, all) = db
        .read(actor, move |read| {
            let (row, _) = agreements::store::find(read, &agreement)?;
            let all = match (row.type_, &row.parent_id) {
                (Type::Service, _) => groups::store::all(read)?,
                (Type::Syndication | Type::Referral, Some(parent)) => named(store::carried(read, parent)?),
                _ => return Err(Problem::NotFound),
            };
            let held = store::carried(read, &agreement)?;
            Ok((row, held.clone(), with_held(all, named(held))))
        })
        .await?;
    let names = Words::all_of(held.iter().map(|one| one.name.as_str()));
    let (saved, revision) = (Groups { groups: held.into_iter().map(|one| one.id).collect() }, row.revision);
    Ok(Edit::of((row, all), saved, revision).naming("groups", names))
}

/// What may be ticked, with what is ticked already: that stays among the boxes when a company has more than are listed.
fn with_held<K: Kind>(mut all: Vec<Choice<K>>, held: Vec<Choice<K>>) -> Vec<Choice<K>> {
    let behind: Vec<_> = held.into_iter().filter(|one| !all.contains(one)).collect();
    all.extend(behind);
    all
}

pub(super) fn named(carried: Vec<Carried>) -> Vec<Choice<ProductGroup>> {
    carried.into_iter().map(|one| (one.id, one.name)).collect()
}

fn groups_page(actor: &Viewer<Manage>, edit: &OfGroups) -> FormPage {
    let (row, all) = &edit.row;
    let page = actor.page(("Change product groups", &row.name, "Agreements"));
    let back = (actor.url(&format!("agreements/{}/catalog", row.id)), "Back to agreement");
    let page = FormPage::new(page, t!("Product groups of {name}", name = apart(&row.name)), back, "Save");
    let page = if actor.may::<groups::Manage>() && row.type_ == Type::Service {
        page.needing("Create product group", actor.url("product-groups/new"))
    } else {
        page
    };
    let form = if row.type_ == Type::Service {
        const HINT: &str =
            "Partners with an active contract on this agreement see the products of these groups in their catalog.";
        edit.form.clone().saying("groups", "Product groups", HINT)
    } else {
        data::narrowing(&edit.form)
    };
    form.onto_asking(edit.begun(page), |_| Some(data::picks(all)))
}

async fn edit_groups(actor: Viewer<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = of_groups(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &groups_page(&actor, &edit))
}

async fn groups_saved(post: Post<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = of_groups(&actor, &db, &path.1).await?.typed(&post.fields);
    let (row, revision) = (edit.row.0.clone(), edit.revision);
    let here = actor.url(&format!("agreements/{}/catalog", row.id));
    let act = |said: Groups| {
        db.attempt(&actor, move |tx| actions::set_groups(tx, (&row.id, row.parent_id.as_ref()), revision, &said.groups))
    };
    match edit.save(act, of_groups(&actor, &db, &path.1)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Product groups saved"))),
        None => edit.again(&actor.visit, &groups_page(&actor, &edit)),
    }
}

type OfPlaces = Edit<(AgreementRow, Vec<Choice<Marketplace>>), Places>;

/// The marketplaces that a service agreement covers, and all of the company's.
async fn of_places(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<OfPlaces> {
    let agreement = id(text)?;
    let (row, held, all) = db
        .read(actor, move |read| {
            let (row, _) = agreements::store::find(read, &agreement)?;
            if row.type_ != Type::Service {
                return Err(Problem::NotFound);
            }
            let held = store::covered(read, &agreement)?;
            let places = held.iter().map(|one| (one.id.clone(), one.name.clone())).collect();
            Ok((row, held, with_held(store::marketplaces(read)?, places)))
        })
        .await?;
    let names = Words::all_of(held.iter().map(|one| one.name.as_str()));
    let (saved, revision) = (Places { marketplaces: held.into_iter().map(|one| one.id).collect() }, row.revision);
    Ok(Edit::of((row, all), saved, revision).naming("marketplaces", names))
}

fn places_page(actor: &Viewer<Manage>, edit: &OfPlaces) -> FormPage {
    let (row, all) = &edit.row;
    let page = actor.page(("Change marketplaces", &row.name, "Agreements"));
    let back = (actor.url(&format!("agreements/{}/catalog", row.id)), "Back to agreement");
    let page = FormPage::new(page, t!("Marketplaces of {name}", name = apart(&row.name)), back, "Save");
    edit.form.onto_asking(edit.begun(page), |_| Some(data::picks(all)))
}

async fn edit_places(actor: Viewer<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = of_places(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &places_page(&actor, &edit))
}

async fn places_saved(post: Post<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = of_places(&actor, &db, &path.1).await?.typed(&post.fields);
    let (agreement, revision) = (edit.row.0.id.clone(), edit.revision);
    let here = actor.url(&format!("agreements/{agreement}/catalog"));
    let act =
        |said: Places| db.attempt(&actor, move |tx| actions::set_places(tx, &agreement, revision, &said.marketplaces));
    match edit.save(act, of_places(&actor, &db, &path.1)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Marketplaces saved"))),
        None => edit.again(&actor.visit, &places_page(&actor, &edit)),
    }
}
