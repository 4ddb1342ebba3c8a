//! Sessions as rows that are found by the hash of the cookie's key and can be revoked.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::{
    Error,
    body::MessageBody,
    cookie::{Cookie, CookieJar, Key as CookieKey, time::Duration},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderValue},
    middleware::Next,
    web,
};
use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    dsl::{IntervalDsl as _, now},
    prelude::*,
    sql_types::{Array, BigInt, Binary, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    access::{
        factors::{Factor, Proof},
        identity, networks,
        places::{self, OPEN},
        providers,
    },
    kit::{
        actor::{Account, Role, User},
        caller::{Caller, Credential},
        choice::Choice as _,
        db::Db,
        id::Id,
        problem::{Problem, Result},
        secret::{self, Key},
        statement::statement,
        visit::{House, Out, PLACE, Viewing, portal_of},
    },
    schema::sessions,
};

/// The name of the cookie, before [`House::cookie_name`].
pub const COOKIE: &str = "entente";

/// A session ends this long after its last use…
pub const IDLE_HOURS: i32 = 12;
/// …and this long after it began.
pub const LIFE_DAYS: i32 = 14;
/// How long a sign-in through a company's provider lasts before it has to be repeated. Somebody the provider no longer lets in is out by
/// then.
pub const PROVIDED_HOURS: i32 = 24;

/// actix-session's store over our table. State is `user`, `id`, `address`, `agent`, `factor`, `passkey`, and `sso` with `sso_said`,
/// nothing else.
#[derive(Clone)]
pub struct Store {
    db: Db,
    texts: Texts,
}

/// The statement that finds a session: by the role whose portal is asked for, and without one, for any.
#[derive(Clone)]
struct Texts(Arc<[(Option<Role>, String)]>);

impl Texts {
    fn of(&self, role: Option<Role>) -> String {
        self.0.iter().find(|(of, _)| *of == role).map(|(_, text)| text.clone()).unwrap_or_default()
    }
}

impl Store {
    /// `waiting`: an SQL expression of a JSON object with how many of each queue wait for a company of that role, or of the role
    /// `f.facts->>'role'`, whose id stands at `{company}`. A portal has its own: what the others count costs time in every page.
    pub fn new(db: Db, waiting: impl Fn(Option<Role>) -> String) -> Self {
        let roles = Role::ALL.iter().copied().map(Some).chain([None]);
        Self { db, texts: Texts(roles.map(|role| (role, text(&waiting(role)))).collect()) }
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    user_id: String,
    #[diesel(sql_type = Bool)]
    touch: bool,
    /// Seconds since the password was said.
    #[diesel(sql_type = BigInt)]
    proof: i64,
    /// The person began it with a sign-in of their own. A session that a company's provider began opens only that company.
    #[diesel(sql_type = Bool)]
    own: bool,
    /// It entered the company through the company's provider, less than a day ago.
    #[diesel(sql_type = Bool)]
    provided: bool,
    /// The same, longer ago.
    #[diesel(sql_type = Bool)]
    lapsed: bool,
    /// Seconds since the person signed in at that provider, if it says so.
    #[diesel(sql_type = Nullable<BigInt>)]
    said: Option<i64>,
    /// The company lets this person in through its provider only.
    #[diesel(sql_type = Bool)]
    demanded: bool,
    #[diesel(sql_type = Nullable<Text>)]
    language: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    company_language: Option<String>,
    #[diesel(sql_type = Nullable<Bool>)]
    shortcuts: Option<bool>,
    /// How the person writes days, hours and numbers.
    #[diesel(sql_type = Nullable<Text>)]
    habits: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    member: Option<serde_json::Value>,
    /// It was never used for the company.
    #[diesel(sql_type = Bool)]
    fresh: bool,
    /// It was used for the company, but not in the last minute.
    #[diesel(sql_type = Bool)]
    stale: bool,
    /// The company ended it, and the password was not said since.
    #[diesel(sql_type = Bool)]
    ended: bool,
    /// From where the company lets people in.
    #[diesel(sql_type = Nullable<Array<Text>>)]
    ranges: Option<Vec<String>>,
    /// The colleague as whom the portal is looked at, and until when.
    #[diesel(sql_type = Nullable<Text>)]
    viewing: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    viewing_until: Option<DateTime<Utc>>,
}

impl Found {
    /// Why somebody who works for the company is kept out. In a `portal`, somebody who came through another company's provider is told the
    /// same whether or not they work here, so that nobody learns who works for whom.
    fn out(&self, address: Option<IpAddr>, portal: bool) -> Option<Out> {
        if !self.own && !self.provided && (portal || self.member.is_some()) {
            return Some(if self.lapsed && self.member.is_some() { Out::Demanded } else { Out::Elsewhere });
        }
        self.member.as_ref()?;
        if self.ended {
            return Some(Out::Ended);
        }
        if !networks::admit(self.ranges.as_deref(), address) {
            return Some(Out::Barred);
        }
        (self.demanded && !self.provided).then_some(Out::Demanded)
    }

