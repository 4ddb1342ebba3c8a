//! What people say of contracts, a table for each form.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Purpose, Type};
use crate::{
    input,
    kit::{
        actor::Rights,
        choice::Choice as _,
        form_page::Ask,
        input::{
            Entry, Form,
            kinds::{Day, Email, Line, Maybe, One, Text, Tick},
        },
        time::Zone,
        violation::{Violation, Violations, Why},
    },
    modules::contracts::store::ContractRow,
};

input! {
    /// What the issuer says when it makes a contract, or renews one: all but its type and its agreement.
    pub struct Parameters, Draft settled by settle {
        "Partner" {
            recipient_company: String = Line(64), "Partner's company", at "recipient.company",
                hint "The contract's name until your partner signs.";
            recipient_email: String = Email, "Partner's email", at "recipient.email",
                hint "For the activation link and reminders.";
        }
        "Two signers" {
            #[serde(default)]
            first_signer: String = Line(128), "First signer's name", at "signers.first.name",
                hint "The person at your partner's email above. Only if a second person has to sign.";
            #[serde(default)]
            second_signer: String = Line(128), "Second signer's name", at "signers.second.name",
                hint "Signs after the first one, and becomes the user who acts for the company.";
            #[serde(default)]
            second_email: String = Email, "Second signer's email", at "signers.second.email",
                hint "Gets a link of their own once the first one has signed.";
        }
        "Agreement creation permission" {
            allows_program: bool = Tick, "Program", at "permissions.program",
                hint "Your partner can create and manage program agreements.";
            allows_service: bool = Tick, "Service", at "permissions.service",
                hint "Your partner can create and manage service agreements.";
            allows_delegate: bool = Tick, "Delegate", at "permissions.delegate",
                hint "Your partner can pass the service permission on to the partners it invites.";
        }
        "Contract" {
            kind: Purpose = One::cards("Choose Test or Production").about(about), "Kind", at "kind",
                missing "Choose Test or Production";
            note: String = Text(200, 3), "Note to signee", at "note", missing "Enter a note to the signee",
                hint "Shown to your partner above the agreement. Up to 200 characters.";
            internal_note: String = Text(100, 2), "Internal note", at "internal_note", hint "Only your company sees this.";
            expires_on: Option<NaiveDate> = Maybe(Day), "Expiry date", at "expires_on",
                hint "The contract ends automatically at the end of this day.";
        }
    }
}

/// What whoever names one person twice is told.
pub const SAME_SIGNER: &str = "The two signers need different email addresses";

/// A right that is passed on has to be given, and two signers are two people.
fn settle(draft: &mut Draft, wrong: &mut Violations) {
    if draft.allows_delegate == Some(true) && draft.allows_service == Some(false) {
        const WORDS: &str = "Delegate requires Service: select Service as well";
        wrong.push(Violation::new("allows_delegate", Why::new("without_service", WORDS)));
    }
    let text = |value: &Option<String>| value.as_deref().unwrap_or_default().to_lowercase();
    let (first, second, email) = (text(&draft.first_signer), text(&draft.second_signer), text(&draft.second_email));
    // what cannot be read is told already
    let left_out = |value: &Option<String>| value.as_deref() == Some("");
    if left_out(&draft.second_signer) && !(first.is_empty() && email.is_empty()) {
        wrong.push(Violation::new("second_signer", Why::missing("Enter the second signer's name")));
    }
    if left_out(&draft.second_email) && !(first.is_empty() && second.is_empty()) {
        wrong.push(Violation::new("second_email", Why::missing("Enter the second signer's email")));
    }
    if !email.is_empty() && email == text(&draft.recipient_email) {
        wrong.push(Violation::new("second_email", Why::new("same", SAME_SIGNER)));
    }
}

/// What a kind means, on its card.
fn about(kind: Purpose) -> &'static str {
    match kind {
        Purpose::Test => "For trying things out. Everything under it is in the Test environment.",
        Purpose::Production => "A real contract.",
    }
}

impl Parameters {
    /// What a renewal begins with.
    pub fn of(before: &ContractRow) -> Self {
        Self {
            // its partner is known
            recipient_company: String::new(),
            recipient_email: String::new(),
            first_signer: String::new(),
            second_signer: String::new(),
            second_email: String::new(),
            allows_program: before.allows_program,
            allows_service: before.allows_service,
            allows_delegate: before.allows_delegate,
            kind: before.kind,
            // the first note of a contract that was enrolled in is the program's own
            note: match (before.type_, &before.predecessor_id) {
                (type_, None) if type_.hangs() => String::new(),
                _ => before.note.clone(),
            },
            internal_note: before.internal_note.clone(),
            expires_on: None,
        }
    }

    /// What it permits: program, service, delegate.
    pub fn allows(&self) -> (bool, bool, bool) {
        (self.allows_program, self.allows_service, self.allows_delegate)
    }

    /// Whether a renewal asks for a field: it keeps its kind, and its partner is known.
    pub fn renewed(field: &str) -> bool {
        field != "kind" && !Self::of_one_partner(field)
    }

    /// Whether a field says who the partner is or who signs for it.
    pub fn of_one_partner(field: &str) -> bool {
        matches!(field, "recipient_company" | "recipient_email" | "first_signer" | "second_signer" | "second_email")
    }

    pub fn recipient(&self) -> Recipient {
        Recipient { recipient_company: self.recipient_company.clone(), recipient_email: self.recipient_email.clone() }
    }
}

input! {
    /// For whom a contract is meant, until somebody signs it.
    pub struct Recipient, DraftRecipient {
        "" {
            recipient_company: String = Line(64), "Partner's company", at "recipient.company",
                hint "The contract's name until your partner signs.";
            recipient_email: String = Email, "Partner's email", at "recipient.email",
                hint "For the activation link and reminders.";
        }
    }
}

