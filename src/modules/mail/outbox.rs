//! The queue of mail.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    kit::{
        actor::{Account, Permission},
        db::{Read, Tx, now},
        held,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        time::distance,
    },
    modules::{
        accounts, contracts,
        ids::{
            Agreement, Contract, FulfillmentRequest, ListingRequest, Product, TierAccountRequest, TierConfigRequest,
        },
    },
    schema::{activation_attempts, contracts as contract_rows, outbox},
};

/// What a mail is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A code that confirms an invitee's e-mail.
    EmailCode { attempt: Uuid },
    /// A link to set a new password.
    PasswordReset { reset: Uuid },
    /// A password was changed; to its owner.
    PasswordChanged,
    /// A partner activated a contract; to the issuer.
    ContractActivated { contract: Id<Contract>, issuer: Id<Account>, company: String },
    /// A partner activated a contract; to the person that did.
    ContractSigned { contract: Id<Contract>, signee: Id<Account> },
    /// A vendor enrolled and waits for approval; to the issuer.
    ContractEnrolled { contract: Id<Contract>, issuer: Id<Account>, company: String },
    /// An enrolment was approved; to the vendor.
    ContractApproved { contract: Id<Contract>, signee: Id<Account> },
    /// An enrolment was rejected; to the vendor.
    EnrolmentRejected { contract: Id<Contract>, signee: Id<Account>, reason: String },
    /// The other party wrote on a contract.
    MessageWritten { contract: Id<Contract>, account: Id<Account>, company: String },
    /// A partner rejected a contract; to the issuer.
    ContractRejected { contract: Id<Contract>, issuer: Id<Account>, reason: String },
    /// The issuer terminated a contract; to the signee.
    ContractTerminated { contract: Id<Contract>, account: Id<Account>, note: String },
    /// A newer version of an agreement may be signed; to the signee.
    VersionOffered { contract: Id<Contract>, signee: Id<Account>, agreement: Id<Agreement>, version: i32 },
    /// The issuer offers another end of a contract; to the signee.
    ExtensionOffered { contract: Id<Contract>, signee: Id<Account>, company: String },
    /// The signee answered such an offer; to the issuer.
    ExtensionDecided { contract: Id<Contract>, issuer: Id<Account>, company: String, outcome: String, reason: String },
    /// The issuer offers a contract that succeeds another; to the signee.
    RenewalOffered { contract: Id<Contract>, signee: Id<Account>, company: String },
    /// The signee answered such an offer; to the issuer.
    RenewalDecided { contract: Id<Contract>, issuer: Id<Account>, company: String, outcome: String, reason: String },
    /// A vendor asked for a listing; to the marketplace's owner.
    ListingRequested { request: Id<ListingRequest>, owner: Id<Account>, company: String },
    /// A listing request moved; to the vendor.
    ListingDecided { request: Id<ListingRequest>, vendor: Id<Account>, outcome: String, reason: String },
    /// The other party wrote on a listing request.
    RequestDiscussed { request: Id<ListingRequest>, account: Id<Account>, company: String },
    /// A product reached End of Sale; to whoever sees it.
    SaleEnded { product: Id<Product>, account: Id<Account> },
    /// A product is for sale again; to whoever sees it.
    SaleRestored { product: Id<Product>, account: Id<Account> },
    /// A request waits for its vendor.
    OrderRequested {
        request: Id<FulfillmentRequest>,
        vendor: Id<Account>,
        /// It asks for less before a commitment is over.
        #[serde(default)]
        early: bool,
    },
    /// A vendor moved a request; to who ordered.
    OrderDecided { request: Id<FulfillmentRequest>, buyer: Id<Account>, outcome: String, reason: String },
    /// A request was withdrawn before its vendor decided; to the vendor.
    OrderWithdrawn { request: Id<FulfillmentRequest>, vendor: Id<Account>, reason: String },
    /// Listings and requests for them ended with a contract; to each side.
    ListingsEnded { account: Id<Account>, unlisted: usize, cancelled: usize, reason: String },
    /// Open requests failed with the contract that they were made under; to both sides.
    OrdersEnded { account: Id<Account>, failed: usize, reason: String, contract: Option<Id<Contract>> },
    /// The other party wrote on a request.
    OrderDiscussed { request: Id<FulfillmentRequest>, account: Id<Account>, company: String },
    /// Data is missing; to the technical contact of a customer or a reseller, with the form's link.
    DataAsked { request: String, name: String },
    /// A request of a tier configuration waits for its vendor.
    TierConfigRequested { request: Id<TierConfigRequest>, vendor: Id<Account> },
    /// A vendor moved a request of a tier configuration; to who ordered.
    TierConfigDecided { request: Id<TierConfigRequest>, buyer: Id<Account>, outcome: String, reason: String },
    /// A set-up is not needed any more; to the vendor.
    TierConfigDropped { request: Id<TierConfigRequest>, vendor: Id<Account>, reason: String },
    /// The other party wrote on a request of a tier configuration.
    TierConfigDiscussed { request: Id<TierConfigRequest>, account: Id<Account>, company: String },
    /// A customer's data changed; to the vendor of a product that it uses.
    CustomerChanged { request: Id<TierAccountRequest>, vendor: Id<Account>, customer: String },
    /// An import changed the data of many customers; to the vendor of products that they use.
    CustomersChanged { vendor: Id<Account>, owner: Id<Account>, changes: i64 },
    /// A vendor ignored a change; to the account's owner.
    CustomerChangeIgnored { request: Id<TierAccountRequest>, owner: Id<Account>, reason: String },
    /// How all signatures stood at one moment; to the operator.
    Checkpoint { number: i64 },
    /// A contract ends in so many days; to both sides.
    ContractExpires { contract: Id<Contract>, account: Id<Account>, days: i32 },
}

