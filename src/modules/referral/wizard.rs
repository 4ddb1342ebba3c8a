//! Enroll by a direct agreement: Agreement, Submit, then the Summary of the contract that was made.

use serde::{Deserialize, Serialize};

use crate::{
    choice,
    kit::{id::Id, wizard},
    modules::{agreements::Agreement, ids::Product},
};

choice! {
    /// A step of the wizard, by its URL.
    Step without column { Agreement = "agreement" / "Agreement", Submit = "submit" / "Submit", Summary = "summary" / "Summary" }
}

/// What was answered so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answers {
    /// The product whose vendor it leads to.
    pub product: Option<Id<Product>>,
    /// The referral agreement.
    pub referral: Option<Id<Agreement>>,
    /// The company's own program agreement.
    pub program: Option<Id<Agreement>>,
}

impl wizard::Answers for Answers {
    const KIND: &'static str = "referral";
    const SECTION: &'static str = "catalog/direct";
    const TITLE: &'static str = "Enroll";
    type Step = Step;
    const STEPS: &'static [Step] = &[Step::Agreement, Step::Submit];
    const SUMMARY: Step = Step::Summary;

    fn answered(&self, step: Step) -> bool {
        match step {
            Step::Agreement => self.program.is_some(),
            Step::Submit | Step::Summary => false,
        }
    }
}