    fn told(&self, fact: &str) -> String {
        let told = self.member.as_ref().and_then(|member| member.get(fact)?.as_str());
        told.unwrap_or_default().to_owned()
    }

    /// As whom the portal of `account` is looked at.
    fn viewing(&self, account: &str) -> Option<Viewing> {
        let home = format!("/{}/{account}", self.told("role"));
        Some(Viewing { id: self.viewing.clone()?, name: self.told("name"), home, until: self.viewing_until? })
    }

    /// Who the person is at the company; a colleague who is looked at takes no company of their own along, and is never sent away.
    fn member(&mut self) -> serde_json::Value {
        let mut member = self.member.take().unwrap_or_default();
        if self.viewing.is_some() {
            member["others"] = serde_json::json!([]);
            member["unenrolled"] = false.into();
            member["unread"] = 0.into();
        }
        if !self.own {
            member["others"] = serde_json::json!([]);
        }
        // how many factors it asks for is up to the provider
        if self.provided {
            member["unenrolled"] = false.into();
        }
        member
    }
}

/// What pages ask by themselves: how many notifications are unread.
pub const QUIET: &str = "/notifications/count";

/// The company for which a page is shown: who the person is there, and what waits, is looked up with the session.
#[derive(Clone, Default)]
struct Place {
    /// Whose portal the address names.
    role: Option<Role>,
    account: String,
    /// Where the address names that company: the one that the browser was in before.
    before: Option<String>,
    /// The brand's name under which it was asked for; empty for the public one. A session is known only under the one where it began.
    host: String,
    /// Asked by a page that nobody may be looking at: nobody was seen by it.
    quiet: bool,
    /// From where it is asked.
    caller: Option<Arc<Caller>>,
}

tokio::task_local! {
    static PLACED: Place;
}

/// What a state holds besides what was written: the person as a member of the company for which the page is shown, as
/// [`identity::Facts`].
pub const MEMBER: &str = "member";
/// The id of that company.
pub const OF: &str = "account";
/// The same of a company of the person's own, where the address names one that is not: the page that says so keeps its frame. It admits to
/// nothing.
pub const FRAME: &str = "frame";
pub const FRAME_OF: &str = "frame_account";
/// The language that the person chose, if it chose one.
pub const LANGUAGE: &str = "lang";
/// The language of the company for which the page is shown; where it is shown for none, that of the first that the person belongs to and that
/// has one.
pub const COMPANY_LANGUAGE: &str = "company_lang";
/// Seconds since the person last said the password.
pub const PROOF: &str = "proof";
/// Seconds since the person last signed in at the provider of the company that the page is shown for.
const SAID: &str = "said";
/// Whether a company's provider began the session.
const PROVIDED: &str = "provided";
/// How the person writes days, hours and numbers, as their keys.
pub const HABITS: &str = "habits";
/// Whether single keys act.
pub const SHORTCUTS: &str = "shortcuts";
/// The company in whose portal the person is, where it is the person's.
const COMPANY: &str = "company";
/// As whom its portal is looked at, as [`Viewing`].
const LOOKS_AS: &str = "viewing";
/// Why the person does not come in, as [`Out`] and the company's name.
const KEPT_OUT: &str = "out";
/// Marks that the session continues under a new key.
const ANEW: &str = "anew";

/// The company's provider, and when the session came through it.
const COMPANY_PROVIDER: &str = "LEFT JOIN sso_providers xo ON xo.account_id = $2 AND xo.active \
    LEFT JOIN sso_proofs xp ON xp.session_id = s.id AND xp.account_id = xo.account_id";

/// The colleague as whom an administrator looks at the portal: while both are what they were, and the administrator has the second factor
/// that the company requires, or came through [`COMPANY_PROVIDER`], whose it is to ask for one.
fn looking() -> String {
    format!(
        "LEFT JOIN session_places p ON p.session_id = s.id AND p.account_id = $2 \
         LEFT JOIN LATERAL (SELECT p.viewing_id AS id, p.viewing_until AS until WHERE p.viewing_until > now() \
         AND EXISTS (SELECT FROM memberships vm WHERE vm.account_id = p.account_id AND vm.user_id = p.viewing_id) \
         AND EXISTS (SELECT FROM group_members vg JOIN groups vo ON vo.id = vg.group_id \
         WHERE vg.account_id = p.account_id AND vg.user_id = s.user_id AND vo.administrators) \
         AND (xp.proved_at > now() - interval '{PROVIDED_HOURS} hours' OR (SELECT va.second_factor <> 'required' \
         OR EXISTS (SELECT FROM authenticators vx WHERE vx.user_id = s.user_id) \
         FROM accounts va WHERE va.id = p.account_id))) v ON true"
    )
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// How many notifications the person has not read at the company, of those that the person may still see: up to one more than is shown.
const UNREAD: &str = "(SELECT count(*) FROM (SELECT FROM notifications un WHERE un.account_id = (SELECT $2) AND un.user_id = s.user_id \
    AND un.shown AND un.read_at IS NULL AND ((f.facts->>'administrator')::boolean OR jsonb_exists_any(f.facts->'permissions', un.seen)) \
    LIMIT 100) u)";

fn text(waiting: &str) -> String {
    // by a SELECT: of a company for which nothing waits PostgreSQL would find a plan of its own cheaper than the kept one, each time
    let waiting = waiting.replace("{company}", "(SELECT $2)");
    format!(
        "SELECT s.id, s.user_id, s.seen_at < now() - interval '1 minute' AS touch, \
         extract(epoch FROM now() - s.proved_at)::bigint AS proof, s.own, \
         coalesce(xp.proved_at > now() - interval '{PROVIDED_HOURS} hours', false) AS provided, \
         coalesce(xp.proved_at <= now() - interval '{PROVIDED_HOURS} hours', false) AS lapsed, \
         extract(epoch FROM now() - xp.said_at)::bigint AS said, \
         xo.enforced_at IS NOT NULL AND NOT EXISTS (SELECT FROM sso_exceptions xe \
         WHERE xe.account_id = $2 AND xe.user_id = s.user_id) AS demanded, \
         (SELECT lu.language FROM users lu WHERE lu.id = s.user_id) AS language, \
         (SELECT la.language FROM memberships lm JOIN accounts la ON la.id = lm.account_id \
         WHERE lm.user_id = s.user_id AND la.language IS NOT NULL AND ($2 = '' OR la.id = $2) \
         ORDER BY lm.joined_at, la.id LIMIT 1) AS company_language, \
         (SELECT lu.shortcuts FROM users lu WHERE lu.id = s.user_id) AS shortcuts, \
         (SELECT concat_ws(',', lu.date_order, lu.clock, lu.number_signs) FROM users lu WHERE lu.id = s.user_id) AS habits, \
         (SELECT f.facts || jsonb_build_object('waiting', {}, 'unread', {UNREAD}) FROM ({}) f) AS member, \
         p.session_id IS NULL AS fresh, coalesce(p.seen_at < now() - interval '1 minute', false) AS stale, \
         NOT {OPEN} AS ended, v.id AS viewing, v.until AS viewing_until, \
         (SELECT array_agg(ar.network) FROM address_rules ar WHERE ar.account_id = $2 AND ar.whom = 'people') AS ranges \
         FROM sessions s {COMPANY_PROVIDER} {} WHERE s.key_hash = $1 AND s.host = $3 AND s.seen_at > now() - interval '{IDLE_HOURS} hours' \
         AND s.created_at > now() - interval '{LIFE_DAYS} days'",
        waiting,
        identity::facts("coalesce(v.id, s.user_id)", "$2"),
        looking()
    )
}

fn session(conn: &mut PgConnection, text: String, hash: &[u8], account: &str, host: &str) -> Result<Option<Found>> {
    Ok(statement(text)
        .bind::<Binary, _>(hash)
        .bind::<Text, _>(account)
        .bind::<Text, _>(host)
        .get_result::<Found>(conn)
        .optional()?)
}

/// A company of the person's: the one that the browser was in `before`, or else its first.
fn own(conn: &mut PgConnection, user: &str, before: &str) -> Result<Option<String>> {
    Ok(statement(
        "SELECT account_id FROM memberships WHERE user_id = $1 ORDER BY account_id = $2 DESC, joined_at, account_id LIMIT 1",
    )
    .bind::<Text, _>(user)
    .bind::<Text, _>(before).value::<Text, _>(conn).optional()?)
}

fn find(conn: &mut PgConnection, texts: &Texts, hash: &[u8], place: &Place) -> Result<Option<HashMap<String, String>>> {
    let account = place.account.as_str();
    let Some(mut found) = session(conn, texts.of(place.role), hash, account, &place.host)? else { return Ok(None) };
    let address = place.caller.as_ref().and_then(|caller| caller.ip());
    let mut frame = None;
    // an address of a company that is not the person's: nothing of it is there, and two statements more find a frame
    if found.member.is_none()
        && let Some(before) = &place.before
        && let Some(own) = own(conn, &found.user_id, before)?
        && let Some(mut there) = session(conn, texts.of(None), hash, &own, &place.host)?
        && there.out(address, false).is_none()
        && there.viewing.is_none()
    {
        found.company_language = there.company_language.clone();
        frame = Some((there.member().to_string(), json(&own)));
    }
    let out = found.out(address, place.role.is_some()).map(|out| (out, found.told("company")));
    let ours = place.role.is_some() && found.member.is_some();
    if found.touch && !place.quiet {
        // once a minute is enough to know whether a session idles
        diesel::update(sessions::table.find(hash)).set(sessions::seen_at.eq(diesel::dsl::now)).execute(conn)?;
    }
    if let (true, None, Some(caller)) = (ours && !place.quiet, &out, &place.caller) {
        let of = (found.id, found.user_id.as_str());
        if found.fresh {
            places::come(conn, of, account, caller)?;
        }
        if found.fresh || found.touch || found.stale {
            places::seen(conn, of, account, caller)?;
        }
    }
    let viewing = if out.is_none() { found.viewing(account) } else { None };
    let member = if out.is_none() { found.member() } else { serde_json::Value::Null }.to_string();
    let mut state = HashMap::from([
        ("user".into(), json(&found.user_id)),
        ("id".into(), json(&found.id.to_string())),
        (MEMBER.into(), member),
        (OF.into(), json(account)),
    ]);
    if found.own {
        state.insert(PROOF.into(), found.proof.to_string());
    } else {
        state.insert(PROVIDED.into(), true.to_string());
    }
    if let Some(said) = found.said.filter(|_| found.provided) {
        state.insert(SAID.into(), said.to_string());
    }
    if ours {
        state.insert(COMPANY.into(), json(account));
    }
    if let Some(viewing) = viewing {
        state.insert(LOOKS_AS.into(), serde_json::to_string(&viewing).map_err(Problem::internal)?);
    }
    if let Some(out) = out {
        state.insert(KEPT_OUT.into(), serde_json::to_string(&out).map_err(Problem::internal)?);
    }
    if let Some((facts, of)) = frame {
        state.insert(FRAME.into(), facts);
        state.insert(FRAME_OF.into(), of);
    }
    for (name, language) in [(LANGUAGE, &found.language), (COMPANY_LANGUAGE, &found.company_language)] {
        if let Some(language) = language {
            state.insert(name.into(), json(language));
        }
    }
    if let Some(habits) = &found.habits {
        state.insert(HABITS.into(), json(habits));
    }
    if let Some(shortcuts) = found.shortcuts {
        state.insert(SHORTCUTS.into(), shortcuts.to_string());
    }
    Ok(Some(state))
}

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let hash = secret::digest(key.as_ref());
        let place = PLACED.try_with(Clone::clone).unwrap_or_default();
        let texts = self.texts.clone();
        match self.db.open(move |conn| find(conn, &texts, &hash, &place)).await {
            Ok(found) => Ok(found),
            // an error here would leave no request to make a page from, and "no session" would sign the person out
            Err(problem) => Ok(Some(HashMap::from([("unavailable".into(), json(&problem.to_string()))]))),
        }
    }