/// The page that a mail leads to: the company it is for, the section, the object; without one the section's list.
pub struct Place<'a> {
    pub account: &'a Id<Account>,
    pub section: &'static str,
    pub object: &'a str,
}

impl Mail {
    /// Where it leads; none when it is for a person or for somebody without a company.
    pub fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::EmailCode { .. }
            | Self::PasswordReset { .. }
            | Self::PasswordChanged
            | Self::DataAsked { .. }
            | Self::Checkpoint { .. } => return None,
            Self::ContractActivated { contract, issuer: account, .. }
            | Self::ContractSigned { contract, signee: account }
            | Self::ContractEnrolled { contract, issuer: account, .. }
            | Self::ContractApproved { contract, signee: account }
            | Self::EnrolmentRejected { contract, signee: account, .. }
            | Self::MessageWritten { contract, account, .. }
            | Self::ContractRejected { contract, issuer: account, .. }
            | Self::ContractTerminated { contract, account, .. }
            | Self::VersionOffered { contract, signee: account, .. }
            | Self::ExtensionOffered { contract, signee: account, .. }
            | Self::ExtensionDecided { contract, issuer: account, .. }
            | Self::RenewalOffered { contract, signee: account, .. }
            | Self::RenewalDecided { contract, issuer: account, .. }
            | Self::ContractExpires { contract, account, .. } => (account, "contracts", contract.as_str()),
            Self::ListingRequested { request, owner: account, .. }
            | Self::ListingDecided { request, vendor: account, .. }
            | Self::RequestDiscussed { request, account, .. } => (account, "listing-requests", request.as_str()),
            Self::SaleEnded { product, account } | Self::SaleRestored { product, account } => {
                (account, "products", product.as_str())
            }
            Self::ListingsEnded { account, .. } => (account, "listings", ""),
            Self::CustomersChanged { vendor: account, .. } => (account, "customer-requests", ""),
            Self::OrdersEnded { account, .. } => (account, "fulfillment", ""),
            Self::OrderRequested { request, vendor: account, .. }
            | Self::OrderWithdrawn { request, vendor: account, .. }
            | Self::OrderDecided { request, buyer: account, .. }
            | Self::OrderDiscussed { request, account, .. } => (account, "fulfillment", request.as_str()),
            Self::TierConfigRequested { request, vendor: account }
            | Self::TierConfigDropped { request, vendor: account, .. }
            | Self::TierConfigDecided { request, buyer: account, .. }
            | Self::TierConfigDiscussed { request, account, .. } => (account, "tier-config-requests", request.as_str()),
            Self::CustomerChanged { request, vendor: account, .. }
            | Self::CustomerChangeIgnored { request, owner: account, .. } => {
                (account, "customer-requests", request.as_str())
            }
        };
        Some(Place { account, section, object })
    }

    /// What it is about, as section/id: also of mails to somebody without a company.
    fn object(&self) -> String {
        match self {
            Self::DataAsked { request, .. } if request.starts_with("TCR-") => format!("tier-config-requests/{request}"),
            Self::DataAsked { request, .. } => format!("fulfillment/{request}"),
            other => match other.place() {
                None => String::new(),
                Some(Place { section, object: "", .. }) => section.to_owned(),
                Some(Place { section, object, .. }) => format!("{section}/{object}"),
            },
        }
    }
}