impl Recipient {
    /// In one line, for the history.
    pub fn line(&self) -> String {
        let parts = [self.recipient_company.as_str(), self.recipient_email.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

input! {
    /// Who signs second, as long as the first has not signed.
    pub struct SecondSigner, DraftSecondSigner {
        "" {
            second_signer: String = Line(128), "Second signer's name", at "signers.second.name", missing "Enter the second signer's name",
                hint "Signs after the first one, and becomes the user who acts for the company.";
            second_email: String = Email, "Second signer's email", at "signers.second.email", missing "Enter the second signer's email",
                hint "Gets a link of their own once the first one has signed.";
        }
    }
}

input! {
    /// To whom the link of a contract is sent, and in which words.
    pub struct Sending, DraftSending {
        "" {
            recipient_email: String = Email, "Partner's email", at "recipient.email", missing "Enter an email address";
            message: String = Text(500, 4), "Message", at "message",
                hint "Shown to your partner above the link. Up to 500 characters.";
        }
    }
}

/// Which permissions a company with `rights` may give by a contract of this type, by the names of their fields.
pub fn may_grant(type_: Type, rights: Rights, field: &str) -> bool {
    type_ == Type::Service
        && match field {
            "allows_program" => rights.program,
            "allows_service" | "allows_delegate" => rights.delegate,
            _ => false,
        }
}

/// How a parameter is asked: a permission that the company cannot grant is not, unless something is wrong with it.
pub fn asked(entry: &Entry, form: &Form<Parameters>, type_: Type, rights: Rights) -> Option<Ask> {
    let permission = entry.name.starts_with("allows_");
    let offered = !permission || may_grant(type_, rights, entry.name) || form.failed(entry.name);
    offered.then(|| entry.asked())
}

/// How a parameter is asked of a company that only tries things out: it makes tests alone.
pub fn kinds(ask: Ask, tests_only: bool) -> Ask {
    match ask {
        Ask::Cards(picks) if tests_only => {
            Ask::Cards(picks.into_iter().filter(|pick| pick.value == Purpose::Test.key()).collect())
        }
        ask => ask,
    }
}

input! {
    /// What the issuer may change at any time.
    pub struct Notes, DraftNotes {
        "" {
            note: String = Text(200, 4), "Note to signee", at "note", missing "Enter a note to the signee",
                hint "Shown to your partner above the agreement. Up to 200 characters.";
            internal_note: String = Text(100, 2), "Internal note", at "internal_note", hint "Only your company sees this.";
        }
    }
}

input! {
    /// What is written on a contract that is terminated.
    pub struct Note, DraftNote {
        "" { reason: String = Line(100), "Note", at "reason", hint "Shown to your partner. Up to 100 characters."; }
    }
}

input! {
    /// Why something is declined or rejected.
    pub struct Reason, DraftReason {
        "" { reason: String = Line(200), "Reason", at "reason", hint "Shown to your partner. Up to 200 characters."; }
    }
}

input! {
    /// What a person does who signs: without it nothing is signed.
    pub struct Acceptance, DraftAcceptance {
        "" {
            accept: bool = Tick, "I have read and accepted the agreement", at "accept",
                missing "Confirm that you have read and accepted the agreement";
        }
    }
}

input! {
    /// Another end of a contract.
    pub struct NewEnd, DraftNewEnd {
        "" {
            ends_on: Option<NaiveDate> = Maybe(Day), "New expiry date", at "ends_on",
                hint "The contract ends automatically at the end of this day. Leave it empty to remove the expiry date.";
        }
    }
}

/// The end that a company in `zone` names, as the refusal at `field` when the day has gone by.
pub fn end_of(
    day: Option<NaiveDate>,
    field: &'static str,
    zone: Zone,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Violation> {
    match day {
        Some(day) if day < zone.today(now) => {
            Err(Violation::new(field, Why::new("past", "Expiry date must be today or later")))
        }
        Some(day) => Ok(zone.end_of(day)),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::fields::Fields;

    fn form(pairs: &[(&str, &str)]) -> Form<Parameters> {
        Form::typed(&Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()))
    }

    #[test]
    fn a_blank_form_says_what_is_missing() {
        let mut blank = form(&[]);
        assert!(blank.read().is_none());
        assert_eq!(blank.errors().into_iter().map(|(id, _)| id).collect::<Vec<_>>(), ["kind", "note"]);
    }

    #[test]
    fn what_is_passed_on_has_to_be_given() {
        let typed = [("kind", "test"), ("note", "Welcome"), ("allows_delegate", "yes")];
        let mut alone = form(&typed);
        assert!(alone.read().is_none());
        assert_eq!(alone.errors()[0].0, "allows_delegate");
        assert!(form(&[&typed[..], &[("allows_service", "yes")]].concat()).read().is_some());
    }

    #[test]
    fn one_grants_only_what_one_holds() {
        let rights = Rights { program: true, service: true, delegate: false, resale: false };
        assert!(may_grant(Type::Service, rights, "allows_program"));
        assert!(!may_grant(Type::Service, rights, "allows_service"));
        assert!(!may_grant(Type::Program, rights, "allows_program"), "a program contract grants nothing");
    }

    #[test]
    fn a_day_gone_by_is_no_expiry() {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let end = |day: &str| end_of(Some(day.parse().unwrap()), "expires_on", Zone::UTC, now);
        assert_eq!(end("2026-11-20").unwrap_err().why.code, "past");
        assert_eq!(end("2026-11-21").unwrap(), Some("2026-11-21T23:59:59Z".parse().unwrap()));
    }
}
