//! Enroll: Agreement, Marketplace, Submit, then the Summary of the contracts that were made.

use serde::{Deserialize, Serialize};

use crate::{
    choice,
    kit::{id::Id, wizard},
    modules::{
        agreements::Agreement,
        ids::{Marketplace, Product},
    },
};

choice! {
    /// A step of the wizard, by its URL.
    Step without column { Agreement = "agreement" / "Agreement", Marketplace = "marketplace" / "Marketplace", Submit = "submit" / "Submit", Summary = "summary" / "Summary" }
}

/// What was answered so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answers {
    /// What was chosen in the catalog.
    pub products: Vec<Id<Product>>,
    pub agreement: Option<Id<Agreement>>,
    /// Where the company sells it.
    pub marketplace: Option<Id<Marketplace>>,
}

impl wizard::Answers for Answers {
    const KIND: &'static str = "syndication";
    const SECTION: &'static str = "catalog/enroll";
    const TITLE: &'static str = "Enroll";
    type Step = Step;
    const STEPS: &'static [Step] = &[Step::Agreement, Step::Marketplace, Step::Submit];
    const SUMMARY: Step = Step::Summary;

    fn answered(&self, step: Step) -> bool {
        match step {
            Step::Agreement => self.agreement.is_some(),
            Step::Marketplace => self.marketplace.is_some(),
            Step::Submit | Step::Summary => false,
        }
    }
}
