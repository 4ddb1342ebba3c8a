//! The verbs of Create Partner. Each is one transaction: agreement, contract, link, account and invitation, or nothing.

use chrono::TimeDelta;

use super::{
    data::{Company, How, Representative, Source, Terms, offered, type_of},
    store,
    wizard::Answers,
};
use crate::{
    accounts,
    kit::{
        actor::{Role, User},
        db::Tx,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        shown::Shown,
        typed::apart,
    },
    modules::{
        agreements::{
            self, Agreement,
            actions::NewAgreement,
            data::{NewDocument, Words},
            documents::{self, Document, Stored},
        },
        contracts::{self, Contract, Create, Status, data::Parameters, rights, terms},
        people,
    },
    t,
};

/// Accounts that a company makes within a day: nobody mails strangers through us.
const A_DAY: i64 = 200;

/// Said of what did not happen when something else was shown.
const NOTHING: &str = "No partner was created";

/// On which agreement the contract rests.
#[derive(Debug, Clone)]
pub enum Base {
    On(Id<Agreement>),
    /// One that is created in the same act.
    Made(Terms, Option<Stored>),
}

/// A partner that is to be created, as all steps but the last say it.
#[derive(Debug, Clone)]
pub struct Partner {
    pub role: Role,
    pub company: Company,
    /// Who administers its account, when that is created now.
    pub representative: Option<Representative>,
    pub base: Base,
}

impl Partner {
    /// What was answered; none while something is missing.
    pub fn of(answers: &Answers) -> Option<Self> {
        let representative = match answers.how? {
            How::Invite => None,
            How::Now => Some(answers.representative().read()?),
        };
        let base = match answers.rests_on() {
            Some(agreement) => Base::On(agreement),
            None => Base::Made(answers.made()?, answers.stored.clone()),
        };
        Some(Self { role: answers.role?, company: answers.company().read()?, representative, base })
    }

    /// Where the link goes.
    fn email(&self) -> &str {
        self.representative.as_ref().map_or(&self.company.recipient_email, |one| &one.email)
    }

    /// What the last step shows, which whoever sends it is bound to.
    pub fn shown(&self, offer: &Offer) -> Shown {
        let how = if self.representative.is_some() { How::Now } else { How::Invite };
        let whom = format!("{} {how} {} {}", self.role, self.company.name, self.email());
        offer.shown().part("the partner", whom)
    }
}

/// What is offered: a version that is active, or a document that becomes one.
#[derive(Debug, Clone)]
pub enum Offer {
    Active { name: String, version: i32, document: Document },
    New { name: String, document: String },
}

impl Offer {
    /// The offer of an agreement that is created on the way.
    pub fn made(terms: &Terms, stored: Option<&Stored>) -> Self {
        let document = match (terms.source, stored, &terms.link) {
            (Source::Link, _, Some(link)) => link.clone(),
            (_, Some(stored), _) => stored.sha256.clone(),
            _ => String::new(),
        };
        Self::New { name: terms.name.clone(), document }
    }

    fn shown(&self) -> Shown {
        match self {
            Self::Active { name, document, .. } => terms::version(name, document),
            Self::New { name, document } => {
                Shown::new().part("the document", document).part("the agreement's name", name)
            }
        }
    }
}

fn refused(why: &'static str) -> Problem {
    Problem::refused("This partner cannot be created", why)
}

