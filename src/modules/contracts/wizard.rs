//! Create Contract: Type, Agreement, Parameters, then the Summary of what was made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Type, data::Parameters};
use crate::{
    choice, input,
    kit::{
        actor::Rights,
        choice::Choice as _,
        fields::Fields,
        form::Pick,
        form_page::Ask,
        id::Id,
        input::{
            Form, Input as _,
            kinds::{IdOf, One},
        },
        problem::Result,
        violation::{Violation, Why},
        wizard,
    },
    modules::agreements::Agreement,
    t,
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
    /// As typed, right or wrong, by the names of the fields: what Back keeps.
    pub parameters: Option<BTreeMap<String, String>>,
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

    /// The form of the parameters, as it was left.
    pub fn form(&self) -> Form<Parameters> {
        match &self.parameters {
            Some(typed) => Form::typed(&Fields::new(typed.clone().into_iter().collect())),
            None => Form::empty(),
        }
    }

    pub fn keep(&mut self, sent: &Fields) {
        let typed = Parameters::TABLE.iter().map(|entry| (entry.name.to_owned(), sent.text(entry.name).to_owned()));
        self.parameters = Some(typed.collect());
    }
}

input! {
    /// The answer of the first step.
    pub struct Chosen, DraftChosen {
        "" { type_ as "type": Type = One::cards("Choose Program or Service"), "Contract type", at "type", missing "Choose Program or Service"; }
    }
}

input! {
    /// The answer of the second step.
    pub struct Rests, DraftRests {
        "" { agreement: Id<Agreement> = IdOf::new("Choose an agreement"), "Agreement", at "agreement", missing "Choose an agreement"; }
    }
}

/// Refuses a type that a company with `rights` may not invite by.
///
/// # Errors
/// Invalid, at `type`.
pub fn may_choose(type_: Type, rights: Rights) -> Result<()> {
    if Type::INVITING.contains(&type_) && type_.written_with(rights) {
        return Ok(());
    }
    Err(Violation::new("type", Why::new("right", "Choose a type your company can create")).into())
}

/// The cards of step 1: only what the company may write.
pub fn types(rights: Rights) -> Ask {
    let written = Type::INVITING.iter().filter(|type_| type_.written_with(rights));
    let cards = written.map(|type_| {
        let about = match type_ {
            Type::Program | Type::Distribution | Type::Referral => {
                t!("Invites a vendor. Signing it opens the Vendor Portal.")
            }
            Type::Service | Type::Syndication => t!("Invites a reseller. Signing it opens the Reseller Portal."),
        };
        Pick::new(type_.key(), type_.label(), about)
    });
    Ask::Cards(cards.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::wizard::Answers as _;

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
}
