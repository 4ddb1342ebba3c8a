//! The program's own text, read as the compiler reads it: its modules, what each `use` brings, every path that is named, also inside
//! of macros. Tests are left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A name from the crate's root on: `["modules", "contracts", "Status"]`.
pub type Name = Vec<String>;

/// A path as it is written.
#[derive(Debug, Clone)]
pub struct Written {
    pub path: Vec<String>,
    pub line: usize,
}

/// What stands in a macro's call.
#[derive(Debug, Clone)]
pub struct Call {
    pub name: String,
    pub body: TokenStream,
}

#[derive(Debug, Default)]
pub struct Module {
    pub name: Name,
    /// Below `src`.
    pub file: PathBuf,
    /// Of its file; empty for a module inside of one.
    pub text: String,
    /// Without tests, `use` and modules inside of it.
    pub tokens: Vec<TokenTree>,
    /// Every `use`, leaf by leaf; that of a whole module ends with its name.
    pub uses: Vec<Written>,
    /// Every path of two or more names outside of `use`.
    pub paths: Vec<Written>,
    pub calls: Vec<Call>,
    pub macros: Vec<String>,
    brings: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    items: BTreeSet<String>,
}

pub struct Source {
    pub modules: BTreeMap<Name, Module>,
}

impl Source {
    /// The library and the program.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let text = |path: PathBuf| {
            let text = fs::read_to_string(&path).expect("the source reads");
            (path.strip_prefix(&root).expect("a file of ours").to_owned(), text)
        };
        Self::of(rust_files(&root).into_iter().map(text))
    }

    /// Of files, by their paths below `src`.
    pub fn of(files: impl IntoIterator<Item = (PathBuf, String)>) -> Self {
        let mut source = Self { modules: BTreeMap::new() };
        for (path, text) in files {
            let inside = path.with_extension("");
            let mut name: Name = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if matches!(name.last().map(String::as_str), Some("mod" | "lib")) {
                name.pop();
            }
            let tokens = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            source.add(name.clone(), &path, tokens);
            source.modules.entry(name).and_modify(|module| module.text = text);
        }
        let tests: Vec<Name> = source.modules.values().flat_map(Module::only_tests).collect();
        source.modules.retain(|name, _| !tests.iter().any(|test| name.starts_with(test)));
        source
    }

    fn add(&mut self, name: Name, file: &Path, tokens: TokenStream) {
        let mut module = Module { name: name.clone(), file: file.to_owned(), ..Module::default() };
        for (child, tokens) in module.scan(tokens) {
            self.add([name.clone(), vec![child]].concat(), file, tokens);
        }
        self.modules.insert(name, module);
    }

    /// The name that a path in `module` means; none if it is another crate's, or of what the language brings.
    pub fn meant(&self, module: &Module, path: &[String]) -> Option<Name> {
        self.meant_within(module, path, 8)
    }

    fn meant_within(&self, module: &Module, path: &[String], depth: usize) -> Option<Name> {
        let (first, rest) = path.split_first()?;
        let below = |name: &[String]| Some([name, rest].concat());
        match first.as_str() {
            "crate" | "entente" => return below(&[]),
            "self" => return below(&module.name),
            "super" => {
                let mut up = module.name.clone();
                up.pop()?;
                let supers = rest.iter().take_while(|part| *part == "super").count();
                up.truncate(up.len().checked_sub(supers)?);
                return Some([&up[..], &rest[supers..]].concat());
            }
            _ => {}
        }
        let depth = depth.checked_sub(1)?;
        if let Some(brought) = module.brings.get(first) {
            return below(&self.meant_within(module, brought, depth)?);
        }
        let child = [&module.name[..], std::slice::from_ref(first)].concat();
        if self.modules.contains_key(&child) || module.items.contains(first) {
            return below(&child);
        }
        module.globs.iter().find_map(|glob| {
            let whole = self.meant_within(module, glob, depth)?;
            let from = self.modules.get(&whole)?;
            let known = from.items.contains(first) || from.brings.contains_key(first);
            known.then(|| [&whole[..], path].concat())
        })
    }

    /// The name under which it was declared, whoever hands it on.
    pub fn declared(&self, name: &[String]) -> Name {
        let mut name = name.to_vec();
        for _ in 0..8 {
            match self.handed_on(&name) {
                Some(other) if other != name => name = other,
                _ => break,
            }
        }
        name
    }

    fn handed_on(&self, name: &[String]) -> Option<Name> {
        let end = (0..name.len()).rev().find(|end| self.modules.contains_key(&name[..*end]))?;
        if self.modules.contains_key(name) || self.modules[&name[..end]].items.contains(&name[end]) {
            return None;
        }
        self.meant(&self.modules[&name[..end]], &name[end..])
    }
}