    async fn save(&self, state: HashMap<String, String>, _: &Duration) -> Result<SessionKey, SaveError> {
        let key = secret::token();
        let hash = secret::digest(&key);
        let read = move |name: &str| -> Option<String> { serde_json::from_str(state.get(name)?).ok() };
        let (Some(user), Some(id)) = (read("user"), read("id").and_then(|id| id.parse::<Uuid>().ok())) else {
            return Err(SaveError::Other(Problem::internal("a session belongs to a user").into()));
        };
        let host = PLACED.try_with(|place| place.host.clone()).unwrap_or_default();
        let (address, agent) = (read("address").unwrap_or_default(), read("agent").unwrap_or_default());
        let factor = read("factor").and_then(|key| Factor::from_key(&key)).unwrap_or(Factor::None);
        let passkey = read("passkey").and_then(|id| id.parse::<Uuid>().ok());
        let (provider, said) = (read(THROUGH), read(THROUGH_SAID).and_then(|at| at.parse::<DateTime<Utc>>().ok()));
        self.db
            .open(move |conn| {
                diesel::insert_into(sessions::table)
                    .values((
                        sessions::key_hash.eq(hash),
                        sessions::id.eq(id),
                        sessions::user_id.eq(user),
                        sessions::address.eq(address),
                        sessions::agent.eq(agent),
                        sessions::host.eq(host),
                        sessions::factor.eq(factor),
                        sessions::passkey.eq(passkey),
                        sessions::own.eq(provider.is_none()),
                    ))
                    .execute(conn)?;
                if let Some(account) = provider {
                    providers::put(conn, id, &account, said)?;
                }
                Ok(())
            })
            .await
            .map_err(|problem| SaveError::Other(problem.into()))?;
        key.try_into().map_err(|_| SaveError::Other(Problem::internal("a key of 43 characters fits").into()))
    }

