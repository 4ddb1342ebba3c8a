//! The form of a renewal: what the successor says otherwise than the contract before it.

use chrono::{DateTime, Utc};

use crate::{
    kit::{
        actor::Rights,
        fields::Fields,
        form_page::{Ask, FormPage},
        time::Zone,
    },
    modules::contracts::{
        Type,
        store::{ContractRow, Renewal},
        wizard::{Parameters, ParametersForm},
    },
};

/// The same fields as when a contract is made, but its kind, which stays.
pub struct RenewalForm(ParametersForm);

impl RenewalForm {
    /// Begins with what the contract before it says.
    pub fn of(before: &ContractRow) -> Self {
        Self(ParametersForm::answered(&Parameters {
            allows_program: before.allows_program,
            allows_service: before.allows_service,
            allows_delegate: before.allows_delegate,
            kind: String::new(),
            // the first note of a distribution contract is the program's own
            note: match (before.type_, &before.predecessor_id) {
                (Type::Distribution, None) => String::new(),
                _ => before.note.clone(),
            },
            internal_note: before.internal_note.clone(),
            expires_on: String::new(),
        }))
    }

    pub fn typed(fields: &Fields) -> Self {
        Self(ParametersForm::typed(fields))
    }

    /// The successor that it makes, or the form's errors.
    pub fn parse(&mut self, before: &ContractRow, rights: Rights, zone: Zone, now: DateTime<Utc>) -> Option<Renewal> {
        self.0.kind.value = crate::kit::choice::Choice::key(before.kind).to_owned();
        let new = self.0.parse(before.type_, &before.agreement_id, rights, zone, now)?;
        Some(Renewal {
            note: new.note,
            internal_note: new.internal_note,
            allows_program: new.allows_program,
            allows_service: new.allows_service,
            allows_delegate: new.allows_delegate,
            expire_at: new.expire_at,
        })
    }

    /// Asks on `page` what the company may grant.
    pub fn onto(&self, mut page: FormPage, before: &ContractRow, rights: Rights) -> FormPage {
        let form = &self.0;
        if before.type_ == Type::Service {
            if rights.program {
                page = page.ask(&form.allows_program, Ask::Tick);
            }
            if rights.delegate {
                page = page.ask(&form.allows_service, Ask::Tick).ask(&form.allows_delegate, Ask::Tick);
            }
        }
        page.ask(&form.note, Ask::Text(3)).ask(&form.internal_note, Ask::Line).ask(&form.expires_on, Ask::Day)
    }
}