/// Makes a Pending contract with its link, with the agreement and the account that are made on the way.
///
/// # Errors
/// Invalid at a parameter that cannot be offered; refused when the company lacks the right, the agreement has no active version, or
/// another partner has the external id; forbidden when the person may not create and activate an agreement; stale when anything is not as
/// the last step showed it, which is `sent`.
pub fn create(
    tx: &mut Tx<'_, Create>,
    partner: &Partner,
    said: &Parameters,
    link_lives: TimeDelta,
    sent: &str,
) -> Result<Id<Contract>> {
    let issuer = tx.account()?;
    if !offered(partner.role, rights::hold(tx, &issuer)?) {
        return Err(refused("Your company cannot invite partners of this type."));
    }
    let offer = match &partner.base {
        Base::On(agreement) => active(tx, partner.role, agreement)?,
        Base::Made(terms, stored) => Offer::made(terms, stored.as_ref()),
    };
    partner.shown(&offer).check(sent, NOTHING)?;
    let agreement = match &partner.base {
        Base::On(agreement) => agreement.clone(),
        Base::Made(terms, stored) => {
            let new = new_agreement(partner.role, terms, stored.as_ref())?;
            tx.holding::<agreements::Manage, _>(|tx| agreements::actions::create(tx, &new))?
        }
    };
    // what was shown is checked; the version's own row is known only now
    let Offer::Active { name, document, .. } = active(tx, partner.role, &agreement)? else { return Err(none_active()) };
    let said = Parameters {
        recipient_company: partner.company.name.clone(),
        recipient_email: partner.email().to_owned(),
        ..said.clone()
    };
    let shown = terms::version(&name, &document).token();
    let contract = contracts::actions::create(tx, &agreement, &said, link_lives, &shown)?;
    let external_id = partner.company.external_id.as_str();
    match &partner.representative {
        Some(representative) => {
            if store::made_lately(tx, &issuer)? >= A_DAY {
                return Err(refused("Your company can create 200 accounts a day. Try again tomorrow."));
            }
            let company = partner.company.name.as_str();
            let (account, administrators) = accounts::actions::prepare(tx, partner.role, company)?;
            let invitation =
                people::actions::invite_first(tx, (&account, company), &administrators, &representative.email)?;
            store::insert(tx, &contract, external_id, Some((&account, &invitation)))?;
        }
        None if external_id.is_empty() => {}
        None => store::insert(tx, &contract, external_id, None)?,
    }
    tx.record(Event::new("partner.created", &contract).note(&partner.company.name).private())?;
    Ok(contract)
}

fn none_active() -> Problem {
    refused("The agreement no longer has an active version. Activate one, or choose another agreement.")
}

/// The active version of an agreement of the type that such a partner signs.
fn active(tx: &mut Tx<'_, Create>, role: Role, agreement: &Id<Agreement>) -> Result<Offer> {
    let issuer = tx.account()?;
    if agreements::store::type_of(tx, &issuer, agreement)? != type_of(role) {
        return Err(Problem::NotFound);
    }
    let active: Option<(i32, Id<User>)> = agreements::store::active(tx, &issuer, agreement)?;
    let (version, _) = active.ok_or_else(none_active)?;
    let document = documents::find(tx.conn, agreement, version)?;
    Ok(Offer::Active { name: agreements::store::name(tx, agreement)?, version, document })
}

fn new_agreement(role: Role, terms: &Terms, stored: Option<&Stored>) -> Result<NewAgreement> {
    let document = match (terms.source, &terms.link, stored) {
        (Source::Link, Some(link), _) => NewDocument::Link(link.clone()),
        (_, _, Some(stored)) => NewDocument::Stored(stored.clone()),
        _ => return Err(Problem::internal("terms without a document")),
    };
    let words = Words { name: terms.name.clone(), description: terms.description.clone() };
    Ok(NewAgreement { type_: type_of(role), words, document, activate: true })
}

/// Invites whoever administers the account that was made for a contract once more, or somebody else instead.
///
/// # Errors
/// Not found unless an account was made for a contract of the actor's company; stale once somebody works for it or the contract is no
/// longer Pending.
pub fn invite_again(tx: &mut Tx<'_, Create>, id: &Id<Contract>, said: &Representative) -> Result<()> {
    let issuer = tx.account()?;
    let contract = contracts::store::lock(tx, id)?;
    let created = store::find(tx, &issuer, id)?.ok_or(Problem::NotFound)?;
    let (Some(account), Some(name)) = (&created.account_id, &created.account) else { return Err(Problem::NotFound) };
    if created.joined || contract.status != Status::Pending {
        return Err(Problem::stale(
            "The representative can no longer be invited",
            t!("{name} already has an administrator, or its contract is no longer pending.", name = apart(name)),
        ));
    }
    let before = created.invitation_id.as_ref();
    let invitation = people::actions::invite_first_again(tx, (account, name.as_str()), before, &said.email)?;
    store::set_invitation(tx, id, &invitation)
}