    /// What a session holds never changes: a new one is begun whenever rights grow. Its key changes when [`renew_key`] asks for it.
    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        if !state.contains_key(ANEW) {
            return Ok(key);
        }
        let (before, fresh) = (secret::digest(key.as_ref()), secret::token());
        let hash = secret::digest(&fresh);
        let moved = self
            .db
            .open(move |conn| {
                let of_it = sessions::table.find(before);
                Ok(diesel::update(of_it).set(sessions::key_hash.eq(hash)).execute(conn)?)
            })
            .await
            .map_err(|problem| UpdateError::Other(problem.into()))?;
        // it has ended in the meantime
        if moved == 0 {
            return Ok(key);
        }
        fresh.try_into().map_err(|_| UpdateError::Other(Problem::internal("a key of 43 characters fits").into()))
    }

    /// Idleness is kept by [`find`].
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = secret::digest(key.as_ref());
        self.db
            .open(move |conn| {
                diesel::delete(sessions::table.find(hash)).execute(conn)?;
                Ok(())
            })
            .await
            .map_err(Into::into)
    }
}

/// A session as the profile lists it.
#[derive(Debug, Queryable)]
pub struct Signed {
    pub id: Uuid,
    pub address: String,
    pub agent: String,
    pub created_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub factor: Factor,
}