/// Queues `mail` for one address, in the act's own transaction. Should it never be delivered, the company that acts is told; when
/// nobody acts for one, the issuer of the contract that the mail is about; without one, the company that the mail is for.
pub fn queue<P>(tx: &mut Tx<'_, P>, recipient: &str, mail: &Mail) -> Result<()> {
    let acting = tx.who.identity().map(|identity| identity.company.id.clone());
    let account = match (acting, mail.place()) {
        (Some(acting), _) => Some(acting),
        (None, Some(Place { section: "contracts", object, .. })) => {
            Some(contract_rows::table.find(object).select(contract_rows::issuer_id).first(tx.conn)?)
        }
        (None, place) => place.map(|place| place.account.clone()),
    };
    insert(tx.conn, tx.at, recipient, mail, account.as_ref(), &mail.object())
}

/// Queues `mail` where nobody acts yet.
pub fn put(conn: &mut PgConnection, at: DateTime<Utc>, recipient: &str, mail: &Mail) -> Result<()> {
    let Mail::EmailCode { attempt } = mail else { return insert(conn, at, recipient, mail, None, &mail.object()) };
    // whoever invited waits for this person
    let (contract, inviting): (Id<Contract>, Id<Account>) = activation_attempts::table
        .find(attempt)
        .inner_join(contract_rows::table)
        .select((contract_rows::id, contract_rows::issuer_id))
        .first(conn)?;
    insert(conn, at, recipient, mail, Some(&inviting), &format!("contracts/{contract}"))
}

fn insert(
    conn: &mut PgConnection,
    at: DateTime<Utc>,
    recipient: &str,
    mail: &Mail,
    account: Option<&Id<Account>>,
    object: &str,
) -> Result<()> {
    let facts = serde_json::to_value(mail).map_err(Problem::internal)?;
    let kind = facts.get("about").and_then(|about| about.as_str()).unwrap_or_default().to_owned();
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(Uuid::now_v7()),
            outbox::recipient.eq(recipient),
            outbox::kind.eq(kind),
            outbox::facts.eq(facts),
            outbox::account_id.eq(account),
            outbox::object.eq(object),
            outbox::created_at.eq(at),
            outbox::due_at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Queues a mail to every signee whose contract may now take this version of an agreement: one statement, however many there are.
/// Should one never be delivered, the agreement's owner is told.
pub fn queue_offers<P>(tx: &mut Tx<'_, P>, agreement: &Id<Agreement>, number: i32) -> Result<usize> {
    Ok(statement(
        "INSERT INTO outbox (id, recipient, kind, facts, account_id, object, created_at, due_at) \
         SELECT gen_random_uuid(), u.email, 'version_offered', \
                jsonb_build_object('about', 'version_offered', 'contract', c.id, 'signee', c.signee_id, \
                                   'agreement', c.agreement_id, 'version', $2::int), a.owner_id, 'contracts/' || c.id, $3, $3 \
         FROM contracts c JOIN agreements a ON a.id = c.agreement_id JOIN groups g ON g.account_id = c.signee_id \
         AND (g.administrators OR 'contracts.sign' = ANY(g.permissions)) \
         JOIN group_members m ON m.group_id = g.id JOIN users u ON u.id = m.user_id \
         WHERE c.agreement_id = $1 AND c.status = 'active' AND c.version < $2",
    )
    .bind::<diesel::sql_types::Text, _>(agreement)
    .bind::<diesel::sql_types::Int4, _>(number)
    .bind::<diesel::sql_types::Timestamptz, _>(tx.at)
    .execute(tx.conn)?)
}

/// Queues `mail` for everybody in `account` who may bind it: they are the ones who must act.
pub fn queue_for<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, mail: &Mail) -> Result<()> {
    queue_for_holders(tx, account, contracts::SIGN, mail)
}

