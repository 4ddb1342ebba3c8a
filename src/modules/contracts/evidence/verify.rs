//! Checks every chain, every mark, every document that was signed, every checkpoint, and that contracts and stamps agree:
//! `entente doctor --evidence`.

use std::collections::{BTreeMap, HashMap};

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    prelude::*,
    sql_types::{Array, Text},
};
use uuid::Uuid;

use super::{
    BEGINNING, Evidence, Handed, Sale, SignedDocument, chained,
    checkpoint::{self, Checkpoint},
    first, moment,
    store::{self, Marked},
};
use crate::{
    kit::{
        id::Id,
        problem::{Problem, Result},
        secret::{Key, sha256_hex},
        statement::statement,
    },
    modules::{
        agreements::{Agreement, documents},
        contracts::{activation::passes, lifecycle::Part, store::ContractRow, terms},
    },
    schema::{agreement_versions, contracts, signatures},
};

const BATCH: i64 = 1_000;

/// A version's row: its id, its address, its hash.
type Version = Option<(Uuid, Option<String>, Option<String>)>;

/// What was looked up before: many signatures rest on few documents.
#[derive(Default)]
struct Known {
    /// Whether the kept bytes have the hash that was signed.
    documents: HashMap<String, bool>,
    versions: HashMap<(String, i32), Version>,
    /// Hashes of the pages that were kept of the documents, by whatever renderer.
    pages: HashMap<(String, i32), Vec<String>>,
}

/// What was checked and what is wrong.
#[derive(Debug, Default)]
pub struct Report {
    pub signatures: usize,
    pub contracts: usize,
    pub documents: usize,
    pub checkpoints: usize,
    /// One line for each thing that does not hold.
    pub broken: Vec<String>,
    /// What holds but should be known.
    pub notes: Vec<String>,
}

/// Checks all evidence. `kept` are checkpoints from outside the database: a file, a log, mails.
pub fn run(conn: &mut PgConnection, key: &Key, kept: &[Checkpoint]) -> Result<Report> {
    let mut check = Check { key, report: Report::default(), known: Known::default(), without: Vec::new() };
    check.chains(conn)?;
    let anchors = check.anchors(conn, kept)?;
    check.marks(&anchors);
    check.withdrawn(conn, &anchors)?;
    let mut report = check.report;
    report.documents = check.known.documents.len();
    report.broken.extend(first::broken(conn, key)?);
    report.broken.extend(disagreements(conn)?);
    Ok(report)
}

/// A signature whose mark alone does not prove it.
struct Unproved {
    name: String,
    number: i64,
    /// The key that its mark names. None when it has no mark.
    key: Option<String>,
}

/// How far checkpoints reach.
struct Anchors {
    /// The last signature that the first checkpoint knew: those from before marks were made are among them.
    first: Option<i64>,
    /// The last signature under a checkpoint that is ours and that the rows agree with.
    held: i64,
    /// The lowest number of a signature with a mark.
    marked: Option<i64>,
}

struct Check<'k> {
    key: &'k Key,
    report: Report,
    known: Known,
    without: Vec<Unproved>,
}