/// The living sessions of a person, the latest used first.
pub fn of_user(conn: &mut PgConnection, user: &Id<User>) -> Result<Vec<Signed>> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user.as_str()))
        .filter((sessions::seen_at + IDLE_HOURS.hours()).gt(now))
        .filter((sessions::created_at + LIFE_DAYS.days()).gt(now))
        .select((
            sessions::id,
            sessions::address,
            sessions::agent,
            sessions::created_at,
            sessions::seen_at,
            sessions::factor,
        ))
        .order(sessions::seen_at.desc())
        .load(conn)?)
}

/// Ends one session of a person.
pub fn revoke(conn: &mut PgConnection, user: &Id<User>, id: Uuid) -> Result<bool> {
    let own = sessions::table.filter(sessions::user_id.eq(user.as_str())).filter(sessions::id.eq(id));
    Ok(diesel::delete(own).execute(conn)? > 0)
}

/// Ends all sessions of a person but `kept`: after a change of password.
pub fn revoke_others(conn: &mut PgConnection, user: &Id<User>, kept: Option<Uuid>) -> Result<usize> {
    let others =
        sessions::table.filter(sessions::user_id.eq(user.as_str())).filter(sessions::id.ne(kept.unwrap_or_default()));
    Ok(diesel::delete(others).execute(conn)?)
}

/// Ends all sessions that began under a brand's own host name.
pub fn revoke_under(conn: &mut PgConnection, host: &str) -> Result<usize> {
    Ok(diesel::delete(sessions::table.filter(sessions::host.eq(host))).execute(conn)?)
}

