//! Every `choice!` that a column keeps, against the column's CHECK: which column keeps which is read from the program's own text, what
//! the column takes from PostgreSQL's catalog.

use std::collections::{BTreeMap, BTreeSet};

use diesel::PgConnection;
use entente::{kit::choice::Choice as _, modules::products::items::Unit};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

use crate::{
    schema::{database, words},
    source::{Module, Name, Source, sign, word},
};

/// Columns that take fewer words than their choice has, with the words that they refuse.
const NARROWER: [(&str, &[&str]); 2] = [
    // the program never signs
    ("signatures.party", &["system"]),
    // what configures a product is asked by nobody
    ("templates.scope", &["item", "item_marketplace", "marketplace", "product"]),
];

/// Columns that take only certain words, which the database or another type writes, and no choice.
const NO_CHOICE: [(&str, &str); 8] = [
    ("agreement_versions.document_type", "follows from whether there is a link"),
    ("events.actor_kind", "written from `kit::db::Who`"),
    ("sight.why", "a word of SQL"),
    ("tier_account_requests.roles", "words of the table that says how an account is used"),
    ("tier_account_uses.role", "written by a trigger"),
    ("users.clock", "a person's habit, or empty where the language decides"),
    ("users.date_order", "a person's habit, or empty where the language decides"),
    ("users.number_signs", "a person's habit, or empty where the language decides"),
];

/// Columns that are called like one that keeps a choice, and keep none.
const CALLED_ALIKE: [(&str, &str); 7] = [
    ("notification_rule_groups.kind", "the key of a letter"),
    ("notification_rules.kind", "the key of a letter"),
    ("notifications.kind", "the key of a letter"),
    ("outbox.kind", "what a mail is about, with all that it needs"),
    ("tier_accounts.state", "a region of a country"),
    ("usage_records.category", "a vendor's own word for a record"),
    ("wizards.kind", "the name of a wizard"),
];

/// A choice as it is declared.
struct Declared {
    keys: BTreeSet<String>,
    /// Whether PostgreSQL can take it and give it.
    stored: bool,
}

/// A column, as `table.column`.
type Column = String;

fn declared(source: &Source) -> BTreeMap<Name, Declared> {
    let mut found = BTreeMap::new();
    for module in source.modules.values() {
        for call in module.calls.iter().filter(|call| call.name == "choice") {
            let trees: Vec<TokenTree> = call.body.clone().into_iter().collect();
            // what the macro itself is made of
            if (0..trees.len()).any(|at| sign(&trees, at, '$')) {
                continue;
            }
            let mut at = 0;
            while sign(&trees, at, '#') {
                at += 2;
            }
            let name = word(&trees, at).expect("a choice has a name");
            let stored = word(&trees, at + 1).is_none();
            let Some(TokenTree::Group(members)) = trees.last() else { panic!("{name} has no members") };
            let keys = keys(members.stream());
            found.insert([module.name.clone(), vec![name]].concat(), Declared { keys, stored });
        }
    }
    found
}

/// `Member = "key" / "label", …`
fn keys(members: TokenStream) -> BTreeSet<String> {
    let trees: Vec<TokenTree> = members.into_iter().collect();
    let key = |at: usize| syn::parse2::<syn::LitStr>(trees[at + 1].clone().into()).expect("a key is text").value();
    (0..trees.len()).filter(|at| sign(&trees, *at, '=')).map(key).collect()
}

/// What a path leads to, if that is a choice or a member of one.
fn choice_at(source: &Source, choices: &BTreeMap<Name, Declared>, module: &Module, path: &[String]) -> Option<Name> {
    (1..=path.len()).rev().find_map(|end| {
        let name = source.declared(&source.meant(module, &path[..end])?);
        // a member may have been brought by its own name
        [name.len(), name.len().saturating_sub(1)]
            .into_iter()
            .map(|end| source.declared(&name[..end]))
            .find(|name| choices.contains_key(name))
    })
}

/// `schema::table::column`, as the column is called in PostgreSQL.
fn column_at(source: &Source, module: &Module, path: &[String]) -> Option<Column> {
    match source.meant(module, path)?.as_slice() {
        [schema, table, column] if schema == "schema" => Some(format!("{table}.{}", column.trim_end_matches('_'))),
        _ => None,
    }
}

/// Every column that the program reads into a choice, writes from one, or compares with one.
fn kept(source: &Source, choices: &BTreeMap<Name, Declared>) -> BTreeSet<(Column, Name)> {
    let mut found = BTreeSet::new();
    for module in source.modules.values() {
        let mut rows = Rows { source, choices, module, found: &mut found };
        rows.visit_file(&syn::parse_file(&module.text).expect("the source is Rust"));
        compared(source, choices, module, &mut found);
    }
    found
}

