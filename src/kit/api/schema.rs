//! What published values look like, as JSON Schema.
//!
//! A schema is JSON and is written as such: every keyword that we use stands in this file once.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::kit::{
    choice::Choice,
    id::Kind as IdKind,
    input::{Entry, Input},
};

/// A value's shape, and the named shapes that it refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    json: Value,
    named: BTreeMap<&'static str, Value>,
}

impl Schema {
    fn new(json: Value) -> Self {
        Self { json, named: BTreeMap::new() }
    }

    pub fn text() -> Self {
        Self::new(json!({ "type": "string" }))
    }

    /// Text of at most so many characters.
    pub fn line(most: usize) -> Self {
        Self::new(json!({ "type": "string", "maxLength": most }))
    }

    /// Text in one of the known formats, such as `uuid`.
    pub fn format(format: &str) -> Self {
        Self::new(json!({ "type": "string", "format": format }))
    }

    pub fn pattern(pattern: &str) -> Self {
        Self::new(json!({ "type": "string", "pattern": pattern }))
    }

    /// A file as it is.
    pub fn file() -> Self {
        Self::new(json!({ "type": "string", "contentMediaType": "application/octet-stream" }))
    }

    /// An instant of UTC in whole seconds.
    pub fn instant() -> Self {
        Self::format("date-time")
    }

    pub fn day() -> Self {
        Self::format("date")
    }

    pub fn flag() -> Self {
        Self::new(json!({ "type": "boolean" }))
    }

    pub fn whole() -> Self {
        Self::new(json!({ "type": "integer" }))
    }

    pub fn at_least(least: i64) -> Self {
        Self::new(json!({ "type": "integer", "minimum": least }))
    }

    pub fn between(least: i64, most: i64) -> Self {
        Self::new(json!({ "type": "integer", "minimum": least, "maximum": most }))
    }

    pub fn number() -> Self {
        Self::new(json!({ "type": "number" }))
    }

    /// The id of a `K`.
    pub fn id<K: IdKind>() -> Self {
        let counting = K::GROUPS.len() - K::COUNTS;
        let groups = K::GROUPS.iter().enumerate().map(|(at, digits)| match at < counting {
            true => format!("-[0-9]{{{digits}}}"),
            false => format!("-[0-9]{{{digits},}}"),
        });
        Self::pattern(&format!("^({}){}$", K::PREFIXES.join("|"), groups.collect::<String>()))
    }

    pub fn words<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        Self::new(json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() }))
    }

    /// The keys of a choice.
    pub fn choice<C: Choice>() -> Self {
        Self::words(C::ALL.iter().map(|one| one.key()))
    }

    pub fn list(of: Self) -> Self {
        Self { json: json!({ "type": "array", "items": of.json }), named: of.named }
    }

    /// An object of any names, of which each has such a value.
    pub fn each(of: Self) -> Self {
        Self { json: json!({ "type": "object", "additionalProperties": of.json }), named: of.named }
    }

    pub fn about(self, words: &str) -> Self {
        self.with("description", words.into())
    }

    pub fn example(self, example: impl Into<Value>) -> Self {
        self.with("examples", Value::Array(vec![example.into()]))
    }

    pub fn usually(self, value: impl Into<Value>) -> Self {
        self.with("default", value.into())
    }

    /// Null does as well.
    pub fn or_null(mut self) -> Self {
        match self.json.get("type").cloned() {
            Some(Value::String(one)) => self.with("type", json!([one, "null"])),
            Some(_) => self,
            None => {
                self.json = json!({ "anyOf": [self.json, { "type": "null" }] });
                self
            }
        }
    }

    /// Text that is not empty; anything else stays as it is.
    pub fn not_empty(self) -> Self {
        if self.json["type"] == "string" { self.with("minLength", 1.into()) } else { self }
    }

    fn with(mut self, keyword: &str, value: Value) -> Self {
        if let Value::Object(json) = &mut self.json {
            json.insert(keyword.to_owned(), value);
        }
        self
    }

    /// What is told of another object.
    pub fn reference() -> Self {
        Object::new().field("id", Self::text()).field("name", Self::text()).named("Reference")
    }

    /// The schema with references to the named ones, which `named` takes up.
    pub fn into_json(self, named: &mut BTreeMap<&'static str, Value>) -> Value {
        for (name, schema) in self.named {
            let other = named.insert(name, schema.clone());
            debug_assert!(other.is_none_or(|other| other == schema), "two shapes are called {name}");
        }
        self.json
    }
}

/// An object in the making. Places are dotted: `events.created.at` lies in objects of its own.
#[derive(Debug, Default)]
pub struct Object {
    fields: Vec<(String, Field)>,
    about: Option<&'static str>,
}

#[derive(Debug)]
enum Field {
    Value { schema: Schema, required: bool },
    Inner(Object),
}

impl Object {
    pub fn new() -> Self {
        Self::default()
    }

    /// A field that is always there.
    pub fn field(mut self, at: &str, schema: Schema) -> Self {
        self.put(at, schema, true);
        self
    }

    /// A field that may be missing.
    pub fn maybe(mut self, at: &str, schema: Schema) -> Self {
        self.put(at, schema, false);
        self
    }

    /// All fields of an input, as the published object has them.
    pub fn published<I: Input>(self) -> Self {
        I::TABLE.iter().fold(self, |object, entry| object.field(entry.at, (entry.schema)()))
    }

