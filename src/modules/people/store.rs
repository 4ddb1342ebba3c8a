//! Statements about a company's people and invitations. [`owned_by`] and [`works_for`] are the tenancy conditions.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    QueryableByName,
    dsl::auto_type,
    prelude::*,
    sql_types::{Array, BigInt, Text, Timestamptz},
};

use super::{Invitation, LIVES, Status, groups::store::GroupRow, lifecycle::Action, reach};
use crate::{
    accounts::{Group, store::draw},
    kit::{
        actor::{Account, Company, Permission, Role, User},
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        id::Id,
        lifecycle::Move,
        problem::Result,
        secret,
        statement::statement,
        typed,
        violation::{Violation, Why},
    },
    modules::events::{Entry, store::Row},
    schema::{
        accounts, api_tokens, authenticators, group_members, groups, invitation_groups, invitations, memberships, users,
    },
};

pub use crate::accounts::store::take_turn;

/// An invitation is its company's alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    invitations::account_id.eq(account)
}

/// A person is seen by the companies that the person works for.
#[auto_type(no_type_alias)]
fn works_for<'a>(account: &'a Id<Account>) -> _ {
    memberships::account_id.eq(account)
}

/// Somebody who works for the company.
#[derive(Debug, Clone, Queryable)]
pub struct Member {
    pub id: Id<User>,
    pub name: String,
    pub email: String,
    /// The job title; empty if there is none.
    pub title: String,
    /// The hash of the picture.
    pub picture: Option<String>,
    pub joined_at: DateTime<Utc>,
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Since when the person has a second factor.
    pub enrolled_at: Option<DateTime<Utc>>,
}

pub fn member(look: &mut impl Looks, account: &Id<Account>, user: &Id<User>) -> Result<Member> {
    Ok(memberships::table
        .inner_join(users::table)
        .left_join(authenticators::table.on(authenticators::user_id.eq(users::id)))
        .filter(works_for(account))
        .filter(memberships::user_id.eq(user))
        .select((
            users::id,
            users::name,
            users::email.assume_not_null(),
            users::job_title,
            users::picture,
            memberships::joined_at,
            memberships::last_seen_at,
            authenticators::created_at.nullable(),
        ))
        .first(look.conn())?)
}

/// Everybody else who works for the company, by name.
pub fn colleagues(look: &mut impl Looks, account: &Id<Account>, user: &Id<User>) -> Result<Vec<(Id<User>, String)>> {
    Ok(memberships::table
        .inner_join(users::table)
        .filter(works_for(account))
        .filter(users::id.ne(user))
        .order((users::name, users::id))
        .select((users::id, users::name))
        .load(look.conn())?)
}

/// The groups of somebody who works for the company, Administrators first.
pub fn groups_of(look: &mut impl Looks, account: &Id<Account>, user: &Id<User>) -> Result<Vec<GroupRow>> {
    Ok(groups::table
        .inner_join(group_members::table.on(group_members::group_id.eq(groups::id)))
        .filter(groups::account_id.eq(account))
        .filter(group_members::user_id.eq(user))
        .order((groups::administrators.desc(), groups::name, groups::id))
        .select(GroupRow::as_select())
        .load(look.conn())?)
}

/// The groups into which somebody is invited, as far as they are still there.
pub fn groups_offered(look: &mut impl Looks, invitation: &Id<Invitation>) -> Result<Vec<GroupRow>> {
    Ok(groups::table
        .inner_join(invitation_groups::table.on(invitation_groups::group_id.eq(groups::id)))
        .filter(invitation_groups::invitation_id.eq(invitation))
        .order((groups::administrators.desc(), groups::name, groups::id))
        .select(GroupRow::as_select())
        .load(look.conn())?)
}

#[derive(QueryableByName)]
struct Sure {
    #[diesel(sql_type = Text)]
    id: Id<User>,
}

/// The administrators who can sign in without the company's identity provider: the one answer, for whoever is removed, demoted, handed the
/// company or leaves. Whom a requirement may except is another question: any administrator with a password.
pub fn sure_administrators(look: &mut impl Looks, account: &Id<Account>) -> Result<Vec<Id<User>>> {
    let found: Vec<Sure> =
        statement("SELECT s.id FROM sure_administrators($1) AS s(id)").bind::<Text, _>(account).load(look.conn())?;
    Ok(found.into_iter().map(|sure| sure.id).collect())
}