/// Fields of structs that are rows of a table.
struct Rows<'a> {
    source: &'a Source,
    choices: &'a BTreeMap<Name, Declared>,
    module: &'a Module,
    found: &'a mut BTreeSet<(Column, Name)>,
}

impl<'ast> Visit<'ast> for Rows<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let Some(table) = said(&item.attrs, "table_name") else { return };
        for field in &item.fields {
            let Some(name) = &field.ident else { continue };
            if said(&field.attrs, "select_expression").is_some() {
                continue;
            }
            let column = said(&field.attrs, "column_name").unwrap_or_else(|| vec![name.to_string()]);
            let column = column_at(self.source, self.module, &[table.clone(), column].concat());
            let mut types = Types(Vec::new());
            types.visit_type(&field.ty);
            let choice = types.0.iter().find_map(|path| choice_at(self.source, self.choices, self.module, path));
            self.found.extend(column.zip(choice));
        }
    }
}

/// Every path in a type: `Option<Vec<Status>>` has three.
struct Types(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Types {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(names(path));
        syn::visit::visit_path(self, path);
    }
}

fn names(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|part| part.ident.to_string().trim_start_matches("r#").to_owned()).collect()
}

/// What `#[diesel(key = path)]` says.
fn said(attributes: &[syn::Attribute], key: &str) -> Option<Vec<String>> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("diesel")) {
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident(key) {
                found = meta.value()?.parse::<syn::Path>().ok().as_ref().map(names).or(Some(Vec::new()));
            }
            // whatever else it says has its own form
            while !meta.input.is_empty() && !meta.input.peek(syn::Token![,]) {
                meta.input.parse::<TokenTree>()?;
            }
            Ok(())
        });
    }
    found
}

/// `table::column.eq(Choice::Member)`, and its like.
fn compared(
    source: &Source,
    choices: &BTreeMap<Name, Declared>,
    module: &Module,
    found: &mut BTreeSet<(Column, Name)>,
) {
    const WAYS: [&str; 6] = ["eq", "ne", "eq_any", "ne_all", "is_distinct_from", "is_not_distinct_from"];
    for (column, after) in paths(&module.tokens) {
        let way = word(&module.tokens, after + 1).filter(|_| sign(&module.tokens, after, '.'));
        let (Some(way), Some(TokenTree::Group(value))) = (way, module.tokens.get(after + 2)) else { continue };
        if WAYS.contains(&way.as_str())
            && let Some(column) = column_at(source, module, &column)
        {
            let value = flat(value.stream());
            let choice = paths(&value).into_iter().find_map(|(path, _)| choice_at(source, choices, module, &path));
            found.extend(choice.map(|choice| (column, choice)));
        }
    }
}

/// Every path, and where it ends.
fn paths(trees: &[TokenTree]) -> Vec<(Vec<String>, usize)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < trees.len() {
        let mut path = Vec::from_iter(word(trees, at));
        at += 1;
        while !path.is_empty()
            && sign(trees, at, ':')
            && sign(trees, at + 1, ':')
            && let Some(next) = word(trees, at + 2)
        {
            path.push(next);
            at += 3;
        }
        if !path.is_empty() {
            found.push((path, at));
        }
    }
    found
}

fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut found = Vec::new();
    for tree in tokens {
        if let TokenTree::Group(group) = &tree {
            found.extend(flat(group.stream()));
        } else {
            found.push(tree);
        }
    }
    found
}

/// Every column that takes only certain words.
fn checked(conn: &mut PgConnection) -> BTreeMap<Column, BTreeSet<String>> {
    let said = words(
        conn,
        "SELECT conrelid::regclass || '.' || attname || ' ' || pg_get_constraintdef(k.oid) AS word \
         FROM pg_constraint k JOIN pg_attribute a ON attrelid = conrelid AND attnum = conkey[1] \
         WHERE contype = 'c' AND cardinality(conkey) = 1 AND connamespace = 'public'::regnamespace \
         AND pg_get_constraintdef(k.oid) ~ '(= ANY|<@) .*::text|^CHECK \\(\\(\"?\\w+\"? = ''\\w+''::text\\)\\)$'",
    );
    said.iter()
        .map(|line| {
            let (column, check) = line.split_once(' ').expect("a column and its check");
            let quoted = check.split('\'').skip(1).step_by(2);
            // of an array that PostgreSQL has folded: '{a,b}'
            let taken =
                quoted.flat_map(|word| word.trim_matches(['{', '}']).split(',')).filter(|word| !word.is_empty());
            (column.to_owned(), taken.map(str::to_owned).collect())
        })
        .collect()
}

