//! Screens of users: the people of a company, and those invited to it.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Invitation, Manage, Status, View, actions, areas,
    data::{Invited, Placed},
    grid::{Column, Users},
    groups::store::{self as groups, GroupRow},
    leaving::Leaves,
    resets::{self, ResetFactor},
    store::{self, InvitationRow, Member},
    viewing::{self, ViewAs},
};
use crate::{
    access::{extract::Post, factors},
    accounts::Group,
    kit::{
        actor::{Permission, User, picture},
        acts::Acts,
        confirm::Confirm,
        db::Db,
        done::once,
        effect::{self, Effect},
        form::{Field, Pick},
        form_page::{Ask, FormPage},
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
    mail::outbox,
    modules::{
        activity, entrance,
        events::{self, Entry},
        tokens,
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Users>();
    screens.extend([
        get("/users", || web::to(list)),
        get("/users/new", || web::to(invite)),
        post("/users/new", || web::to(invited)),
        get("/users/{id}", || web::to(show)),
        get("/users/{id}/groups", || web::to(place)),
        post("/users/{id}/groups", || web::to(placed)),
        get("/users/{id}/resend", || web::to(resend)),
        post("/users/{id}/resend", || web::to(resent)),
        get("/users/{id}/revoke", || web::to(revoke)),
        post("/users/{id}/revoke", || web::to(revoked)),
        get("/users/{id}/remove", || web::to(remove)),
        post("/users/{id}/remove", || web::to(removed)),
    ]);
    screens.extend(resets::screens());
    screens.extend(viewing::screens());
    screens
}

pub(super) type OfUser = web::Path<(String, String)>;

/// Whom an address names: a user of the company, or an invitee.
enum Named {
    Member(Id<User>),
    Invited(Id<Invitation>),
}

fn named(text: &str) -> Result<Named> {
    let member = || text.parse().ok().filter(|id: &Id<User>| id.prefix() == "UR").map(Named::Member);
    text.parse().ok().map(Named::Invited).or_else(member).ok_or(Problem::NotFound)
}

/// A token's id is no person's.
pub(super) fn member(text: &str) -> Result<Id<User>> {
    match named(text)? {
        Named::Member(id) => Ok(id),
        Named::Invited(_) => Err(Problem::NotFound),
    }
}

fn invitation(text: &str) -> Result<Id<Invitation>> {
    text.parse().map_err(|_| Problem::NotFound)
}

pub(super) fn url<P: Permission>(actor: &Viewer<P>, id: impl std::fmt::Display) -> String {
    actor.url(&format!("users/{id}"))
}

#[derive(Template)]
#[template(path = "people/list.html")]
struct List {
    page: Page,
    list: Listed<Users>,
    zone: Zone,
    may_manage: bool,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page(("Users", "Account")),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_manage: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}

/// The company's groups, to choose from.
fn picks(all: &[GroupRow]) -> Vec<Pick> {
    all.iter().map(|group| Pick::new(group.id.to_string(), &group.name, &group.description)).collect()
}

async fn all_groups(actor: &Viewer<Manage>, db: &Db) -> Result<Vec<GroupRow>> {
    let account = actor.account().clone();
    db.read(actor, move |read| groups::all(read, &account)).await
}

fn invite_page(actor: &Viewer<Manage>, form: &Form<Invited>, all: &[GroupRow], copy: Uuid) -> FormPage {
    let page = actor.page(("Invite users", "Users"));
    let page = FormPage::new(page, "Invite users", (actor.url("users"), "Users"), "Send invitations");
    form.onto_asking(page.hiding("form", copy), |entry| {
        Some(if entry.name == "groups" { Ask::Checks(picks(all)) } else { entry.asked() })
    })
}

async fn invite(actor: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let all = all_groups(&actor, &db).await?;
    page::html(&actor.visit, &invite_page(&actor, &Form::empty(), &all, Uuid::new_v4()))
}

async fn invited(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let mut form = Form::<Invited>::typed(&post.fields);
    let act = |said| db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::invite(tx, &said)));
    let Some(done) = form.sent(act).await.map_err(|no| no.leading_to(actor.url("users"), "Back to users"))? else {
        let all = all_groups(&actor, &db).await?;
        return page::invalid(&actor.visit, &invite_page(&actor, &form, &all, copy));
    };
    let told = Flash::success(t!("{n} invitation sent" | "{n} invitations sent", done.value()));
    Ok(page::see_with(&actor.visit, actor.url("users"), &told))
}