impl Check<'_> {
    fn broken(&mut self, line: String) {
        self.report.broken.push(line);
    }

    fn chains(&mut self, conn: &mut PgConnection) -> Result<()> {
        let mut last = (String::new(), 0);
        let mut before: Option<Marked> = None;
        loop {
            let rows = store::behind(conn, &last, BATCH)?;
            let Some(end) = rows.last() else { return self.terms(conn, before.into_iter().collect()) };
            last = (end.row.contract_id.to_string(), end.row.seq);
            let mut ends = Vec::new();
            for row in rows {
                self.signature(conn, &row, before.as_ref())?;
                let contract = row.row.contract_id.clone();
                ends.extend(before.replace(row).filter(|before| before.row.contract_id != contract));
            }
            self.terms(conn, ends)?;
        }
    }

    /// The last signature of each contract says the terms that the contract has.
    fn terms(&mut self, conn: &mut PgConnection, ends: Vec<Marked>) -> Result<()> {
        let ids: Vec<_> = ends.iter().map(|end| &end.row.contract_id).collect();
        let rows: Vec<ContractRow> =
            contracts::table.filter(contracts::id.eq_any(&ids)).select(ContractRow::as_select()).load(conn)?;
        let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        let sales = sales(conn, ids.iter().map(|id| id.as_str()).collect())?;
        let passes = passes::of_all(conn, &ids.iter().map(|id| id.as_str()).collect::<Vec<_>>())?;
        for end in &ends {
            let (Some(evidence), Some(row)) = (end.read(), rows.get(&end.row.contract_id)) else { continue };
            // an offered renewal has none of its own yet
            let about = sales.iter().find(|sale| sale.contract == row.id.as_str());
            if let (Some(signed), Some(about)) = (&evidence.sale, about)
                && !about.is(signed)
            {
                self.broken(format!("{}: it is not about what was signed", row.id));
            }
            let of_it = passes.iter().filter(|pass| pass.contract_id == row.id && !pass.signed).cloned();
            if evidence.party == Part::Signee && !of_it.map(Handed::from).eq(evidence.handed) {
                self.broken(format!("{}: its link was not handed over as was signed", row.id));
            }
            // earlier programs did not say them
            let Some(kind) = evidence.kind else { continue };
            let signed = (kind, evidence.permissions, evidence.expires);
            if signed
                != (
                    row.kind,
                    terms::permissions(row).into_iter().map(str::to_owned).collect(),
                    row.expire_at.map(moment).unwrap_or_default(),
                )
            {
                self.broken(format!("{}: its terms are not those that were signed", row.id));
            }
        }
        Ok(())
    }

    fn signature(&mut self, conn: &mut PgConnection, marked: &Marked, before: Option<&Marked>) -> Result<()> {
        let row = &marked.row;
        let name = format!("{} signature {}", row.contract_id, row.seq);
        let chain = before.map(|before| &before.row).filter(|before| before.contract_id == row.contract_id);
        self.report.signatures += 1;
        self.report.contracts += usize::from(chain.is_none());
        let (place, previous) = chain.map_or((1, BEGINNING), |before| (before.seq + 1, before.hash.as_str()));
        if row.seq != place {
            self.broken(format!("{name}: signature {place} is missing"));
        }
        if row.previous_hash != previous {
            self.broken(format!("{name}: does not follow the signature before it"));
        }
        if row.hash != chained(&row.previous_hash, &row.evidence) {
            self.broken(format!("{name}: the evidence was changed after it was signed"));
        }
        match marked.fits(self.key) {
            Some(true) => {}
            Some(false) => {
                self.broken(format!("{name}: its mark does not fit: the row was changed after it was signed"))
            }
            None => {
                let key = marked.key.clone();
                self.without.push(Unproved { name: name.clone(), number: marked.number, key });
            }
        }
        let Some(evidence) = marked.read() else {
            self.broken(format!("{name}: the evidence cannot be read"));
            return Ok(());
        };
        if let Some(first) = &evidence.first
            && !first::stands(conn, &row.contract_id, row.version, first)?
        {
            self.broken(format!("{name}: the first signature that it names is missing or was changed"));
        }
        for column in disagreeing(marked, &evidence) {
            self.broken(format!("{name}: its {column} is not the one in its evidence"));
        }
        self.document(conn, &name, marked, &evidence)
    }

    /// The file that was signed, and the page that was read.
    fn document(&mut self, conn: &mut PgConnection, name: &str, marked: &Marked, evidence: &Evidence) -> Result<()> {
        if let SignedDocument::Uploaded { sha256, .. } = &evidence.document {
            let whole = match self.known.documents.get(sha256) {
                Some(whole) => *whole,
                None => {
                    let whole = match documents::file(conn, sha256) {
                        Ok(bytes) => sha256_hex(&bytes) == *sha256,
                        Err(Problem::NotFound) => false,
                        Err(other) => return Err(other),
                    };
                    self.known.documents.insert(sha256.clone(), whole);
                    whole
                }
            };
            if !whole {
                self.broken(format!("{name}: the signed document {sha256} is missing or was changed"));
            }
        }
        if !self.rests_on(conn, evidence)? {
            self.broken(format!("{name}: version {} is not the row that was signed", evidence.version));
        }
        if !evidence.page.is_empty() {
            let (agreement, version) = (&marked.row.agreement_id, marked.row.version);
            if !self.shown(conn, agreement, version)?.contains(&evidence.page) {
                self.broken(format!("{name}: the page of the document is not the one that was read"));
            }
        }
        Ok(())
    }

    /// Whether the version that the evidence names is still the row, with the document, that was signed.
    fn rests_on(&mut self, conn: &mut PgConnection, evidence: &Evidence) -> Result<bool> {
        let place = (evidence.agreement.clone(), evidence.version);
        let version = match self.known.versions.get(&place) {
            Some(version) => version,
            None => {
                let found: Version = agreement_versions::table
                    .find((&place.0, place.1))
                    .select((agreement_versions::id, agreement_versions::link, agreement_versions::sha256))
                    .first(conn)
                    .optional()?;
                self.known.versions.entry(place).or_insert(found)
            }
        };
        let Some((id, link, sha256)) = version else { return Ok(false) };
        // earlier programs named the number only
        let same_row = evidence.version_id.is_empty() || evidence.version_id == id.to_string();
        Ok(same_row
            && match &evidence.document {
                SignedDocument::Uploaded { sha256: signed, .. } => sha256.as_ref() == Some(signed),
                SignedDocument::HeldElsewhere { url } => link.as_ref() == Some(url),
            })
    }

    /// Every page that was kept of a version's document.
    fn shown(&mut self, conn: &mut PgConnection, agreement: &Id<Agreement>, version: i32) -> Result<Vec<String>> {
        let at = (agreement.to_string(), version);
        if let Some(shown) = self.known.pages.get(&at) {
            return Ok(shown.clone());
        }
        let shown = match documents::find(conn, agreement, version) {
            Ok(document) => documents::page_hashes(conn, &document)?,
            Err(Problem::NotFound) => Vec::new(),
            Err(other) => return Err(other),
        };
        self.known.pages.insert(at, shown.clone());
        Ok(shown)
    }

    /// Holds every checkpoint against the rows.
    fn anchors(&mut self, conn: &mut PgConnection, kept: &[Checkpoint]) -> Result<Anchors> {
        let mut anchors = Anchors { first: None, held: 0, marked: None };
        let mut all: BTreeMap<i64, Checkpoint> = BTreeMap::new();
        let table = checkpoint::all(conn)?;
        for (place, one) in table.iter().enumerate() {
            if i64::try_from(place + 1) != Ok(one.number) {
                self.broken(format!("{}: checkpoint {} is missing", one.name(), place + 1));
                break;
            }
        }
        for one in table.iter().chain(kept) {
            match all.get(&one.number) {
                Some(other) if other != one => self.broken(format!(
                    "{}: the database and what was kept outside it have different ones of this number",
                    one.name()
                )),
                _ => drop(all.insert(one.number, one.clone())),
            }
        }
        for one in kept.iter().filter(|one| !table.iter().any(|there| there.number == one.number)) {
            self.broken(format!("{}: it was kept outside the database and is missing there", one.name()));
        }
        self.report.checkpoints = all.len();
        let (mut after, mut count, mut digest, mut whole) = (0, 0, BEGINNING.to_owned(), true);
        for one in all.values() {
            let ours = one.fits(self.key);
            match ours {
                Some(true) => {}
                Some(false) => self.broken(format!("{}: its mark does not fit: it was changed or forged", one.name())),
                None => self.report.notes.push(format!("{}: its key {} is not listed", one.name(), one.key)),
            }
            loop {
                let places = checkpoint::places(conn, after, one.last)?;
                let Some((end, _)) = places.last() else { break };
                after = *end;
                for (number, row) in places {
                    digest = checkpoint::continued(&digest, number, &row);
                    count += 1;
                }
            }
            anchors.first.get_or_insert(one.last);
            if count != one.signatures {
                self.broken(format!(
                    "{}: {} signatures were there, {count} are left of them",
                    one.name(),
                    one.signatures
                ));
            } else if digest != one.digest {
                self.broken(format!("{}: the signatures up to it are not those of that day", one.name()));
            } else if whole && ours == Some(true) {
                anchors.held = one.last;
            }
            // from here on only what is wrong since then is told
            whole &= count == one.signatures && digest == one.digest;
            (count, after) = (one.signatures, after.max(one.last));
            digest.clone_from(&one.digest);
        }
        anchors.marked = signatures::table
            .filter(signatures::key.is_not_null())
            .select(diesel::dsl::min(signatures::number))
            .first(conn)?;
        Ok(anchors)
    }

    /// Signatures without a mark that can be checked must stand under a checkpoint.
    fn marks(&mut self, anchors: &Anchors) {
        let mut waiting = 0;
        for one in std::mem::take(&mut self.without) {
            match &one.key {
                Some(_) if one.number <= anchors.held => {}
                Some(key) => {
                    self.broken(format!("{}: its mark is made with the key {key}, which is not listed", one.name))
                }
                None if one.number <= anchors.held => {}
                None => match (anchors.first, anchors.marked) {
                    (Some(first), _) if one.number > first => self.broken(format!("{}: it has no mark", one.name)),
                    (_, Some(marked)) if one.number > marked => self.broken(format!("{}: it has no mark", one.name)),
                    _ => waiting += 1,
                },
            }
        }
        if waiting > 0 && anchors.first.is_none() {
            self.report.notes.push(format!(
                "{waiting} signatures are from before marks were made and stand under no checkpoint yet; \"entente checkpoint\" makes one"
            ));
        }
    }

    /// Whatever was withdrawn was noted by us, and is gone.
    fn withdrawn(&mut self, conn: &mut PgConnection, anchors: &Anchors) -> Result<()> {
        let mut after = 0;
        loop {
            let gone = store::withdrawn_between(conn, after, i64::MAX, BATCH)?;
            let Some(end) = gone.last() else { return Ok(()) };
            after = end.number;
            for one in gone {
                let name = format!("withdrawn signature {} of {}", one.number, one.contract);
                match checkpoint::withdrawal_fits(self.key, &one) {
                    Some(true) => {}
                    Some(false) => self.broken(format!("{name}: its mark does not fit: it was changed or forged")),
                    None if one.number <= anchors.held => {}
                    None => {
                        self.broken(format!("{name}: its mark is made with the key {}, which is not listed", one.key))
                    }
                }
                let still: i64 = contracts::table.filter(contracts::id.eq(&one.contract)).count().get_result(conn)?;
                if still > 0 {
                    self.broken(format!("{name}: the contract is still there"));
                }
            }
        }
    }
}

