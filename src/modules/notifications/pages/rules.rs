//! Who a company has told of what, and how.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    access::extract::Post,
    accounts::Group,
    kit::{
        db::Db,
        form::Pick,
        form_page::{Ask, FormPage},
        id::Id,
        input::Form,
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
            areas,
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

fn page_of(viewer: &Viewer<Manage>, notice: &Notice, form: &Form<Ruling>, all: &[GroupRow], revision: i32) -> FormPage {
    let page = viewer.page((notice.label, "Notification rules"));
    let back = (viewer.url("notification-rules"), "Notification rules");
    let page = FormPage::new(page, notice.label, back, "Save").hiding("revision", revision);
    let picks =
        || all.iter().map(|group| Pick::new(group.id.to_string(), &group.name, &group.description)).collect::<Vec<_>>();
    form.onto_asking(page, |entry| Some(if entry.name == "groups" { Ask::Checks(picks()) } else { entry.asked() }))
}

/// What the company says of a sort now, and the groups there are.
struct Now {
    said: Ruling,
    /// The groups that are told.
    names: Words,
    /// 0 while nothing was said.
    revision: i32,
    all: Vec<GroupRow>,
}

async fn now(viewer: &Viewer<Manage>, db: &Db, notice: &'static Notice) -> Result<Now> {
    let account = viewer.account().clone();
    db.read(viewer, move |read| {
        let rule = store::rules(read)?.into_iter().find(|rule| rule.kind == notice.key);
        let all = groups::all(read, &account)?;
        let Some(Rule { way, groups, names, revision, .. }) = rule else {
            let said = Ruling { way: notice.way, groups: Vec::new() };
            return Ok(Now { said, names: Words::default(), revision: 0, all });
        };
        let groups: Vec<Id<Group>> = groups.iter().filter_map(|id| id.parse().ok()).collect();
        let names = if names.is_empty() { Words::default() } else { Words::all_of(&names) };
        Ok(Now { said: Ruling { way, groups }, names, revision, all })
    })
    .await
}

pub async fn edit(viewer: Viewer<Manage>, path: OfSort, db: web::Data<Db>) -> Result<HttpResponse> {
    let notice = sort(&viewer, &path)?;
    let now = now(&viewer, &db, notice).await?;
    page::html(&viewer.visit, &page_of(&viewer, notice, &Form::filled(&now.said), &now.all, now.revision))
}

pub async fn saved(post: Post<Manage>, path: OfSort, db: web::Data<Db>) -> Result<HttpResponse> {
    let (viewer, revision) = (post.actor, post.fields.number("revision"));
    let notice = sort(&viewer, &path)?;
    let mut form = Form::<Ruling>::typed(&post.fields);
    let act = |said: Ruling| db.attempt(&viewer, move |tx| actions::set_rule(tx, notice, revision, &said));
    let done = form.sent(act).await;
    if matches!(done, Err(Problem::Overtaken(_))) {
        let mut now = now(&viewer, &db, notice).await?;
        // the same groups in another order are the same
        let typed = form.text("groups");
        now.said.groups.sort_by_key(|group| typed.find(group.as_str()));
        form.compare_naming(&now.said, "groups", now.names);
        let page = page_of(&viewer, notice, &form, &now.all, now.revision);
        return page::overtaken(&viewer.visit, &page.overtaken());
    }
    match done? {
        Some(done) => {
            let told = done.said("Notification rule saved");
            Ok(page::see_with(&viewer.visit, viewer.url("notification-rules"), &told))
        }
        None => {
            let now = now(&viewer, &db, notice).await?;
            page::invalid(&viewer.visit, &page_of(&viewer, notice, &form, &now.all, revision))
        }
    }
}
