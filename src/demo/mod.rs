//! The demo: companies and people that tutorials and tests know by name, in an otherwise empty database, and a year of business around them.
//!
//! [`load`] brings the cast alone, which tests count on; [`load_with_year`] what somebody finds who tries the program.

mod customers;
mod orders;
mod people;
mod products;
mod scenes;
mod store;
mod texts;
mod usage;
mod year;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    access::password,
    accounts,
    kit::{
        actor::{Account, Member, Role, User},
        db::{Db, System, Tx},
        event::Event,
        id::{Id, Kind},
        problem::{Problem, Result},
        secret,
    },
    modules::{
        agreements::{Agreement, Type},
        contracts::{
            Began, Contract,
            actions::OFFER,
            activation::forms::CONSENT,
            evidence::{self, Stamp},
            lifecycle::Part,
        },
        distribution,
        ids::Hub,
        marketplaces::Marketplace,
    },
};

use scenes::Players;
use year::Year;

/// Everybody's password.
pub const PASSWORD: &str = "Tutorial-2026!";

/// Who may sign in, and as what.
pub const SIGN_INS: &[(&str, &str)] = &[
    ("michael@mightymicks.example", "Mighty Mick's LLC, distributor, administrator"),
    ("paulie@mightymicks.example", "Mighty Mick's LLC, distributor, may only look"),
    ("apollo@champions.example", "Champions LLC, vendor"),
    ("tony@frontstreet.example", "Front Street Inc, vendor, and Mighty Mick's LLC, distributor"),
    ("donnie@acreedllc.example", "ACreed LLC, reseller"),
    ("bianca@acreedllc.example", "ACreed LLC, reseller, and Champions LLC, vendor, may only look"),
];

/// Who may sign in besides, where the year is loaded.
pub const SIGN_INS_OF_YEAR: &[(&str, &str)] = &[
    ("thomas@mightymicks.example", "Mighty Mick's LLC, distributor, orders for customers"),
    ("marcus@atlasstorage.example", "Atlas Storage Inc, vendor, reports usage"),
    ("karen@fairmountit.example", "Fairmount IT Services LLC, reseller, sells on a marketplace of its own"),
];

/// The service agreement of the cast.
const SERVICE: &str = "AGS-573-089-627";
/// Its program agreement.
const PROGRAM: &str = "AGP-482-105-936";

/// What a member of Readers may do.
const READS: [&str; 10] = [
    "directory.view",
    "contracts.view",
    "marketplaces.view",
    "agreements.view",
    "products.view",
    "listings.view",
    "customers.view",
    "subscriptions.view",
    "tier_config.view",
    "usage.view",
];

/// Loads the cast, unless the database already has companies; says whether it did.
pub fn load(db: &Db) -> Result<bool> {
    enter(db, |_| None)
}

/// Loads the cast and its year, unless the database already has companies; says whether it did.
pub fn load_with_year(db: &Db) -> Result<bool> {
    enter(db, |now| Some(Year::planned(now.date_naive())))
}

fn enter(db: &Db, year: impl FnOnce(DateTime<Utc>) -> Option<Year>) -> Result<bool> {
    let hash = password::hash_now(PASSWORD)?;
    db.write_now("demo", move |tx| {
        if !store::empty(tx.conn)? {
            return Ok(false);
        }
        let now = tx.at;
        Cast { tx, now, hash, hands: None, year: year(now) }.enter()?;
        Ok(true)
    })
}

struct Cast<'a, 'c> {
    tx: &'a mut Tx<'c, System>,
    now: DateTime<Utc>,
    hash: String,
    /// Who acts: the company and the person that the history names.
    hands: Option<(Id<Account>, Id<User>)>,
    /// What others do around it; none where only the cast is loaded.
    year: Option<Year>,
}

fn id<K: Kind>(text: &str) -> Result<Id<K>> {
    text.parse().map_err(|_| Problem::internal(format!("{text} is no id")))
}

impl Cast<'_, '_> {
    fn days_ago(&mut self, days: i64) {
        self.tx.at = self.now - TimeDelta::days(days) + TimeDelta::minutes(days * 7);
    }

    /// Goes on to this day; what the year has planned for before it is done first.
    fn day(&mut self, days: i64) -> Result<()> {
        self.until(days)?;
        self.days_ago(days);
        Ok(())
    }

    /// From now on events name this person, until somebody else acts.
    fn in_hands_of(&mut self, account: &Id<Account>, user: &Id<User>) {
        self.hands = Some((account.clone(), user.clone()));
    }

    fn record(&mut self, event: Event) -> Result<()> {
        match self.hands.clone() {
            Some((account, user)) => self.play::<Member, ()>((&account, &user), |tx| tx.record(event)),
            None => self.tx.record(event),
        }
    }

