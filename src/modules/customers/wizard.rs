//! Create Customer: Type, Parent, Data, then the Summary of what was made.

use serde::{Deserialize, Serialize};

use super::{TierAccount, Type, data::Data};
use crate::{
    choice, input,
    kit::{
        id::Id,
        input::{Kind, kinds::One},
        typed,
        violation::{Why, Words},
        wizard,
    },
};

choice! {
    /// A step of the wizard, by its URL.
    Step without column { Type = "type" / "Type", Parent = "parent" / "Parent", Data = "data" / "Data", Summary = "summary" / "Summary" }
}

/// Where an account shall stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// At the top of a tree of its own.
    Top,
    Below(Id<TierAccount>),
}

impl Place {
    pub fn parent(&self) -> Option<&Id<TierAccount>> {
        match self {
            Self::Top => None,
            Self::Below(parent) => Some(parent),
        }
    }
}

/// What a form calls the top.
pub const TOP: &str = "none";

input! {
    /// What an account is.
    pub struct Sort, DraftSort {
        "" {
            type_ as "type": Type = One::cards("Choose the type of account"), "Type", at "type",
                missing "Choose the type of account";
        }
    }
}

input! {
    /// Below which reseller it stands, if any.
    pub struct Under, DraftUnder {
        "" { parent: Place = Standing, "Parent", at "parent", missing "Choose a parent"; }
    }
}

/// A place by the parent's id, or [`TOP`]. Whether the account may stand there is for whoever acts on it.
struct Standing;

impl Kind for Standing {
    type Value = Place;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Place, Why> {
        match text.as_str() {
            TOP => Ok(Place::Top),
            text => text.parse().map(Place::Below).map_err(|_| Why::new("id", "Choose a parent")),
        }
    }

    fn text(&self, value: &Place) -> String {
        value.parent().map_or_else(|| TOP.to_owned(), ToString::to_string)
    }
}

/// What was answered so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answers {
    #[serde(rename = "type")]
    pub type_: Option<Type>,
    pub parent: Option<Place>,
    pub data: Option<Data>,
}

impl wizard::Answers for Answers {
    const KIND: &'static str = "customer";
    const SECTION: &'static str = "customers";
    const TITLE: &'static str = "Create customer";
    type Step = Step;
    const STEPS: &'static [Step] = &[Step::Type, Step::Parent, Step::Data];
    const SUMMARY: Step = Step::Summary;

    fn answered(&self, step: Step) -> bool {
        match step {
            Step::Type => self.type_.is_some(),
            Step::Parent => self.parent.is_some(),
            Step::Data => self.data.is_some(),
            Step::Summary => false,
        }
    }
}
