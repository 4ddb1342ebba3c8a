//! The forms of subscriptions.

use rand::RngExt as _;
use uuid::Uuid;

use crate::{
    input,
    kit::{
        choice::Choice as _,
        environment::Environment,
        fields::Fields,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
        id::Id,
        input::kinds::{Key, Text, Uid},
        time::Zone,
        words::Words,
    },
    modules::{
        orders::subscriptions::{
            orderable::{Orderable, committed},
            quantity::Quantity,
        },
        products::{
            Status as ProductStatus,
            items::{Item, Period, Type},
            versions::Line,
        },
    },
    t,
};

/// The environments that a company may order in.
pub fn environments(vendor: bool) -> Vec<Pick> {
    let offered: &[Environment] =
        if vendor { &[Environment::Preview] } else { &[Environment::Production, Environment::Test] };
    offered.iter().map(|one| Pick::new(one.key(), one.label(), meaning(*one))).collect()
}

fn meaning(environment: Environment) -> &'static str {
    match environment {
        Environment::Production => "For a customer who uses and pays for it",
        Environment::Test => "The same steps, without a customer who pays",
        Environment::Preview => "For your own company alone: no distributor sees it",
    }
}

/// How much of each item.
pub struct ItemsForm {
    lines: Vec<(Line, Field)>,
    /// Items whose field may not be left empty.
    in_use: Vec<Id<Item>>,
}

impl ItemsForm {
    /// Items at End of Sale may still be ordered; they say so. What is not offered any more says that it may stay.
    pub fn new(
        items: &[Orderable],
        standing: &[(Id<Item>, ProductStatus)],
        chosen: &[(Id<Item>, Quantity)],
        zone: Zone,
    ) -> Self {
        let lines = items.iter().map(|one| {
            let item = &one.line;
            let quantity = chosen.iter().find(|(id, _)| *id == item.id).map_or(Quantity::NONE, |(_, one)| *one);
            let ended = standing.iter().any(|(id, status)| *id == item.id && *status == ProductStatus::EndOfSale);
            let billing = match (item.type_, item.period) {
                (Type::Ppu, _) => t!("Pay as you go, reported each month"),
                (Type::Reservation, Period::Once) => t!("{unit}, paid once", unit = item.unit),
                (Type::Reservation, period) => {
                    t!("{unit}, {period}", unit = item.unit, period = Words::within(period))
                }
            };
            let hint = [
                Some(billing),
                committed(zone, item.commitment, one.committed_until),
                ended.then(|| t!("End of Sale")),
                (!one.offered).then(|| t!("Not offered any more: it can stay as it is, or be reduced")),
            ];
            let part_number = Words::data(item.mpn.clone());
            let hint = hint.into_iter().flatten().fold(part_number, |first, then| t!("{first}. {then}", first, then));
            let field = Field::new(item.id.to_string(), item.name.clone()).hint(hint);
            let field = match item.type_ {
                Type::Ppu => field.filled(if quantity.is_none() { "" } else { "yes" }),
                Type::Reservation => field.optional().filled(quantity.typed()),
            };
            (item.clone(), field)
        });
        Self { lines: lines.collect(), in_use: Vec::new() }
    }

    /// What is reserved already is removed by a 0 only: an emptied field may be a slip.
    pub fn reserved(mut self) -> Self {
        for (item, field) in &mut self.lines {
            if item.type_ == Type::Reservation && !field.value.is_empty() {
                field.optional = false;
                self.in_use.push(item.id.clone());
            }
        }
        self
    }

    pub fn typed(mut self, fields: &Fields) -> Self {
        self.lines = self.lines.into_iter().map(|(item, field)| (item, field.from(fields))).collect();
        self
    }

    /// What was typed; of the items that are not ordered nothing.
    pub fn parse(&mut self) -> Option<Vec<(Id<Item>, Quantity)>> {
        let mut parsed = Vec::new();
        let mut good = true;
        for (item, field) in &mut self.lines {
            if field.value.trim().is_empty() && self.in_use.contains(&item.id) {
                field.fail("Enter a quantity, or 0 to remove the item");
                good = false;
                continue;
            }
            match Quantity::parse(item.type_, &field.value) {
                Ok(quantity) if quantity.is_none() => {}
                Ok(quantity) => parsed.push((item.id.clone(), quantity)),
                Err(words) => {
                    field.fail(words);
                    good = false;
                }
            }
        }
        good.then_some(parsed)
    }

    /// Says something at an item.
    pub fn fail_at(&mut self, item: &str, words: impl Into<Words>) {
        let words = words.into();
        for (_, field) in self.lines.iter_mut().filter(|(line, _)| line.id.as_str() == item) {
            field.fail(&words);
        }
    }

    /// Says something at the first item.
    pub fn fail(&mut self, words: impl Into<Words>) {
        if let Some((_, field)) = self.lines.first_mut() {
            field.fail(words);
        }
    }

    pub fn onto(&self, mut page: FormPage) -> FormPage {
        for type_ in [Type::Reservation, Type::Ppu] {
            let mut lines = self.lines.iter().filter(|(item, _)| item.type_ == type_).peekable();
            if lines.peek().is_some() {
                page = page.group(if type_ == Type::Ppu { "Pay as you go" } else { "Quantities" });
            }
            page = lines.fold(page, |page, (_, field)| {
                page.ask(field, if type_ == Type::Ppu { Ask::Tick } else { Ask::Whole })
            });
        }
        page
    }
}

input! {
    /// How the buyer's own system knows a subscription, and what the buyer says with the order.
    pub struct Keys, DraftKeys {
        "Your own keys" {
            external_id: String = Key(128), "External ID", at "external_id", missing "Enter an external ID",
                hint "How your own system identifies it. This one was generated: you can enter your own.";
            external_uid: Option<Uuid> = Uid, "External UID", at "external_uid",
                hint "The key by which your own system finds it. Made for you when left empty.";
            note: String = Text(2_000, 3), "Note to the vendor", at "note", hint "Up to 2,000 characters.";
        }
    }
}

impl Keys {
    /// With an id that was drawn: ten letters and digits.
    pub fn drawn() -> Self {
        const SIGNS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let mut random = rand::rng();
        let external_id = (0..10).map(|_| char::from(SIGNS[random.random_range(0..SIGNS.len())])).collect();
        Self { external_id, external_uid: Some(Uuid::new_v4()), note: String::new() }
    }
}

/// Says once more that less is wanted before a commitment is over.
pub fn early_field(words: Words) -> Field {
    Field::new("early", words).hint("It is not refused: the vendor is told, and decides.")
}
