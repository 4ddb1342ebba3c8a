//! What a distribution agreement is made of besides its words and its document, and what is said about enrolments.

use crate::{
    input,
    kit::{
        fields::Fields,
        form::Pick,
        form_page::{Ask, FormPage},
        id::Id,
        input::{
            Form,
            kinds::{IdOf, Tick},
        },
        typed::apart,
        violation::{Violation, Violations, Why},
    },
    modules::{
        agreements::data::{Named, Words, document, document_sent},
        ids::Marketplace,
    },
};

input! {
    /// Where vendors may list by it. It stays for good.
    pub struct Place, DraftPlace {
        "" {
            marketplace: Id<Marketplace> = IdOf::new("Choose one of your marketplaces"), "Marketplace", at "marketplace",
                missing "Choose one of your marketplaces";
        }
    }
}

input! {
    /// How vendors come to their contracts.
    pub struct Opening, DraftOpening settled by settle {
        "" {
            activate: bool = Tick, "Activate version", at "activate",
                hint "Vendors can only enroll in an active version. You can also activate it later.";
            auto_accept: bool = Tick, "Auto Accept", at "auto_accept",
                hint "Every vendor in the program gets an active contract automatically, without enrolling or approval. Default: off.";
        }
    }
}

/// Nobody gets a contract while there is no version to be on.
fn settle(draft: &mut DraftOpening, wrong: &mut Violations) {
    if draft.auto_accept == Some(true) && draft.activate == Some(false) {
        const WORDS: &str = "Auto Accept needs an active version: select Activate version as well";
        wrong.push(Violation::new("auto_accept", Why::new("without_version", WORDS)));
    }
}

/// Create Distribution Agreement.
pub struct NewForm {
    pub words: Form<Words>,
    pub place: Form<Place>,
    pub document: Form<Named>,
    pub opening: Form<Opening>,
}

impl NewForm {
    pub fn empty() -> Self {
        Self { words: Form::empty(), place: Form::empty(), document: document(), opening: Form::empty() }
    }

    pub fn typed(sent: &Fields) -> Self {
        Self {
            words: Form::typed(sent),
            place: Form::typed(sent),
            document: document_sent(sent),
            opening: Form::typed(sent),
        }
    }

    /// All that was typed, or what is wrong at its fields.
    pub fn read(&mut self) -> Option<(Words, Place, Named, Opening)> {
        let (words, place) = (self.words.read(), self.place.read());
        let (document, opening) = (self.document.read(), self.opening.read());
        Some((words?, place?, document?, opening?))
    }

    /// `free`: the marketplaces that can be chosen; `opens`: whether the person may activate a version.
    pub fn onto(&self, page: FormPage, free: &[(Id<Marketplace>, String)], opens: bool) -> FormPage {
        let picks = || free.iter().map(|(id, name)| Pick::new(id.as_str(), format!("{} ({id})", apart(name)), ""));
        let list = || Some(Ask::from_list("Choose a marketplace", picks().collect()));
        let page = self.place.onto_asking(self.words.onto(page), |_| list());
        let page = self.document.onto(page);
        if opens { self.opening.onto(page) } else { page }
    }
}