impl Module {
    /// Reads a stretch of the file; gives the modules that are written out in it.
    fn scan(&mut self, tokens: TokenStream) -> Vec<(String, TokenStream)> {
        let mut children = Vec::new();
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            let word = word(&trees, at);
            if is_test(&trees, at) {
                at = after_item(&trees, at);
            } else if word.as_deref() == Some("use") && !sign(&trees, at + 1, '<') {
                let end = (at..trees.len()).find(|end| sign(&trees, *end, ';')).unwrap_or(trees.len());
                self.bring(&trees[at + 1..end], &mut Vec::new());
                at = end + 1;
            } else if word.as_deref() == Some("mod")
                && let (Some(name), Some(TokenTree::Group(body))) = (self::word(&trees, at + 1), trees.get(at + 2))
            {
                children.push((name, body.stream()));
                at += 3;
            } else {
                at += self.read(&trees, at, &mut children);
            }
        }
        children
    }

    /// Reads what begins at `at`; gives how many trees it has.
    fn read(&mut self, trees: &[TokenTree], at: usize, children: &mut Vec<(String, TokenStream)>) -> usize {
        self.tokens.push(trees[at].clone());
        if let TokenTree::Group(group) = &trees[at] {
            children.extend(self.scan(group.stream()));
            return 1;
        }
        let Some(first) = word(trees, at) else { return 1 };
        if ["fn", "struct", "enum", "type", "const", "static", "trait", "mod"].contains(&first.as_str()) {
            self.items.extend(word(trees, at + 1));
        }
        let mut path = vec![first];
        let mut end = at + 1;
        while sign(trees, end, ':')
            && sign(trees, end + 1, ':')
            && let Some(next) = word(trees, end + 2)
        {
            self.tokens.extend_from_slice(&trees[end..end + 3]);
            path.push(next);
            end += 3;
        }
        if sign(trees, end, '!') {
            self.called(&path, trees, end);
        }
        let behind =
            at > 0 && (sign(trees, at - 1, '.') || (at > 1 && sign(trees, at - 1, ':') && sign(trees, at - 2, ':')));
        if path.len() > 1 && !behind {
            self.paths.push(Written { path, line: trees[at].span().start().line });
        }
        end - at
    }

    fn called(&mut self, path: &[String], trees: &[TokenTree], at: usize) {
        let name = path.last().cloned().unwrap_or_default();
        if name == "macro_rules" {
            self.macros.extend(word(trees, at + 1));
        } else if let Some(TokenTree::Group(body)) = trees.get(at + 1) {
            if name == "choice" {
                self.items.extend(declared(body.stream()));
            }
            self.calls.push(Call { name, body: body.stream() });
        }
    }

    /// What a tree of `use` brings below `before`.
    fn bring(&mut self, trees: &[TokenTree], before: &mut Vec<String>) {
        let (depth, mut at) = (before.len(), 0);
        while at < trees.len() {
            let line = trees[at].span().start().line;
            if let TokenTree::Group(group) = &trees[at] {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for leaf in inner.split(|tree| matches!(tree, TokenTree::Punct(sign) if sign.as_char() == ',')) {
                    self.bring(leaf, &mut before.clone());
                }
                before.truncate(depth);
                return;
            }
            if sign(trees, at, '*') {
                self.globs.push(before.clone());
                self.uses.push(Written { path: before.clone(), line });
                before.truncate(depth);
                return;
            }
            let Some(part) = word(trees, at) else {
                at += 1;
                continue;
            };
            // `::{self}` is the module itself
            if part != "self" || before.is_empty() {
                before.push(part);
            }
            if word(trees, at + 1).as_deref() == Some("as") {
                let name = word(trees, at + 2).unwrap_or_default();
                self.brought(name, before, line);
                before.truncate(depth);
                return;
            }
            at += 1;
        }
        if let Some(name) = before.last().cloned().filter(|_| !trees.is_empty()) {
            self.brought(name, before, line_of(trees));
        }
        before.truncate(depth);
    }

    fn brought(&mut self, name: String, path: &[String], line: usize) {
        self.uses.push(Written { path: path.to_vec(), line });
        self.brings.insert(name, path.to_vec());
    }

    /// Modules in files of their own that only tests have.
    fn only_tests(&self) -> Vec<Name> {
        let declared = self.text.split("#[cfg(test)]\nmod ").skip(1).filter_map(|rest| rest.split_once(';'));
        let names = declared.filter(|(name, _)| name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_'));
        names.map(|(name, _)| [self.name.clone(), vec![name.to_owned()]].concat()).collect()
    }
}

/// The name that a `choice!` declares, behind what is said about it.
pub fn declared(body: TokenStream) -> Option<String> {
    let trees: Vec<TokenTree> = body.into_iter().collect();
    (0..trees.len()).find_map(|at| word(&trees, at))
}

fn line_of(trees: &[TokenTree]) -> usize {
    trees.first().map_or(0, |tree| tree.span().start().line)
}

/// The word at a place, without the mark of a raw one.
pub fn word(trees: &[TokenTree], at: usize) -> Option<String> {
    match trees.get(at)? {
        TokenTree::Ident(word) => Some(word.to_string().trim_start_matches("r#").to_owned()),
        _ => None,
    }
}

pub fn sign(trees: &[TokenTree], at: usize, sign: char) -> bool {
    matches!(trees.get(at), Some(TokenTree::Punct(found)) if found.as_char() == sign)
}

pub fn is_test(trees: &[TokenTree], at: usize) -> bool {
    let Some(TokenTree::Group(attribute)) = trees.get(at + 1) else { return false };
    let said = attribute.stream().to_string().replace(' ', "");
    sign(trees, at, '#') && attribute.delimiter() == Delimiter::Bracket && said == "cfg(test)"
}

/// Where an item ends that begins, with its attributes, at `at`.
pub fn after_item(trees: &[TokenTree], at: usize) -> usize {
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(sign) => sign.as_char() == ';',
        _ => false,
    };
    (at..trees.len()).find(|end| ends(&trees[*end])).map_or(trees.len(), |end| end + 1)
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder reads") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}
