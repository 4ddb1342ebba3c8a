//! The words of mails. Links with secrets are derived here, when a mail is written, and stand nowhere else.

use diesel::PgConnection;

use super::{
    Mail,
    letter::{Letter, Piece},
    reminders,
};
use crate::{
    access::reset,
    kit::{choice::Choice as _, problem::Result, secret::Key, time::counted},
    modules::{
        accounts,
        contracts::{activation::codes, evidence::checkpoint},
        orders::asked,
    },
};

fn text(words: impl Into<String>) -> Piece {
    Piece::Text(words.into())
}

/// A sentence, and what a person gave as the reason for it.
fn because(sentence: impl Into<String>, reason: &str) -> Vec<Piece> {
    let sentence = sentence.into();
    match reason.trim() {
        "" => vec![text(format!("{sentence}."))],
        reason => vec![text(format!("{sentence}:")), Piece::Said(reason.to_owned())],
    }
}

/// What has become of something, and why.
fn decided(what: &str, outcome: &str, reason: &str) -> Vec<Piece> {
    because(format!("{what} is {} now", outcome.to_lowercase()), reason)
}

/// Writes a mail for `recipient`; `None` when what it was about has passed, or when it is not wanted.
pub fn write(
    conn: &mut PgConnection,
    key: &Key,
    public_url: &str,
    recipient: &str,
    mail: &Mail,
) -> Result<Option<Letter>> {
    let link = match mail.place() {
        Some(place) => {
            let role = accounts::store::role(conn, place.account)?;
            let object = if place.object.is_empty() { String::new() } else { format!("/{}", place.object) };
            format!("{public_url}/{}/{}/{}{object}", role.key(), place.account, place.section)
        }
        None => String::new(),
    };
    let to = |end: &str| Piece::Link(format!("{link}{end}"));
    let page = || to("");
    let wrote = |company: &str, object: &dyn std::fmt::Display, end: &str| {
        Letter::new(format!("{company} wrote about {object}"), vec![text("Read it and answer there:"), to(end)])
    };
    let letter = match mail {
        Mail::EmailCode { attempt } => {
            let Some(at) = codes::made_at(conn, *attempt)? else { return Ok(None) };
            let digits = codes::digits(key, *attempt, at);
            Letter::new(
                format!("{digits} is your code"),
                vec![
                    text("Type this code on the page that asked for it:"),
                    Piece::Code(digits),
                    text(
                        "It works once, within ten minutes. If you did not ask for it, ignore this mail: nothing happens.",
                    ),
                ],
            )
        }
        Mail::PasswordReset { reset } => {
            let Some(found) = reset::find(conn, *reset)? else { return Ok(None) };
            Letter::new(
                "Set a new password",
                vec![
                    text("Somebody, hopefully you, asked to set a new password for your user."),
                    Piece::Link(found.url(key, public_url)),
                    text(
                        "The link works once, within an hour. If it was not you, ignore this mail: your password stays.",
                    ),
                ],
            )
        }
        Mail::PasswordChanged => Letter::new(
            "Your password was changed",
            vec![
                text(
                    "Your password was changed, and your other sessions were signed out. If it was not you, set a new one at once:",
                ),
                Piece::Link(format!("{public_url}/forgot-password")),
            ],
        ),
        Mail::ContractActivated { contract, company, .. } => Letter::new(
            format!("{company} activated {contract}"),
            vec![text(format!("{company} has signed the contract {contract} and is now your partner.")), page()],
        ),
        Mail::ContractSigned { contract, .. } => Letter::new(
            format!("You activated {contract}"),
            vec![
                text(format!(
                    "You signed the contract {contract} for your company. The document and the certificate are kept for you under Versions:"
                )),
                to("/versions"),
            ],
        ),
        Mail::ContractEnrolled { contract, company, .. } => Letter::new(
            format!("{company} waits for your approval of {contract}"),
            vec![
                text(format!("{company} has enrolled in one of your distribution agreements. Approve or reject it:")),
                page(),
            ],
        ),
        Mail::ContractApproved { contract, .. } => Letter::new(
            format!("{contract} is active"),
            vec![text("You may list products on its marketplace from now on."), page()],
        ),
        Mail::MessageWritten { contract, company, .. } => wrote(company, contract, "/conversation"),
        Mail::ListingRequested { request, company, .. } => Letter::new(
            format!("{company} asks for a listing: {request}"),
            vec![
                text(format!(
                    "{company} has submitted a listing request. Review it, and mark it as Deploying when you take it over:"
                )),
                page(),
            ],
        ),
        Mail::ListingDecided { request, outcome, reason, .. } => Letter::new(
            format!("{request} is {}", outcome.to_lowercase()),
            [decided("Your listing request", outcome, reason), vec![page()]].concat(),
        ),
        Mail::RequestDiscussed { request, company, .. } => wrote(company, request, ""),
        Mail::SaleEnded { product, .. } => Letter::new(
            format!("{product} is at End of Sale"),
            vec![
                text(
                    "Its vendor has ended the sale. It cannot be listed anew; listings and subscriptions stay. Its page says what takes its place:",
                ),
                page(),
            ],
        ),
        Mail::SaleRestored { product, .. } => {
            Letter::new(format!("{product} is for sale again"), vec![text("Its vendor has restored it."), page()])
        }
        Mail::OrderRequested { request, early, .. } => {
            let less = early.then(|| text("It asks for less before the customer's commitment is over."));
            let asked = text("A subscription is ordered, changed or ended. Approve it, ask, or say why not:");
            Letter::new(format!("{request} waits for you"), less.into_iter().chain([asked, page()]).collect())
        }
        Mail::OrderWithdrawn { request, reason, .. } => Letter::new(
            format!("{request} was withdrawn"),
            vec![text(format!("There is nothing left for you to do. {reason}.")), page()],
        ),
        Mail::ListingsEnded { unlisted, cancelled, reason, .. } => Letter::new(
            format!("Listings ended: {reason}"),
            vec![
                text(format!(
                    "{reason}. Products taken off the marketplace: {unlisted}. Open listing requests cancelled: {cancelled}."
                )),
                page(),
            ],
        ),
        Mail::OrdersEnded { failed, reason, contract, .. } => {
            let narrowed =
                contract.as_ref().map_or_else(String::new, |contract| format!("?status=failed&contract={contract}"));
            let failed = counted(*failed, "open request");
            Letter::new(
                format!("{failed} failed: {reason}"),
                vec![
                    text(format!(
                        "{reason}. What was not fulfilled by then cannot be fulfilled any more: {failed} of yours failed. Subscriptions that are in use stay so, and can be cancelled."
                    )),
                    to(&narrowed),
                ],
            )
        }
        Mail::OrderDecided { request, outcome, reason, .. } => Letter::new(
            format!("{request} is {}", outcome.to_lowercase()),
            [decided("Your request", outcome, reason), vec![page()]].concat(),
        ),
        Mail::OrderDiscussed { request, company, .. } => wrote(company, request, ""),
        Mail::DataAsked { request, name } => {
            let Some(link) = asked::link(conn, key, public_url, request)? else { return Ok(None) };
            Letter::new(
                format!("Something is missing for {request}"),
                vec![
                    text(format!("{name},")),
                    text(
                        "an order for your company needs data that only you have. Please fill in this form; no sign-in is needed:",
                    ),
                    Piece::Link(link),
                    text("Whoever has the link can answer, so please do not pass it on."),
                ],
            )
        }
        Mail::TierConfigRequested { request, .. } => Letter::new(
            format!("{request} waits for you"),
            vec![text("A reseller wants to sell your product, or to change what you have settled:"), page()],
        ),
        Mail::TierConfigDecided { request, outcome, reason, .. } => Letter::new(
            format!("{request} is {}", outcome.to_lowercase()),
            [decided("The request", outcome, reason), vec![page()]].concat(),
        ),
        Mail::TierConfigDropped { request, reason, .. } => Letter::new(
            format!("{request} is not needed any more"),
            vec![text(format!("No order waits for this set-up any more, so it was closed. {reason}.")), page()],
        ),
        Mail::TierConfigDiscussed { request, company, .. } => wrote(company, request, ""),
        Mail::CustomerChanged { customer, .. } => Letter::new(
            format!("The data of {customer} has changed"),
            vec![text("See what is different, and accept or ignore it:"), page()],
        ),
        Mail::CustomersChanged { owner, changes, .. } => Letter::new(
            format!("{} has changed the data of {changes} customers", accounts::store::name(conn, owner)?),
            vec![text("Each change is a request. See what is different, and accept or ignore it:"), page()],
        ),
        Mail::CustomerChangeIgnored { request, reason, .. } => Letter::new(
            format!("{request} was ignored"),
            [decided("Your change", "Ignored", reason), vec![page()]].concat(),
        ),
        Mail::EnrolmentRejected { contract, reason, .. } => Letter::new(
            format!("{contract} was rejected"),
            [because("Your enrolment was rejected", reason), vec![page()]].concat(),
        ),
        Mail::ContractRejected { contract, reason, .. } => Letter::new(
            format!("{contract} was rejected"),
            [because(format!("The partner you invited with {contract} has rejected it"), reason), vec![page()]]
                .concat(),
        ),
        Mail::ContractTerminated { contract, note, .. } => Letter::new(
            format!("{contract} has ended"),
            [
                because(format!("The contract {contract} has ended"), note),
                vec![text("It is kept for reading:"), page()],
            ]
            .concat(),
        ),
        Mail::VersionOffered { contract, version, .. } => Letter::new(
            format!("A newer version waits for your signature on {contract}"),
            vec![
                text(format!(
                    "Version {version} of the agreement behind {contract} is active. Your contract stays on the version you signed until you sign the newer one:"
                )),
                to(&format!("/versions/{version}/sign")),
            ],
        ),
        Mail::ExtensionOffered { contract, company, .. } => Letter::new(
            format!("{company} offers to extend {contract}"),
            vec![
                text(format!(
                    "{company} offers a new expiry date for the contract {contract}. Nothing changes unless you accept it:"
                )),
                to("/extension"),
            ],
        ),
        Mail::ExtensionDecided { contract, company, outcome, reason, .. } => Letter::new(
            format!("{company} {outcome} the extension of {contract}"),
            [because(format!("{company} {outcome} the new expiry date of {contract}"), reason), vec![page()]].concat(),
        ),
        Mail::RenewalOffered { contract, company, .. } => Letter::new(
            format!("{company} offers a new contract: {contract}"),
            vec![
                text(format!(
                    "{company} offers the contract {contract}, which takes the place of the one you have. Read it, and sign or decline it:"
                )),
                to("/accept"),
            ],
        ),
        Mail::RenewalDecided { contract, company, outcome, reason, .. } => Letter::new(
            format!("{company} {outcome} {contract}"),
            [because(format!("{company} {outcome} the contract {contract}"), reason), vec![page()]].concat(),
        ),
        Mail::Checkpoint { number } => {
            let Some(made) = checkpoint::find(conn, *number)? else { return Ok(None) };
            Letter::new(
                format!("Checkpoint {number} of the evidence"),
                vec![
                    text(
                        "Keep this mail where the database cannot reach it. With it, entente doctor --evidence --checkpoints FILE shows whether signatures were changed or removed since.",
                    ),
                    text(made.to_string()),
                ],
            )
        }
        Mail::ContractExpires { contract, days, .. } => {
            let Some(unsubscribe) = reminders::link(conn, key, public_url, recipient)? else { return Ok(None) };
            let days = format!("{days} {}", if *days == 1 { "day" } else { "days" });
            let letter = Letter::new(
                format!("{contract} ends within {days}"),
                vec![
                    text(format!(
                        "The contract {contract} ends by itself within {days}. Its issuer can extend or renew it before then:"
                    )),
                    page(),
                    text("To stop these reminders:"),
                    Piece::Link(unsubscribe.clone()),
                ],
            );
            Letter { unsubscribe: Some(unsubscribe), ..letter }
        }
    };
    Ok(Some(letter))
}
