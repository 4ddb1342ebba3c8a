//! The words of mails. Links with secrets are derived here, when a mail is written, and stand nowhere else.

use diesel::PgConnection;

use super::Mail;
use crate::{
    access::reset,
    kit::{actor::Account, choice::Choice as _, id::Id, problem::Result, secret::Key},
    modules::{accounts, contracts::activation::codes, fulfillment::asked},
};

/// A mail as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
}

const FOOT: &str = "\n\n-- \nEntente\n";

/// What has become of something, why, and where it stands.
fn decided(what: &str, outcome: &str, reason: &str, url: &str) -> String {
    let why = if reason.is_empty() { ".".to_owned() } else { format!(":\n\n{reason}") };
    format!("{what} is {} now{why}\n\n{url}", outcome.to_lowercase())
}

/// Writes a mail; `None` when what it was about has passed.
pub fn write(conn: &mut PgConnection, key: &Key, public_url: &str, mail: &Mail) -> Result<Option<Letter>> {
    let url =
        |conn: &mut PgConnection, account: &Id<Account>, section: &str, id: &dyn std::fmt::Display| -> Result<String> {
            let role = accounts::store::role(conn, account)?;
            Ok(format!("{public_url}/{}/{account}/{section}/{id}", role.key()))
        };
    let contract_url = |conn: &mut PgConnection, account: &Id<Account>, contract: &dyn std::fmt::Display| {
        url(conn, account, "contracts", contract)
    };
    let (subject, body) = match mail {
        Mail::EmailCode { attempt } => {
            let Some(at) = codes::made_at(conn, *attempt)? else { return Ok(None) };
            let digits = codes::digits(key, *attempt, at);
            (
                format!("{digits} is your code"),
                format!(
                    "Type this code on the page that asked for it:\n\n{digits}\n\nIt works once, within ten minutes. If you did not ask for it, ignore this mail: nothing happens."
                ),
            )
        }
        Mail::PasswordReset { reset } => {
            let Some(found) = reset::find(conn, *reset)? else { return Ok(None) };
            (
                "Set a new password".to_owned(),
                format!(
                    "Somebody, hopefully you, asked to set a new password for your user.\n\n{}\n\nThe link works once, within an hour. If it was not you, ignore this mail: your password stays.",
                    found.url(key, public_url)
                ),
            )
        }
        Mail::PasswordChanged => (
            "Your password was changed".to_owned(),
            format!(
                "Your password was changed, and your other sessions were signed out. If it was not you, set a new one at once:\n\n{public_url}/forgot-password"
            ),
        ),
        Mail::ContractActivated { contract, issuer, company } => (
            format!("{company} activated {contract}"),
            format!(
                "{company} has signed the contract {contract} and is now your partner.\n\n{}",
                contract_url(conn, issuer, contract)?
            ),
        ),
        Mail::ContractSigned { contract, signee } => (
            format!("You activated {contract}"),
            format!(
                "You signed the contract {contract} for your company. The document and the certificate are kept for you under Versions:\n\n{}/versions",
                contract_url(conn, signee, contract)?
            ),
        ),
        Mail::ContractEnrolled { contract, issuer, company } => (
            format!("{company} waits for your approval of {contract}"),
            format!(
                "{company} has enrolled in one of your distribution agreements. Approve or reject it:\n\n{}",
                contract_url(conn, issuer, contract)?
            ),
        ),
        Mail::ContractApproved { contract, signee } => (
            format!("{contract} is active"),
            format!(
                "You may list products on its marketplace from now on.\n\n{}",
                contract_url(conn, signee, contract)?
            ),
        ),
        Mail::MessageWritten { contract, account, company } => (
            format!("{company} wrote about {contract}"),
            format!("Read it and answer there:\n\n{}/conversation", contract_url(conn, account, contract)?),
        ),
        Mail::ListingRequested { request, owner, company } => (
            format!("{company} asks for a listing: {request}"),
            format!(
                "{company} has submitted a listing request. Review it, and mark it as Deploying when you take it over:\n\n{}",
                url(conn, owner, "listing-requests", request)?
            ),
        ),
        Mail::ListingDecided { request, vendor, outcome, reason } => (
            format!("{request} is {}", outcome.to_lowercase()),
            decided("Your listing request", outcome, reason, &url(conn, vendor, "listing-requests", request)?),
        ),
        Mail::RequestDiscussed { request, account, company } => (
            format!("{company} wrote about {request}"),
            format!("Read it and answer there:\n\n{}", url(conn, account, "listing-requests", request)?),
        ),
        Mail::SaleEnded { product, account } => (
            format!("{product} is at End of Sale"),
            format!(
                "Its vendor has ended the sale. It cannot be listed anew; listings and subscriptions stay. Its page says what takes its place:\n\n{}",
                url(conn, account, "products", product)?
            ),
        ),
        Mail::SaleRestored { product, account } => (
            format!("{product} is for sale again"),
            format!("Its vendor has restored it.\n\n{}", url(conn, account, "products", product)?),
        ),
        Mail::OrderRequested { request, vendor } => (
            format!("{request} waits for you"),
            format!(
                "A subscription is ordered, changed or ended. Approve it, ask, or say why not:\n\n{}",
                url(conn, vendor, "fulfillment", request)?
            ),
        ),
        Mail::OrderDecided { request, buyer, outcome, reason } => (
            format!("{request} is {}", outcome.to_lowercase()),
            decided("Your request", outcome, reason, &url(conn, buyer, "fulfillment", request)?),
        ),
        Mail::OrderDiscussed { request, account, company } => (
            format!("{company} wrote about {request}"),
            format!("Read it and answer there:\n\n{}", url(conn, account, "fulfillment", request)?),
        ),
        Mail::DataAsked { request, name } => {
            let Some(link) = asked::link(conn, key, public_url, request)? else { return Ok(None) };
            (
                format!("Something is missing for {request}"),
                format!(
                    "{name},\n\nan order for your company needs data that only you have. Please fill in this form; no sign-in is needed:\n\n{link}\n\nWhoever has the link can answer, so please do not pass it on."
                ),
            )
        }
        Mail::TierConfigRequested { request, vendor } => (
            format!("{request} waits for you"),
            format!(
                "A reseller wants to sell your product, or to change what you have settled:\n\n{}",
                url(conn, vendor, "tier-config-requests", request)?
            ),
        ),
        Mail::TierConfigDecided { request, buyer, outcome, reason } => (
            format!("{request} is {}", outcome.to_lowercase()),
            decided("The request", outcome, reason, &url(conn, buyer, "tier-config-requests", request)?),
        ),
        Mail::TierConfigDiscussed { request, account, company } => (
            format!("{company} wrote about {request}"),
            format!("Read it and answer there:\n\n{}", url(conn, account, "tier-config-requests", request)?),
        ),
        Mail::CustomerChanged { request, vendor, customer } => (
            format!("The data of {customer} has changed"),
            format!(
                "See what is different, and accept or ignore it:\n\n{}",
                url(conn, vendor, "customer-requests", request)?
            ),
        ),
        Mail::CustomersChanged { vendor, owner, changes } => (
            format!("{} has changed the data of {changes} customers", accounts::store::name(conn, owner)?),
            format!(
                "Each change is a request. See what is different, and accept or ignore it:\n\n{}",
                url(conn, vendor, "customer-requests", &"")?.trim_end_matches('/')
            ),
        ),
        Mail::CustomerChangeIgnored { request, owner, reason } => (
            format!("{request} was ignored"),
            decided("Your change", "Ignored", reason, &url(conn, owner, "customer-requests", request)?),
        ),
        Mail::EnrolmentRejected { contract, signee, reason } => (
            format!("{contract} was rejected"),
            format!(
                "Your enrolment was rejected{}\n\n{}",
                if reason.is_empty() { ".".to_owned() } else { format!(":\n\n{reason}") },
                contract_url(conn, signee, contract)?
            ),
        ),
        Mail::ContractRejected { contract, issuer, reason } => (
            format!("{contract} was rejected"),
            format!(
                "Whoever you invited by {contract} has rejected it{}\n\n{}",
                if reason.is_empty() { ".".to_owned() } else { format!(":\n\n{reason}") },
                contract_url(conn, issuer, contract)?
            ),
        ),
        Mail::ContractTerminated { contract, account, note } => (
            format!("{contract} has ended"),
            format!(
                "The contract {contract} has ended{}\n\nIt stays there for reading:\n\n{}",
                if note.is_empty() { ".".to_owned() } else { format!(": {note}") },
                contract_url(conn, account, contract)?
            ),
        ),
        Mail::VersionOffered { contract, signee, version, .. } => (
            format!("A newer version waits for your signature on {contract}"),
            format!(
                "Version {version} of the agreement behind {contract} is active. Your contract stays on the version you signed until you sign the newer one:\n\n{}/versions/{version}/sign",
                contract_url(conn, signee, contract)?
            ),
        ),
        Mail::ContractExpires { contract, account, days } => (
            format!("{contract} ends within {days} {}", if *days == 1 { "day" } else { "days" }),
            format!(
                "The contract {contract} names a day on which it ends, and that day is near.\n\n{}",
                contract_url(conn, account, contract)?
            ),
        ),
    };
    Ok(Some(Letter { subject, text: body + FOOT }))
}
