//! What is given to name a contact.

use diesel::prelude::*;

use super::ContactKind;
use crate::{
    input,
    kit::input::kinds::{Email, Line, One},
    modules::accounts::data::Phone,
    schema::account_contacts,
};

input! {
    /// Whom partners talk to. It need not be a user of the company.
    #[derive(Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = account_contacts)]
    pub struct Contact, ContactDraft {
        "" {
            kind: ContactKind = One::cards("Choose Business or Technical").about(ContactKind::about), "Type", at "type",
                missing "Choose Business or Technical";
            name: String = Line(128), "Name", at "name", missing "Enter a name", hint "A person or a team.";
            email: String = Email, "Email", at "email", missing "Enter an email address";
            phone: String = Phone, "Phone", at "phone", hint "Include the country code, such as +1 215 555 0100.";
            about: String = Line(255), "What to contact them about", at "about";
        }
    }
}
