//! What resellers may sell: product groups, the service agreement that includes them, what hangs on it, and who enrolled in that.

use chrono::Days;

use super::{
    Year,
    customers::salesperson,
    firms::{ACREED, DANIEL, DONNIE, FAIRMOUNT, KEYSTONE, LAKESIDE, LAURA, MICHAEL, REDWOOD, SUMMIT, person_of},
    found,
    selling::{DESK, MAIL, MEETINGS, OFFICE, PAYROLL, PEOPLE, PHONE, SECURITY, SHIELD, SYNC, VAULT, good},
};
use crate::{
    demo::{Cast, SERVICE, id},
    kit::{choice::Choice as _, id::Id, problem::Result, wizard},
    modules::{
        agreements::{
            self, Agreement, Type,
            actions::NewAgreement,
            data::{NewDocument, Words},
            documents,
        },
        campaigns::{self, data::Deadline},
        catalog::{
            carried::{self, actions::NewChild},
            groups::{self, data::NewGroup},
        },
        contracts::{
            self, Contract, Sign,
            data::{Acceptance, Reason},
            terms,
        },
        directory::{self, notes::actions::Note},
        distribution::{self, Approve},
        ids::Product,
        marketplaces::{
            self, Price,
            data::{General, NewMarketplace, Prices},
            hubs::{self, data::NewHub},
        },
        referral, syndication,
    },
};

const RESALE: &str = "Marketplace Resale";
const INTRODUCTION: &str = "Direct Introduction";
const GYM: &str = "Gym technology";
const PULSE: &str = "Apollo Pulse";

/// Who enrolled in what, how many days ago, and how it was answered: approved or rejected so many days later, or not at all.
const ENROLMENTS: [(&str, &str, i64, Answer); 13] = [
    (FAIRMOUNT, VAULT, 432, Answer::Approved(2)),
    (FAIRMOUNT, SHIELD, 390, Answer::Approved(2)),
    (FAIRMOUNT, DESK, 360, Answer::Approved(3)),
    (LAKESIDE, SHIELD, 362, Answer::Approved(2)),
    (LAKESIDE, DESK, 340, Answer::Approved(2)),
    (LAKESIDE, SYNC, 320, Answer::Rejected(3)),
    (REDWOOD, PHONE, 320, Answer::Approved(3)),
    (REDWOOD, MAIL, 295, Answer::Approved(3)),
    (ACREED, SHIELD, 52, Answer::Approved(2)),
    (ACREED, MAIL, 48, Answer::Approved(2)),
    (ACREED, PULSE, 20, Answer::Approved(1)),
    (SUMMIT, PAYROLL, 6, Answer::None),
    (ACREED, MEETINGS, 3, Answer::None),
];

/// How an enrolment was answered, and how many days later.
#[derive(Clone, Copy)]
enum Answer {
    Approved(i64),
    Rejected(i64),
    None,
}

/// Where resellers sell: the reseller, the name of the marketplace, and how many days ago it opened.
const SHOPS: [(&str, &str, i64); 5] = [
    (FAIRMOUNT, "Fairmount Cloud Store", 436),
    (LAKESIDE, "Lakeside Marketplace", 370),
    (REDWOOD, "Redwood Subscriptions", 330),
    (SUMMIT, "Summit Online", 290),
    (ACREED, "Creed Store", 56),
];

/// What Laura wrote down about partners.
const NOTES: [(&str, i64, &str); 6] = [
    (FAIRMOUNT, 300, "Karen prefers a call before we change prices. Fridays are best."),
    (LAKESIDE, 210, "Plans to open a second office in Albany next spring."),
    (FAIRMOUNT, 95, "Reached the volume for better terms. Review them with Michael."),
    (SUMMIT, 40, "Wants to offer payroll to its own customers. Send the Cedar brochure."),
    (ACREED, 30, "Adonis asked for gym products first, office products later."),
    (ACREED, 8, "Call about the new version of the agreement: he has questions about the notice."),
];

