//! Screens of product groups.

mod products;

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Manage, ProductGroup, View, actions,
    data::NewGroup,
    grid::{Column, Groups},
    store::{self, Carrier, GroupRow, ProductRow, Sought},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        acts::Acts,
        confirm::Confirm,
        db::Db,
        done::once,
        edit::Edit,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::{When, Zone},
        typed::apart,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        agreements,
        events::{self, Asked, Trail},
        products::View as ViewProducts,
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
    t,
};

/// Of the list and of a group.
pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Groups>();
    screens.extend([
        get("/product-groups", || web::to(list)),
        get("/product-groups/new", || web::to(create)),
        post("/product-groups/new", || web::to(created)),
        get("/product-groups/{id}", || web::to(show)),
        get("/product-groups/{id}/edit", || web::to(edit)),
        post("/product-groups/{id}/edit", || web::to(saved)),
        get("/product-groups/{id}/add", || web::to(products::add)),
        post("/product-groups/{id}/add", || web::to(products::added)),
        get("/product-groups/{id}/remove", || web::to(products::remove)),
        post("/product-groups/{id}/remove", || web::to(products::removed)),
        get("/product-groups/{id}/delete", || web::to(delete)),
        post("/product-groups/{id}/delete", || web::to(deleted)),
    ]);
    screens
}

type OfGroup = web::Path<(String, String)>;

fn id(text: &str) -> Result<Id<ProductGroup>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn url<P: Permission>(actor: &Viewer<P>, id: &Id<ProductGroup>) -> String {
    actor.url(&format!("product-groups/{id}"))
}

#[derive(Template)]
#[template(path = "catalog/groups/list.html")]
struct List {
    page: Page,
    list: Listed<Groups>,
    zone: Zone,
    may_manage: bool,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page("Product groups"),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_manage: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}

const CREATE: &str = "Create product group";

fn create_page(actor: &Viewer<Manage>, form: &Form<NewGroup>, copy: Uuid) -> FormPage {
    let page = actor.page((CREATE, "Product groups"));
    let back = (actor.url("product-groups"), "Product groups");
    form.onto(FormPage::new(page, CREATE, back, "Create").hiding("form", copy))
}

async fn create(actor: Viewer<Manage>) -> Result<HttpResponse> {
    page::html(&actor.visit, &create_page(&actor, &Form::empty(), Uuid::new_v4()))
}

async fn created(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let mut form = Form::<NewGroup>::typed(&post.fields);
    let act = |new| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::create(tx, &new)));
    let Some(made) = form.sent(act).await? else {
        return page::invalid(&actor.visit, &create_page(&actor, &form, copy));
    };
    let here = url(&actor, &made.value());
    Ok(page::see_with(&actor.visit, here, &Flash::success("Product group created")))
}

/// Products that the page of a group shows; its list finds the others by their words.
const SHOWN: i64 = 50;

struct Line {
    row: Carrier,
    kind: Words,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "catalog/groups/show.html")]
struct Show {
    page: Page,
    group: GroupRow,
    created: When,
    updated: When,
    products: Vec<(ProductRow, Option<String>)>,
    size: i64,
    /// There are others than those that are shown.
    more: bool,
    agreements: Vec<Line>,
    trail: Trail,
    groups: String,
    /// What this person can do here.
    acts: Acts,
}

async fn show(actor: Viewer<View>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    let group = id(&path.1)?;
    let asked = Asked::of(&actor.visit);
    let (group, size, products, carriers, trail) = db
        .read(&actor, move |read| {
            let row = store::find(read, &group)?;
            let products = store::held(read, &group, &Sought { most: SHOWN, ..Sought::default() })?;
            let trail = events::trail(read, group.as_str(), &asked)?;
            Ok((row, store::size(read, &group)?, products, store::carrying(read, &group)?, trail))
        })
        .await?;
    let base = url(&actor, &group.id);
    let mut acts = Acts::default();
    if actor.may::<Manage>() {
        acts.button(t!("Add products"), format!("{base}/add"), true);
        if size > 0 {
            acts.button(t!("Remove products"), format!("{base}/remove"), false);
        }
        acts.button(t!("Edit"), format!("{base}/edit"), false);
        acts.ending(t!("Delete product group"), format!("{base}/delete"));
    }
    let line = |row: Carrier| Line {
        kind: row.type_.agreement_title(),
        href: actor.leads::<agreements::View>(&format!("agreements/{}", row.id)),
        row,
    };
    let shown = Show {
        page: actor.page((&group.data.name, "Product groups")),
        created: actor.zone().when(group.created_at),
        updated: actor.zone().when(group.updated_at),
        products: products
            .into_iter()
            .map(|row| {
                let href = actor.leads::<ViewProducts>(&format!("products/{}", row.id));
                (row, href)
            })
            .collect(),
        more: size > SHOWN,
        size,
        agreements: carriers.into_iter().map(line).collect(),
        trail,
        groups: actor.url("product-groups"),
        acts,
        group,
    };
    page::html(&actor.visit, &shown)
}

type Editing = Edit<GroupRow, NewGroup>;

async fn editing(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<Editing> {
    let group = id(text)?;
    let row = db.read(actor, move |read| store::find(read, &group)).await?;
    let (saved, revision) = (row.data.clone(), row.revision);
    Ok(Edit::of(row, saved, revision))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing) -> FormPage {
    let group = &edit.row;
    let page = actor.page(("Edit", &group.data.name, "Product groups"));
    let back = (url(actor, &group.id), "Back to product group");
    edit.onto(FormPage::new(page, t!("Edit {name}", name = apart(&group.data.name)), back, "Save"))
}

async fn edit(actor: Viewer<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit))
}

async fn saved(post: Post<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path.1).await?.typed(&post.fields);
    let (group, revision) = (edit.row.id.clone(), edit.revision);
    let here = url(&actor, &group);
    let act = |new| db.attempt(&actor, move |tx| actions::update(tx, &group, revision, &new));
    match edit.save(act, editing(&actor, &db, &path.1)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Product group saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit)),
    }
}

async fn delete(actor: Viewer<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    let group = id(&path.1)?;
    let (group, refusal) =
        db.read(&actor, move |read| Ok((store::find(read, &group)?, actions::keeps(read, &group)?))).await?;
    let page = actor.page(("Delete product group", &group.data.name, "Product groups"));
    let effects = [t!(
        "{name} ({id}) will be permanently deleted. Its products stay as they are. This cannot be undone.",
        name = apart(&group.data.name),
        id = group.id
    )];
    let here = url(&actor, &group.id);
    let (refusal, back) = (refusal.map(|why| why.at(&here)), (here, "Back to product group"));
    let shown = Confirm::new(page, "Delete product group", back, effects).danger();
    page::html(&actor.visit, &shown.refused("This product group cannot be deleted", refusal))
}

async fn deleted(post: Post<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    let group = id(&path.1)?;
    let (here, all) = (url(&post.actor, &group), post.actor.url("product-groups"));
    db.write(&post.actor, move |tx| actions::delete(tx, &group))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to product group"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Product group deleted")))
}