/// Queues `mail` for everybody in `account` whose groups grant `permission`.
pub fn queue_for_holders<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, permission: &str, mail: &Mail) -> Result<()> {
    for email in accounts::store::emails_of_holders(tx.conn, account, permission)? {
        queue(tx, &email, mail)?;
    }
    Ok(())
}

crate::choice! {
    /// Why a mail will not be sent, as the company is told whose business it is.
    Failure {
        Address = "address" / "the address cannot receive mail",
        Refused = "refused" / "the mail server of the recipient refused it",
        GivenUp = "given_up" / "the mail server could not be reached for days",
    }
}

/// A mail of the queue.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Queued {
    pub id: Uuid,
    pub recipient: String,
    pub facts: serde_json::Value,
    pub created_at: DateTime<Utc>,
    pub attempts: i32,
    pub last_error: String,
    pub failure: Option<Failure>,
}

impl Queued {
    pub fn mail(&self) -> Result<Mail> {
        serde_json::from_value(held::facts(self.facts.clone())).map_err(Problem::internal)
    }
}

/// How long a company is shown that a mail was not delivered, and how long mails that were sent are kept, in days.
const SHOWN_DAYS: i64 = 30;
const KEPT_DAYS: i64 = 90;

/// A mail that was not delivered, for the company whose business it is.
#[derive(Debug, Queryable)]
pub struct Undelivered {
    /// The page it is about, as section/id.
    pub object: String,
    failure: Option<Failure>,
    at: Option<DateTime<Utc>>,
}

impl Undelivered {
    /// "the address cannot receive mail, 2 hours ago".
    pub fn words(&self, now: DateTime<Utc>) -> String {
        match (self.failure, self.at) {
            (Some(failure), Some(at)) => format!("{failure}, {}", distance(now, at)),
            _ => String::new(),
        }
    }
}

/// What could not be delivered lately, the latest first.
pub fn undelivered<P: Permission>(read: &mut Read<'_, P>, most: i64) -> Result<Vec<Undelivered>> {
    Ok(outbox::table
        .filter(outbox::account_id.eq(read.actor.account()))
        .filter(outbox::failed_at.gt(read.actor.now() - TimeDelta::days(SHOWN_DAYS)))
        .order(outbox::failed_at.desc())
        .limit(most)
        .select((outbox::object, outbox::failure, outbox::failed_at))
        .load(read.conn)?)
}

/// Has what was given up tried again; says how many.
pub fn retry(conn: &mut PgConnection) -> Result<usize> {
    Ok(diesel::update(outbox::table.filter(outbox::failed_at.is_not_null()))
        .set((
            outbox::failed_at.eq(None::<DateTime<Utc>>),
            outbox::failure.eq(None::<Failure>),
            outbox::attempts.eq(0),
            outbox::due_at.eq(diesel::dsl::now),
        ))
        .execute(conn)?)
}

/// Clears away what was sent, or given up, long ago.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    let ended = now(conn)? - TimeDelta::days(KEPT_DAYS);
    Ok(diesel::delete(outbox::table.filter(outbox::sent_at.lt(ended).or(outbox::failed_at.lt(ended)))).execute(conn)?)
}
