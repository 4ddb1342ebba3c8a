//! What every grid has besides its list: files, saved views, the choice of columns.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{Viewed, data::Naming, store};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        effect::Effect,
        grid::{self, Column as _, Listing, Query, SavedView},
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        typed::apart,
        viewer::Viewer,
        words::filters,
    },
    t,
};

/// Screens of a grid beside its list. To be mounted before `{PATH}/{id}`.
pub fn screens<L: Listing>() -> Vec<Mount> {
    let at = |rest: &str| format!("/{}/{rest}", L::PATH);
    let mut screens =
        vec![get(at("export.csv"), || web::to(grid::csv::<L>)), get(at("export.xlsx"), || web::to(grid::xlsx::<L>))];
    screens.extend(of_views::<L>());
    screens.push(post(at("columns"), || web::to(choose_columns::<L>)));
    screens
}

/// Screens of the views of a list.
pub fn of_views<L: Viewed>() -> Vec<Mount> {
    let at = |rest: &str| format!("/{}/{rest}", L::AT);
    vec![
        get(at("views"), || web::to(manage::<L>)),
        post(at("views"), || web::to(save::<L>)),
        post(at("views/first"), || web::to(begin_with::<L>)),
        post(at("views/{id}"), || web::to(change::<L>)),
        get(at("views/{id}/delete"), || web::to(deleting::<L>)),
        post(at("views/{id}/delete"), || web::to(delete::<L>)),
    ]
}

type OfView = web::Path<(String, Uuid)>;

/// Where a query leads; `?` alone is everything, whatever the person begins with.
fn href(base: &str, query: &str) -> String {
    format!("{base}?{query}")
}

#[derive(Template)]
#[template(path = "views/manage.html")]
struct Manage {
    page: Page,
    base: String,
    grid: &'static str,
    company: String,
    views: Vec<SavedView>,
    /// The list begins with everything.
    with_all: bool,
}

async fn manage<L: Viewed>(actor: Viewer<L::Sight>, db: web::Data<Db>) -> Result<HttpResponse> {
    let kept = db.read(&actor, |read| store::of(read, L::KEY)).await?;
    let shown = Manage {
        page: actor.page("Views"),
        base: actor.url(L::AT),
        grid: L::ALL,
        company: actor.identity.company.name.clone(),
        with_all: !kept.views.iter().any(|view| view.first),
        views: kept.views,
    };
    page::html(&actor.visit, &shown)
}

fn not_saved(form: &Form<Naming>) -> Flash {
    let why = form.errors().into_iter().map(|(_, words)| words).next().unwrap_or_default();
    Flash::notice(t!("The view was not saved. {why}.", why))
}

fn saved(named: &Naming) -> Flash {
    Flash::success(t!("View “{name}” saved", name = apart(&named.name)))
}

async fn save<L: Viewed>(post: Post<L::Sight>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = L::tidied(post.fields.text("query"));
    let back = href(&post.actor.url(L::AT), &query);
    let mut form = Form::<Naming>::typed(&post.fields);
    let Some(named) = form.read() else {
        return Ok(page::see_with(&post.actor.visit, back, &not_saved(&form)));
    };
    let flash = saved(&named);
    db.draft(&post.actor, move |tx| store::save(tx, L::KEY, &named.name, &query)).await?;
    Ok(page::see_with(&post.actor.visit, back, &flash))
}

async fn change<L: Viewed>(post: Post<L::Sight>, path: OfView, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    // what is not one's own is not found, whatever was typed
    db.read(&post.actor, move |read| store::to_delete(read, L::KEY, id)).await?;
    let mut form = Form::<Naming>::typed(&post.fields);
    let act = async |named: Naming| {
        let flash = saved(&named);
        db.draft(&post.actor, move |tx| store::change(tx, L::KEY, id, &named)).await.map(|()| flash)
    };
    let flash = form.sent(act).await?.unwrap_or_else(|| not_saved(&form));
    Ok(page::see_with(&post.actor.visit, post.actor.url(&format!("{}/views", L::AT)), &flash))
}

async fn begin_with<L: Viewed>(post: Post<L::Sight>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = post.fields.text("view").parse::<Uuid>().ok();
    db.draft(&post.actor, move |tx| store::begin_with(tx, L::KEY, id)).await?;
    let flash = Flash::success("Default view saved");
    Ok(page::see_with(&post.actor.visit, post.actor.url(&format!("{}/views", L::AT)), &flash))
}

async fn deleting<L: Viewed>(actor: Viewer<L::Sight>, path: OfView, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (view, beginning) = db.read(&actor, move |read| store::to_delete(read, L::KEY, id)).await?;
    let name = apart(&view.name);
    let effects = [
        Some(Effect::from(t!("“{name}” will be permanently deleted. The rows it shows are not affected.", name))),
        view.shared.then(|| {
            t!("Everyone in {company} will lose this view.", company = apart(&actor.identity.company.name)).into()
        }),
        Effect::touched(
            beginning,
            "{n} person who uses it as their default will see all rows again.",
            "{n} people who use it as their default will see all rows again.",
        ),
    ];
    let back = (actor.url(&format!("{}/views", L::AT)), "Back to views");
    let page = Confirm::new(actor.page(("Delete view", "Views")), "Delete view", back, effects.into_iter().flatten());
    page::html(&actor.visit, &page.danger())
}

async fn delete<L: Viewed>(post: Post<L::Sight>, path: OfView, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.draft(&post.actor, move |tx| store::delete(tx, L::KEY, id)).await?;
    let back = post.actor.url(&format!("{}/views", L::AT));
    Ok(page::see_with(&post.actor.visit, back, &Flash::success("View deleted")))
}

/// The boxes that are ticked, in their order; `earlier` and `later` move one of them, `reset` forgets all. `density` is how high the rows of
/// all lists are, which the browser keeps.
async fn choose_columns<L: Listing>(post: Post<L::View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let back =
        href(&post.actor.url(L::PATH), &Query::<L>::parse(post.fields.text("query")).with_preferred_columns().text());
    if post.fields.has("density") {
        let mut response = page::see(back);
        response
            .add_cookie(&post.actor.visit.density_cookie(post.fields.text("density") == "compact"))
            .map_err(Problem::internal)?;
        return Ok(response);
    }
    let ticked: Vec<String> = post.fields.all("columns").map(str::to_owned).collect();
    let mut columns: Vec<&'static str> = match post.fields.has("reset") {
        true => Vec::new(),
        false => grid::columns::<L>(&ticked).unwrap_or_default().into_iter().map(|column| column.key()).collect(),
    };
    let place = |name: &str| columns.iter().position(|column| *column == post.fields.text(name));
    // the fixed first column stays where it is
    if let Some(at) = place("earlier").filter(|at| *at > 1) {
        columns.swap(at, at - 1);
    } else if let Some(at) = place("later").filter(|at| *at > 0 && at + 1 < columns.len()) {
        columns.swap(at, at + 1);
    }
    db.draft(&post.actor, move |tx| store::choose_columns(tx, L::NAME, &columns)).await?;
    Ok(page::see(back))
}