/// Records that the person has entered the password again in this session, which makes it the person's own from now on, whoever began it.
pub fn proved(conn: &mut PgConnection, user: &Id<User>, id: Uuid) -> Result<()> {
    let own = sessions::table.filter(sessions::user_id.eq(user.as_str())).filter(sessions::id.eq(id));
    diesel::update(own).set((sessions::proved_at.eq(now), sessions::own.eq(true))).execute(conn)?;
    Ok(())
}

/// Gives the session a new key and makes the old one useless, after the person has proved again who they are.
pub fn renew_key(session: &actix_session::Session) -> Result<()> {
    session.insert(ANEW, true).map_err(Problem::internal)
}

/// Begins a session in this browser, with a new key.
pub fn begin(session: &actix_session::Session, user: &Id<User>, address: &str, agent: &str) -> Result<()> {
    session.renew();
    let put = |name: &str, value: &str| session.insert(name, value).map_err(Problem::internal);
    put("user", user.as_str())?;
    put("id", &Uuid::new_v4().to_string())?;
    put("address", address)?;
    put("agent", agent)
}

/// As [`begin`], with what the person showed besides the password.
pub fn begin_with(session: &actix_session::Session, user: &Id<User>, caller: &Caller, proof: &Proof) -> Result<()> {
    begin(session, user, &caller.address, &caller.agent)?;
    session.insert("factor", proof.factor.key()).map_err(Problem::internal)?;
    match proof.passkey {
        Some(passkey) => session.insert("passkey", passkey.to_string()).map_err(Problem::internal),
        None => Ok(()),
    }
}

/// The company whose provider begins a session, and when the person signed in there.
const THROUGH: &str = "sso";
const THROUGH_SAID: &str = "sso_said";

/// Begins a session that came through a company's provider and opens only that company.
pub fn begin_through(
    session: &actix_session::Session,
    user: &Id<User>,
    caller: &Caller,
    (account, said): (&Id<Account>, Option<DateTime<Utc>>),
) -> Result<()> {
    begin(session, user, &caller.address, &caller.agent)?;
    let put = |name: &str, value: &str| session.insert(name, value).map_err(Problem::internal);
    put("factor", Factor::Provider.key())?;
    put(THROUGH, account.as_str())?;
    match said {
        Some(said) => put(THROUGH_SAID, &said.to_rfc3339()),
        None => Ok(()),
    }
}

/// Ends the sessions of a person that were begun with a passkey, but for `kept`.
pub fn revoke_of_passkey(conn: &mut PgConnection, user: &Id<User>, passkey: Uuid, kept: Uuid) -> Result<()> {
    let its = sessions::table.filter(sessions::user_id.eq(user.as_str())).filter(sessions::passkey.eq(passkey));
    diesel::delete(its.filter(sessions::id.ne(kept))).execute(conn)?;
    Ok(())
}

/// Records that the person has used, or given up, a second factor in this session. This does not count as entering the password, which is
/// still asked for.
pub fn rose(conn: &mut PgConnection, user: &Id<User>, id: Uuid, factor: Factor) -> Result<()> {
    let own = sessions::table.filter(sessions::user_id.eq(user.as_str())).filter(sessions::id.eq(id));
    diesel::update(own).set(sessions::factor.eq(factor)).execute(conn)?;
    Ok(())
}

/// The public id of the session that [`begin`] began.
pub fn id(session: &actix_session::Session) -> Result<Uuid> {
    session.get("id").map_err(Problem::internal)?.ok_or_else(|| Problem::internal("a session was begun"))
}

/// Clears away what can no longer be used.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement(format!(
        "DELETE FROM sessions WHERE seen_at < now() - interval '{IDLE_HOURS} hours' \
         OR created_at < now() - interval '{LIFE_DAYS} days'"
    ))
    .execute(conn)?)
}

/// What session cookies are encrypted with: one for each key that is accepted, the current one first.
pub fn cookie_keys(key: &Key) -> Vec<CookieKey> {
    key.seals("session cookie", &[]).iter().map(|seal| CookieKey::derive_from(seal.as_bytes())).collect()
}

