//! Create Contract: Type, Agreement, Parameters, then the Summary of what was made.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Purpose, Type, store::NewContract};
use crate::{
    choice,
    kit::{
        actor::Rights,
        choice::Choice as _,
        fields::Fields,
        form::{self, Field, FieldError, Pick},
        id::Id,
        time::Zone,
        wizard,
    },
    modules::agreements::Agreement,
};

choice! {
    /// A step of the wizard, by its URL.
    Step without column { Type = "type" / "Type", Agreement = "agreement" / "Agreement", Parameters = "parameters" / "Parameters", Summary = "summary" / "Summary" }
}

/// What was answered so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answers {
    #[serde(rename = "type")]
    pub type_: Option<Type>,
    pub agreement: Option<Id<Agreement>>,
    pub parameters: Option<Parameters>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Parameters {
    pub allows_program: bool,
    pub allows_service: bool,
    pub allows_delegate: bool,
    pub kind: String,
    pub note: String,
    pub internal_note: String,
    pub expires_on: String,
}

impl wizard::Answers for Answers {
    const KIND: &'static str = "contract";
    const SECTION: &'static str = "contracts";
    const TITLE: &'static str = "Create contract";
    type Step = Step;
    const STEPS: &'static [Step] = &[Step::Type, Step::Agreement, Step::Parameters];
    const SUMMARY: Step = Step::Summary;

    fn answered(&self, step: Step) -> bool {
        match step {
            Step::Type => self.type_.is_some(),
            Step::Agreement => self.agreement.is_some(),
            Step::Parameters => self.parameters.is_some(),
            Step::Summary => false,
        }
    }
}

impl Answers {
    /// Another type takes other agreements, so the choice before is void.
    pub fn choose_type(&mut self, type_: Type) {
        if self.type_ != Some(type_) {
            self.type_ = Some(type_);
            self.agreement = None;
        }
    }
}

/// The form of step 3.
pub struct ParametersForm {
    pub allows_program: Field,
    pub allows_service: Field,
    pub allows_delegate: Field,
    pub kind: Field,
    pub note: Field,
    pub internal_note: Field,
    pub expires_on: Field,
}