#[derive(Template)]
#[template(path = "people/member.html")]
struct ShowMember {
    page: Page,
    member: Member,
    picture: Option<String>,
    joined: When,
    last_seen: Option<When>,
    /// Since when the person has a second factor.
    enrolled: Option<When>,
    /// The company asks for it to be removed.
    asked: bool,
    groups: Vec<(String, String)>,
    /// Everything that the groups allow together; nothing for administrators, who may do all.
    allowed: Vec<&'static str>,
    administrator: bool,
    entries: Vec<Entry>,
    all: String,
    acts: Acts,
}

#[derive(Template)]
#[template(path = "people/invitation.html")]
struct ShowInvitation {
    page: Page,
    row: InvitationRow,
    state: Status,
    inviter: String,
    sent: When,
    /// What became of its mail.
    mailed: Option<Words>,
    expires: When,
    groups: Vec<(String, String)>,
    entries: Vec<Entry>,
    all: String,
    acts: Acts,
}

/// The groups with their addresses.
fn linked<P: Permission>(actor: &Viewer<P>, groups: &[GroupRow]) -> Vec<(String, String)> {
    groups.iter().map(|group| (group.name.clone(), actor.url(&format!("groups/{}", group.id)))).collect()
}

async fn show(actor: Viewer<View>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    match named(&path.1)? {
        Named::Member(id) => show_member(actor, id, db).await,
        Named::Invited(id) => show_invitation(actor, id, db).await,
    }
}

async fn show_member(actor: Viewer<View>, id: Id<User>, db: web::Data<Db>) -> Result<HttpResponse> {
    let account = actor.account().clone();
    let (member, held, asked, entries) = db
        .read(&actor, move |read| {
            let member = store::member(read, &account, &id)?;
            let held = store::groups_of(read, &account, &id)?;
            let asked = member.enrolled_at.is_some() && factors::resets::is_asked(read.conn, &account, &id)?;
            Ok((member, held, asked, store::history(read, &id)?))
        })
        .await?;
    let here = url(&actor, &member.id);
    let another = member.id != actor.identity.person.id;
    let mut acts = Acts::default();
    if actor.may::<Manage>() {
        acts.button(t!("Change groups"), format!("{here}/groups"), false);
        if another {
            acts.ending(t!("Remove user"), format!("{here}/remove"));
        }
    }
    if actor.may::<activity::View>() {
        acts.rare(t!("Activity"), actor.url(&format!("activity?person={}", member.id)));
    }
    if actor.may::<ViewAs>() && another {
        acts.rare(t!("View as this user"), format!("{here}/view-as"));
    }
    if actor.may::<entrance::Manage>() && another {
        acts.rare(t!("Sign out everywhere"), format!("{here}/sign-out"));
    }
    if actor.may::<ResetFactor>() && another && member.enrolled_at.is_some() {
        match asked {
            true => acts.rare(t!("Keep second factor"), format!("{here}/second-factor/keep")),
            false => acts.rare(t!("Remove second factor"), format!("{here}/second-factor")),
        }
    }
    let permissions: Vec<String> = held.iter().flat_map(|group| group.permissions.clone()).collect();
    let shown = ShowMember {
        page: actor.page((&member.name, "Users")),
        picture: picture(&member.id, member.picture.as_deref()),
        joined: actor.zone().when(member.joined_at),
        last_seen: member.last_seen_at.map(|at| actor.zone().when(at)),
        enrolled: member.enrolled_at.map(|at| actor.zone().when(at)),
        asked,
        groups: linked(&actor, &held),
        allowed: areas::told(&permissions),
        administrator: held.iter().any(|group| group.administrators),
        entries,
        all: actor.url("users"),
        acts,
        member,
    };
    page::html(&actor.visit, &shown)
}

