//! The queue of mail.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    kit::{
        actor::Account,
        db::Tx,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        accounts,
        agreements::Agreement,
        contracts::{self, Contract},
        customers, fulfillment,
        listings::Request,
        products::Product,
        tier_config,
    },
    schema::outbox,
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
    /// A vendor asked for a listing; to the marketplace's owner.
    ListingRequested { request: Id<Request>, owner: Id<Account>, company: String },
    /// A listing request moved; to the vendor.
    ListingDecided { request: Id<Request>, vendor: Id<Account>, outcome: String, reason: String },
    /// The other party wrote on a listing request.
    RequestDiscussed { request: Id<Request>, account: Id<Account>, company: String },
    /// A product reached End of Sale; to whoever sees it.
    SaleEnded { product: Id<Product>, account: Id<Account> },
    /// A product is for sale again; to whoever sees it.
    SaleRestored { product: Id<Product>, account: Id<Account> },
    /// A request waits for its vendor.
    OrderRequested { request: Id<fulfillment::Request>, vendor: Id<Account> },
    /// A vendor moved a request; to who ordered.
    OrderDecided { request: Id<fulfillment::Request>, buyer: Id<Account>, outcome: String, reason: String },
    /// The other party wrote on a request.
    OrderDiscussed { request: Id<fulfillment::Request>, account: Id<Account>, company: String },
    /// Data is missing; to the technical contact of a customer or a reseller, with the form's link.
    DataAsked { request: String, name: String },
    /// A request of a tier configuration waits for its vendor.
    TierConfigRequested { request: Id<tier_config::Request>, vendor: Id<Account> },
    /// A vendor moved a request of a tier configuration; to who ordered.
    TierConfigDecided { request: Id<tier_config::Request>, buyer: Id<Account>, outcome: String, reason: String },
    /// The other party wrote on a request of a tier configuration.
    TierConfigDiscussed { request: Id<tier_config::Request>, account: Id<Account>, company: String },
    /// A customer's data changed; to the vendor of a product that it uses.
    CustomerChanged { request: Id<customers::requests::Request>, vendor: Id<Account>, customer: String },
    /// An import changed the data of many customers; to the vendor of products that they use.
    CustomersChanged { vendor: Id<Account>, owner: Id<Account>, changes: i64 },
    /// A vendor ignored a change; to the account's owner.
    CustomerChangeIgnored { request: Id<customers::requests::Request>, owner: Id<Account>, reason: String },
    /// A contract ends in so many days; to both sides.
    ContractExpires { contract: Id<Contract>, account: Id<Account>, days: i32 },
}

/// Queues `mail` for one address, in the act's own transaction.
pub fn queue<P>(tx: &mut Tx<'_, P>, recipient: &str, mail: &Mail) -> Result<()> {
    put(tx.conn, tx.at, recipient, mail)
}

/// Queues `mail` where nobody acts yet.
pub fn put(conn: &mut PgConnection, at: DateTime<Utc>, recipient: &str, mail: &Mail) -> Result<()> {
    let facts = serde_json::to_value(mail).map_err(Problem::internal)?;
    let kind = facts.get("about").and_then(|about| about.as_str()).unwrap_or_default().to_owned();
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(Uuid::now_v7()),
            outbox::recipient.eq(recipient),
            outbox::kind.eq(kind),
            outbox::facts.eq(facts),
            outbox::created_at.eq(at),
            outbox::due_at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
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

/// A mail of the queue as the operator sees it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Queued {
    pub id: Uuid,
    pub recipient: String,
    pub facts: serde_json::Value,
    pub created_at: DateTime<Utc>,
    pub attempts: i32,
    pub last_error: String,
}