    fn enter(&mut self) -> Result<()> {
        self.days_ago(if self.year.is_some() { year::FOUNDED } else { 120 });
        let micks = self.company("PA-469-206", Role::Distributor, "Mighty Mick's LLC", true)?;
        let michael = self.person("Michael Goldmill", "michael@mightymicks.example")?;
        accounts::actions::open(self.tx, &micks, &michael)?;
        self.in_hands_of(&micks, &michael);
        self.knows("Michael Goldmill", &micks, &michael);
        let paulie = self.person("Paulie Pennino", "paulie@mightymicks.example")?;
        let readers = accounts::store::insert_group(self.tx.conn, &micks, "Readers", false, &READS, self.tx.at)?;
        self.join(&micks, &paulie)?;
        accounts::store::insert_group_member(self.tx.conn, &readers, &micks, &paulie)?;

        let service = id::<Agreement>(SERVICE)?;
        self.agreement(
            &service,
            Type::Service,
            &micks,
            "Tutorial Agreement",
            "The terms on which resellers work with us.",
        )?;
        self.agreement_version(&service, 1, &michael, "tutorial-agreement.md", texts::SERVICE_1)?;
        let program = id::<Agreement>(PROGRAM)?;
        self.agreement(&program, Type::Program, &micks, "Vendor Program", "The general terms for every vendor.")?;
        self.agreement_version(&program, 1, &michael, "vendor-program.md", texts::PROGRAM)?;
        let pilot = Id::<Agreement>::draw("AGS");
        self.agreement(&pilot, Type::Service, &micks, "Pilot Agreement", "A trial of three months, since ended.")?;
        self.agreement_version(&pilot, 1, &michael, "pilot-agreement.md", texts::PILOT)?;

        self.day(100)?;
        let acreed = self.company("PA-196-115", Role::Reseller, "ACreed LLC", false)?;
        let donnie = self.person("Adonis Creed", "donnie@acreedllc.example")?;
        accounts::actions::open(self.tx, &acreed, &donnie)?;
        self.knows("Adonis Creed", &acreed, &donnie);
        let champions = self.company("VA-287-142", Role::Vendor, "Champions LLC", false)?;
        let apollo = self.person("Apollo Jones", "apollo@champions.example")?;
        accounts::actions::open(self.tx, &champions, &apollo)?;
        self.knows("Apollo Jones", &champions, &apollo);
        let front = self.company("VA-610-774", Role::Vendor, "Front Street Inc", false)?;
        let tony = self.person("Tony Fields", "tony@frontstreet.example")?;
        accounts::actions::open(self.tx, &front, &tony)?;
        self.join_administrators(&micks, &tony)?;

        let ended = Id::<Contract>::draw("CRS");
        self.contract(&ended, Type::Service, &pilot, 1, &micks, &michael, "Let us try it for three months.", false)?;
        self.activate(&ended, &pilot, 1, &acreed, "ACreed LLC", &donnie)?;
        self.day(60)?;
        store::terminate(self.tx, &ended, "The pilot is over")?;
        self.record(Event::new("contract.terminated", &ended).note("The pilot is over"))?;

        let signed = id::<Contract>("CRS-58329-11884-23347")?;
        self.contract(&signed, Type::Service, &service, 1, &micks, &michael, "Welcome to Mighty Mick's.", true)?;
        self.day(58)?;
        self.activate(&signed, &service, 1, &acreed, "ACreed LLC", &donnie)?;
        if self.year.is_some() {
            // the agreement has a catalog by then
            self.tx.follow("service contract signed", &Began { contract: signed.clone() })?;
        }
        for (company, name, person) in [(&champions, "Champions LLC", &apollo), (&front, "Front Street Inc", &tony)] {
            let contract = Id::<Contract>::draw("CRP");
            self.contract(
                &contract,
                Type::Program,
                &program,
                1,
                &micks,
                &michael,
                "We look forward to your products.",
                false,
            )?;
            self.activate(&contract, &program, 1, company, name, person)?;
        }

        self.day(50)?;
        let hub = id::<Hub>("HB-2468-1357")?;
        store::insert_hub(self.tx, &hub, &micks, "Commerce", "commerce-eu", "Our commerce system in Philadelphia.")?;
        self.record(Event::new("hub.registered", &hub).note("Commerce"))?;
        let marketplace = id::<Marketplace>("MP-68204")?;
        store::insert_marketplace(self.tx, &marketplace, &micks, &hub, "Tutorial Marketplace")?;
        self.record(Event::new("marketplace.created", &marketplace).note("Tutorial Marketplace"))?;

        self.day(45)?;
        let distribution = id::<Agreement>("AGD-284-437-563")?;
        store::insert_distribution(self.tx, &distribution, &program, &micks, &marketplace, "Tutorial Distribution")?;
        self.record(Event::new("agreement.created", &distribution).note("Tutorial Distribution"))?;
        self.agreement_version(&distribution, 1, &michael, "tutorial-distribution.md", texts::DISTRIBUTION)?;
        self.day(40)?;
        self.enrolled(
            id("CRD-40293-21272-66678")?,
            &distribution,
            &champions,
            ("Champions LLC", &apollo),
            Some(&michael),
        )?;
        self.scenes(&Players {
            micks: (micks, michael),
            readers,
            acreed: (acreed, donnie),
            champions: (champions, apollo),
            front: (front, tony),
            distribution,
        })?;
        self.until(0)?;
        self.tx.at = self.now;
        if self.year.is_some() {
            store::read_notifications(self.tx)?;
        }
        // the cast has read its mail
        store::clear_outbox(self.tx)
    }