/// Looks up with the session who the person is in the portal that the path begins with. What stands outside of the portals keeps the frame
/// of the one that the browser was in last.
pub async fn with_member<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let house = request.app_data::<web::Data<House>>();
    let before = house.and_then(|house| request.cookie(&house.cookie_name(PLACE)));
    let before = before.map_or_else(String::new, |cookie| cookie.value().to_owned());
    let active_brand = house.map(|house| house.active_brand(request.head()));
    let host = active_brand.and_then(|active_brand| Some(active_brand.host()?.name.clone())).unwrap_or_default();
    let caller = house.map(|house| Arc::new(Caller::of(request.request(), house.proxies, Credential::Session, None)));
    let place = match portal_of(request.path()) {
        Some((role, account)) => Place {
            role: Some(role),
            account: account.to_owned(),
            before: Some(before),
            host,
            quiet: request.path().ends_with(QUIET),
            caller,
        },
        None => Place { role: None, account: before, before: None, host, quiet: false, caller },
    };
    PLACED.scope(place, next.call(request)).await
}

/// actix-session knows only the key that the program started with. A cookie under any other accepted key is re-encrypted under that one
/// before it gets there, and every cookie it makes is re-encrypted under the current key: changing the key signs nobody out.
pub async fn under_current_key<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let Some(house) = request.app_data::<web::Data<House>>().cloned() else { return next.call(request).await };
    let (changed, several) = (house.key.id() != house.began_with.id(), house.key.ids().nth(1).is_some());
    if !changed && !several {
        return next.call(request).await;
    }
    let keys = Keys::of(&house);
    let sent: Vec<HeaderValue> = request.headers().get_all(header::COOKIE).cloned().collect();
    request.headers_mut().remove(header::COOKIE);
    for value in sent {
        request.headers_mut().append(header::COOKIE, keys.inwards(&value).unwrap_or(value));
    }
    let mut response = next.call(request).await?;
    if changed {
        let made: Vec<HeaderValue> = response.headers().get_all(header::SET_COOKIE).cloned().collect();
        response.headers_mut().remove(header::SET_COOKIE);
        for value in made {
            response.headers_mut().append(header::SET_COOKIE, keys.outwards(&value).unwrap_or(value));
        }
    }
    Ok(response)
}

/// The keys that session cookies arrive, are read and leave under.
struct Keys {
    name: String,
    /// All accepted keys, the current one first.
    accepted: Vec<CookieKey>,
    /// The key of actix-session.
    inner: CookieKey,
}

fn opened(key: &CookieKey, cookie: &Cookie<'static>) -> Option<String> {
    let mut jar = CookieJar::new();
    jar.add_original(cookie.clone());
    Some(jar.private(key).get(cookie.name())?.value().to_owned())
}

fn sealed(key: &CookieKey, name: &str, value: String) -> Option<Cookie<'static>> {
    let mut jar = CookieJar::new();
    jar.private_mut(key).add(Cookie::new(name.to_owned(), value));
    jar.delta().next().cloned()
}

impl Keys {
    fn of(house: &House) -> Self {
        Self {
            name: house.cookie_name(COOKIE),
            accepted: cookie_keys(&house.key),
            inner: cookie_keys(&house.began_with).swap_remove(0),
        }
    }

    /// The request's header with its session cookie as actix-session can read it; none if it is not text.
    fn inwards(&self, sent: &HeaderValue) -> Option<HeaderValue> {
        let pieces: Vec<String> = sent
            .to_str()
            .ok()?
            .split(';')
            .map(|piece| match Cookie::parse_encoded(piece.trim()) {
                Ok(cookie) if cookie.name() == self.name => self.inner(&cookie.into_owned()),
                _ => piece.trim().to_owned(),
            })
            .collect();
        HeaderValue::from_str(&pieces.join("; ")).ok()
    }

    /// The cookie for actix-session, without a value if no accepted key opens it.
    fn inner(&self, cookie: &Cookie<'static>) -> String {
        let value = self.accepted.iter().find_map(|key| opened(key, cookie));
        let made = value.and_then(|value| sealed(&self.inner, &self.name, value));
        made.map_or_else(|| format!("{}=", self.name), |cookie| cookie.stripped().encoded().to_string())
    }

    /// The answer's header with the session cookie under the current key; none if it sets another cookie or removes this one.
    fn outwards(&self, made: &HeaderValue) -> Option<HeaderValue> {
        let mut cookie = Cookie::parse_encoded(made.to_str().ok()?.to_owned()).ok()?;
        if cookie.name() != self.name {
            return None;
        }
        let value = opened(&self.inner, &cookie)?;
        let fresh = sealed(self.accepted.first()?, &self.name, value)?;
        cookie.set_value(fresh.value().to_owned());
        HeaderValue::from_str(&cookie.encoded().to_string()).ok()
    }
}
