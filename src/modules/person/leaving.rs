//! Leaving a company: what an administrator's removal of a user does, as an act of one's own.

use actix_web::{HttpResponse, web};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Bool, Text},
};

use super::pages::GENERAL;
use crate::{
    access::{extract::SignedIn, identity, profile::who, proof::ProvedPerson},
    kit::{
        actor::{Account, User},
        confirm::Confirm,
        db::{Db, Personal, Tx},
        effect::Effect,
        event::Event,
        id::Id,
        page::{self, Flash},
        problem::{Problem, Result},
        route::{Mount, get, post},
        statement::statement,
        typed,
        words::Words,
    },
    modules::people::{self, leaving::Left},
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![get("/profile/leave/{account}", || web::to(asking)), post("/profile/leave/{account}", || web::to(left))]
}

/// A company that somebody may leave.
#[derive(QueryableByName)]
struct Ahead {
    #[diesel(sql_type = Text)]
    company: String,
    /// It would have no administrator who can sign in.
    #[diesel(sql_type = Bool)]
    alone: bool,
    /// Tokens of the company that the person made and that still work.
    #[diesel(sql_type = BigInt)]
    tokens: i64,
}

impl Ahead {
    fn refusal(&self) -> Option<Words> {
        self.alone.then(|| {
            t!(
                "You're the only administrator who can sign in at {company}. Make someone else an administrator first.",
                company = typed::apart(&self.company),
            )
        })
    }
}

const REFUSED: &str = "A company needs an administrator";

/// What leaving means.
///
/// # Errors
/// [`Problem::NotFound`] for a company that the person does not work for.
fn foresee(conn: &mut PgConnection, user: &Id<User>, account: &Id<Account>) -> Result<Ahead> {
    Ok(statement(
        "SELECT a.name::text AS company, \
         EXISTS (SELECT FROM groups g JOIN group_members gm ON gm.group_id = g.id \
                 WHERE g.account_id = a.id AND g.administrators AND gm.user_id = m.user_id) \
         AND NOT EXISTS (SELECT FROM sure_administrators(a.id) AS o(id) WHERE o.id <> m.user_id) AS alone, \
         (SELECT count(*) FROM api_tokens k WHERE k.account_id = a.id AND k.creator_id = m.user_id \
          AND k.status = 'active' AND k.expires_at > now()) AS tokens \
         FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.user_id = $1 AND m.account_id = $2",
    )
    .bind::<Text, _>(user)
    .bind::<Text, _>(account)
    .get_result(conn)?)
}

/// Ends that the person works for the company.
///
/// # Errors
/// As [`foresee`]; a refusal where the company would have no administrator.
fn leave(tx: &mut Tx<'_, Personal>, user: &Id<User>, account: &Id<Account>) -> Result<String> {
    people::store::take_turn(tx, account)?;
    let ahead = foresee(tx.conn, user, account)?;
    if let Some(why) = ahead.refusal() {
        return Err(Problem::refused(REFUSED, why));
    }
    let by = identity::load(tx.conn, user, account)?;
    tx.follow("member.left", &Left { account: account.clone(), user: user.clone(), heir: None, by })?;
    people::store::dismiss(tx, account, user)?;
    tx.record(Event::new("member.left", user).concerning(account))?;
    Ok(ahead.company)
}

fn named(text: &str) -> Result<Id<Account>> {
    text.parse().map_err(|_| Problem::NotFound)
}

async fn asking(signed_in: SignedIn, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (person, account) = (signed_in.person.id.clone(), named(&path)?);
    let ahead = db.open(move |conn| foresee(conn, &person, &account)).await?;
    let company = typed::apart(&ahead.company).into_owned();
    let always = [
        t!(
            "You'll immediately lose access to {company}. Your past actions stay in its history.",
            company = company.as_str()
        ),
        t!("Open requests assigned to you there will be unassigned."),
        t!("To come back, you need a new invitation."),
    ];
    let kept = Effect::touched(
        usize::try_from(ahead.tokens).unwrap_or_default(),
        "{n} API token that you created keeps working, because it belongs to the company.",
        "{n} API tokens that you created keep working, because they belong to the company.",
    );
    let heading = t!("Leave {company}", company = company.as_str());
    let page = signed_in.page((&heading, "Profile"));
    let effects = always.into_iter().map(Effect::from).chain(kept);
    let shown = Confirm::new(page, heading, (GENERAL.to_owned(), "Back to profile"), effects).danger();
    page::html(&signed_in.visit, &shown.refused(REFUSED, ahead.refusal()))
}

async fn left(post: ProvedPerson, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (signed_in, account) = (&post.signed_in, named(&path)?);
    let person = signed_in.person.id.clone();
    let company = db
        .write_as_person(who(signed_in), move |tx| leave(tx, &person, &account))
        .await
        .map_err(|problem| problem.leading_to(GENERAL, "Back to profile"))?;
    let told = Flash::success(t!("You left {company}", company = typed::apart(&company)));
    Ok(page::see_with(&signed_in.visit, GENERAL, &told))
}