/// How many tokens that somebody made for the company still work.
pub fn tokens_of(look: &mut impl Looks, account: &Id<Account>, user: &Id<User>) -> Result<usize> {
    let count: i64 = api_tokens::table
        .filter(api_tokens::account_id.eq(account))
        .filter(api_tokens::creator_id.eq(user))
        .filter(api_tokens::status.eq("active"))
        .filter(api_tokens::expires_at.gt(diesel::dsl::now))
        .count()
        .get_result(look.conn())?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints =
    &[("invitations_email", || invited().into()), ("group_members_keep_administrator", reach::last)];

fn invited() -> Violation {
    Violation::new("emails", Why::new("invited", "Someone else just invited one of these addresses"))
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct InvitationRow {
    pub id: Id<Invitation>,
    pub account_id: Id<Account>,
    pub email: String,
    pub email_key: String,
    pub status: Status,
    pub nonce: Vec<u8>,
    pub number: i32,
    pub sent_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl InvitationRow {
    /// How it stands: its status, and what its date says.
    pub fn state(&self, now: DateTime<Utc>) -> Status {
        if self.status == Status::Invited && self.expires_at <= now { Status::Expired } else { self.status }
    }
}

/// An invitation, and the name of its sender.
pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Invitation>) -> Result<(InvitationRow, String)> {
    let me = &read.actor.identity.company.id;
    Ok(invitations::table
        .inner_join(users::table.on(users::id.eq(invitations::inviter_id)))
        .filter(invitations::id.eq(id))
        .filter(owned_by(me))
        .select((InvitationRow::as_select(), users::name))
        .first(read.conn)?)
}

/// Who accepted an invitation of the company, if it was accepted.
pub fn accepted_by<P>(read: &mut Read<'_, P>, id: &Id<Invitation>) -> Result<Option<Id<User>>> {
    let me = &read.actor.identity.company.id;
    Ok(invitations::table
        .filter(invitations::id.eq(id))
        .filter(owned_by(me))
        .select(invitations::user_id)
        .first(read.conn)?)
}

pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Invitation>) -> Result<InvitationRow> {
    let me = tx.account()?;
    Ok(invitations::table
        .filter(invitations::id.eq(id))
        .filter(owned_by(&me))
        .select(InvitationRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// An invitation into a company, locked; none when it is gone.
pub fn of_account<P>(
    tx: &mut Tx<'_, P>,
    account: &Id<Account>,
    id: Option<&Id<Invitation>>,
) -> Result<Option<InvitationRow>> {
    let Some(id) = id else { return Ok(None) };
    Ok(invitations::table
        .filter(invitations::id.eq(id))
        .filter(owned_by(account))
        .select(InvitationRow::as_select())
        .for_update()
        .first(tx.conn)
        .optional()?)
}

/// An invitation for the person with its link: with the company and the name of the sender.
pub fn behind(look: &mut impl Looks, id: &Id<Invitation>) -> Result<(InvitationRow, Company, String)> {
    type Of = (Id<Account>, String, Role, Id<Account>);
    let (row, (id, name, role, brand), inviter): (InvitationRow, Of, String) = invitations::table
        .inner_join(accounts::table)
        .inner_join(users::table.on(users::id.eq(invitations::inviter_id)))
        .filter(invitations::id.eq(id))
        .select((
            InvitationRow::as_select(),
            (accounts::id, accounts::name, accounts::role, accounts::brand),
            users::name,
        ))
        .first(look.conn())?;
    Ok((row, Company { id, name, role, brand, logo: None }, inviter))
}

/// Holds an invitation whose link was opened until the act is done.
pub fn lock_behind<P>(tx: &mut Tx<'_, P>, id: &Id<Invitation>) -> Result<()> {
    invitations::table.find(id).select(invitations::id).for_update().first::<Id<Invitation>>(tx.conn)?;
    Ok(())
}

/// Which of these addresses belong to somebody who works for the company, and which are invited already.
pub fn known<P>(tx: &mut Tx<'_, P>, emails: &[String]) -> Result<(Vec<String>, Vec<String>)> {
    let me = tx.account()?;
    let keys: Vec<String> = emails.iter().map(|email| typed::email_key(email)).collect();
    let members: Vec<Option<String>> = memberships::table
        .inner_join(users::table)
        .filter(works_for(&me))
        .filter(users::email_key.eq_any(&keys))
        .select(users::email_key)
        .load(tx.conn)?;
    let invited: Vec<String> = invitations::table
        .filter(owned_by(&me))
        .filter(invitations::status.ne(Status::Joined))
        .filter(invitations::email_key.eq_any(&keys))
        .select(invitations::email_key)
        .load(tx.conn)?;
    Ok((members.into_iter().flatten().collect(), invited))
}

/// How many invitations the company sent within a day, into whichever company. Their events are counted: those that were taken back or sent
/// to somebody else instead were sent as well.
pub fn sent_lately<P>(tx: &mut Tx<'_, P>) -> Result<usize> {
    let me = tx.account()?;
    let sent: i64 = statement(
        "SELECT count(*) FROM events e WHERE coalesce(e.account_id, e.concerns_id) = $1 AND split_part(e.name, '.', 1) = 'invitation' \
         AND e.at > $2 AND e.name IN ('invitation.sent', 'invitation.resent')",
    )
    .bind::<Text, _>(&me)
    .bind::<Timestamptz, _>(tx.at - TimeDelta::days(1))
    .value::<BigInt, i64>(tx.conn)?;
    Ok(usize::try_from(sent).unwrap_or_default())
}

/// Makes an invitation into these groups of a company.
pub fn insert<P>(
    tx: &mut Tx<'_, P>,
    account: &Id<Account>,
    email: &str,
    groups: &[Id<Group>],
) -> Result<Id<Invitation>> {
    let inviter = tx.person()?;
    let nonce = secret::nonce();
    let id = draw("UI", |id| {
        diesel::insert_into(invitations::table)
            .values((
                invitations::id.eq(id),
                invitations::account_id.eq(account),
                invitations::email.eq(email),
                invitations::email_key.eq(typed::email_key(email)),
                invitations::status.eq(Status::Invited),
                invitations::nonce.eq(&nonce),
                invitations::inviter_id.eq(&inviter),
                invitations::created_at.eq(tx.at),
                invitations::sent_at.eq(tx.at),
                invitations::expires_at.eq(tx.at + LIVES),
            ))
            .on_conflict(invitations::id)
            .do_nothing()
            .execute(tx.conn)
            .map_err(named(KEYS))
    })?;
    statement(
        "INSERT INTO invitation_groups (invitation_id, group_id, account_id) \
         SELECT $1, n.group_id, $2 FROM unnest($3::text[]) AS n(group_id)",
    )
    .bind::<Text, _>(&id)
    .bind::<Text, _>(account)
    .bind::<Array<Text>, _>(texts(groups))
    .execute(tx.conn)?;
    Ok(id)
}

fn texts(groups: &[Id<Group>]) -> Vec<String> {
    groups.iter().map(ToString::to_string).collect()
}

/// Sends an invitation that [`lock`] holds once more: under another number, so that the link before does not work any more.
pub fn renew<P>(tx: &mut Tx<'_, P>, id: &Id<Invitation>, planned: &Move<Status, Action>) -> Result<()> {
    diesel::update(invitations::table.find(id))
        .set((
            invitations::status.eq(planned.to()),
            invitations::number.eq(invitations::number + 1),
            invitations::sent_at.eq(tx.at),
            invitations::expires_at.eq(tx.at + LIVES),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Moves an invitation that is locked; `user` is who accepts it.
pub fn advance<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Invitation>,
    planned: &Move<Status, Action>,
    user: Option<&Id<User>>,
) -> Result<usize> {
    let here = invitations::table.find(id).filter(invitations::status.eq(planned.from()));
    Ok(diesel::update(here)
        .set((invitations::status.eq(planned.to()), invitations::user_id.eq(user)))
        .execute(tx.conn)?)
}

/// Takes away an invitation that [`lock`] holds.
pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Invitation>) -> Result<()> {
    diesel::delete(invitations::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Puts somebody who works for the company into groups.
pub fn place<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, user: &Id<User>, groups: &[Id<Group>]) -> Result<()> {
    statement(
        "INSERT INTO group_members (group_id, account_id, user_id) \
         SELECT n.group_id, $1, $2 FROM unnest($3::text[]) AS n(group_id) ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(account)
    .bind::<Text, _>(user)
    .bind::<Array<Text>, _>(texts(groups))
    .execute(tx.conn)?;
    Ok(())
}

/// Takes somebody out of groups.
///
/// # Errors
/// The refusal of [`reach::last`].
pub fn displace<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, user: &Id<User>, groups: &[Id<Group>]) -> Result<()> {
    let out = group_members::table
        .filter(group_members::account_id.eq(account))
        .filter(group_members::user_id.eq(user))
        .filter(group_members::group_id.eq_any(texts(groups)));
    diesel::delete(out).execute(tx.conn).map_err(named(KEYS))?;
    Ok(())
}

/// Ends that somebody works for the company; groups go with it, and so does the invitation by which the person came.
///
/// # Errors
/// As [`displace`].
pub fn dismiss<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, user: &Id<User>) -> Result<()> {
    let member = memberships::table.filter(works_for(account)).filter(memberships::user_id.eq(user));
    diesel::delete(member).execute(tx.conn).map_err(named(KEYS))?;
    let came = invitations::table.filter(owned_by(account)).filter(invitations::user_id.eq(user));
    diesel::delete(came).execute(tx.conn)?;
    Ok(())
}

/// What the company did with a person, the newest first: nothing of what the person does elsewhere.
pub fn history<P: Permission>(read: &mut Read<'_, P>, user: &Id<User>) -> Result<Vec<Entry>> {
    let rows: Vec<Row> = statement(
        "SELECT k.* FROM (\
         SELECT e.number, e.at, e.name, e.actor_kind AS kind, e.actor_name AS actor, e.account_id AS account, a.name AS company, \
         e.note, e.moved_to AS moved, e.cause FROM events e JOIN accounts a ON a.id = e.account_id \
         WHERE e.object = $1 AND e.account_id = $2 \
         UNION ALL \
         SELECT e.number, e.at, e.name, e.actor_kind, e.actor_name, e.account_id, a.name, e.note, e.moved_to, e.cause \
         FROM invitations i JOIN events e ON e.object = i.id LEFT JOIN accounts a ON a.id = e.account_id \
         WHERE i.user_id = $1 AND i.account_id = $2) k ORDER BY k.number DESC LIMIT 100",
    )
    .bind::<Text, _>(user)
    .bind::<Text, _>(read.actor.account())
    .load(read.conn)?;
    let zone = read.actor.zone();
    Ok(rows.into_iter().map(|row| row.entry(zone)).collect())
}
