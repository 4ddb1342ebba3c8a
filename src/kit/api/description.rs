//! The document that describes the API (OpenAPI 3.1), made of what the operations say of themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::OnceLock,
};

use actix_web::{
    HttpResponse,
    http::{Method, header},
    web,
};
use serde_json::{Map, Value, json};

use super::{
    Object, Schema,
    operation::{Answer, Arguments, Body, Group, Needs, Operation},
};
use crate::kit::rql::{Collection, Filter, Kind, MOST, USUAL, tree::Operator};

/// What is the same for all operations, in the words of its reader.
const INTRODUCTION: &str = include_str!("introduction.md");

/// How the security scheme is called.
const TOKEN: &str = "token";

const GROUP: Group = Group { name: "This document", about: "Description of the API." };

/// The document as it is sent: made when it is asked for first, since a start need not wait for it.
pub struct Document {
    describe: fn() -> Value,
    sent: OnceLock<web::Bytes>,
}

impl Document {
    pub fn new(describe: fn() -> Value) -> Self {
        Self { describe, sent: OnceLock::new() }
    }

    fn sent(&self) -> web::Bytes {
        self.sent.get_or_init(|| Self::bytes(&(self.describe)())).clone()
    }

    /// In ASCII: a client that reads it in pieces cuts no character. Only texts of JSON have others, where they may be written so.
    fn bytes(document: &Value) -> web::Bytes {
        let mut ascii = String::new();
        for sign in document.to_string().chars() {
            if sign.is_ascii() {
                ascii.push(sign);
                continue;
            }
            for unit in sign.encode_utf16(&mut [0; 2]) {
                // a String takes everything
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
        ascii.into()
    }
}

/// GET of the document, which needs no token.
pub fn described() -> Operation {
    let document = Object::new().field("openapi", Schema::text()).named("Document");
    GROUP.object("/openapi.json", send, "Get this document", document).about("Open to everyone, with or without a key.")
}

impl Arguments for (web::Data<Document>,) {
    fn needs() -> Option<Needs> {
        None
    }
}

async fn send(document: web::Data<Document>) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, super::JSON)).body(document.sent())
}

/// Who may call an operation.
#[derive(Debug, Default)]
pub struct Permits {
    /// The permission that a token needs, if it needs one.
    pub permission: Option<&'static str>,
    /// The companies that have the operation, if not all do.
    pub companies: Option<String>,
}

/// The whole document. `permits` finds who may do what, which the parts of the program above know.
pub fn describe(operations: &[Operation], permits: impl Fn(&Needs) -> Permits) -> Value {
    let (mut named, mut paths, mut groups) = (BTreeMap::new(), Map::new(), Vec::<&Group>::new());
    for operation in operations {
        if !groups.iter().any(|group| group.name == operation.group.name) {
            groups.push(operation.group);
        }
        let place = paths.entry(operation.mount.path.clone()).or_insert_with(|| json!({}));
        let method = operation.mount.method.as_str().to_lowercase();
        let permits = operation.needs.as_ref().map(&permits).unwrap_or_default();
        place[method] = one(operation, &permits, &mut named);
    }
    let tags: Vec<Value> =
        groups.iter().map(|group| json!({ "name": group.name, "description": group.about })).collect();
    let error = error().into_json(&mut named);
    let responses: Map<String, Value> =
        REFUSALS.iter().map(|refusal| (refusal.name.to_owned(), refusal.response(&error))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Entente",
            "version": env!("CARGO_PKG_VERSION"),
            "description": INTRODUCTION,
            "license": { "name": "Apache 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": super::ROOT, "description": "This installation" }],
        "security": [{ TOKEN: [] }],
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": { TOKEN: {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`ApiKey` and the key of a token: `ApiKey SU-123-456-789:...`",
            } },
            "schemas": named,
            "responses": responses,
        },
    })
}