/// What a syndication contract is about.
#[derive(QueryableByName)]
struct About {
    #[diesel(sql_type = Text)]
    contract: String,
    #[diesel(sql_type = Text)]
    product: String,
    #[diesel(sql_type = Text)]
    marketplace: String,
    #[diesel(sql_type = Text)]
    target: String,
}

impl About {
    /// Whether it is the same; names may change.
    fn is(&self, signed: &Sale) -> bool {
        (&self.product, &self.marketplace, &self.target) == (&signed.product, &signed.marketplace, &signed.target)
    }
}

/// What those of these contracts are about that are syndication contracts.
fn sales(conn: &mut PgConnection, contracts: Vec<&str>) -> Result<Vec<About>> {
    Ok(statement(
        "SELECT x.contract_id AS contract, x.product_id AS product, x.marketplace_id AS marketplace, x.target_id AS target \
         FROM contract_sources x WHERE x.contract_id = ANY ($1)",
    )
    .bind::<Array<Text>, _>(contracts)
    .load(conn)?)
}

/// The columns of a row that differ from its evidence.
pub(super) fn disagreeing(marked: &Marked, evidence: &Evidence) -> Vec<&'static str> {
    let row = &marked.row;
    [
        ("contract", evidence.contract == row.contract_id.as_str()),
        ("place", evidence.seq == row.seq),
        ("agreement", evidence.agreement == row.agreement_id.as_str()),
        ("version", evidence.version == row.version),
        ("party", evidence.party == row.party),
        ("user", evidence.person == row.user_id.as_str()),
        ("account", evidence.account == row.account_id.as_str()),
        ("extension", evidence.extension.as_ref().map(|extension| extension.number) == row.extension),
        ("time", evidence.at == moment(row.at)),
    ]
    .into_iter()
    .filter(|(_, agrees)| !agrees)
    .map(|(column, _)| column)
    .collect()
}

#[derive(QueryableByName)]
struct Disagreement {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Contracts that are signed by their status but not by their stamps.
fn disagreements(conn: &mut PgConnection) -> Result<Vec<String>> {
    let rows: Vec<Disagreement> = statement(
        "SELECT c.id FROM contracts c WHERE ((c.type NOT IN ('distribution', 'syndication') OR c.activated_at IS NOT NULL) \
         AND NOT EXISTS (SELECT FROM signatures s WHERE s.contract_id = c.id \
         AND s.agreement_id = c.agreement_id AND s.version = c.version AND s.party = 'issuer' AND s.extension IS NULL)) \
         OR (c.signee_id IS NOT NULL AND NOT c.auto_accepted AND ((c.predecessor_id IS NULL AND c.referral_agreement_id IS NULL) OR c.activated_at IS NOT NULL) \
         AND NOT EXISTS (SELECT FROM signatures s WHERE s.contract_id = c.id AND s.version = c.version \
         AND s.agreement_id = c.agreement_id AND s.party = 'signee' AND s.account_id = c.signee_id AND s.extension IS NULL)) ORDER BY c.id",
    )
    .load(conn)?;
    Ok(rows.into_iter().map(|row| format!("{}: its version lacks a stamp", row.id)).collect())
}
