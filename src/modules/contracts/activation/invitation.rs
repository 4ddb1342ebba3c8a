//! Whether a link still opens, and where its invitee stands.

use chrono::TimeDelta;
use diesel::PgConnection;

use super::{
    passes::Pass,
    store::{self, Attempt, Found, Link},
};
use crate::{
    choice,
    kit::{
        actor::Account,
        brand::ActiveBrand,
        choice::Choice as _,
        id::Id,
        problem::{Problem, Refusal, Result},
        secret::{self, Key},
        shown::Shown,
        typed::apart,
        words::Words,
    },
    modules::{
        agreements::documents::Document,
        contracts::{Contract, Status, links, rights, signers::Turn},
    },
    t,
};

choice! {
    /// A step of activation, by its URL.
    Step without column { Review = "review" / "Review", Code = "code" / "Confirm email", Sign = "sign" / "Sign", User = "user" / "Create user", Account = "account" / "Create account", Confirm = "confirm" / "Activation" }
}

/// The steps there are; an e-mail is confirmed where the operator asks for it, and the first of two signers makes no user and no company.
pub fn steps(verify: bool, turn: Turn) -> Vec<Step> {
    let taken = |step: &Step| match step {
        Step::Review => true,
        Step::Code => verify,
        Step::Sign => turn == Turn::First,
        Step::User | Step::Account | Step::Confirm => turn != Turn::First,
    };
    Step::ALL.iter().copied().filter(taken).collect()
}

/// What the cookie of a link holds: a random name for this browser, and the link's code.
#[derive(Debug, Clone)]
pub struct Ticket {
    pub contract: Id<Contract>,
    browser: String,
    code: String,
    /// The brand of its pages: the brand of the contract's issuer.
    active_brand: ActiveBrand,
}

pub const COOKIE: &str = "entente-activation";

impl Ticket {
    /// For a browser that opens the link. A returning browser keeps its name.
    pub fn new(contract: Id<Contract>, code: &str, before: Option<&Self>, active_brand: ActiveBrand) -> Self {
        let browser = before.map_or_else(secret::token, |before| before.browser.clone());
        Self { contract, browser, code: code.to_owned(), active_brand }
    }

    pub fn read(contract: &str, cookie: Option<&str>, active_brand: ActiveBrand) -> Result<Self> {
        let contract = contract.parse().map_err(|_| Problem::NotFound)?;
        let (browser, code) = cookie.and_then(|value| value.split_once('.')).ok_or(Problem::NotFound)?;
        Ok(Self { contract, browser: browser.to_owned(), code: code.to_owned(), active_brand })
    }

    pub fn value(&self) -> String {
        format!("{}.{}", self.browser, self.code)
    }

    /// How the table names this browser.
    pub fn browser_hash(&self) -> Vec<u8> {
        secret::digest(&self.browser)
    }

    pub fn path(&self) -> String {
        format!("/activate/{}", self.contract)
    }
}

/// A link that opens.
pub struct Invitation {
    pub found: Found,
    pub link: i32,
    pub attempt: Option<Attempt>,
    /// Whether the e-mail has to be confirmed.
    verify: bool,
}

/// How long a browser can come back and continue.
const KEPT: TimeDelta = TimeDelta::days(7);
/// How long a typed password is kept, hashed.
const PASSWORD_KEPT: TimeDelta = TimeDelta::hours(1);

fn gone(title: Words, text: Words) -> Problem {
    Problem::Gone(Box::new(Refusal { title, text, next: None, since: None }))
}

/// The contract behind a ticket, whatever has become of it, the number of the link that the code belongs to, and what its browser has
/// answered so far.
pub fn behind(conn: &mut PgConnection, key: &Key, ticket: &Ticket) -> Result<(Found, i32, Option<Attempt>)> {
    let Some((found, attempt)) = store::find(conn, &ticket.contract, &ticket.browser_hash())? else {
        let nonces = store::dead(conn, &ticket.contract)?;
        let known = nonces.iter().any(|nonce| links::fits(key, &ticket.contract, nonce, &ticket.code));
        return Err(if known {
            gone(
                t!("This invitation was withdrawn"),
                t!(
                    "The company that sent you this link has deleted the contract. If you think this is a mistake, contact them."
                ),
            )
        } else {
            Problem::NotFound
        });
    };
    let link = found.links.iter().find(|link| links::fits(key, &ticket.contract, &link.nonce, &ticket.code));
    let number = link.map(|link| link.number).ok_or(Problem::NotFound)?;
    ticket.active_brand.set(&found.brand)?;
    Ok((found, number, attempt))
}

/// The invitation, when the link still opens; otherwise the page that says why it does not.
pub fn open(conn: &mut PgConnection, key: &Key, ticket: &Ticket, verify: bool) -> Result<Invitation> {
    let (found, number, attempt) = behind(conn, key, ticket)?;
    check(&found, number)?;
    if !rights::may_bind(conn, &found.contract)? {
        return Err(Problem::refused(
            "This contract cannot be activated right now",
            t!(
                "{issuer} cannot currently offer the permissions in {contract}. The link will work again once they can. Contact {issuer} to find out when.",
                issuer = apart(&found.issuer),
                contract = found.contract.id,
            ),
        ));
    }
    let attempt = attempt
        .filter(|attempt| attempt.updated_at > found.now - KEPT)
        .filter(|attempt| attempt.version == found.contract.version);
    Ok(Invitation { found, link: number, attempt, verify })
}