/// Which resellers a product can be ordered through before this day, with whom the contract is.
pub fn sold_by(day: i64) -> impl Iterator<Item = (&'static str, &'static str)> {
    let sells = move |(company, product, enrolled, answer): (&'static str, &'static str, i64, Answer)| match answer {
        Answer::Approved(later) if enrolled - later > day => Some((company, product)),
        _ => None,
    };
    ENROLMENTS.into_iter().filter_map(sells)
}

/// What is offered to resellers, and what they make of it.
pub fn plan(year: &mut Year) {
    for (name, about) in [
        (SECURITY, "Keeps data and devices safe."),
        (OFFICE, "What people work with every day."),
        (PEOPLE, "For accounting and for whoever employs people."),
    ] {
        year.at(440, move |cast| cast.group_is_made(name, about));
    }
    year.at(439, |cast| cast.service_includes(&[SECURITY, OFFICE, PEOPLE]));
    let resale = "For resellers that sell our products on marketplaces of their own.";
    year.at(438, move |cast| cast.child_is_written(Type::Syndication, RESALE, resale));
    let introduction = "For partners that want a business of their own with one of our vendors.";
    year.at(437, move |cast| cast.child_is_written(Type::Referral, INTRODUCTION, introduction));
    for (company, name, day) in SHOPS {
        year.at(day, move |cast| cast.shop_opens(company, name));
    }
    for (company, product, day, answer) in ENROLMENTS {
        year.at(day, move |cast| cast.reseller_enrolls(company, product));
        match answer {
            Answer::Approved(later) => year.at(day - later, move |cast| cast.enrolment_is_approved(company, product)),
            Answer::Rejected(later) => year.at(day - later, move |cast| cast.enrolment_is_rejected(company, product)),
            Answer::None => {}
        }
    }
    for (company, day, text) in NOTES {
        year.at(day, move |cast| cast.note_is_taken(company, text));
    }
    year.at(23, |cast| cast.group_is_made(GYM, "What gyms run on."));
    year.at(22, |cast| cast.gyms_are_offered());
    year.at(35, |cast| cast.program_is_written());
    year.at(4, |cast| cast.vendor_is_offered());
    year.at(4, |cast| cast.deadline_is_set());
    year.at(4, |cast| cast.newer_version_is_signed(FAIRMOUNT));
    year.at(3, |cast| cast.newer_version_is_signed(LAKESIDE));
    year.at(2, |cast| cast.others_are_reminded());
}

/// A product by its name.
fn product(name: &str) -> Result<Id<Product>> {
    id(good(name).map_or("PRD-276-377-545", |good| good.id))
}

fn link(file: &str) -> NewDocument {
    NewDocument::Link(format!("https://documents.mightymicks.example/{file}.pdf"))
}

impl Cast<'_, '_> {
    fn group_is_made(&mut self, name: &'static str, about: &str) -> Result<()> {
        let new = NewGroup { name: name.into(), description: about.into() };
        let group = self.by::<groups::Manage, _>(DANIEL, |tx| groups::actions::create(tx, &new))?;
        self.year()?.groups.insert(name, group);
        Ok(())
    }

    /// The service agreement has these groups in its Catalog.
    fn service_includes(&mut self, names: &[&str]) -> Result<()> {
        let year = self.year()?;
        let groups = names.iter().map(|name| found(year.groups.get(*name), name)).collect::<Result<Vec<_>>>()?;
        let service = id::<Agreement>(SERVICE)?;
        self.by::<agreements::Manage, _>(MICHAEL, |tx| {
            let revision = agreements::store::lock(tx, &service)?.revision;
            carried::actions::set_groups(tx, (&service, None), revision, &groups)
        })
        .map(drop)
    }

    /// An agreement on the service agreement, for all that it includes.
    fn child_is_written(&mut self, type_: Type, name: &'static str, about: &str) -> Result<()> {
        let new = NewChild {
            type_,
            words: Words { name: name.into(), description: about.into() },
            groups: Vec::new(),
            document: link(type_.key()),
            activate: true,
        };
        let service = id::<Agreement>(SERVICE)?;
        let made = self.by::<agreements::Manage, _>(MICHAEL, |tx| carried::actions::create(tx, &service, &new))?;
        self.year()?.agreements.insert(name, made);
        Ok(())
    }