async fn show_invitation(actor: Viewer<View>, id: Id<Invitation>, db: web::Data<Db>) -> Result<HttpResponse> {
    let sought = id.clone();
    let ((row, inviter), joined, offered, entries, fate) = db
        .read(&actor, move |read| {
            let found = store::find(read, &id)?;
            let joined = store::accepted_by(read, &id)?;
            let (offered, entries) = (store::groups_offered(read, &id)?, events::history(read, id.as_str())?);
            let fate = outbox::fate(read, &format!("users/{id}"))?;
            Ok((found, joined, offered, entries, fate))
        })
        .await?;
    // once accepted, the user has a page of their own
    if let Some(user) = joined {
        return Ok(page::see(url(&actor, user)));
    }
    let here = url(&actor, &sought);
    let state = row.state(actor.now());
    let mut acts = Acts::default();
    if actor.may::<Manage>() {
        acts.button(t!("Resend invitation"), format!("{here}/resend"), state == Status::Expired);
        if state == Status::Invited {
            acts.ending(t!("Revoke invitation"), format!("{here}/revoke"));
        }
        acts.ending(t!("Remove invitation"), format!("{here}/remove"));
    }
    let shown = ShowInvitation {
        page: actor.page((&row.email, "Users")),
        state,
        inviter,
        sent: actor.zone().when(row.sent_at),
        mailed: fate.map(|fate| fate.words(actor.zone())),
        expires: actor.zone().when(row.expires_at),
        groups: linked(&actor, &offered),
        entries,
        all: actor.url("users"),
        acts,
        row,
    };
    page::html(&actor.visit, &shown)
}

/// Separates the groups that a form showed, which it carries along.
const SHOWN: &str = ",";

fn place_page(
    actor: &Viewer<Manage>,
    member: &Member,
    form: &Form<Placed>,
    (all, before): (&[GroupRow], &[Id<Group>]),
) -> FormPage {
    let page = actor.page(("Change groups", &member.name, "Users"));
    let back = (url(actor, &member.id), "Back to user");
    let page = FormPage::new(page, t!("Groups of {name}", name = apart(&member.name)), back, "Save");
    let shown = before.iter().map(Id::as_str).collect::<Vec<_>>().join(SHOWN);
    form.onto_asking(page.hiding("before", shown), |_| Some(Ask::Checks(picks(all))))
}

/// A user of the company, their groups, and all groups.
async fn placing(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<(Member, Vec<GroupRow>, Vec<GroupRow>)> {
    let (account, user) = (actor.account().clone(), member(text)?);
    db.read(actor, move |read| {
        let member = store::member(read, &account, &user)?;
        Ok((member, store::groups_of(read, &account, &user)?, groups::all(read, &account)?))
    })
    .await
}

async fn place(actor: Viewer<Manage>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let (member, held, all) = placing(&actor, &db, &path.1).await?;
    let before: Vec<Id<Group>> = held.into_iter().map(|group| group.id).collect();
    let form = Form::filled(&Placed { groups: before.clone() });
    page::html(&actor.visit, &place_page(&actor, &member, &form, (&all, &before)))
}

async fn placed(post: Post<Manage>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let (member, _, all) = placing(&actor, &db, &path.1).await?;
    let before: Vec<Id<Group>> = post.fields.text("before").split(SHOWN).filter_map(|id| id.parse().ok()).collect();
    let mut form = Form::<Placed>::typed(&post.fields);
    let (user, here, known) = (member.id.clone(), url(&actor, &member.id), before.clone());
    let act = |said: Placed| db.attempt(&actor, move |tx| actions::set_groups(tx, &user, &known, &said.groups));
    match form.sent(act).await.map_err(|no| no.leading_to(&here, "Back to user"))? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Groups saved"))),
        None => page::invalid(&actor.visit, &place_page(&actor, &member, &form, (&all, &before))),
    }
}

/// An invitation that waits to be accepted, or was never.
async fn waiting(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<InvitationRow> {
    let id = invitation(text)?;
    let here = url(actor, &id);
    let (row, _) = db.read(actor, move |read| store::find(read, &id)).await?;
    // its own page leads to the user who accepted it
    if row.status == Status::Joined { Err(Problem::Elsewhere(here)) } else { Ok(row) }
}

fn confirm(actor: &Viewer<Manage>, row: &InvitationRow, heading: Words, effect: Words) -> Confirm {
    let page = actor.page((&heading, &row.email, "Users"));
    let back = (url(actor, &row.id), "Back to invitation");
    Confirm::new(page, heading, back, [effect.with("email", apart(&row.email))])
}

async fn resend(actor: Viewer<Manage>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = waiting(&actor, &db, &path.1).await?;
    let effect = t!("{email} will get an email with a new link. Links sent earlier will stop working.");
    page::html(&actor.visit, &confirm(&actor, &row, t!("Resend invitation"), effect))
}

async fn resent(post: Post<Manage>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, invitation(&path.1)?);
    let here = url(&actor, &id);
    db.write(&actor, move |tx| actions::resend(tx, &id))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to invitation"))?;
    Ok(page::see_with(&actor.visit, here, &Flash::success("Invitation sent again")))
}

