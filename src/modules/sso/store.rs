//! Statements about a company's identity provider and the people it signs in. Each names the company.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Joining,
    data::{Mapped, Setup},
    provider::Provider,
    sealing::sealed_for,
};
use crate::{
    accounts::Group,
    kit::{
        actor::{Account, User},
        constraint::{Constraints, named},
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        vault::Vault,
    },
    modules::people::groups::store::GroupRow,
    schema::{group_members, groups, memberships, sso_proofs, sso_providers, sso_subjects, users},
};

/// Two who sign in for the first time at once, as the same person.
pub const KEYS: Constraints = &[("sso_subjects_user_id", || linked())];

/// The person is somebody else's at the provider.
pub fn linked() -> Problem {
    Problem::refused(
        "This user is already linked",
        "Someone else at your identity provider signs in as the user with your email address. Ask an administrator of your company.",
    )
}

/// How long ago somebody who requires the provider may have signed in through it.
pub const LATELY: TimeDelta = TimeDelta::minutes(10);

/// A company's provider, with everything entered about it.
#[derive(Debug, Clone, QueryableByName)]
pub struct ProviderRow {
    #[diesel(sql_type = Text)]
    pub account_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub issuer: String,
    #[diesel(sql_type = Text)]
    pub client: String,
    #[diesel(sql_type = Text)]
    secret: String,
    /// What the provider says of itself, as it was read last.
    #[diesel(sql_type = Jsonb)]
    pub discovery: Value,
    #[diesel(sql_type = Bool)]
    pub active: bool,
    #[diesel(sql_type = Text)]
    pub joining: Joining,
    #[diesel(sql_type = Text)]
    pub groups_claim: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub enforced_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    pub revision: i32,
    #[diesel(sql_type = Array<Text>)]
    pub groups: Vec<Id<Group>>,
    /// Values of the claim with the names of their groups.
    #[diesel(sql_type = Jsonb)]
    mapped: Value,
    #[diesel(sql_type = Array<Text>)]
    pub exceptions: Vec<Id<User>>,
    /// How many people have signed in through it.
    #[diesel(sql_type = BigInt)]
    pub linked: i64,
}

const ROW: &str = "SELECT p.account_id, p.issuer, p.client, p.secret, p.discovery, p.active, p.joining, p.groups_claim, \
    p.enforced_at, p.revision, \
    coalesce((SELECT array_agg(g.group_id ORDER BY g.group_id) FROM sso_groups g WHERE g.account_id = p.account_id), '{}') AS groups, \
    coalesce((SELECT jsonb_agg(jsonb_build_object('value', c.value, 'group', n.name) ORDER BY c.place, c.group_id) \
    FROM sso_claims c JOIN groups n ON n.id = c.group_id WHERE c.account_id = p.account_id), '[]') AS mapped, \
    coalesce((SELECT array_agg(e.user_id ORDER BY e.user_id) FROM sso_exceptions e WHERE e.account_id = p.account_id), '{}') AS exceptions, \
    (SELECT count(*) FROM sso_subjects s WHERE s.account_id = p.account_id) AS linked FROM sso_providers p";

impl ProviderRow {
    /// What the form says of it; the secret is never shown.
    pub fn setup(&self) -> Result<Setup> {
        Ok(Setup {
            issuer: self.issuer.clone(),
            client_id: self.client.clone(),
            client_secret: String::new(),
            active: self.active,
            joining: self.joining,
            groups: self.groups.clone(),
            groups_claim: self.groups_claim.clone(),
            claims: self.mapped()?,
        })
    }

    /// The same, with its groups in the order of those that were `typed`: the same groups in another order are the same.
    pub fn setup_beside(&self, typed: &[Id<Group>]) -> Result<Setup> {
        let mut setup = self.setup()?;
        setup.groups.sort_by_key(|group| typed.iter().position(|one| one == group));
        Ok(setup)
    }

    fn mapped(&self) -> Result<Vec<Mapped>> {
        serde_json::from_value(self.mapped.clone()).map_err(Problem::internal)
    }

    /// The provider, with what is needed to talk to it.
    ///
    /// # Errors
    /// Internal, when its secret cannot be opened.
    pub fn provider(&self, vault: &Vault) -> Result<Provider> {
        Ok(Provider {
            issuer: self.issuer.clone(),
            client: self.client.clone(),
            secret: vault.open(&sealed_for(&self.account_id), &self.secret)?,
            discovery: self.discovery.clone(),
            groups_claim: self.groups_claim.clone(),
        })
    }
}

/// The company's provider, if it has one.
pub fn find(look: &mut impl Looks, account: &Id<Account>) -> Result<Option<ProviderRow>> {
    let found = statement(format!("{ROW} WHERE p.account_id = $1")).bind::<Text, _>(account).get_result(look.conn());
    Ok(found.optional()?)
}