    fn company(&mut self, text: &str, role: Role, name: &str, founding: bool) -> Result<Id<Account>> {
        let account = id::<Account>(text)?;
        accounts::store::insert_account_as(self.tx.conn, &account, role, name, founding, self.tx.at)?;
        self.record(Event::new("account.created", &account).note(name))?;
        Ok(account)
    }

    fn person(&mut self, name: &str, email: &str) -> Result<Id<User>> {
        let hash = self.hash.clone();
        let user = accounts::actions::create_user(self.tx, name, email, Some(&hash))?
            .ok_or_else(|| Problem::internal(format!("{email} exists")))?;
        accounts::store::prove_email(self.tx, &user)?;
        Ok(user)
    }

    fn join(&mut self, account: &Id<Account>, user: &Id<User>) -> Result<()> {
        accounts::store::insert_member(self.tx.conn, account, user, self.tx.at)
    }

    fn join_administrators(&mut self, account: &Id<Account>, user: &Id<User>) -> Result<()> {
        self.join(account, user)?;
        let group = store::administrators(self.tx.conn, account)?;
        accounts::store::insert_group_member(self.tx.conn, &group, account, user)
    }

    fn agreement(
        &mut self,
        agreement: &Id<Agreement>,
        type_: Type,
        owner: &Id<Account>,
        name: &str,
        about: &str,
    ) -> Result<()> {
        store::insert_agreement(self.tx, agreement, type_, owner, name, about)?;
        self.record(Event::new("agreement.created", agreement).note(name))
    }

    /// An active version in Markdown; the one before becomes inactive.
    fn agreement_version(
        &mut self,
        agreement: &Id<Agreement>,
        number: i32,
        author: &Id<User>,
        file: &str,
        text: &str,
    ) -> Result<()> {
        store::insert_version(self.tx, agreement, number, author, file, text)?;
        self.record(Event::new("agreement.version_activated", agreement).note(format!("Version {number}")))
    }

    #[expect(clippy::too_many_arguments, reason = "a contract has this many facts, and only the cast names them all")]
    fn contract(
        &mut self,
        contract: &Id<Contract>,
        type_: Type,
        agreement: &Id<Agreement>,
        version: i32,
        issuer: &Id<Account>,
        by: &Id<User>,
        note: &str,
        allows_program: bool,
    ) -> Result<()> {
        store::insert_contract(self.tx, contract, type_, agreement, version, issuer, by, note, allows_program)?;
        let stamp = Stamp {
            contract,
            agreement,
            version,
            extension: None,
            party: Part::Issuer,
            user: by,
            account: issuer,
            consent: OFFER,
        };
        evidence::sign(self.tx, &stamp)?;
        crate::modules::contracts::store::insert_link(
            self.tx,
            contract,
            &secret::nonce(),
            self.tx.at + TimeDelta::days(30),
        )?;
        self.record(Event::new("contract.created", contract).note(format!("Version {version}")))
    }

    /// A vendor's enrolment, approved by somebody or waiting.
    fn enrolled(
        &mut self,
        contract: Id<Contract>,
        agreement: &Id<Agreement>,
        vendor: &Id<Account>,
        (name, by): (&str, &Id<User>),
        approved: Option<&Id<User>>,
    ) -> Result<()> {
        let micks = id::<Account>("PA-469-206")?;
        store::insert_enrolment(self.tx, &contract, agreement, &micks, (vendor, name), by, approved.is_some())?;
        let signed = Stamp {
            contract: &contract,
            agreement,
            version: 1,
            extension: None,
            party: Part::Signee,
            user: by,
            account: vendor,
            consent: distribution::actions::CONSENT,
        };
        evidence::sign(self.tx, &signed)?;
        let owner = self.hands.replace((vendor.clone(), by.clone()));
        self.record(Event::new("contract.enrolled", &contract).note("Version 1"))?;
        self.hands = owner;
        if let Some(by) = approved {
            let consent = distribution::actions::APPROVAL;
            evidence::sign(self.tx, &Stamp { party: Part::Issuer, user: by, account: &micks, consent, ..signed })?;
            self.record(Event::new("contract.approved", &contract))?;
        }
        Ok(())
    }

    fn activate(
        &mut self,
        contract: &Id<Contract>,
        agreement: &Id<Agreement>,
        version: i32,
        signee: &Id<Account>,
        name: &str,
        by: &Id<User>,
    ) -> Result<()> {
        store::activate(self.tx, contract, signee, name)?;
        let stamp = Stamp {
            contract,
            agreement,
            version,
            extension: None,
            party: Part::Signee,
            user: by,
            account: signee,
            consent: CONSENT,
        };
        evidence::sign(self.tx, &stamp)?;
        let issuer = self.hands.replace((signee.clone(), by.clone()));
        self.record(Event::new("contract.activated", contract).note(name))?;
        self.hands = issuer;
        Ok(())
    }
}