fn one(operation: &Operation, permits: &Permits, named: &mut BTreeMap<&'static str, Value>) -> Value {
    let mut about: Vec<String> = vec![operation.about.to_owned()];
    about.extend(permits.permission.map(|permission| format!("Needs the permission `{permission}`.")));
    about.extend(permits.companies.as_ref().map(|companies| format!("For {companies} only.")));
    let mut parameters: Vec<Value> = operation
        .parts
        .iter()
        .map(|(name, schema)| parameter(name, "path", "", schema.clone().into_json(named)))
        .collect();
    if let Answer::Rows(of, _) = operation.answer {
        about.push(asks(of));
        parameters.extend(query(of));
    }
    if operation.writes() {
        let words = "The same call with the same key is done once, and answered the same for a day.";
        let key = Schema::line(255).not_empty();
        parameters.push(parameter("Idempotency-Key", "header", words, alone(key)));
    }
    if operation.goes_by_a_version() {
        let words = "The `ETag` of the version that the call goes by: another one is refused with 412.";
        let tags = Schema::pattern(r#"^(\*|"[0-9]+"(, ?"[0-9]+")*)$"#);
        parameters.push(parameter("If-Match", "header", words, alone(tags)));
    }
    about.retain(|words| !words.is_empty());
    let mut found = json!({
        "operationId": id(operation),
        "summary": operation.words,
        "tags": [operation.group.name],
        "parameters": parameters,
        "responses": responses(operation, permits, named),
    });
    if !about.is_empty() {
        found["description"] = about.join("\n\n").into();
    }
    match &operation.needs {
        None => found["security"] = json!([]),
        Some(_) => found["security"] = json!([{ TOKEN: permits.permission.as_slice() }]),
    }
    if let Some(body) = &operation.body {
        let content = match body.clone() {
            Body::Json(schema) => json!({ super::JSON: { "schema": schema.into_json(named) } }),
            Body::File(part, about, others) => {
                let form = Object::new().field(part, Schema::file().about(about));
                let form = others.into_iter().fold(form, |form, (name, schema)| form.maybe(name, schema)).inline();
                json!({ "multipart/form-data": { "schema": form.into_json(named) } })
            }
        };
        found["requestBody"] = json!({ "required": true, "content": content });
    }
    found
}

/// A name for makers of clients: `tier_accounts_list_get`. One of them tells lists and objects from acts by the word before the last.
fn id(operation: &Operation) -> String {
    let method = &operation.mount.method;
    let words = operation.mount.path.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let what = match operation.answer {
        Answer::Rows(..) => Some("list"),
        Answer::Object(_) if *method == Method::GET => Some("retrieve"),
        _ => None,
    };
    let method = method.as_str().to_lowercase();
    words.chain(what).chain([method.as_str()]).collect::<Vec<_>>().join("_")
}

/// A schema that refers to no other.
fn alone(schema: Schema) -> Value {
    schema.into_json(&mut BTreeMap::new())
}

fn parameter(name: &str, place: &str, about: &str, schema: Value) -> Value {
    let mut parameter = json!({ "name": name, "in": place, "required": place == "path", "schema": schema });
    if !about.is_empty() {
        parameter["description"] = about.into();
    }
    parameter
}

/// What a query may do with a list that no parameter can say.
fn asks(of: &Collection) -> String {
    let names = |filters: Vec<&Filter>| {
        filters.iter().map(|filter| format!("`{}`", filter.name)).collect::<Vec<_>>().join(", ")
    };
    let those = |fits: fn(&Filter) -> bool| names(of.filters.iter().filter(|filter| fits(filter)).collect());
    let lines = [
        ("`ordering(...)` takes", those(|filter| filter.ordered)),
        ("`search` looks through", those(|filter| filter.searched)),
        ("Only `select(...)` brings", those(|filter| filter.hidden)),
    ];
    let lines = lines.iter().filter(|(_, names)| !names.is_empty());
    lines.map(|(words, names)| format!("{words} {names}.")).collect::<Vec<_>>().join(" ")
}

/// The parameters of a list: each filter compared for equality, and its page.
fn query(of: &Collection) -> Vec<Value> {
    let mut found = Vec::new();
    for filter in of.filters.iter().filter(|filter| filter.operators.has(Operator::Eq)) {
        let operators = Operator::ALL.iter().filter(|one| filter.operators.has(**one)).map(|one| one.word());
        let operators: Vec<&str> = operators.collect();
        let mut one = parameter(filter.name, "query", "", alone(compared(filter.kind)));
        one["x-rql-operators"] = operators.into();
        if filter.nullable {
            one["x-rql-nullable"] = true.into();
        }
        found.push(one);
    }
    if of.search.is_some() || of.filters.iter().any(|filter| filter.searched) {
        let text = Schema::text().not_empty();
        found.push(parameter("search", "query", "Part of any searched text, in any case.", alone(text)));
    }
    let most = format!("Rows of the page. 0 asks for the total alone; more than {MOST} mean {MOST}.");
    let rows = |usual: i64| alone(Schema::at_least(0).usually(usual));
    found.push(parameter("limit", "query", &most, rows(USUAL)));
    found.push(parameter("offset", "query", "Rows before the page.", rows(0)));
    found
}

/// What a filter is compared with.
fn compared(kind: Kind) -> Schema {
    match kind {
        // a name without a value cannot be read
        Kind::Text | Kind::Id | Kind::Uid => Schema::text().not_empty(),
        Kind::Words(words) => {
            // several stored words may share a published one
            Schema::words(words.iter().map(|(published, _)| *published).collect::<BTreeSet<_>>())
        }
        Kind::Whole => Schema::whole(),
        Kind::Decimal(_) => Schema::number(),
        Kind::Flag => Schema::flag(),
        Kind::Day => Schema::day(),
        Kind::Instant => Schema::instant(),
    }
}

fn responses(operation: &Operation, permits: &Permits, named: &mut BTreeMap<&'static str, Value>) -> Value {
    let content = |schema: Value| json!({ super::JSON: { "schema": schema } });
    let header =
        |words: &str, schema: Schema| json!({ "description": words, "required": true, "schema": alone(schema) });
    let (status, mut response) = match operation.answer.clone() {
        Answer::Rows(_, each) => {
            let rows = Schema::list(each).into_json(named);
            let range = header("Which rows of all these are.", Schema::pattern("^items [0-9]+-[0-9]+/[0-9]+$"));
            let headers = json!({ "Content-Range": range });
            ("200", json!({ "description": "A page of the list", "headers": headers, "content": content(rows) }))
        }
        Answer::Object(object) => {
            ("200", json!({ "description": "The object", "content": content(object.into_json(named)) }))
        }
        Answer::Made(object) => {
            ("201", json!({ "description": "The object that was made", "content": content(object.into_json(named)) }))
        }
        Answer::Nothing => ("204", json!({ "description": "Done" })),
    };
    if operation.versioned && !matches!(operation.answer, Answer::Nothing) {
        response["headers"]["ETag"] = header("The object's version.", Schema::pattern(r#"^"[0-9]+"$"#));
    }
    let mut all = Map::from_iter([(status.to_owned(), response)]);
    for refusal in REFUSALS.iter().filter(|refusal| (refusal.when)(operation, permits)) {
        let reference = json!({ "$ref": format!("#/components/responses/{}", refusal.name) });
        all.insert(refusal.status.to_string(), reference);
    }
    Value::Object(all)
}

/// The one shape of all refusals.
fn error() -> Schema {
    Object::new()
        .about("Why the call was refused.")
        .field("error_code", Schema::pattern("^[A-Z]+_[0-9]+$").about("For programs. Codes never change."))
        .field("errors", Schema::list(Schema::text()).about("For people: what is wrong, in full sentences."))
        .maybe("params", Schema::each(Schema::list(Schema::text())).about("What is wrong, by field of the body."))
        .named("Error")
}

/// A refusal that operations share.
struct Refused {
    name: &'static str,
    status: u16,
    about: &'static str,
    /// Whether an operation can be refused so.
    when: fn(&Operation, &Permits) -> bool,
}

fn reads_a_body(operation: &Operation) -> bool {
    matches!(operation.mount.method, Method::POST | Method::PUT)
}

const REFUSALS: &[Refused] = &[
    Refused {
        name: "Invalid",
        status: 400,
        about: "The query or body is invalid, or a rule prevents this",
        when: |operation, _| operation.needs.is_some(),
    },
    Refused {
        name: "Unauthorized",
        status: 401,
        about: "The key is wrong, or its token is disabled, expired or deleted",
        when: |operation, _| operation.needs.is_some(),
    },
    Refused {
        name: "Forbidden",
        status: 403,
        about: "The token doesn't have this permission",
        when: |_, permits| permits.permission.is_some(),
    },
    Refused {
        name: "NotFound",
        status: 404,
        about: "The object doesn't exist, or the company has no access to it",
        when: |operation, permits| !operation.parts.is_empty() || permits.companies.is_some(),
    },
    Refused {
        name: "AnotherVersion",
        status: 412,
        about: "The object has been changed to another version",
        when: |operation, _| operation.goes_by_a_version(),
    },
    Refused {
        name: "TooLarge",
        status: 413,
        about: "The body is too large",
        when: |operation, _| reads_a_body(operation),
    },
    Refused {
        name: "OtherType",
        status: 415,
        about: "The body is of a type that the call doesn't take",
        when: |operation, _| reads_a_body(operation),
    },
    Refused {
        name: "TooMany",
        status: 429,
        about: "Too many calls with a wrong key from this network",
        when: |operation, _| operation.needs.is_some(),
    },
    Refused { name: "Failed", status: 500, about: "Something went wrong on our side", when: |_, _| true },
    Refused { name: "Busy", status: 503, about: "The service is busy", when: |_, _| true },
];

impl Refused {
    fn response(&self, error: &Value) -> Value {
        let mut response = json!({ "description": self.about, "content": { super::JSON: { "schema": error } } });
        if matches!(self.status, 429 | 503) {
            response["headers"] = json!({ "Retry-After": {
                "description": "Seconds to wait.",
                "required": true,
                "schema": { "type": "integer" },
            } });
        }
        response
    }
}