impl ParametersForm {
    pub fn empty() -> Self {
        Self {
            allows_program: Field::new("allows_program", "Program")
                .hint("Your partner can create and manage program agreements."),
            allows_service: Field::new("allows_service", "Service")
                .hint("Your partner can create and manage service agreements."),
            allows_delegate: Field::new("allows_delegate", "Delegate")
                .hint("Your partner can pass the service permission on to the partners it invites."),
            kind: Field::new("kind", "Kind"),
            note: Field::new("note", "Note to signee")
                .hint("Your partner reads it above the agreement. Up to 200 characters."),
            internal_note: Field::new("internal_note", "Internal note").hint("Only your company sees it.").optional(),
            expires_on: Field::new("expires_on", "Expiry date")
                .hint("At the end of this day the contract ends by itself.")
                .optional(),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self {
            allows_program: form.allows_program.from(fields),
            allows_service: form.allows_service.from(fields),
            allows_delegate: form.allows_delegate.from(fields),
            kind: form.kind.from(fields),
            note: form.note.from(fields),
            internal_note: form.internal_note.from(fields),
            expires_on: form.expires_on.from(fields),
        }
    }

    pub fn answered(parameters: &Parameters) -> Self {
        let form = Self::empty();
        let tick = |ticked: bool| if ticked { "yes" } else { "" };
        Self {
            allows_program: form.allows_program.filled(tick(parameters.allows_program)),
            allows_service: form.allows_service.filled(tick(parameters.allows_service)),
            allows_delegate: form.allows_delegate.filled(tick(parameters.allows_delegate)),
            kind: form.kind.filled(&parameters.kind),
            note: form.note.filled(&parameters.note),
            internal_note: form.internal_note.filled(&parameters.internal_note),
            expires_on: form.expires_on.filled(&parameters.expires_on),
        }
    }

    /// As typed, right or wrong: what Back keeps.
    pub fn kept(&self) -> Parameters {
        Parameters {
            allows_program: self.allows_program.ticked(),
            allows_service: self.allows_service.ticked(),
            allows_delegate: self.allows_delegate.ticked(),
            kind: self.kind.value.clone(),
            note: self.note.value.clone(),
            internal_note: self.internal_note.value.clone(),
            expires_on: self.expires_on.value.clone(),
        }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([
            &self.allows_program,
            &self.allows_service,
            &self.allows_delegate,
            &self.kind,
            &self.note,
            &self.internal_note,
            &self.expires_on,
        ])
    }

    /// The contract that these parameters make, or the form's errors.
    pub fn parse(
        &mut self,
        type_: Type,
        agreement: &Id<Agreement>,
        rights: Rights,
        zone: Zone,
        now: DateTime<Utc>,
    ) -> Option<NewContract> {
        let service = type_ == Type::Service;
        let (program, invites, delegate) =
            (self.allows_program.ticked(), self.allows_service.ticked(), self.allows_delegate.ticked());
        if program && !(service && rights.program) {
            self.allows_program.fail("Your company cannot grant the Program permission here");
        }
        if invites && !(service && rights.delegate) {
            self.allows_service.fail("Your company cannot grant the Service permission here");
        }
        if delegate && !(service && rights.delegate) {
            self.allows_delegate.fail("Your company cannot grant the Delegate permission here");
        } else if delegate && !invites {
            self.allows_delegate.fail("Delegate goes with Service: tick Service as well");
        }
        let kind: Option<Purpose> = self.kind.choice("Choose Test or Production");
        let note = self.note.text("a note to the signee", 200);
        let internal_note = self.internal_note.text("an internal note", 100);
        let expires = self.expires_on.day();
        if let Some(Some(day)) = expires
            && day < zone.today(now)
        {
            self.expires_on.fail("Expiry date must be today or later");
        }
        let expire_at = expires?.and_then(|day: NaiveDate| zone.end_of(day));
        let (kind, note, internal_note) = (kind?, note?, internal_note?);
        self.errors().is_empty().then(|| NewContract {
            type_,
            kind,
            agreement: agreement.clone(),
            note,
            internal_note,
            allows_program: program,
            allows_service: invites,
            allows_delegate: delegate,
            expire_at,
        })
    }
}

/// The cards of step 1: only what the company may write.
pub fn types(rights: Rights) -> Vec<Pick> {
    Type::INVITING
        .iter()
        .filter(|type_| type_.written_with(rights))
        .map(|type_| {
            Pick::new(
                type_.key(),
                type_.label(),
                match type_ {
                    Type::Program | Type::Distribution => "Brings a vendor in. Signing it opens the Vendor Portal.",
                    Type::Service => "Brings a reseller in. Signing it opens the Reseller Portal.",
                },
            )
        })
        .collect()
}

/// The kinds that a company may choose; one that only tries things out makes tests alone.
pub fn kinds(tests_only: bool) -> Vec<Pick> {
    let test = Pick::new("test", "Test", "To try things out. Everything under it is in the environment Test.");
    let production = Pick::new("production", "Production", "A genuine contract.");
    if tests_only { vec![test] } else { vec![test, production] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::wizard::Answers as _;

    fn form(pairs: &[(&str, &str)]) -> ParametersForm {
        ParametersForm::typed(&Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()))
    }

    fn parse(form: &mut ParametersForm, type_: Type, rights: Rights) -> Option<NewContract> {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        form.parse(type_, &"AGS-573-089-627".parse().unwrap(), rights, Zone::UTC, now)
    }

    const ALL: Rights = Rights { program: true, service: true, delegate: true };

    #[test]
    fn the_first_gap_is_where_one_stands() {
        let mut answers = Answers::default();
        assert_eq!(answers.gap(), Step::Type);
        answers.choose_type(Type::Service);
        assert_eq!(answers.gap(), Step::Agreement);
        assert!(!answers.reached(Step::Parameters));
        answers.agreement = Some("AGS-573-089-627".parse().unwrap());
        assert!(answers.reached(Step::Parameters));
        answers.choose_type(Type::Service);
        assert!(answers.agreement.is_some(), "the same type keeps the agreement");
        answers.choose_type(Type::Program);
        assert!(answers.agreement.is_none(), "another type takes other agreements");
    }

    #[test]
    fn a_blank_form_says_what_is_missing() {
        let mut blank = form(&[]);
        assert!(parse(&mut blank, Type::Service, ALL).is_none());
        assert_eq!(blank.errors().into_iter().map(|(id, _)| id).collect::<Vec<_>>(), ["kind", "note"]);
    }

    #[test]
    fn one_grants_only_what_one_holds() {
        let typed = [("kind", "test"), ("note", "Welcome"), ("allows_service", "yes")];
        assert!(parse(&mut form(&typed), Type::Service, ALL).is_some());
        let rights = Rights { delegate: false, ..ALL };
        assert!(parse(&mut form(&typed), Type::Service, rights).is_none());
        assert!(parse(&mut form(&typed), Type::Program, ALL).is_none(), "a program contract grants nothing");
    }

    #[test]
    fn a_day_gone_by_is_no_expiry() {
        let typed = [("kind", "test"), ("note", "Welcome"), ("expires_on", "2026-11-20")];
        assert!(parse(&mut form(&typed), Type::Program, ALL).is_none());
        let typed = [("kind", "test"), ("note", "Welcome"), ("expires_on", "2026-11-21")];
        let made = parse(&mut form(&typed), Type::Program, ALL).unwrap();
        assert_eq!(made.expire_at, Some("2026-11-21T23:59:59Z".parse().unwrap()));
    }
}
