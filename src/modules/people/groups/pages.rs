//! Screens of groups.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Manage, View, actions,
    data::{General, Scope},
    grid::{Column, Groups},
    store::{self, GroupRow, Member},
};
use crate::{
    access::extract::Post,
    accounts::Group,
    kit::{
        actor::Permission,
        acts::Acts,
        confirm::Confirm,
        db::{Db, Tx},
        done::once,
        edit::Edit,
        effect::Effect,
        fields::Fields,
        form::{Field, FieldError},
        form_page::{Ask, Asked, FormPage},
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::{When, Zone},
        typed::apart,
        viewer::Viewer,
        violation::{self, Violations},
        words::{Words, filters},
    },
    modules::{
        events::{self, Entry},
        people::areas::{self, Area},
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Groups>();
    screens.extend([
        get("/groups", || web::to(list)),
        get("/groups/new", || web::to(create)),
        post("/groups/new", || web::to(created)),
        get("/groups/{id}", || web::to(show)),
        get("/groups/{id}/edit", || web::to(edit)),
        post("/groups/{id}/edit", || web::to(saved)),
        get("/groups/{id}/delete", || web::to(delete)),
        post("/groups/{id}/delete", || web::to(deleted)),
    ]);
    screens
}

type OfGroup = web::Path<(String, String)>;

fn id(text: &str) -> Result<Id<Group>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn url<P: Permission>(actor: &Viewer<P>, id: &Id<Group>) -> String {
    actor.url(&format!("groups/{id}"))
}

#[derive(Template)]
#[template(path = "people/groups/list.html")]
struct List {
    page: Page,
    list: Listed<Groups>,
    zone: Zone,
    may_manage: bool,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page(("Groups", "Account")),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_manage: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}

/// All that is asked of a group.
struct Asking {
    general: Form<General>,
    scope: Form<Scope>,
}

impl Asking {
    fn typed(fields: &Fields) -> Self {
        Self { general: Form::typed(fields), scope: Form::typed(fields) }
    }

    fn read(&mut self) -> Option<(General, Scope)> {
        let (general, scope) = (self.general.read(), self.scope.read());
        general.zip(scope)
    }

    fn fail(&mut self, wrong: Violations) -> Violations {
        let left = self.general.fail(wrong);
        self.scope.fail(left)
    }
}

/// The form of a group: its name, then what it allows, module by module.
#[derive(Template)]
#[template(path = "people/groups/form.html")]
struct GroupForm {
    page: Page,
    heading: Words,
    back: (String, &'static str),
    errors: Vec<FieldError>,
    asked: Vec<Asked>,
    hidden: (&'static str, String),
    button: &'static str,
    permissions: Field,
    areas: Vec<Area>,
}

impl GroupForm {
    /// `form` begins the page, and knows what is wrong with the whole.
    fn new(
        form: FormPage,
        heading: Words,
        back: (String, &'static str),
        button: &'static str,
        (general, scope): (&Form<General>, &Form<Scope>),
    ) -> Self {
        let form = general.onto(form);
        let permissions = scope.field("permissions");
        let errors: Vec<FieldError> = form.errors().iter().cloned().chain(scope.errors()).collect();
        let failed = !form.errors().is_empty();
        let (page, asked) = form.into_asked();
        // a title says once that something is wrong
        let page = if failed { page } else { page.with_errors(&errors) };
        Self {
            page,
            heading,
            back,
            errors,
            asked,
            hidden: Default::default(),
            button,
            permissions,
            areas: areas::all(),
        }
    }

    /// A field that is sent along unseen.
    fn hiding(self, name: &'static str, value: impl ToString) -> Self {
        Self { hidden: (name, value.to_string()), ..self }
    }
}

fn create_page(actor: &Viewer<Manage>, asking: &Asking, copy: Uuid) -> GroupForm {
    let page = actor.page(("Create group", "Groups"));
    let back = (actor.url("groups"), "Groups");
    let form = FormPage::new(page, "Create group", back.clone(), "Create");
    GroupForm::new(form, t!("Create group"), back, "Create", (&asking.general, &asking.scope)).hiding("form", copy)
}

async fn create(actor: Viewer<Manage>) -> Result<HttpResponse> {
    let asking = Asking { general: Form::empty(), scope: Form::empty() };
    page::html(&actor.visit, &create_page(&actor, &asking, Uuid::new_v4()))
}

async fn created(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let mut asking = Asking::typed(&post.fields);
    let Some((general, scope)) = asking.read() else {
        return page::invalid(&actor.visit, &create_page(&actor, &asking, copy));
    };
    let act = move |tx: &mut Tx<'_, Manage>| actions::create(tx, (&general, &scope));
    let done = db.attempt(&actor, move |tx| once(tx, copy, act)).await;
    match violation::told(done.map_err(|no| no.leading_to(actor.url("groups"), "Back to groups")))? {
        Ok(made) => {
            let here = url(&actor, &made.value());
            Ok(page::see_with(&actor.visit, here, &Flash::success("Group created")))
        }
        Err(wrong) => {
            violation::none_left(asking.fail(wrong))?;
            page::invalid(&actor.visit, &create_page(&actor, &asking, copy))
        }
    }
}

#[derive(Template)]
#[template(path = "people/groups/show.html")]
struct Show {
    page: Page,
    group: GroupRow,
    created: When,
    allowed: Vec<&'static str>,
    members: Vec<(Member, String)>,
    entries: Vec<Entry>,
    all: String,
    acts: Acts,
}

async fn show(actor: Viewer<View>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    let sought = id(&path.1)?;
    let (group, members, entries) = db
        .read(&actor, move |read| {
            let group = store::find(read, &sought)?;
            Ok((group, store::members(read, &sought)?, events::history(read, sought.as_str())?))
        })
        .await?;
    let here = url(&actor, &group.id);
    let mut acts = Acts::default();
    if actor.may::<Manage>() && !group.administrators {
        acts.button(t!("Edit"), format!("{here}/edit"), false);
        acts.ending(t!("Delete group"), format!("{here}/delete"));
    }
    let members = members.into_iter().map(|member| {
        let href = actor.url(&format!("users/{}", member.id));
        (member, href)
    });
    let shown = Show {
        page: actor.page((&group.name, "Groups")),
        created: actor.zone().when(group.created_at),
        allowed: areas::told(&group.permissions),
        members: members.collect(),
        entries,
        all: actor.url("groups"),
        acts,
        group,
    };
    page::html(&actor.visit, &shown)
}

/// A group that can be changed; of Administrators the page says that it cannot.
async fn find(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<GroupRow> {
    let sought = id(text)?;
    let here = url(actor, &sought);
    let row = db.read(actor, move |read| store::find(read, &sought)).await?;
    actions::own(row).map_err(|problem| problem.leading_to(here, "Back to group"))
}

type Editing = Edit<GroupRow, General>;

async fn editing(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<Editing> {
    let row = find(actor, db, text).await?;
    let (saved, revision) = (row.general(), row.revision);
    Ok(Edit::of(row, saved, revision))
}

fn scope(row: &GroupRow) -> Scope {
    Scope { permissions: row.permissions.clone() }
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing, scope: &Form<Scope>) -> GroupForm {
    let row = &edit.row;
    let page = actor.page(("Edit", &row.name, "Groups"));
    let back = (url(actor, &row.id), "Back to group");
    let heading = t!("Edit {name}", name = apart(&row.name));
    let form = edit.begun(FormPage::new(page, heading.clone(), back.clone(), "Save"));
    GroupForm::new(form, heading, back, "Save", (&edit.form, scope)).hiding("revision", edit.revision)
}

async fn edit(actor: Viewer<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit, &Form::filled(&scope(&edit.row))))
}

async fn saved(post: Post<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path.1).await?.typed(&post.fields);
    let mut asked = Form::<Scope>::typed(&post.fields);
    let (Some(general), Some(new)) = (edit.form.read(), asked.read()) else {
        return edit.again(&actor.visit, &edit_page(&actor, &edit, &asked));
    };
    let (group, revision, here) = (edit.row.id.clone(), edit.revision, url(&actor, &edit.row.id));
    let done = db.attempt(&actor, move |tx| actions::update(tx, &group, revision, (&general, &new))).await;
    let done = done.map_err(|no| no.leading_to(&here, "Back to group"));
    let done = asked.told(edit.told(done, editing(&actor, &db, &path.1)).await)?.flatten();
    if let Some(done) = done {
        return Ok(page::see_with(&actor.visit, here, &done.said("Group saved")));
    }
    if edit.overtaken() {
        asked.compare(&scope(&edit.row));
    }
    edit.again(&actor.visit, &edit_page(&actor, &edit, &asked))
}

async fn delete(actor: Viewer<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    let sought = row.id.clone();
    let members = db.read(&actor, move |read| store::count(read, &sought)).await?;
    let page = actor.page(("Delete group", &row.name, "Groups"));
    let gone = t!("{name} ({id}) will be permanently deleted.", name = apart(&row.name), id = row.id);
    let lose = Effect::touched(members, "{n} user will leave it.", "{n} users will leave it.");
    let lose = lose.map(|lose| lose.then("They keep only what their other groups allow."));
    let effects = [Some(Effect::from(gone)), lose].into_iter().flatten();
    let back = (url(&actor, &row.id), "Back to group");
    page::html(&actor.visit, &Confirm::new(page, "Delete group", back, effects).danger())
}

async fn deleted(post: Post<Manage>, path: OfGroup, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, group) = (post.actor, id(&path.1)?);
    let (here, all) = (url(&actor, &group), actor.url("groups"));
    db.write(&actor, move |tx| actions::delete(tx, &group))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to group"))?;
    Ok(page::see_with(&actor.visit, all, &Flash::success("Group deleted")))
}