    fn gyms_are_offered(&mut self) -> Result<()> {
        let group = found(self.year()?.groups.get(GYM), GYM)?;
        let pulse = product(PULSE)?;
        self.by::<groups::Manage, _>(DANIEL, |tx| groups::actions::add(tx, &group, &[pulse]))?;
        self.service_includes(&[SECURITY, OFFICE, PEOPLE, GYM])
    }

    /// A reseller's own hub and marketplace.
    fn shop_opens(&mut self, company: &'static str, name: &str) -> Result<()> {
        let person = salesperson(company);
        let hub = NewHub { name: "Shop system".into(), instance: None, description: "Our shop.".into() };
        let hub = self.by::<marketplaces::Manage, _>(person, |tx| hubs::actions::register(tx, &hub))?;
        let new = NewMarketplace {
            general: General {
                name: name.into(),
                countries: vec!["US".into()],
                currency: "USD".into(),
                description: "What we offer to our own customers.".into(),
            },
            hubs: vec![(hub, "shop".into())],
            prices: Prices { prices: Price::ALL.iter().map(|price| price.key().to_owned()).collect() },
        };
        let made = self.by::<marketplaces::Manage, _>(person, |tx| marketplaces::actions::create(tx, &new))?;
        self.year()?.shops.insert(company, made);
        Ok(())
    }

    /// Reads, accepts, and waits for the distributor.
    fn reseller_enrolls(&mut self, company: &'static str, name: &'static str) -> Result<()> {
        let agreement = found(self.year()?.agreements.get(RESALE), RESALE)?;
        let shop = found(self.year()?.shops.get(company), company)?;
        let products = vec![product(name)?];
        let made = self.by::<syndication::Enroll, _>(salesperson(company), |tx| {
            let asked = wizard::begin::<syndication::wizard::Answers, _>(tx)?;
            let (chosen, wanted, target) = (products.clone(), agreement.clone(), shop.clone());
            wizard::answer::<syndication::wizard::Answers, _>(tx, asked, |answers| {
                answers.products = chosen;
                answers.agreement = Some(wanted);
                answers.marketplace = Some(target);
            })?;
            let me = tx.account()?;
            let choice = syndication::store::choice(tx, &me, (&agreement, &shop), &products)?;
            let first = choice.offers.first().ok_or_else(|| syndication::actions::nothing(&choice))?;
            let called = syndication::store::target(tx, &me, &shop)?;
            let document = documents::find(tx.conn, &agreement, first.version)?;
            let shown = syndication::actions::shown(first, &choice.offers, &document, (&shop, &called));
            syndication::actions::enroll(tx, asked, &Acceptance { accept: true }, &shown.token())
        })?;
        let contract = id::<Contract>(&made.value())?;
        self.year()?.enrolments.insert((company, name), contract);
        Ok(())
    }

    fn enrolled_by(&mut self, company: &'static str, name: &'static str) -> Result<Id<Contract>> {
        found(self.year()?.enrolments.get(&(company, name)), name)
    }

    fn enrolment_is_approved(&mut self, company: &'static str, name: &'static str) -> Result<()> {
        let contract = self.enrolled_by(company, name)?;
        self.by::<Approve, _>(LAURA, |tx| {
            let row = contracts::store::lock(tx, &contract)?;
            let agreement = agreements::store::name(tx, &row.agreement_id)?;
            let document = documents::find(tx.conn, &row.agreement_id, row.version)?;
            let source = contracts::store::source(tx, &contract)?;
            let shown = distribution::actions::approval(&row, &agreement, &document, (None, source.as_ref()));
            distribution::actions::approve(tx, &contract, &shown.token())
        })
    }

    fn enrolment_is_rejected(&mut self, company: &'static str, name: &'static str) -> Result<()> {
        let contract = self.enrolled_by(company, name)?;
        let said = Reason { reason: "Please finish the vendor's training first, then enroll again.".into() };
        self.by::<Approve, _>(LAURA, |tx| distribution::actions::reject(tx, &contract, &said))
    }

