//! Create Distribution Agreement.

use uuid::Uuid;

use super::actions::NewDistribution;
use crate::{
    kit::{
        fields::Fields,
        form::{self, Field, FieldError},
        id::Id,
    },
    modules::{agreements::forms::DocumentForm, marketplaces::Marketplace},
};

pub struct CreateForm {
    /// Names this form, so that it makes one agreement however often it is sent.
    pub form: String,
    pub name: Field,
    pub description: Field,
    pub marketplace: Field,
    pub document: DocumentForm,
    pub activate: Field,
    pub auto_accept: Field,
}

impl CreateForm {
    pub fn empty() -> Self {
        Self {
            form: Uuid::new_v4().to_string(),
            name: Field::new("name", "Name"),
            description: Field::new("description", "Description").hint("What it is for, in a few words."),
            marketplace: Field::new("marketplace", "Marketplace"),
            document: DocumentForm::empty(),
            activate: Field::new("activate", "Activate version")
                .hint("Vendors can enroll in an active version only. You can activate it later as well."),
            auto_accept: Field::new("auto_accept", "Auto Accept")
                .hint("Every vendor of the program gets an active contract by itself, without enrolling or approval."),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        let named = fields.text("form");
        Self {
            form: if named.parse::<Uuid>().is_ok() { named.to_owned() } else { form.form },
            name: form.name.from(fields),
            description: form.description.from(fields),
            marketplace: form.marketplace.from(fields),
            document: DocumentForm::typed(fields),
            activate: form.activate.from(fields),
            auto_accept: form.auto_accept.from(fields),
        }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([
            &self.name,
            &self.description,
            &self.marketplace,
            &self.document.source,
            &self.document.link,
            &self.document.file,
            &self.auto_accept,
        ])
    }

    pub fn parse(&mut self, free: &[(Id<Marketplace>, String)]) -> Option<(Uuid, NewDistribution)> {
        let name = self.name.line("a name", 100);
        let description = self.description.text("a description", 2_000);
        let marketplace = free.iter().find(|(id, _)| id.as_str() == self.marketplace.value).map(|(id, _)| id.clone());
        if marketplace.is_none() {
            self.marketplace.fail("Choose one of your marketplaces");
        }
        let document = self.document.parse();
        if self.auto_accept.ticked() && !self.activate.ticked() {
            self.auto_accept.fail("Auto Accept needs an active version: tick Activate version as well");
        }
        let new = NewDistribution {
            marketplace: marketplace?,
            name: name?,
            description: description?,
            document: document?,
            activate: self.activate.ticked(),
            auto_accept: self.auto_accept.ticked(),
        };
        self.errors().is_empty().then_some((self.form.parse().ok()?, new))
    }
}
