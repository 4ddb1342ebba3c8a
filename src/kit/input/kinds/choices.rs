//! Kinds of fields where something is chosen.

use serde_json::{Value, json};

use crate::kit::{
    api::Schema,
    choice::Choice,
    form::{MANY, Pick},
    form_page::Ask,
    input::{Kind, json},
    typed,
    violation::{Why, Words},
};

fn unlisted(words: &'static str) -> Why {
    Why::new("choice", words)
}

fn offered(picks: &[Pick]) -> Schema {
    Schema::words(picks.iter().map(|pick| pick.value.as_str()))
}

/// One of a [`Choice`], by its key.
pub struct One<C> {
    wrong: &'static str,
    about: fn(C) -> &'static str,
    /// The first line of a list, which chooses nothing; without any they are cards.
    first: Option<&'static str>,
}

impl<C: Choice> One<C> {
    /// `wrong` is said of what is not offered.
    pub fn cards(wrong: &'static str) -> Self {
        Self { wrong, about: |_| "", first: None }
    }

    /// The same as a list. `first` is its first line, which chooses nothing; an empty one is left out.
    pub fn list(first: &'static str, wrong: &'static str) -> Self {
        Self { first: Some(first), ..Self::cards(wrong) }
    }

    /// Words below each card.
    pub fn about(self, about: fn(C) -> &'static str) -> Self {
        Self { about, ..self }
    }
}

impl<C: Choice> Kind for One<C> {
    type Value = C;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<C, Why> {
        C::from_key(&text).ok_or_else(|| unlisted(self.wrong))
    }

    fn text(&self, value: &C) -> String {
        value.key().to_owned()
    }

    fn shown(&self, value: &C) -> Words {
        value.label().into()
    }

    fn ask(&self) -> Ask {
        let picks = C::ALL.iter().map(|one| Pick::new(one.key(), one.label(), (self.about)(*one))).collect();
        match self.first {
            None => Ask::Cards(picks),
            Some("") => Ask::Select(picks),
            Some(first) => Ask::from_list(first, picks),
        }
    }

    fn schema(&self) -> Schema {
        Schema::choice::<C>()
    }
}

/// One of a list that is no [`Choice`], by its key.
pub struct Listed {
    pub picks: fn() -> Vec<Pick>,
    /// Said of what is not offered.
    pub wrong: &'static str,
}

impl Kind for Listed {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        if (self.picks)().iter().any(|pick| pick.value == text) { Ok(text) } else { Err(unlisted(self.wrong)) }
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn shown(&self, value: &String) -> Words {
        (self.picks)().into_iter().find(|pick| pick.value == *value).map(|pick| pick.label).unwrap_or_default()
    }

    fn ask(&self) -> Ask {
        Ask::Select((self.picks)())
    }

    fn schema(&self) -> Schema {
        offered(&(self.picks)())
    }
}

/// One of what is there now, by its key: what [`Listed`] is for what is always there.
pub struct OneOf {
    ask: Ask,
    wrong: &'static str,
}

impl OneOf {
    /// `wrong` is said of what is not offered.
    pub fn cards(picks: Vec<Pick>, wrong: &'static str) -> Self {
        Self { ask: Ask::Cards(picks), wrong }
    }

    /// The same as a list. `first` is its first line, which chooses nothing; an empty one is left out.
    pub fn list(first: &'static str, picks: Vec<Pick>, wrong: &'static str) -> Self {
        let ask = if first.is_empty() { Ask::Select(picks) } else { Ask::from_list(first, picks) };
        Self { ask, wrong }
    }

    /// Few as cards, many as a list.
    pub fn few(picks: Vec<Pick>, wrong: &'static str) -> Self {
        Self { ask: Ask::one_of(picks), wrong }
    }
}

impl Kind for OneOf {
    type Value = String;

    /// Keys are ours, and stay as they are.
    fn tidy(&self, text: &str) -> String {
        text.trim().to_owned()
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        let (Ask::Cards(picks) | Ask::Select(picks)) = &self.ask else { return Err(unlisted(self.wrong)) };
        if picks.iter().any(|pick| pick.value == text) { Ok(text) } else { Err(unlisted(self.wrong)) }
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn ask(&self) -> Ask {
        self.ask.clone()
    }
}

/// Several of a list, by their keys, in its order.
pub struct Several {
    pub picks: fn() -> Vec<Pick>,
    /// Said of what is not offered.
    pub wrong: &'static str,
}

impl Kind for Several {
    type Value = Vec<String>;

