//! Reading the audit trail; only `Tx::record` writes it.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Nullable, Text, Timestamptz},
};

use crate::kit::{
    actor::{Account, Permission},
    db::Read,
    id::Id,
    problem::Result,
    statement::statement,
    time::{When, Zone},
    typed,
};

/// The latest 100 events of the object `$1` that the company `$2` may know, as [`Row`]s.
pub const KNOWN: &str = "SELECT e.number, e.at, e.name, e.actor_kind AS kind, e.actor_name AS actor, e.account_id AS account, \
    a.name AS company, e.note, e.moved_to AS moved, e.cause FROM events e LEFT JOIN accounts a ON a.id = e.account_id \
    WHERE e.object = $1 AND (e.private_to_id IS NULL OR e.private_to_id = $2) ORDER BY e.number DESC LIMIT 100";

/// One event in words.
#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    pub at: DateTime<Utc>,
    pub when: When,
    pub who: String,
    pub words: String,
    pub note: String,
    /// Changes of status stand out.
    pub moved: bool,
}

/// An event as [`KNOWN`] reads it.
#[derive(Debug, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub actor: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub account: Option<Id<Account>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub company: Option<String>,
    #[diesel(sql_type = Text)]
    pub note: String,
    #[diesel(sql_type = Nullable<Text>)]
    moved: Option<String>,
    #[diesel(sql_type = Text)]
    cause: String,
}

impl Row {
    pub fn entry(self, zone: Zone) -> Entry {
        Entry {
            at: self.at,
            when: zone.when(self.at),
            who: who(&self.kind, &self.actor, self.company.as_deref()),
            words: words(&self.name).to_owned(),
            name: self.name,
            // what a job did in a person's name says how the person began it
            note: match self.kind.as_str() {
                "member" if !self.cause.is_empty() => format!("{} ({})", self.note, self.cause),
                _ => self.note,
            },
            moved: self.moved.is_some(),
        }
    }
}

/// What happened to an object whose sight was checked, as far as the actor's company may know it; newest first.
pub fn history<P: Permission>(read: &mut Read<'_, P>, object: &str) -> Result<Vec<Entry>> {
    let rows: Vec<Row> =
        statement(KNOWN).bind::<Text, _>(object).bind::<Text, _>(read.actor.account()).load(read.conn)?;
    let zone = read.actor.zone();
    Ok(rows.into_iter().map(|row| row.entry(zone)).collect())
}

fn who(kind: &str, actor: &str, company: Option<&str>) -> String {
    match (kind, company) {
        ("system", _) => "Entente".to_owned(),
        (_, Some(company)) => format!("{}, {}", typed::apart(actor), typed::apart(company)),
        _ => actor.to_owned(),
    }
}

