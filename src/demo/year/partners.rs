//! How Mighty Mick's grows: colleagues, a marketplace, and partners that are invited, sign and stay, or leave again.

use super::{
    Year,
    firms::{COLLEAGUES, Colleague, Firm, GRANITE, LAURA, MICHAEL, RESELLERS, VENDORS},
    found,
};
use crate::{
    accounts,
    demo::{Cast, PROGRAM, SERVICE, id, store, texts},
    kit::{actor::Role, event::Event, id::Id, problem::Result},
    modules::{
        agreements::{Agreement, Type},
        contracts::{
            self, Began, Contract, Manage,
            data::{Note, Recipient},
            delivery,
        },
        ids::Hub,
        marketplaces::Marketplace,
    },
};

/// Where the year's products are listed.
pub const NORTHEAST: &str = "MP-41730";
/// What it is called.
pub const NORTHEAST_NAME: &str = "Northeast Marketplace";
const DISTRIBUTION: &str = "AGD-371-648-205";

/// Who comes, signs, enrolls and leaves.
pub fn plan(year: &mut Year) {
    for colleague in &COLLEAGUES {
        year.at(456, move |cast| cast.colleague_starts(colleague));
    }
    year.at(454, |cast| cast.marketplace_opens());
    year.at(453, |cast| cast.distribution_is_offered());
    for vendor in &VENDORS {
        let offer = "We look forward to listing what you make.";
        year.at(vendor.joined + 2, move |cast| cast.firm_is_invited(vendor, Type::Program, PROGRAM, offer));
        year.at(vendor.joined, move |cast| cast.firm_joins(vendor, Type::Program, PROGRAM));
        year.at(vendor.joined - 3, move |cast| cast.vendor_enrolls(vendor));
    }
    for reseller in &RESELLERS {
        let offer = "Please read the agreement and sign when it suits you.";
        year.at(reseller.joined + 4, move |cast| cast.firm_is_invited(reseller, Type::Service, SERVICE, offer));
        year.at(reseller.joined, move |cast| cast.firm_joins(reseller, Type::Service, SERVICE));
    }
    year.at(70, |cast| cast.granite_leaves());
    year.at(12, |cast| {
        cast.somebody_is_invited(Type::Service, SERVICE, "Cobalt Retail Group", "buying@cobaltretail.example")
    });
    year.at(9, |cast| {
        cast.somebody_is_invited(Type::Program, PROGRAM, "Ridgeline Apps Inc", "partners@ridgeline.example")
    });
}

impl Cast<'_, '_> {
    fn colleague_starts(&mut self, colleague: &'static Colleague) -> Result<()> {
        let (micks, michael) = self.who(MICHAEL)?;
        self.in_hands_of(&micks, &michael);
        let user = self.person(colleague.name, colleague.email)?;
        self.placed(&user, (&micks, &michael), colleague.group, colleague.permissions)?;
        self.knows(colleague.name, &micks, &user);
        Ok(())
    }

    fn marketplace_opens(&mut self) -> Result<()> {
        let (micks, michael) = self.who(MICHAEL)?;
        self.in_hands_of(&micks, &michael);
        let hub = id::<Hub>("HB-3190-4471")?;
        let about = "Our commerce system in Boston.";
        store::insert_hub(self.tx, &hub, &micks, "Northeast Commerce", "commerce-ne", about)?;
        self.record(Event::new("hub.registered", &hub).note("Northeast Commerce"))?;
        let marketplace = id::<Marketplace>(NORTHEAST)?;
        store::insert_marketplace(self.tx, &marketplace, &micks, &hub, NORTHEAST_NAME)?;
        self.record(Event::new("marketplace.created", &marketplace).note(NORTHEAST_NAME))
    }

    fn distribution_is_offered(&mut self) -> Result<()> {
        let (micks, michael) = self.who(MICHAEL)?;
        self.in_hands_of(&micks, &michael);
        let (agreement, program) = (id::<Agreement>(DISTRIBUTION)?, id::<Agreement>(PROGRAM)?);
        let name = "Northeast Distribution";
        store::insert_distribution(self.tx, &agreement, &program, &micks, &id(NORTHEAST)?, name)?;
        self.record(Event::new("agreement.created", &agreement).note(name))?;
        self.agreement_version(&agreement, 1, &michael, "northeast-distribution.md", texts::DISTRIBUTION)
    }

    /// A contract with a link, made by Laura.
    fn offered_by_laura(&mut self, type_: Type, agreement: &str, note: &str) -> Result<Id<Contract>> {
        let (micks, laura) = self.who(LAURA)?;
        self.in_hands_of(&micks, &laura);
        let contract = Id::<Contract>::draw(type_.contract_prefix());
        self.contract(&contract, type_, &id(agreement)?, 1, &micks, &laura, note, false)?;
        Ok(contract)
    }

    fn firm_is_invited(&mut self, firm: &'static Firm, type_: Type, agreement: &str, note: &str) -> Result<()> {
        let contract = self.offered_by_laura(type_, agreement, note)?;
        self.year()?.partners.insert(firm.name, contract);
        Ok(())
    }

    /// The partner signs: it gets its company, and its person there.
    fn firm_joins(&mut self, firm: &'static Firm, type_: Type, agreement: &str) -> Result<()> {
        let contract = found(self.year()?.partners.get(firm.name), firm.name)?;
        // nobody of it is known before
        self.hands = None;
        let account = self.company(firm.id, type_.opens(), firm.name, false)?;
        let user = self.person(firm.person, firm.email)?;
        accounts::actions::open(self.tx, &account, &user)?;
        self.activate(&contract, &id(agreement)?, 1, &account, firm.name, &user)?;
        self.knows(firm.person, &account, &user);
        match type_.opens() {
            Role::Reseller => self.tx.follow("service contract signed", &Began { contract }),
            _ => Ok(()),
        }
    }

    fn vendor_enrolls(&mut self, vendor: &'static Firm) -> Result<()> {
        let (account, user) = self.who(vendor.person)?;
        let (micks, laura) = self.who(LAURA)?;
        self.in_hands_of(&micks, &laura);
        let contract = Id::<Contract>::draw(Type::Distribution.contract_prefix());
        self.year()?.doors.insert(vendor.name, contract.clone());
        self.enrolled(contract, &id(DISTRIBUTION)?, &account, (vendor.name, &user), Some(&laura))
    }

    fn granite_leaves(&mut self) -> Result<()> {
        let contract = found(self.year()?.partners.get(GRANITE), GRANITE)?;
        let said = Note { reason: "Granite closes its trading arm".into() };
        self.by::<Manage, _>(LAURA, |tx| contracts::actions::terminate(tx, &contract, &said))
    }

    /// Somebody who has not signed yet.
    fn somebody_is_invited(&mut self, type_: Type, agreement: &str, company: &str, email: &str) -> Result<()> {
        let contract =
            self.offered_by_laura(type_, agreement, "Please read the agreement and sign when it suits you.")?;
        let recipient = Recipient { recipient_company: company.to_owned(), recipient_email: email.to_owned() };
        self.by::<Manage, _>(LAURA, |tx| delivery::actions::name_recipient(tx, &contract, 1, &recipient)).map(drop)
    }
}
