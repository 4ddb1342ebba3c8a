//! A version as a page shows it: to its vendor under Inspect, to everybody else as the product itself.

use super::{Line, Snapshot};
use crate::{
    kit::{
        choice::Choice as _,
        id::Id,
        markup::{self, SafeHtml},
        words::Words,
    },
    modules::{
        images,
        products::{
            Status,
            items::{Item, Type, commitment},
            media::Type as MediumType,
            parameters::store::ParameterRow,
            templates::pages::{sample, used_for},
        },
    },
};

pub struct Picture {
    pub image: String,
    pub alt: String,
    /// Where the video is.
    pub video: Option<String>,
}

/// A frozen item, and where it stands now.
pub struct ShownItem {
    pub line: Line,
    pub status: Status,
    pub committed: Words,
    pub ppu: bool,
}

pub struct ShownText {
    pub name: String,
    pub used_for: Words,
    pub text: SafeHtml,
}

pub struct Shown {
    pub name: String,
    pub icon: Option<String>,
    pub category: &'static str,
    pub short_description: String,
    pub description: SafeHtml,
    pub media: Vec<Picture>,
    pub items: Vec<ShownItem>,
    pub templates: Vec<ShownText>,
}

impl Shown {
    pub fn of(snapshot: Snapshot, standing: &[(Id<Item>, Status)], parameters: &[ParameterRow]) -> Self {
        let general = snapshot.general;
        let status = |id: &Id<Item>| {
            standing.iter().find(|(other, _)| other == id).map_or(Status::Published, |(_, status)| *status)
        };
        Self {
            name: general.name,
            icon: snapshot.icon.as_deref().map(images::url),
            category: general.category.map_or("", |category| category.label()),
            short_description: general.short_description,
            description: markup::markdown(&general.description),
            media: snapshot
                .media
                .into_iter()
                .map(|one| Picture {
                    image: images::url(&one.image),
                    alt: one.alt,
                    video: one.url.filter(|_| one.type_ == MediumType::Video),
                })
                .collect(),
            items: snapshot
                .items
                .into_iter()
                .map(|line| ShownItem {
                    status: status(&line.id),
                    committed: commitment(line.commitment),
                    ppu: line.type_ == Type::Ppu,
                    line,
                })
                .collect(),
            templates: snapshot
                .templates
                .into_iter()
                .map(|one| ShownText {
                    name: one.name,
                    used_for: used_for(one.scope, one.type_),
                    text: sample(&one.body, one.scope, parameters),
                })
                .collect(),
        }
    }
}