/// The words for an event; one that has none yet shows its own name.
pub fn words(name: &str) -> &str {
    match name {
        "agreement.created" => "created the agreement",
        "agreement.updated" => "changed name or description",
        "agreement.version_added" => "added a version",
        "agreement.version_activated" => "activated a version",
        "agreement.version_deleted" => "deleted a version",
        "contract.created" => "created the contract",
        "contract.note_changed" => "changed the note",
        "contract.link_renewed" => "renewed the activation link",
        "contract.activated" => "activated the contract",
        "contract.rejected" => "rejected the contract",
        "contract.signed" => "signed a newer version",
        "contract.terminated" => "terminated the contract",
        "contract.extension_offered" => "offered a new expiry date",
        "contract.extension_declined" => "declined the new expiry date",
        "contract.extension_withdrawn" => "withdrew the offer of a new expiry date",
        "contract.extension_lapsed" => "let the offer of a new expiry date lapse",
        "contract.extended" => "accepted the new expiry date",
        "contract.renewal_offered" => "offered a renewal",
        "contract.renewal_declined" => "declined the renewal",
        "contract.succeeded" => "ended the contract, since its renewal was signed",
        "listing.taken_over" => "moved the listing to the renewal of its contract",
        "subscription.taken_over" => "moved the subscription to the renewal of its contract",
        "contract.expired" => "ended the contract on its day",
        "agreement.auto_accept_on" => "switched Auto Accept on",
        "agreement.auto_accept_off" => "switched Auto Accept off",
        "contract.enrolled" => "enrolled",
        "contract.submitted" => "handed the enrolment over",
        "contract.approved" => "approved the contract",
        "contract.auto_accepted" => "made the contract",
        "contract.ended_with_program" => "ended the contract with its program contract",
        "message.written" => "wrote a message",
        "token.created" => "created the token",
        "token.updated" => "changed the token",
        "token.disabled" => "disabled the token",
        "token.enabled" => "enabled the token",
        "token.renewed" => "renewed the token",
        "token.rotated" => "rotated the key",
        "token.deleted" => "deleted the token",
        "hub.registered" => "registered the hub",
        "hub.updated" => "changed the hub",
        "marketplace.created" => "created the marketplace",
        "marketplace.updated" => "changed the marketplace",
        "customer.created" => "created the account",
        "customer.updated" => "changed the account",
        "customer.moved" => "moved the account",
        "customer.decommissioned" => "decommissioned the account",
        "customer_import.sent" => "sent the file",
        "customer_import.sent_again" => "had the file checked again",
        "customer_import.checked" => "checked the file",
        "customer_import.refused" => "could not read the file",
        "customer_import.started" => "applied the import",
        "customer_import.stopped" => "stopped the import",
        "customer_import.discarded" => "discarded the import",
        "customer_import.done" => "finished the import",
        "product.created" => "created the product",
        "product.updated" => "changed general data",
        "product.settings_changed" => "changed the settings",
        "product.embedding_changed" => "changed the embedding",
        "product.link_added" => "added a link",
        "product.link_removed" => "removed a link",
        "product.medium_added" => "added media",
        "product.medium_changed" => "changed media",
        "product.medium_removed" => "removed media",
        "product.media_reordered" => "put the media in another order",
        "product.item_added" => "created an item",
        "product.item_changed" => "changed an item",
        "product.item_deleted" => "deleted an item",
        "product.items_reordered" => "put the items in another order",
        "product.item_sale_ended" => "ended the sale of an item",
        "product.item_restored" => "restored an item",
        "product.parameter_added" => "created a parameter",
        "product.parameter_changed" => "changed a parameter",
        "product.parameter_deleted" => "deleted a parameter",
        "product.parameters_reordered" => "put the parameters in another order",
        "product.template_added" => "created a template",
        "product.template_changed" => "changed a template",
        "product.template_deleted" => "deleted a template",
        "product.forked" => "forked Master",
        "product.version_shown" => "made a version public",
        "product.version_hidden" => "made a version private",
        "product.sale_ended" => "ended the sale",
        "product.restored" => "restored the product",
        "listing.created" => "asked for the listing",
        "listing.listed" => "listed the product",
        "listing.unlisted" => "took the product off",
        "listing.updated" => "completed an update",
        "listing_request.created" => "created the request",
        "listing_request.submitted" => "submitted the request",
        "listing_request.deleted" => "deleted the request",
        "listing_request.assigned" => "took the request over",
        "listing_request.unassigned" => "gave the request back",
        "listing_request.deploying" => "marked the request as Deploying",
        "listing_request.completed" => "marked the request as Completed",
        "listing_request.refined" => "sent the request back",
        "listing_request.cancelled" => "cancelled the request",
        "account.service_level_changed" => "changed the service level",
        "customer_request.created" => "asked to take the change over",
        "customer_request.accepted" => "accepted the change",
        "customer_request.ignored" => "ignored the change",
        "subscription.ordered" => "ordered the subscription",
        "subscription.activated" => "activated the subscription",
        "subscription.suspended" => "suspended the subscription",
        "subscription.cancelling" => "asked to cancel the subscription",
        "subscription.terminated" => "terminated the subscription",
        "subscription.changed" => "changed the subscription",
        "fulfillment_request.created" => "created the request",
        "fulfillment_request.approved" => "approved the request",
        "fulfillment_request.failed" => "failed the request",
        "fulfillment_request.inquired" => "asked for data",
        "fulfillment_request.answered" => "gave the data",
        "fulfillment_request.scheduled" => "scheduled the request",
        "fulfillment_request.returned" => "set the request to Pending",
        "fulfillment_request.revoking" => "asked to revoke the request",
        "fulfillment_request.withdrawn" => "withdrew the request",
        "fulfillment_request.revoked" => "confirmed the revocation",
        "fulfillment_request.filled_in" => "filled in parameters",
        "fulfillment_request.assigned" => "took the request over",
        "fulfillment_request.unassigned" => "gave the request back",
        "fulfillment_request.tiers_ready" => "let the request go on: its tiers are set up",
        "subscription.value_shown" | "tier_config.value_shown" => "looked at a secret value",
        "tier_config.activated" => "activated the configuration",
        "tier_config.updating" => "asked for other values",
        "tier_config_request.created" => "created the request",
        "tier_config_request.approved" => "approved the request",
        "tier_config_request.failed" => "failed the request",
        "tier_config_request.inquired" => "asked for data",
        "tier_config_request.answered" => "gave the data",
        "tier_config_request.filled_in" => "filled in parameters",
        "tier_config_request.assigned" => "took the request over",
        "tier_config_request.unassigned" => "gave the request back",
        "tier_config_request.tiers_ready" => "let the request go on: tier 2 is set up",
        other => other,
    }
}
