//! What Champions sells: a product that is listed, one that waits for its review, and a draft.

use chrono::{DateTime, Utc};
use image::{DynamicImage, Rgb, RgbImage};

use super::{Cast, id};
use crate::{
    kit::{
        actor::{Account, User},
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
    },
    modules::{
        contracts::Contract,
        images::{self, Picture},
        listings::{
            self, RequestStatus, Type as RequestType,
            lifecycle::{Action, LISTING, Outcome, Part, RULES},
            queue::Reviews,
            store::{Door, NewRequest},
        },
        products::{
            self, Category, Product, Status, UsageSchema,
            actions::seed,
            data::{General, Settings},
            items::{self, Period, Precision, Type as ItemType, Unit, data::NewItem},
            media::{self, Type as MediumType, data::NewMedium},
            parameters::{self, Choosable, Phase, Scope, Type as ParameterType, data::NewParameter},
            sight, templates, versions,
        },
        queue::{self, With},
        service,
    },
};

/// Who lists what with whom.
pub struct Stage<'a> {
    pub vendor: &'a Id<Account>,
    pub apollo: &'a Id<User>,
    pub owner: &'a Id<Account>,
    pub michael: &'a Id<User>,
    pub door: Door,
}

/// The door that a distribution contract opens.
pub fn door(contract: &Id<Contract>, owner: &Id<Account>) -> Result<Door> {
    Ok(Door {
        contract: contract.clone(),
        marketplace: id("MP-68204")?,
        name: "Tutorial Marketplace".into(),
        owner: owner.clone(),
        owner_name: "Mighty Mick's LLC".into(),
    })
}

fn general(name: &str, category: Category, short: &str, long: &str) -> General {
    General { name: name.into(), category: Some(category), short_description: short.into(), description: long.into() }
}

/// Settings with tier accounts in step and a hold: with usage in quantities, and so many tiers that are set up first.
pub(super) fn settings(metered: bool, tiers: i32) -> Settings {
    Settings {
        tier_accounts_sync: true,
        administrative_hold: true,
        usage_schema: metered.then_some(UsageSchema::Quantity),
        usage_late: false,
        usage_future: false,
        usage_dynamic: false,
        usage_reservations: false,
        reseller_authorization: tiers,
        editable_ordering_parameters: false,
    }
}

/// A required parameter of a subscription.
pub(super) fn asked(name: &str, title: &str, type_: ParameterType, phase: Phase) -> NewParameter {
    NewParameter {
        phase,
        scope: Scope::Asset,
        type_,
        name: name.into(),
        title: title.into(),
        description: String::new(),
        hint: String::new(),
        placeholder: String::new(),
        default: String::new(),
        required: true,
        hidden: false,
        unique: false,
        reconciliation: false,
        shared: None,
        min_length: None,
        max_length: None,
        choices: Vec::new(),
        depends_on: None,
        depends_values: Vec::new(),
        depends_effect: None,
    }
}

impl Cast<'_, '_> {
    /// A product that is listed, day by day.
    pub(super) fn pulse(&mut self, stage: &Stage<'_>) -> Result<()> {
        self.day(30)?;
        let pulse = self.product(
            stage,
            "PRD-276-377-545",
            &general(
                "Apollo Pulse",
                Category::Communication,
                "Heart rates of a whole gym on one screen.",
                super::texts::PULSE,
            ),
            [0x9d, 0x2b, 0x22],
        )?;
        products::store::set_settings(self.tx, &pulse, &settings(true, 0))?;
        self.pulse_parts(&pulse)?;
        self.day(28)?;
        self.version(&pulse, stage.apollo, 1, "The first version.")?;
        self.day(26)?;
        let request = self.request(stage, &pulse, "We have sold it in our own shop for two years.")?;
        self.day(25)?;
        self.step(stage, &request, Action::Deploy, "listing_request.deploying")?;
        self.day(24)?;
        self.step(stage, &request, Action::Complete, "listing_request.completed")?;
        self.listed(stage, &pulse, &request)
    }

    /// A product that waits for its review.
    pub(super) fn ring(&mut self, stage: &Stage<'_>) -> Result<()> {
        self.day(6)?;
        let ring = self.product(
            stage,
            "PRD-418-902-117",
            &general(
                "Apollo Ring",
                Category::Sales,
                "Memberships, trial days and payments of a gym.",
                super::texts::RING,
            ),
            [0x1d, 0x4f, 0x86],
        )?;
        self.version(&ring, stage.apollo, 1, "The first version.")?;
        self.day(4)?;
        self.request(stage, &ring, "It goes well with Apollo Pulse.").map(drop)
    }

