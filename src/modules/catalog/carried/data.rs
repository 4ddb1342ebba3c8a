//! What is chosen for an agreement, and what one that hangs on it is made of.

use crate::{
    input,
    kit::{
        fields::Fields,
        form::Pick,
        form_page::{Ask, FormPage},
        id::{Id, Kind},
        input::{Form, kinds::IdsOf},
        typed::apart,
        violation::{Violation, Why},
    },
    modules::{
        agreements::data::{Named, Start, Words, document, document_sent},
        ids::{Marketplace, ProductGroup},
    },
};

input! {
    /// The groups that an agreement carries.
    pub struct Groups, DraftGroups {
        "" { groups: Vec<Id<ProductGroup>> = IdsOf::new("Choose product groups from the list"), "Product groups", at "groups"; }
    }
}

input! {
    /// The marketplaces that a service agreement covers.
    pub struct Places, DraftPlaces {
        "" {
            marketplaces: Vec<Id<Marketplace>> = IdsOf::new("Choose marketplaces from the list"), "Marketplaces", at "marketplaces",
                hint "Partners see what is listed on these marketplaces. If none is selected, that is all of them.";
        }
    }
}

/// Something with a name, to be ticked.
pub type Choice<K> = (Id<K>, String);

/// Boxes to tick.
pub fn picks<K: Kind>(all: &[Choice<K>]) -> Ask {
    Ask::Checks(all.iter().map(|(id, name)| Pick::new(id.as_str(), format!("{} ({id})", apart(name)), "")).collect())
}

/// Create syndication agreement, Create referral agreement.
pub struct NewForm {
    pub words: Form<Words>,
    pub groups: Form<Groups>,
    pub document: Form<Named>,
    pub start: Form<Start>,
}

impl NewForm {
    /// As it is opened.
    pub fn empty() -> Self {
        Self { words: Form::empty(), groups: Form::empty(), document: document(), start: Form::empty() }
    }

    /// As it was sent.
    pub fn typed(sent: &Fields) -> Self {
        Self {
            words: Form::typed(sent),
            groups: Form::typed(sent),
            document: document_sent(sent),
            start: Form::typed(sent),
        }
    }

    /// All that was typed, or what is wrong at its fields.
    pub fn read(&mut self) -> Option<(Words, Groups, Named, Start)> {
        let (words, groups) = (self.words.read(), self.groups.read());
        let (document, start) = (self.document.read(), self.start.read());
        Some((words?, groups?, document?, start?))
    }

    /// `all`: the groups that the service agreement carries; `starts`: whether the person may activate a version.
    pub fn onto(&self, page: FormPage, all: &[Choice<ProductGroup>], starts: bool) -> FormPage {
        let page = self.words.onto(page);
        let page = if all.is_empty() { page } else { narrowing(&self.groups).onto_asking(page, |_| Some(picks(all))) };
        let page = self.document.onto(page);
        if starts { self.start.onto(page) } else { page }
    }
}

/// The groups as an agreement that hangs on another is asked for them.
pub fn narrowing(form: &Form<Groups>) -> Form<Groups> {
    const HINT: &str =
        "It is for the products of these groups. If none is selected, that is all groups of the service agreement.";
    form.clone().saying("groups", "Product groups", HINT)
}

/// What is said of a group that an agreement cannot carry.
pub fn no_group() -> Violation {
    Violation::new("groups", Why::new("unknown", "Choose product groups from the list"))
}

/// What is said of a marketplace that an agreement cannot cover.
pub fn no_place() -> Violation {
    Violation::new("marketplaces", Why::new("unknown", "Choose marketplaces from the list"))
}
