//! How the year's products come about: made, published, asked to be listed, deployed, listed, and put into a group.

use image::{DynamicImage, Rgb, RgbImage};

use super::{
    Year,
    firms::{DANIEL, person_of},
    found,
    partners::{NORTHEAST, NORTHEAST_NAME},
    selling::{GOODS, Good, Stand, VAULT_HOURS},
};
use crate::{
    demo::{
        Cast, id,
        products::{Stage, asked, settings},
    },
    kit::{
        event::Event,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        catalog::groups,
        images,
        listings::{lifecycle::Action, store::Door},
        products::{
            self, Product,
            data::General,
            items::{self, Precision, Type as ItemType, Unit, data::NewItem},
            media::{self, Type as MediumType, data::NewMedium},
            parameters::{self, Phase, Scope, Type as ParameterType, data::NewParameter},
            templates,
        },
    },
};

/// Each product on its way to being listed.
pub fn plan(year: &mut Year) {
    for good in &GOODS {
        year.at(good.listed + 10, move |cast| cast.good_is_made(good));
        year.at(good.listed + 8, move |cast| {
            cast.with_good(good, |cast, stage, product| cast.version(product, stage.apollo, 1, "The first version."))
        });
        year.at(good.listed + 5, move |cast| cast.good_is_offered(good));
        year.at(good.listed + 2, move |cast| cast.good_moves(good, Action::Deploy, "listing_request.deploying"));
        if good.stand == Stand::Listed {
            year.at(good.listed, move |cast| cast.good_is_listed(good));
        }
    }
}

impl Cast<'_, '_> {
    /// Does something with a product in the hands of its vendor.
    fn with_good<T>(
        &mut self,
        good: &Good,
        act: impl FnOnce(&mut Self, &Stage<'_>, &Id<Product>) -> Result<T>,
    ) -> Result<T> {
        let (vendor, person) = self.who(person_of(good.vendor))?;
        let (owner, daniel) = self.who(DANIEL)?;
        let door = Door {
            contract: found(self.year()?.doors.get(good.vendor), good.vendor)?,
            marketplace: id(NORTHEAST)?,
            name: NORTHEAST_NAME.into(),
            owner: owner.clone(),
            owner_name: "Mighty Mick's LLC".into(),
        };
        self.in_hands_of(&vendor, &person);
        let stage = Stage { vendor: &vendor, apollo: &person, owner: &owner, michael: &daniel, door };
        act(self, &stage, &id(good.id)?)
    }

    /// With an icon, a picture, its items and what is asked when it is ordered.
    fn good_is_made(&mut self, good: &'static Good) -> Result<()> {
        let [first, second, third] = good.does;
        let general = General {
            name: good.name.into(),
            category: Some(good.category),
            short_description: good.short.into(),
            description: format!("{}\n\n## What it does\n\n- {first}\n- {second}\n- {third}\n", good.short),
        };
        self.with_good(good, |cast, stage, product| {
            products::store::insert_as(cast.tx, product, stage.vendor, &general)?;
            let icon = cast.drawn(160, 160, good.colour)?;
            products::store::set_general(cast.tx, product, &general, Some(Some(&icon)))?;
            let screen = cast.drawn(640, 400, good.colour)?;
            let medium =
                NewMedium { type_: MediumType::Image, alt: format!("The first page of {}", good.name), url: None };
            media::store::insert(cast.tx, product, 1, &medium, &screen)?;
            products::store::set_settings(cast.tx, product, &settings(good.metered, i32::from(good.tiers)))?;
            for item in items_of(good) {
                items::store::insert(cast.tx, product, &item)?;
            }
            for parameter in parameters_of(good) {
                parameters::store::insert(cast.tx, product, &parameter)?;
            }
            for template in templates::data::NewTemplate::seeds() {
                templates::store::insert(cast.tx, product, &template)?;
            }
            cast.record(Event::new("product.created", product).note(good.name))
        })
    }

    fn good_is_offered(&mut self, good: &'static Good) -> Result<()> {
        let note = "It is ready for your customers.";
        let request = self.with_good(good, |cast, stage, product| cast.request(stage, product, note))?;
        self.year()?.listings.insert(good.name, request);
        Ok(())
    }

    /// Daniel moves the request to list it.
    fn good_moves(&mut self, good: &'static Good, action: Action, event: &'static str) -> Result<()> {
        let request = found(self.year()?.listings.get(good.name), good.name)?;
        self.with_good(good, |cast, stage, _| cast.step(stage, &request, action, event))
    }

    fn good_is_listed(&mut self, good: &'static Good) -> Result<()> {
        self.good_moves(good, Action::Complete, "listing_request.completed")?;
        let request = found(self.year()?.listings.get(good.name), good.name)?;
        let (owner, daniel) = self.who(DANIEL)?;
        self.with_good(good, |cast, stage, product| {
            cast.in_hands_of(&owner, &daniel);
            cast.listed(stage, product, &request)
        })?;
        let group = found(self.year()?.groups.get(good.group), good.group)?;
        let product = id::<Product>(good.id)?;
        self.by::<groups::Manage, _>(DANIEL, |tx| groups::actions::add(tx, &group, &[product])).map(drop)
    }

    /// Bars that rise to the right on a ground that darkens.
    fn drawn(&mut self, width: u32, height: u32, colour: [u8; 3]) -> Result<String> {
        const BARS: u32 = 6;
        let image = RgbImage::from_fn(width, height, |x, y| {
            let bar = x * BARS / width;
            // each takes the middle three fifths of its place
            let within = (x * BARS * 5 / width) % 5;
            let top = height * (BARS + 2 - bar) / (BARS + 4);
            if (1..4).contains(&within) && y > top && y < height * 9 / 10 {
                return Rgb([0xf4, 0xf2, 0xee]);
            }
            let shade = 256 - 90 * y / height;
            Rgb(colour.map(|part| (u32::from(part) * shade / 256) as u8))
        });
        let picture = images::of(&DynamicImage::from(image)).map_err(Problem::internal)?;
        images::keep(self.tx, &picture)?;
        Ok(picture.hash)
    }
}

fn items_of(good: &Good) -> Vec<NewItem> {
    let (name, mpn, unit, period) = good.item;
    let ordered = NewItem {
        name: name.into(),
        mpn: mpn.into(),
        description: "Counted and billed for each period.".into(),
        unit,
        period,
        ..NewItem::default_item()
    };
    let stored = NewItem {
        type_: ItemType::Ppu,
        name: "Terabyte hours".into(),
        mpn: VAULT_HOURS.into(),
        description: "What is kept, reported each month.".into(),
        precision: Precision::Decimal2,
        unit: Unit::UnitHour,
        ..NewItem::default_item()
    };
    std::iter::once(ordered).chain(good.metered.then_some(stored)).collect()
}

fn parameters_of(good: &Good) -> Vec<NewParameter> {
    let administrator = asked("admin_email", "Email of the administrator", ParameterType::Email, Phase::Ordering);
    let number = NewParameter {
        scope: Scope::Tier1,
        ..asked("partner_number", "Partner number", ParameterType::Text, Phase::Fulfillment)
    };
    std::iter::once(administrator).chain(good.tiers.then_some(number)).collect()
}