/// Every column that refers to a table of words, with the words that migrations put there.
fn referring(conn: &mut PgConnection) -> BTreeMap<Column, BTreeSet<String>> {
    let references = words(
        conn,
        "SELECT concat_ws(' ', conrelid::regclass || '.' || a.attname, confrelid::regclass, b.attname) AS word FROM pg_constraint \
         JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1] \
         JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = confkey[1] \
         WHERE contype = 'f' AND cardinality(conkey) = 1 AND connamespace = 'public'::regnamespace",
    );
    let mut found = BTreeMap::new();
    for line in &references {
        let [column, table, key] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let taken: BTreeSet<String> =
            words(conn, &format!("SELECT {key}::text AS word FROM {table}")).into_iter().collect();
        if !taken.is_empty() {
            found.insert(column.to_owned(), taken);
        }
    }
    found
}

/// Every column of texts.
fn texts(conn: &mut PgConnection) -> Vec<Column> {
    words(
        conn,
        "SELECT table_name || '.' || column_name AS word FROM information_schema.columns \
         WHERE table_schema = 'public' AND udt_name IN ('text', '_text') AND table_name NOT LIKE '\\_\\_%' \
         AND NOT coalesce((SELECT relispartition FROM pg_class WHERE oid = to_regclass(quote_ident(table_name))), false) \
         ORDER BY 1",
    )
}

fn name_of(column: &str) -> &str {
    column.rsplit_once('.').map_or(column, |(_, name)| name)
}

#[test]
fn what_is_stored_as_a_word_is_checked_for_the_same_words() {
    let (_database, mut conn) = database();
    let source = Source::read();
    let choices = declared(&source);
    let kept = kept(&source, &choices);
    let mut taken = referring(&mut conn);
    taken.extend(checked(&mut conn));
    let mut wrong = Vec::new();

    for (column, choice) in &kept {
        let name = choice.join("::");
        let refused =
            NARROWER.iter().find(|(narrow, _)| narrow == column).map_or([].as_slice(), |(_, refused)| refused);
        let keys = choices[choice].keys.iter().filter(|key| !refused.contains(&key.as_str())).cloned().collect();
        match taken.get(column) {
            None => wrong.push(format!("{column} keeps {name} and has no CHECK of its words")),
            Some(taken) if *taken != keys => wrong.push(format!("{column} takes {taken:?}, {name} has {keys:?}")),
            Some(_) => {}
        }
    }
    let is_kept = |column: &str| kept.iter().any(|(known, _)| known == column);
    let mut excused: Vec<&str> = Vec::new();
    for (column, words) in &taken {
        if is_kept(column) {
            continue;
        }
        // statements that are text name no type: the words say which choice it is
        if !choices.values().any(|declared| declared.stored && declared.keys == *words) {
            match NO_CHOICE.iter().find(|(known, _)| known == column) {
                Some((known, _)) => excused.push(known),
                None => wrong.push(format!("{column} takes only certain words, which no choice! has: {words:?}")),
            }
        }
    }
    // what is called a name is what people gave it
    let called: BTreeSet<&str> =
        kept.iter().map(|(column, _)| name_of(column)).filter(|name| *name != "name").collect();
    for column in texts(&mut conn).iter().filter(|column| called.contains(name_of(column))) {
        if !is_kept(column) && !taken.contains_key(column) {
            match CALLED_ALIKE.iter().find(|(known, _)| known == column) {
                Some((known, _)) => excused.push(known),
                None => wrong.push(format!("{column} is called like a column that keeps a choice and takes any word")),
            }
        }
    }
    for (column, why) in NO_CHOICE.iter().chain(&CALLED_ALIKE) {
        if !excused.contains(column) {
            wrong.push(format!("{column} needs no excuse any more ({why})"));
        }
    }
    for (choice, declared) in &choices {
        let by_words = taken.values().any(|taken| *taken == declared.keys);
        if declared.stored && !by_words && !kept.iter().any(|(_, known)| known == choice) {
            wrong.push(format!("{} is kept by no column: declare it `without column`", choice.join("::")));
        }
    }
    for (column, _) in NARROWER {
        if !kept.iter().any(|(known, _)| known == column) {
            wrong.push(format!("{column} is not kept as a choice any more"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} columns:\n{}", wrong.len(), kept.len(), wrong.join("\n"));
    println!("{} columns keep {} choices", kept.len(), choices.values().filter(|choice| choice.stored).count());
}

/// The published units stand in a table, beside those that vendors will make for themselves.
#[test]
fn the_published_units_are_in_their_table() {
    let (_database, mut conn) = database();
    let mut stored =
        words(&mut conn, "SELECT concat_ws('|', id, name, type) AS word FROM units WHERE owner_id IS NULL");
    let mut known: Vec<String> =
        Unit::ALL.iter().map(|unit| format!("{}|{}|{}", unit.key(), unit.label(), unit.type_().key())).collect();
    stored.sort();
    known.sort();
    assert_eq!(stored, known);
}