    fn note_is_taken(&mut self, company: &str, text: &str) -> Result<()> {
        let (partner, _) = self.who(person_of(company))?;
        let note = Note { text: text.to_owned() };
        self.by::<directory::Manage, _>(LAURA, |tx| directory::notes::actions::add(tx, &partner, &note)).map(drop)
    }

    /// A reseller with the Program permission writes a program agreement of its own.
    fn program_is_written(&mut self) -> Result<()> {
        let new = NewAgreement {
            type_: Type::Program,
            words: Words {
                name: "Creed Vendor Program".into(),
                description: "For vendors that work with us directly.".into(),
            },
            document: link("creed-vendor-program"),
            activate: true,
        };
        let made = self.by::<agreements::Manage, _>(DONNIE, |tx| agreements::actions::create(tx, &new))?;
        self.year()?.agreements.insert("Creed Vendor Program", made);
        Ok(())
    }

    /// It offers that to a vendor that it knows by a referral agreement; the vendor has not answered yet.
    fn vendor_is_offered(&mut self) -> Result<()> {
        let way = found(self.year()?.agreements.get(INTRODUCTION), INTRODUCTION)?;
        let program = found(self.year()?.agreements.get("Creed Vendor Program"), "Creed Vendor Program")?;
        let about = product(PHONE)?;
        let said =
            referral::data::Said { note: format!("We would like to work with {KEYSTONE} directly."), accept: true };
        self.by::<referral::EnrollDirectly, _>(DONNIE, |tx| {
            let asked = wizard::begin::<referral::wizard::Answers, _>(tx)?;
            let (product, through, own) = (about.clone(), way.clone(), program.clone());
            wizard::answer::<referral::wizard::Answers, _>(tx, asked, |answers| {
                answers.product = Some(product);
                answers.referral = Some(through);
                answers.program = Some(own);
            })?;
            let me = tx.account()?;
            let offered = referral::store::way(tx, &me, &about, &way)?;
            let document = documents::find(tx.conn, &way, offered.offer.version)?;
            let mine = documents::find(tx.conn, &program, 1)?;
            let name = agreements::store::name(tx, &program)?;
            let shown = referral::actions::shown(&offered, &document, (&program, &name, &mine));
            referral::actions::enroll(tx, asked, &said, &shown.token())
        })
        .map(drop)
    }

    /// Until when partners are asked to sign the second version.
    fn deadline_is_set(&mut self) -> Result<()> {
        let service = id::<Agreement>(SERVICE)?;
        let said = Deadline { due_on: self.now.date_naive().checked_add_days(Days::new(21)) };
        let shown = campaigns::actions::shown(2, None).token();
        self.by::<agreements::Manage, _>(MICHAEL, |tx| campaigns::actions::set_deadline(tx, &service, &said, &shown))
            .map(drop)
    }

    fn newer_version_is_signed(&mut self, company: &'static str) -> Result<()> {
        let contract = found(self.year()?.partners.get(company), company)?;
        self.by::<Sign, _>(person_of(company), |tx| {
            let row = contracts::store::lock(tx, &contract)?;
            let agreement = agreements::store::name(tx, &row.agreement_id)?;
            let document = documents::find(tx.conn, &row.agreement_id, 2)?;
            let shown = terms::newer(&row, &agreement, &document).token();
            contracts::signing::actions::sign(tx, &contract, 2, &Acceptance { accept: true }, &shown)
        })
        .map(drop)
    }

    /// All who have not signed it are reminded.
    fn others_are_reminded(&mut self) -> Result<()> {
        let service = id::<Agreement>(SERVICE)?;
        let due = agreements::deadline::due(self.tx.conn, &service, 2)?;
        let shown = campaigns::actions::shown(2, due).token();
        self.by::<contracts::Manage, _>(LAURA, |tx| campaigns::actions::remind(tx, &service, None, &shown)).map(drop)
    }
}