/// Locks the company's provider.
pub fn lock<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<Option<ProviderRow>> {
    Ok(statement(format!("{ROW} WHERE p.account_id = $1 FOR UPDATE OF p"))
        .bind::<Text, _>(account)
        .get_result(tx.conn)
        .optional()?)
}

/// Saves a provider in place of what was there: `sealed` is its secret if a new one was given.
pub fn put<P>(
    tx: &mut Tx<'_, P>,
    account: &Id<Account>,
    said: &Setup,
    (discovery, sealed): (&Value, &str),
    mapped: &[(String, Id<Group>)],
) -> Result<()> {
    diesel::insert_into(sso_providers::table)
        .values((
            sso_providers::account_id.eq(account),
            sso_providers::issuer.eq(&said.issuer),
            sso_providers::client.eq(&said.client_id),
            sso_providers::secret.eq(sealed),
            sso_providers::discovery.eq(discovery),
            sso_providers::active.eq(said.active),
            sso_providers::joining.eq(said.joining),
            sso_providers::groups_claim.eq(&said.groups_claim),
            sso_providers::updated_at.eq(tx.at),
        ))
        .on_conflict(sso_providers::account_id)
        .do_update()
        .set((
            sso_providers::issuer.eq(&said.issuer),
            sso_providers::client.eq(&said.client_id),
            sso_providers::secret.eq(sealed),
            sso_providers::discovery.eq(discovery),
            sso_providers::active.eq(said.active),
            sso_providers::joining.eq(said.joining),
            sso_providers::groups_claim.eq(&said.groups_claim),
            sso_providers::revision.eq(sso_providers::revision + 1),
            sso_providers::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    statement("DELETE FROM sso_groups WHERE account_id = $1").bind::<Text, _>(account).execute(tx.conn)?;
    statement("DELETE FROM sso_claims WHERE account_id = $1").bind::<Text, _>(account).execute(tx.conn)?;
    statement("INSERT INTO sso_groups (account_id, group_id) SELECT $1, n.id FROM unnest($2::text[]) AS n(id)")
        .bind::<Text, _>(account)
        .bind::<Array<Text>, _>(said.groups.iter().map(Id::as_str).collect::<Vec<_>>())
        .execute(tx.conn)?;
    let places: Vec<i32> = (0..).take(mapped.len()).collect();
    statement(
        "INSERT INTO sso_claims (account_id, value, group_id, place) \
         SELECT $1, n.value, n.id, n.place FROM unnest($2::text[], $3::text[], $4::integer[]) AS n(value, id, place) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(account)
    .bind::<Array<Text>, _>(mapped.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(mapped.iter().map(|(_, group)| group.as_str()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(places)
    .execute(tx.conn)?;
    Ok(())
}

/// The sealed secret of a provider that [`lock`] holds, for one that is kept.
pub fn sealed(row: &ProviderRow) -> &str {
    &row.secret
}

/// Removes the company's provider, with its links to people.
pub fn delete<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<()> {
    diesel::delete(sso_providers::table.find(account)).execute(tx.conn)?;
    Ok(())
}

/// Forgets the links to people: another provider means other people.
pub fn unlink<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<()> {
    diesel::delete(sso_subjects::table.filter(sso_subjects::account_id.eq(account))).execute(tx.conn)?;
    Ok(())
}

/// From now on people sign in through the provider only, except for these; with none given, they may use a password again.
pub fn set_enforced<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, exceptions: Option<&[Id<User>]>) -> Result<()> {
    let since = exceptions.map(|_| tx.at);
    diesel::update(sso_providers::table.find(account))
        .set((sso_providers::enforced_at.eq(since), sso_providers::revision.eq(sso_providers::revision + 1)))
        .execute(tx.conn)?;
    statement("DELETE FROM sso_exceptions WHERE account_id = $1").bind::<Text, _>(account).execute(tx.conn)?;
    statement("INSERT INTO sso_exceptions (account_id, user_id) SELECT $1, n.id FROM unnest($2::text[]) AS n(id)")
        .bind::<Text, _>(account)
        .bind::<Array<Text>, _>(exceptions.unwrap_or_default().iter().map(Id::as_str).collect::<Vec<_>>())
        .execute(tx.conn)?;
    Ok(())
}

/// Whether a session came through the company's provider in the last few minutes.
pub fn came_lately<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, session: Option<Uuid>) -> Result<bool> {
    let Some(session) = session else { return Ok(false) };
    let lately = sso_proofs::table.find((session, account)).filter(sso_proofs::proved_at.gt(tx.at - LATELY));
    Ok(diesel::select(diesel::dsl::exists(lately)).get_result(tx.conn)?)
}

/// An administrator who could sign in with a password.
#[derive(Debug, Clone, Queryable)]
pub struct Able {
    pub id: Id<User>,
    pub name: String,
    pub email: String,
}

/// The administrators who could sign in with a password, by name: those to choose from when single sign-on is required. Who of them may
/// still use it then is the answer of [`crate::modules::people::store::sure_administrators`], which asks this choice and so cannot be
/// asked for it.
pub fn able(look: &mut impl Looks, account: &Id<Account>) -> Result<Vec<Able>> {
    Ok(groups::table
        .inner_join(group_members::table.on(group_members::group_id.eq(groups::id)))
        .inner_join(users::table.on(users::id.eq(group_members::user_id)))
        .filter(groups::account_id.eq(account))
        .filter(groups::administrators)
        .filter(users::password_hash.is_not_null())
        .order((users::name, users::id))
        .select((users::id, users::name, users::email.assume_not_null()))
        .limit(200)
        .load(look.conn())?)
}

/// The provider for addresses at a domain, with the brand under which its company is reached.
pub fn of_domain(look: &mut impl Looks, domain: &str) -> Result<Option<(Id<Account>, Id<Account>)>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        id: Id<Account>,
        #[diesel(sql_type = Text)]
        brand: Id<Account>,
    }
    let found: Option<Found> = statement(
        "SELECT a.id, a.brand FROM sso_domains d JOIN sso_providers p ON p.account_id = d.account_id \
         JOIN accounts a ON a.id = d.account_id WHERE d.domain = $1 AND d.verified_at IS NOT NULL AND p.active",
    )
    .bind::<Text, _>(domain)
    .get_result(look.conn())
    .optional()?;
    Ok(found.map(|found| (found.id, found.brand)))
}

/// The person that the provider means by a subject.
pub fn subject<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, subject: &str) -> Result<Option<Id<User>>> {
    let known = sso_subjects::table.find((account, subject));
    Ok(diesel::update(known)
        .set(sso_subjects::used_at.eq(tx.at))
        .returning(sso_subjects::user_id)
        .get_result(tx.conn)
        .optional()?)
}

/// From now on the provider means this person by the subject.
///
/// # Errors
/// The refusal of [`linked`], when it means the person by another.
pub fn link<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, subject: &str, user: &Id<User>) -> Result<()> {
    diesel::insert_into(sso_subjects::table)
        .values((
            sso_subjects::account_id.eq(account),
            sso_subjects::subject.eq(subject),
            sso_subjects::user_id.eq(user),
            sso_subjects::linked_at.eq(tx.at),
            sso_subjects::used_at.eq(tx.at),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

/// Whether the person works for the company.
pub fn is_member<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, user: &Id<User>) -> Result<bool> {
    let member = memberships::table.find((account, user));
    Ok(diesel::select(diesel::dsl::exists(member)).get_result(tx.conn)?)
}

#[derive(QueryableByName)]
struct GroupId {
    #[diesel(sql_type = Text)]
    id: Id<Group>,
}

/// The groups that these values of the claim stand for.
pub fn meant<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, values: &[String]) -> Result<Vec<Id<Group>>> {
    let rows: Vec<GroupId> = statement(
        "SELECT DISTINCT c.group_id AS id FROM sso_claims c WHERE c.account_id = $1 AND c.value = ANY($2::text[])",
    )
    .bind::<Text, _>(account)
    .bind::<Array<Text>, _>(values)
    .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The groups that the claim put the person in.
pub fn given<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, user: &Id<User>) -> Result<Vec<Id<Group>>> {
    let rows: Vec<GroupId> = statement("SELECT group_id AS id FROM sso_given WHERE account_id = $1 AND user_id = $2")
        .bind::<Text, _>(account)
        .bind::<Text, _>(user)
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Adds the person to groups because the claim says so, leaving memberships made by hand as they are. Returns how many were added.
pub fn give<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, user: &Id<User>, groups: &[Id<Group>]) -> Result<usize> {
    Ok(statement(
        "WITH placed AS (INSERT INTO group_members (group_id, account_id, user_id) \
         SELECT n.id, $1, $2 FROM unnest($3::text[]) AS n(id) ON CONFLICT DO NOTHING RETURNING group_id) \
         INSERT INTO sso_given (group_id, user_id, account_id) SELECT group_id, $2, $1 FROM placed",
    )
    .bind::<Text, _>(account)
    .bind::<Text, _>(user)
    .bind::<Array<Text>, _>(groups.iter().map(Id::as_str).collect::<Vec<_>>())
    .execute(tx.conn)?)
}

/// The groups that a provider may give: only administrators make somebody an administrator.
pub fn grantable(all: &[GroupRow]) -> impl Iterator<Item = &GroupRow> {
    all.iter().filter(|group| !group.administrators)
}