async fn revoke(actor: Viewer<Manage>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = waiting(&actor, &db, &path.1).await?;
    let refusal = (row.status != Status::Invited).then(|| t!("To invite this person again, resend it."));
    let effect = t!("The link sent to {email} will stop working immediately. You can resend the invitation later.");
    let shown = confirm(&actor, &row, t!("Revoke invitation"), effect).danger();
    page::html(&actor.visit, &shown.refused("This invitation has already been revoked", refusal))
}

async fn revoked(post: Post<Manage>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, invitation(&path.1)?);
    let here = url(&actor, &id);
    db.write(&actor, move |tx| actions::revoke(tx, &id))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to invitation"))?;
    Ok(page::see_with(&actor.visit, here, &Flash::success("Invitation revoked")))
}

/// To whom open requests can be handed.
fn heirs(colleagues: Vec<(Id<User>, String)>) -> (Field, Vec<Pick>) {
    let field = Field::new("heir", "Give open requests to")
        .hint("They get the requests that their groups let them work on. The others are unassigned.")
        .optional();
    let nobody = Pick::new("", "Nobody", "");
    let all = colleagues.into_iter().map(|(id, name)| Pick::by_label(id.to_string(), Words::data(apart(&name)), ""));
    (field, std::iter::once(nobody).chain(all).collect())
}

async fn remove(actor: Viewer<Manage>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let user = match named(&path.1)? {
        Named::Member(user) => user,
        Named::Invited(_) => {
            let row = waiting(&actor, &db, &path.1).await?;
            let effect = t!("The invitation for {email} will be removed. Its link will stop working immediately.");
            let page = confirm(&actor, &row, t!("Remove invitation"), effect).danger();
            return page::html(&actor.visit, &page);
        }
    };
    let (account, identity) = (actor.account().clone(), actor.identity.clone());
    let (member, tokens, refusal, followed, colleagues) = db
        .read(&actor, move |read| {
            let member = store::member(read, &account, &user)?;
            let held = store::groups_of(read, &account, &user)?;
            let refusal = match actions::removable(read, &identity, &user, &held) {
                Err(Problem::Refused(why)) => Some((why.title, why.text)),
                other => other.map(|()| None)?,
            };
            let tokens = store::tokens_of(read, &account, &user)?;
            let leaves = Leaves { account, user };
            let followed = read.consequences()?.foresee(read.conn, &leaves)?;
            let colleagues = store::colleagues(read, &leaves.account, &leaves.user)?;
            Ok((member, tokens, refusal, effect::all(followed, None), colleagues))
        })
        .await?;
    let gone = t!(
        "{name} will immediately lose access to {company}. Their past actions stay in the history.",
        name = apart(&member.name),
        company = apart(&actor.identity.company.name),
    );
    let kept = Effect::touched(
        tokens,
        "{n} API token they created will keep working.",
        "{n} API tokens they created will keep working.",
    );
    let kept = kept.map(|kept| kept.then("Rotate the keys they know.").at_if(actor.leads::<tokens::View>("tokens")));
    let here = url(&actor, &member.id);
    let page = actor.page(("Remove user", &member.name, "Users"));
    let heir = (!followed.is_empty()).then(|| heirs(colleagues));
    let effects = [Some(Effect::from(gone)), kept].into_iter().flatten().chain(followed);
    let (says, why) = refusal.unzip();
    let shown = Confirm::new(page, "Remove user", (here, "Back to user"), effects).choosing(heir).danger();
    page::html(&actor.visit, &shown.refused(says.unwrap_or_default(), why))
}

async fn removed(post: Post<Manage>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let (here, all) = (url(&actor, &path.1), actor.url("users"));
    let (done, told, back) = match named(&path.1)? {
        Named::Member(user) => {
            let heir = match post.fields.text("heir") {
                "" => None,
                chosen => Some(member(chosen)?),
            };
            (db.write(&actor, move |tx| actions::remove(tx, &user, heir)).await, t!("User removed"), "Back to user")
        }
        Named::Invited(id) => (
            db.write(&actor, move |tx| actions::withdraw(tx, &id)).await,
            t!("Invitation removed"),
            "Back to invitation",
        ),
    };
    done.map_err(|problem| problem.leading_to(here, back))?;
    Ok(page::see_with(&actor.visit, all, &Flash::success(told)))
}
