//! Who a company has told of what, and how.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    access::extract::Post,
    accounts::Group,
    kit::{
        db::Db,
        edit::Edit,
        form::Pick,
        form_page::{Ask, FormPage},
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        words::{Words, filters},
    },
    mail::{Notice, Way},
    modules::{
        notifications::{
            Manage, View, actions,
            data::Ruling,
            sorts,
            store::{self, Rule},
        },
        people::{
            ADMINISTRATORS, areas,
            groups::store::{self as groups, GroupRow},
        },
    },
    t,
};

/// One sort, as the page lists it.
struct Line {
    label: &'static str,
    way: Way,
    whom: Words,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "notifications/rules.html")]
struct List {
    page: Page,
    areas: Vec<(&'static str, Vec<Line>)>,
}

/// Whom a sort tells: the chosen groups, or whoever its module says.
fn whom(notice: &Notice, rule: Option<&Rule>) -> Words {
    match rule.filter(|rule| !rule.names.is_empty()) {
        Some(rule) => Words::all_of(&rule.names),
        None if notice.told == ADMINISTRATORS => t!("Administrators"),
        None => {
            let allowed = areas::label(notice.told).unwrap_or_default();
            t!("Everyone allowed to: {allowed}", allowed = Words::new(allowed))
        }
    }
}

pub async fn list(viewer: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let rules = db.read(&viewer, store::rules).await?;
    let manages = viewer.may::<Manage>();
    let line = |notice: &'static Notice| {
        let rule = rules.iter().find(|rule| rule.kind == notice.key);
        Line {
            label: notice.label,
            way: rule.map_or(notice.way, |rule| rule.way),
            whom: whom(notice, rule),
            href: manages.then(|| viewer.url(&format!("notification-rules/{}", notice.key))),
        }
    };
    let shown = List {
        page: viewer.page(("Notification rules", "Account")),
        areas: sorts::of(viewer.identity.company.role)
            .into_iter()
            .map(|(area, notices)| (area, notices.into_iter().map(line).collect()))
            .collect(),
    };
    page::html(&viewer.visit, &shown)
}

type OfSort = web::Path<(String, String)>;

fn sort(viewer: &Viewer<Manage>, path: &OfSort) -> Result<&'static Notice> {
    sorts::find(viewer.identity.company.role, &path.1).ok_or(Problem::NotFound)
}

/// A rule, with the groups to choose from.
type Editing = Edit<Vec<GroupRow>, Ruling>;

fn page_of(viewer: &Viewer<Manage>, notice: &Notice, edit: &Editing) -> FormPage {
    let page = viewer.page((notice.label, "Notification rules"));
    let back = (viewer.url("notification-rules"), "Notification rules");
    let page = edit.begun(FormPage::new(page, notice.label, back, "Save"));
    let pick = |group: &GroupRow| Pick::new(group.id.to_string(), &group.name, &group.description);
    let picks = || edit.row.iter().map(pick).collect::<Vec<_>>();
    edit.form.onto_asking(page, |entry| Some(if entry.name == "groups" { Ask::Checks(picks()) } else { entry.asked() }))
}

/// The company's rule for a kind of event, at revision 0 if there is none. Its groups are in the order that they were `typed` in, because
/// order makes no difference.
async fn editing(viewer: &Viewer<Manage>, db: &Db, notice: &'static Notice, typed: &str) -> Result<Editing> {
    let account = viewer.account().clone();
    let (rule, all) = db
        .read(viewer, move |read| {
            let rule = store::rules(read)?.into_iter().find(|rule| rule.kind == notice.key);
            Ok((rule, groups::all(read, &account)?))
        })
        .await?;
    let Some(Rule { way, groups, names, revision, .. }) = rule else {
        return Ok(Edit::of(all, Ruling { way: notice.way, groups: Vec::new() }, 0));
    };
    let mut groups: Vec<Id<Group>> = groups.iter().filter_map(|id| id.parse().ok()).collect();
    groups.sort_by_key(|group| typed.find(group.as_str()));
    let names = if names.is_empty() { Words::default() } else { Words::all_of(&names) };
    Ok(Edit::of(all, Ruling { way, groups }, revision).naming("groups", names))
}

pub async fn edit(viewer: Viewer<Manage>, path: OfSort, db: web::Data<Db>) -> Result<HttpResponse> {
    let notice = sort(&viewer, &path)?;
    let edit = editing(&viewer, &db, notice, "").await?;
    page::html(&viewer.visit, &page_of(&viewer, notice, &edit))
}

pub async fn saved(post: Post<Manage>, path: OfSort, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let notice = sort(&viewer, &path)?;
    let mut edit = editing(&viewer, &db, notice, "").await?.typed(&post.fields);
    let (typed, revision) = (edit.form.text("groups").to_owned(), edit.revision);
    let act = |said: Ruling| db.attempt(&viewer, move |tx| actions::set_rule(tx, notice, revision, &said));
    match edit.save(act, editing(&viewer, &db, notice, &typed)).await? {
        Some(done) => {
            let told = done.said("Notification rule saved");
            Ok(page::see_with(&viewer.visit, viewer.url("notification-rules"), &told))
        }
        None => edit.again(&viewer.visit, &page_of(&viewer, notice, &edit)),
    }
}