    /// A draft.
    pub(super) fn corner(&mut self, stage: &Stage<'_>) -> Result<()> {
        self.day(3)?;
        let draft = id::<Product>("PRD-650-334-208")?;
        let bare = General { category: None, ..general("Apollo Corner", Category::Sales, "", "") };
        products::store::insert_as(self.tx, &draft, stage.vendor, &bare)?;
        seed(self.tx, &draft)?;
        self.record(Event::new("product.created", &draft).note("Apollo Corner"))
    }

    /// A product with an icon, a picture and one item under its own name.
    fn product(&mut self, stage: &Stage<'_>, text: &str, general: &General, colour: [u8; 3]) -> Result<Id<Product>> {
        let product = id::<Product>(text)?;
        products::store::insert_as(self.tx, &product, stage.vendor, general)?;
        let icon = self.picture(256, 256, colour)?;
        products::store::set_general(self.tx, &product, general, Some(Some(&icon)))?;
        let screen = self.picture(1_280, 800, colour)?;
        let medium = NewMedium { type_: MediumType::Image, alt: format!("The screen of {}", general.name), url: None };
        media::store::insert(self.tx, &product, 1, &medium, &screen)?;
        let seat = NewItem {
            name: "Trainer".into(),
            mpn: format!("{}-TRAINER", general.name.to_uppercase().replace(' ', "-")),
            description: "One person who works with it.".into(),
            unit: Unit::Users,
            ..NewItem::default_item()
        };
        items::store::insert(self.tx, &product, &seat)?;
        for template in templates::data::NewTemplate::seeds() {
            templates::store::insert(self.tx, &product, &template)?;
        }
        self.record(Event::new("product.created", &product).note(&general.name))?;
        Ok(product)
    }

    fn pulse_parts(&mut self, product: &Id<Product>) -> Result<()> {
        let gym = NewItem {
            name: "Gym, yearly".into(),
            mpn: "APOLLO-PULSE-GYM-Y".into(),
            description: "A whole gym, bound for three years.".into(),
            unit: Unit::Stores,
            period: Period::Yearly,
            commitment: 3,
            ..NewItem::default_item()
        };
        let hours = NewItem {
            type_: ItemType::Ppu,
            name: "Screen hours".into(),
            mpn: "APOLLO-PULSE-HOURS".into(),
            description: "Hours that screens are on, reported each month.".into(),
            precision: Precision::Decimal2,
            unit: Unit::UnitHour,
            ..NewItem::default_item()
        };
        items::store::insert(self.tx, product, &gym)?;
        items::store::insert(self.tx, product, &hours)?;
        let trainer = asked("trainer_email", "Email of the head trainer", ParameterType::Email, Phase::Ordering);
        let size = NewParameter {
            choices: [("s", "Up to 10 screens"), ("l", "More than 10 screens")]
                .map(|(value, label)| Choosable { value: value.into(), label: label.into() })
                .into(),
            default: "s".into(),
            ..asked("gym_size", "Size of the gym", ParameterType::Choice, Phase::Ordering)
        };
        let key = NewParameter {
            unique: true,
            reconciliation: true,
            ..asked("license_key", "Licence key", ParameterType::Text, Phase::Fulfillment)
        };
        for parameter in [trainer, size, key] {
            parameters::store::insert(self.tx, product, &parameter)?;
        }
        let activation = templates::store::all(self.tx, product)?
            .into_iter()
            .find(|one| one.type_ == Some(templates::Type::Fulfillment))
            .ok_or_else(|| Problem::internal("a product has an activation template"))?;
        templates::store::update(self.tx, &activation.id, "Activation", super::texts::PULSE_ACTIVATION)
    }