    fn tidy(&self, text: &str) -> String {
        text.split(MANY).map(typed::key).filter(|key| !key.is_empty()).collect::<Vec<_>>().join(MANY)
    }

    fn value(&self, text: String, _: &Words) -> Result<Vec<String>, Why> {
        let keys: Vec<&str> = text.split(MANY).collect();
        let picks = (self.picks)();
        if !keys.iter().all(|key| picks.iter().any(|pick| pick.value == *key)) {
            return Err(unlisted(self.wrong));
        }
        Ok(picks.into_iter().map(|pick| pick.value).filter(|value| keys.contains(&value.as_str())).collect())
    }

    fn text(&self, value: &Vec<String>) -> String {
        value.join(MANY)
    }

    fn shown(&self, value: &Vec<String>) -> Words {
        let mut chosen = (self.picks)().into_iter().filter(|pick| value.contains(&pick.value)).peekable();
        if chosen.peek().is_none() { Words::default() } else { Words::all_of(chosen.map(|pick| pick.label)) }
    }

    fn ask(&self) -> Ask {
        Ask::Checks((self.picks)())
    }

    /// Keys, or objects with an `id`.
    fn from_json(&self, value: &Value) -> Result<String, Why> {
        let key = |one: &Value| one.get("id").unwrap_or(one).as_str().map(str::to_owned);
        match value {
            Value::Null => Ok(String::new()),
            Value::Array(all) => {
                let keys: Option<Vec<String>> = all.iter().map(key).collect();
                keys.map(|keys| keys.join(MANY)).ok_or_else(|| Why::new("type", "Send a list of texts here"))
            }
            _ => Err(Why::new("type", "Send a list here")),
        }
    }

    fn to_json(&self, value: &Vec<String>) -> Value {
        json!(value)
    }

    fn schema(&self) -> Schema {
        Schema::list(offered(&(self.picks)()))
    }
}

/// Yes or no.
pub struct Tick;

impl Kind for Tick {
    type Value = bool;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, _: String, _: &Words) -> Result<bool, Why> {
        Ok(true)
    }

    fn text(&self, value: &bool) -> String {
        if *value { "yes".to_owned() } else { String::new() }
    }

    fn ask(&self) -> Ask {
        Ask::Tick
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        match value {
            Value::Null => Ok(String::new()),
            Value::Bool(on) => Ok(self.text(on)),
            _ => Err(Why::new("type", "Send true or false here")),
        }
    }

    fn to_json(&self, value: &bool) -> Value {
        json!(value)
    }

    fn schema(&self) -> Schema {
        Schema::flag()
    }
}

/// What may be left out.
pub struct Maybe<K>(pub K);

impl<K: Kind> Kind for Maybe<K> {
    type Value = Option<K::Value>;

    fn tidy(&self, text: &str) -> String {
        self.0.tidy(text)
    }

    fn value(&self, text: String, label: &Words) -> Result<Self::Value, Why> {
        self.0.value(text, label).map(Some)
    }

    fn text(&self, value: &Self::Value) -> String {
        value.as_ref().map(|value| self.0.text(value)).unwrap_or_default()
    }

    fn shown(&self, value: &Self::Value) -> Words {
        value.as_ref().map(|value| self.0.shown(value)).unwrap_or_default()
    }

    fn ask(&self) -> Ask {
        self.0.ask()
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        if value.is_null() { Ok(String::new()) } else { self.0.from_json(value) }
    }

    fn to_json(&self, value: &Self::Value) -> Value {
        value.as_ref().map_or(Value::Null, |value| self.0.to_json(value))
    }

    fn schema(&self) -> Schema {
        self.0.schema().or_null()
    }
}

/// One of a few numbers, each with what is said of it.
pub struct Numbered {
    pub picks: fn() -> Vec<Pick>,
    pub ask: fn(Vec<Pick>) -> Ask,
    /// Said of what is not offered.
    pub wrong: &'static str,
}

impl Kind for Numbered {
    type Value = i32;

    fn tidy(&self, text: &str) -> String {
        typed::number(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<i32, Why> {
        let offered = (self.picks)().iter().any(|pick| pick.value == text);
        text.parse().ok().filter(|_| offered).ok_or_else(|| unlisted(self.wrong))
    }

    fn text(&self, value: &i32) -> String {
        value.to_string()
    }

    fn ask(&self) -> Ask {
        (self.ask)((self.picks)())
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        match value {
            Value::Number(number) => Ok(number.to_string()),
            _ => json::text(value),
        }
    }

    fn to_json(&self, value: &i32) -> Value {
        json!(value)
    }

    fn schema(&self) -> Schema {
        Schema::whole()
    }
}