/// The link, when only its time has run out: a new one would open the contract.
pub fn lapsed(found: &Found, number: i32) -> Option<&Link> {
    let contract = &found.contract;
    let waits = contract.status == Status::Pending && !contract.over(found.now);
    let link = found.links.iter().find(|link| link.number == number)?;
    let current = link.replaced_at.is_none() && link.revoked_at.is_none();
    (waits && current && link.expires_at < found.now).then_some(link)
}

/// Why a link does not open any more.
pub fn check(found: &Found, number: i32) -> Result<()> {
    let contract = &found.contract;
    let (id, issuer) = (&contract.id, apart(&found.issuer));
    match contract.status {
        Status::Active => {
            let text = t!("{id} has been activated. If you activated it, sign in to your portal.", id);
            return Err(gone(t!("This contract is already active"), text).leading_to("/sign-in", "Sign in"));
        }
        Status::Rejected => {
            let text = t!(
                "{id} was rejected and can no longer be used. If you've changed your mind, ask {issuer} for a new invitation.",
                id,
                issuer,
            );
            return Err(gone(t!("This contract was rejected"), text));
        }
        Status::Terminated => {
            return Err(gone(t!("This contract has ended"), t!("{issuer} terminated {id}.", issuer, id)));
        }
        // only distribution contracts enroll, and none of them has a link
        Status::Enrolling | Status::Pending => {}
    }
    let now = found.now;
    let link = found.links.iter().find(|link| link.number == number).ok_or(Problem::NotFound)?;
    if found.pass(number).is_some_and(|pass| pass.signed) {
        let text = t!(
            "{id} needs two signatures, and the first was given with this link. The second signer has a new link. If that should be you, ask {issuer}.",
            id,
            issuer,
        );
        return Err(gone(t!("The first signature has been given"), text));
    }
    if found.pass(number).is_some() {
        // to whom is nobody's business who only has the link
        let text = t!(
            "The person who received this link handed contract {id} over to a colleague, who has a new link. If you should sign it, ask your colleague or {issuer}.",
            id,
            issuer,
        );
        return Err(gone(t!("This link was handed over"), text));
    }
    if link.replaced_at.is_some() {
        return Err(gone(
            t!("This link was replaced"),
            t!("{issuer} has created a newer link for {id}. Ask them for it.", issuer, id),
        ));
    }
    if link.revoked_at.is_some() {
        return Err(gone(
            t!("This link was revoked"),
            t!("{issuer} has revoked this link for {id}. If you think this is a mistake, contact them.", issuer, id),
        ));
    }
    if link.expires_at < now {
        return Err(gone(
            t!("This link has expired"),
            t!("Links only work for a limited time. Ask {issuer} for a new one.", issuer),
        )
        .leading_to(format!("/activate/{id}/expired"), "Request a new link"));
    }
    if contract.over(now) {
        return Err(gone(
            t!("The expiry date of this contract has passed"),
            t!("{id} can no longer be activated. Ask {issuer} for a new contract.", id, issuer),
        ));
    }
    Ok(())
}

impl Invitation {
    /// What the last page shows: the terms, and for whom they are signed. `company` is the name that `attempt` chose.
    pub fn binds(&self, document: &Document, attempt: &Attempt, company: &str) -> Shown {
        let account = attempt.account_id.as_ref().map_or("", |account| account.as_str());
        self.found
            .terms(document)
            .part("your user", format!("{} {}", attempt.name, attempt.email))
            .part("your company", format!("{company} {account}"))
    }

    /// What the last page of the first of two signers shows.
    pub fn signs(&self, document: &Document, attempt: &Attempt) -> Shown {
        self.found.terms(document).part("your email", &attempt.email)
    }

    /// The first step that is not done.
    pub fn gap(&self) -> Step {
        let Some(attempt) = &self.attempt else { return Step::Review };
        if self.verify && attempt.email_proved_at.is_none() {
            return Step::Code;
        }
        if self.found.turn() == Turn::First {
            return Step::Sign;
        }
        let fresh = attempt.password_at.is_some_and(|at| at > self.found.now - PASSWORD_KEPT);
        if !(fresh && (attempt.user_id.is_some() || attempt.password_hash.is_some())) {
            return Step::User;
        }
        if attempt.company.is_empty() && attempt.account_id.is_none() {
            return Step::Account;
        }
        Step::Confirm
    }

    /// Whether `step` may be opened: everything before it is done.
    pub fn reached(&self, step: Step) -> bool {
        if matches!(step, Step::Code | Step::Sign) && self.gap() != step {
            return false;
        }
        let place = |step: Step| Step::ALL.iter().position(|other| *other == step);
        place(step) <= place(self.gap())
    }
}

/// Whether this browser's attempt is the one that activated the contract.
pub fn won(found: &Found, attempt: Option<&Attempt>) -> Option<Id<Account>> {
    let signee = found.contract.signee_id.clone()?;
    attempt.filter(|attempt| attempt.account_id.as_ref() == Some(&signee)).map(|_| signee)
}

/// What became of the link `number`, when this browser handed it over; once the contract is decided, that is what it is told.
pub fn handed(found: &Found, number: i32, ticket: &Ticket) -> Option<Pass> {
    let waits = found.contract.status == Status::Pending;
    found.pass(number).filter(|pass| waits && pass.browser_hash == ticket.browser_hash()).cloned()
}