    /// A pulse on a coloured ground, drawn here.
    fn picture(&mut self, width: u32, height: u32, colour: [u8; 3]) -> Result<String> {
        let beat = |x: f32| match x {
            x if (0.42..0.46).contains(&x) => -(x - 0.42) * 3.0,
            x if (0.46..0.54).contains(&x) => -0.12 + (x - 0.46) * 5.5,
            x if (0.54..0.62).contains(&x) => 0.32 - (x - 0.54) * 4.0,
            _ => 0.0,
        };
        let image = RgbImage::from_fn(width, height, |x, y| {
            let (across, down) = (x as f32 / width as f32, y as f32 / height as f32);
            let line = (0.55 - beat(across) - down).abs() < 0.022;
            let shade = 1.0 - 0.35 * down;
            Rgb(colour.map(|part| if line { 0xf6 } else { (f32::from(part) * shade) as u8 }))
        });
        let drawn: Picture = images::of(&DynamicImage::from(image)).map_err(Problem::internal)?;
        images::keep(self.tx, &drawn)?;
        Ok(drawn.hash)
    }

    pub(super) fn version(&mut self, product: &Id<Product>, by: &Id<User>, number: i32, changes: &str) -> Result<()> {
        let row = products::store::find_any(self.tx, product)?;
        let snapshot = versions::store::master(self.tx, &row)?;
        let category = row.category.ok_or_else(|| Problem::internal("a published product has a category"))?;
        versions::store::insert(self.tx, product, number, (category, &snapshot), (true, changes), by)?;
        let publish = plan(
            products::lifecycle::RULES,
            Status::Draft,
            products::lifecycle::Action::Publish,
            products::lifecycle::By::Vendor,
            self.tx.at,
        )
        .map_err(|_| Problem::internal("a draft can be published"))?;
        items::store::publish_drafts(self.tx, product, &publish)?;
        versions::store::settle(self.tx, product, Status::Published)?;
        let event = Event::new("product.forked", product).note(format!("Version {number}: {changes}"));
        self.record(event.moved(publish.from(), publish.to()))
    }

    /// Asks for a new listing: Reviewing.
    pub(super) fn request(
        &mut self,
        stage: &Stage<'_>,
        product: &Id<Product>,
        note: &str,
    ) -> Result<Id<listings::Request>> {
        let listing = listings::store::insert(self.tx, product, stage.vendor, &stage.door)?;
        let due_at: DateTime<Utc> = service::due(self.tx, stage.owner)?;
        let new =
            NewRequest { listing: &listing, type_: RequestType::New, version: 1, note, creator: stage.apollo, due_at };
        let request = listings::store::insert_request(self.tx, &new)?;
        let planned = plan(RULES, RequestStatus::Draft, Action::Submit, Part::Vendor, self.tx.at)
            .map_err(|_| Problem::internal("a draft can be submitted"))?;
        queue::advance::<Reviews, _>(self.tx, &request, &planned, &With::default())?;
        sight::settle(self.tx, stage.owner, product)?;
        self.record(Event::new("listing.created", &listing.id))?;
        self.record(Event::new("listing_request.submitted", &request).moved(planned.from(), planned.to()))?;
        Ok(request)
    }

    /// One act of the marketplace's owner, in Michael's hands.
    pub(super) fn step(
        &mut self,
        stage: &Stage<'_>,
        request: &Id<listings::Request>,
        action: Action,
        event: &'static str,
    ) -> Result<()> {
        let now = if action == Action::Deploy { RequestStatus::Reviewing } else { RequestStatus::Deploying };
        let planned = plan(RULES, now, action, Part::Owner, self.tx.at)
            .map_err(|_| Problem::internal("the request can be moved"))?;
        self.in_hands_of(stage.owner, stage.michael);
        queue::store::assign::<Reviews, _>(self.tx, request, Some(stage.michael))?;
        queue::advance::<Reviews, _>(self.tx, request, &planned, &With::default())?;
        self.record(Event::new(event, request).moved(planned.from(), planned.to()))
    }

    pub(super) fn listed(
        &mut self,
        stage: &Stage<'_>,
        product: &Id<Product>,
        request: &Id<listings::Request>,
    ) -> Result<()> {
        let (listing, _) = listings::store::at(self.tx, product, &stage.door.contract)?
            .ok_or_else(|| Problem::internal("the listing was made"))?;
        let planned = plan(LISTING, listing.status, Outcome::List, Part::Owner, self.tx.at)
            .map_err(|_| Problem::internal("a listing can be listed"))?;
        listings::store::advance_listing(self.tx, &listing.id, &planned)?;
        let event = Event::new("listing.listed", &listing.id).note(format!("By {request}"));
        self.record(event.moved(planned.from(), planned.to()))?;
        self.in_hands_of(stage.vendor, stage.apollo);
        Ok(())
    }
}
