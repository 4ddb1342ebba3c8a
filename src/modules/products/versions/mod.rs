//! Versions: numbered copies of Master. Only their visibility can change.

pub mod actions;
pub mod data;
pub mod pages;
pub mod shown;
pub mod store;

use serde::{Deserialize, Serialize};

use super::{
    data::General,
    items::{Item, Period, Precision, Type as ItemType, Unit},
    media::{self, Type as MediumType},
    parameters::Scope,
    templates::{ProductTemplate, Type as TemplateType},
};
use crate::kit::id::Id;

/// What a version freezes: general data, media, items, templates. Settings and parameters are live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub general: General,
    /// The icon's hash.
    pub icon: Option<String>,
    pub media: Vec<Medium>,
    pub items: Vec<Line>,
    pub templates: Vec<Template>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medium {
    /// Of versions from before there were ids in them it may be unknown.
    #[serde(default)]
    pub id: Option<Id<media::Medium>>,
    #[serde(rename = "type")]
    pub type_: MediumType,
    pub image: String,
    pub alt: String,
    pub url: Option<String>,
}

/// An item as it was; whether its sale has ended since is said by the item itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub id: Id<Item>,
    #[serde(rename = "type")]
    pub type_: ItemType,
    pub name: String,
    pub mpn: String,
    pub description: String,
    pub precision: Precision,
    pub unit: Unit,
    pub period: Period,
    pub commitment: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// As that of [`Medium`].
    #[serde(default)]
    pub id: Option<Id<ProductTemplate>>,
    pub scope: Scope,
    #[serde(rename = "type")]
    pub type_: Option<TemplateType>,
    pub name: String,
    pub body: String,
}