    /// All fields of an input, as the body has them that makes one.
    pub fn given<I: Input>(self) -> Self {
        I::TABLE.iter().fold(self, |object, entry| match entry.missing {
            Some(_) => object.field(entry.at, asked(entry).not_empty()),
            None => object.maybe(entry.at, asked(entry).or_null()),
        })
    }

    /// All fields of an input, as the body has them that changes one: what it does not name stays.
    pub fn changed<I: Input>(self) -> Self {
        I::TABLE.iter().fold(self, |object, entry| match entry.missing {
            Some(_) => object.maybe(entry.at, asked(entry).not_empty()),
            None => object.maybe(entry.at, asked(entry).or_null()),
        })
    }

    /// Fields that lie in an object of their own.
    pub fn within(mut self, name: &str, inner: Self) -> Self {
        self.fields.push((name.to_owned(), Field::Inner(inner)));
        self
    }

    pub fn about(mut self, words: &'static str) -> Self {
        self.about = Some(words);
        self
    }

    fn put(&mut self, at: &str, schema: Schema, required: bool) {
        let (first, rest) = at.split_once('.').map_or((at, None), |(first, rest)| (first, Some(rest)));
        let place = match self.fields.iter().position(|(name, _)| name == first) {
            Some(place) => place,
            None => {
                self.fields.push((first.to_owned(), Field::Inner(Self::default())));
                self.fields.len() - 1
            }
        };
        let field = &mut self.fields[place].1;
        match (rest, field) {
            (Some(rest), Field::Inner(inner)) => inner.put(rest, schema, required),
            (_, field) => *field = Field::Value { schema, required },
        }
    }

    /// Whether it has to be there: something in it has to.
    fn required(&self) -> bool {
        self.fields.iter().any(|(_, field)| match field {
            Field::Value { required, .. } => *required,
            Field::Inner(inner) => inner.required(),
        })
    }

    /// The schema, without a name of its own.
    pub fn inline(self) -> Schema {
        let mut named = BTreeMap::new();
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for (name, field) in self.fields {
            let (schema, must) = match field {
                Field::Value { schema, required } => (schema, required),
                Field::Inner(inner) => {
                    let must = inner.required();
                    (inner.inline(), must)
                }
            };
            if must {
                required.push(Value::from(name.as_str()));
            }
            properties.insert(name, schema.into_json(&mut named));
        }
        let mut json = Map::from_iter([("type".to_owned(), "object".into())]);
        json.extend(self.about.map(|words| ("description".to_owned(), words.into())));
        json.insert("properties".to_owned(), Value::Object(properties));
        if !required.is_empty() {
            json.insert("required".to_owned(), Value::Array(required));
        }
        Schema { json: Value::Object(json), named }
    }

    /// The schema under a name, which the document's components hold once.
    pub fn named(self, name: &'static str) -> Schema {
        let Schema { json, mut named } = self.inline();
        named.insert(name, json);
        Schema { json: json!({ "$ref": format!("#/components/schemas/{name}") }), named }
    }
}

/// How a body gives a field: with its words, as the form asks for it.
fn asked(entry: &Entry) -> Schema {
    let words = [entry.label, entry.hint].map(|words| words.trim_end_matches('.'));
    let words: Vec<&str> = words.into_iter().filter(|words| !words.is_empty()).collect();
    (entry.schema)().about(&format!("{}.", words.join(". ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::choice! {
        /// Two words.
        Word { One = "one" / "One", Two = "two" / "Two" }
    }

    struct Thing;
    impl IdKind for Thing {
        const PREFIXES: &'static [&'static str] = &["TH", "TX"];
        const GROUPS: &'static [usize] = &[4, 3];
        const COUNTS: usize = 1;
    }

    #[test]
    fn an_object_is_made_of_places() {
        let inner = Object::new().field("id", Schema::id::<Thing>()).named("Reference");
        let schema = Object::new()
            .field("type", Schema::choice::<Word>())
            .maybe("parent", inner.or_null())
            .field("events.created.at", Schema::instant())
            .maybe("contact.name", Schema::line(5).or_null())
            .named("Thing");
        let mut named = BTreeMap::new();
        assert_eq!(schema.into_json(&mut named), json!({ "$ref": "#/components/schemas/Thing" }));
        assert_eq!(
            json!(named),
            json!({
                "Reference": {
                    "type": "object",
                    "properties": { "id": { "type": "string", "pattern": "^(TH|TX)-[0-9]{4}-[0-9]{3,}$" } },
                    "required": ["id"],
                },
                "Thing": {
                    "type": "object",
                    "properties": {
                        "type": { "type": "string", "enum": ["one", "two"] },
                        "parent": { "anyOf": [{ "$ref": "#/components/schemas/Reference" }, { "type": "null" }] },
                        "events": {
                            "type": "object",
                            "properties": { "created": {
                                "type": "object",
                                "properties": { "at": { "type": "string", "format": "date-time" } },
                                "required": ["at"],
                            } },
                            "required": ["created"],
                        },
                        "contact": {
                            "type": "object",
                            "properties": { "name": { "type": ["string", "null"], "maxLength": 5 } },
                        },
                    },
                    "required": ["type", "events"],
                },
            })
        );
    }
}
