//! What the rows of a file have to do with each other and with the accounts that are there: parents, in whatever order they stand, keys
//! that are taken, and accounts that two rows want to change.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    read::Fault,
    row::{Above, EXTERNAL_UID, PARENT, Wanted},
};
use crate::{
    kit::id::Id,
    modules::customers::{DEEPEST, TierAccount, Type, actions::Against, store::Standing},
};

/// The turn of updates; new accounts have turns by how many new ones stand above them.
pub const UPDATES: i16 = 20;
/// The turn of updates that move an account.
pub const MOVES: i16 = 21;

/// What of a row matters for other rows.
#[derive(Debug, Clone)]
pub struct Link {
    pub number: i32,
    pub does: Does,
    /// Many rows name the same parent.
    pub above: Arc<Above>,
    pub uid: Option<Uuid>,
    pub external_id: String,
}

#[derive(Debug, Clone)]
pub enum Does {
    Create(Type),
    /// The account, and what stands above it now.
    Update {
        id: String,
        parent: Option<String>,
    },
    /// A reseller that would be made, were nothing wrong with its row.
    Fail,
}

impl Link {
    /// Of a row that is in order. `parent` is what stands above the account that it updates.
    pub fn of(number: i32, wanted: &Wanted, parent: Option<String>) -> Option<Self> {
        // only what may stand above others is searched by its external ID
        let (does, above, uid, external_id) = match wanted {
            Wanted::Nothing => return None,
            Wanted::Create { type_, above, data } => {
                let external_id = if *type_ == Type::Reseller { data.external_id.clone() } else { String::new() };
                (Does::Create(*type_), above, data.external_uid, external_id)
            }
            Wanted::Update(update) => {
                let does = Does::Update { id: update.id.to_string(), parent };
                (does, &update.above, update.external_uid(), String::new())
            }
        };
        Some(Self { number, does, above: Arc::new(above.clone()), uid, external_id })
    }
}

/// What is known of a company's accounts, as far as the file names them.
#[derive(Debug, Default)]
pub struct Known {
    /// By ids that rows name as parents.
    pub standings: HashMap<String, Standing>,
    /// Active resellers.
    pub by_external_id: HashMap<String, Vec<String>>,
    pub by_uid: HashMap<Uuid, String>,
    /// The account or row with a key.
    pub bearers: HashMap<Uuid, String>,
}

impl Known {
    /// The active reseller that a row means, of those that are there.
    fn resellers(&self, above: &Above) -> Vec<String> {
        match above {
            Above::Unsaid | Above::Top => Vec::new(),
            Above::Id(id) => self
                .standings
                .get(id.as_str())
                .filter(|one| one.may_bear())
                .map(|_| id.to_string())
                .into_iter()
                .collect(),
            Above::ExternalId(text) => self.by_external_id.get(text).cloned().unwrap_or_default(),
            Above::ExternalUid(uid) => self.by_uid.get(uid).cloned().into_iter().collect(),
        }
    }

    /// The parents that are there already and are named, each once.
    pub fn parent(&self, above: &Above) -> Result<Option<Id<TierAccount>>, Fault> {
        if matches!(above, Above::Unsaid | Above::Top) {
            return Ok(None);
        }
        match self.resellers(above).as_slice() {
            [one] => Ok(one.parse().ok()),
            [] => Err(nobody(above)),
            several => Err(several_fit(above, several)),
        }
    }
}

/// What links say of a row without errors of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linked {
    /// In this turn; a row that moves names its new parent, which may be empty for the top.
    Fits {
        turn: i16,
        moves_to: Option<String>,
    },
    Fails(Fault),
}

/// Where the search for a row's parent ends.
#[derive(Debug, Clone)]
enum Parent {
    None,
    /// Its id.
    There(String),
    /// Its place among the links.
    Row(usize),
}

/// Judges all rows together; the answers stand in the order of the links.
pub fn link(links: &[Link], known: &Known) -> Vec<Linked> {
    let mut linking = Linking::of(links, known);
    linking.keys();
    linking.parents();
    (0..links.len()).for_each(|at| linking.turn(at));
    linking.answers()
}

struct Linking<'a> {
    links: &'a [Link],
    known: &'a Known,
    faults: Vec<Option<Fault>>,
    parents: Vec<Parent>,
    /// Levels of new accounts from the root of their tree, and new ones above them; once they are known.
    levels: Vec<Option<(i64, i16)>>,
}

impl<'a> Linking<'a> {
    fn of(links: &'a [Link], known: &'a Known) -> Self {
        let count = links.len();
        Self { links, known, faults: vec![None; count], parents: vec![Parent::None; count], levels: vec![None; count] }
    }

    /// External UIDs, and accounts that are updated, are each named once.
    fn keys(&mut self) {
        let (mut uids, mut updated) = (HashMap::new(), HashMap::new());
        for (at, link) in self.links.iter().enumerate() {
            if matches!(link.does, Does::Fail) {
                continue;
            }
            let own = match &link.does {
                Does::Update { id, .. } => {
                    if let Some(first) = updated.insert(id.as_str(), link.number) {
                        self.faults[at] = Some(Fault::at(0, format!("Row {first} already updates {id}")));
                    }
                    Some(id)
                }
                _ => None,
            };
            let Some(uid) = link.uid else { continue };
            if let Some(first) = uids.insert(uid, link.number) {
                self.faults[at] = Some(Fault::at(EXTERNAL_UID, format!("Row {first} has the same external UID")));
            } else if let Some(bearer) = self.known.bearers.get(&uid).filter(|bearer| Some(*bearer) != own) {
                let words = format!("{}: {bearer}", Against::Uid.words());
                self.faults[at] = Some(Fault::at(EXTERNAL_UID, words));
            }
        }
    }

    fn parents(&mut self) {
        let (mut by_external_id, mut by_uid) = (HashMap::<&str, Vec<usize>>::new(), HashMap::<Uuid, Vec<usize>>::new());
        for (at, link) in self.links.iter().enumerate() {
            if matches!(link.does, Does::Create(Type::Reseller) | Does::Fail) {
                if !link.external_id.is_empty() {
                    by_external_id.entry(&link.external_id).or_default().push(at);
                }
                if let Some(uid) = link.uid {
                    by_uid.entry(uid).or_default().push(at);
                }
            }
        }
        for (at, link) in self.links.iter().enumerate() {
            if matches!(*link.above, Above::Unsaid | Above::Top) {
                continue;
            }
            let made = match &*link.above {
                Above::ExternalId(text) => by_external_id.get(text.as_str()),
                Above::ExternalUid(uid) => by_uid.get(uid),
                _ => None,
            };
            let (sound, failing): (Vec<usize>, Vec<usize>) = made
                .map_or(&[][..], Vec::as_slice)
                .iter()
                .partition(|one| !matches!(self.links[**one].does, Does::Fail));
            let there = self.known.resellers(&link.above);
            match (there.as_slice(), sound.as_slice(), failing.first()) {
                ([one], [], _) => self.parents[at] = Parent::There(one.clone()),
                ([], [row], _) => self.parents[at] = Parent::Row(*row),
                ([], [], Some(row)) => self.fail(at, behind(self.links[*row].number)),
                ([], [], None) => self.fail(at, nobody(&link.above)),
                _ => {
                    let rows = sound.iter().map(|row| format!("row {}", self.links[*row].number));
                    let all: Vec<String> = there.iter().cloned().chain(rows).collect();
                    self.fail(at, several_fit(&link.above, &all));
                }
            }
        }
    }

    fn fail(&mut self, at: usize, fault: Fault) {
        self.faults[at].get_or_insert(fault);
    }

    /// Finds the level of a new account by going up to something whose level is known, and back down.
    fn turn(&mut self, at: usize) {
        let (mut way, mut seen) = (Vec::new(), HashSet::new());
        let mut here = at;
        let found = loop {
            if self.levels[here].is_some() || self.faults[here].is_some() {
                break here;
            }
            if !matches!(self.links[here].does, Does::Create(_)) {
                break here;
            }
            if !seen.insert(here) {
                // a circle: none of its accounts can be created
                for one in &way {
                    self.fail(*one, Fault::at(PARENT, "The row would be under itself, through the rows it names"));
                }
                return;
            }
            match self.parents[here].clone() {
                Parent::None => {
                    self.levels[here] = Some((1, 0));
                    break here;
                }
                Parent::There(id) => {
                    let depth = self.known.standings.get(&id).map_or(1, |standing| standing.path.len() as i64);
                    self.levels[here] = Some((depth + 1, 0));
                    break here;
                }
                Parent::Row(parent) => {
                    way.push(here);
                    here = parent;
                }
            }
        };
        let mut above = found;
        if let Some((level, _)) = self.levels[above].filter(|(level, _)| *level > DEEPEST) {
            self.too_deep(above, level);
        }
        for one in way.into_iter().rev() {
            match (self.faults[above].is_some(), self.levels[above]) {
                (true, _) => self.fail(one, behind(self.links[above].number)),
                (false, Some((level, turn))) => {
                    self.levels[one] = Some((level + 1, turn + 1));
                    if level + 1 > DEEPEST {
                        self.too_deep(one, level + 1);
                    }
                }
                // what is no new account stands above nothing that is new
                (false, None) => self.fail(one, nobody(&self.links[one].above)),
            }
            above = one;
        }
    }

    fn too_deep(&mut self, at: usize, level: i64) {
        self.levels[at] = Some((level, 0));
        self.fail(at, Fault::at(PARENT, Against::TooDeep.words()));
    }

    fn answers(self) -> Vec<Linked> {
        let Self { links, faults, parents, levels, .. } = self;
        let failing: Vec<bool> = faults.iter().map(Option::is_some).collect();
        links
            .iter()
            .zip(faults)
            .enumerate()
            .map(|(at, (link, fault))| match (fault, &link.does, &parents[at]) {
                (Some(fault), _, _) => Linked::Fails(fault),
                (None, Does::Create(_), _) => {
                    Linked::Fits { turn: levels[at].map_or(0, |(_, turn)| turn), moves_to: None }
                }
                (None, Does::Fail, _) => Linked::Fits { turn: 0, moves_to: None },
                (None, Does::Update { .. }, Parent::Row(row)) if failing[*row] => {
                    Linked::Fails(behind(links[*row].number))
                }
                (None, Does::Update { .. }, Parent::Row(row)) => {
                    Linked::Fits { turn: MOVES, moves_to: Some(format!("row {}", links[*row].number)) }
                }
                (None, Does::Update { parent, .. }, Parent::There(to)) if parent.as_ref() != Some(to) => {
                    Linked::Fits { turn: MOVES, moves_to: Some(to.clone()) }
                }
                (None, Does::Update { parent, .. }, Parent::None) if *link.above == Above::Top && parent.is_some() => {
                    Linked::Fits { turn: MOVES, moves_to: Some(String::new()) }
                }
                (None, Does::Update { .. }, _) => Linked::Fits { turn: UPDATES, moves_to: None },
            })
            .collect()
    }
}

fn behind(number: i32) -> Fault {
    Fault::at(PARENT, format!("Row {number} should create the parent, but cannot be applied"))
}

fn nobody(above: &Above) -> Fault {
    Fault::at(
        PARENT,
        match above {
            Above::Unsaid | Above::Top => Against::NoParent.words().to_owned(),
            Above::Id(id) => format!("None of your active resellers has the ID {id}"),
            Above::ExternalId(text) => {
                format!("None of your active resellers has the external ID {text}, here or in the file")
            }
            Above::ExternalUid(uid) => {
                format!("None of your active resellers has the external UID {uid}, here or in the file")
            }
        },
    )
}

fn several_fit(above: &Above, found: &[String]) -> Fault {
    let by = match above {
        Above::ExternalId(text) => format!("the external ID {text}"),
        Above::ExternalUid(uid) => format!("the external UID {uid}"),
        Above::Id(id) => format!("the ID {id}"),
        Above::Unsaid | Above::Top => String::new(),
    };
    let named: Vec<&str> = found.iter().take(3).map(String::as_str).collect();
    let more = if found.len() > 3 { format!(" and {} more", found.len() - 3) } else { String::new() };
    Fault::at(PARENT, format!("More than one reseller has {by}: {}{more}. Search by ID", named.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::customers::Status;

    fn reseller(number: i32, external_id: &str, above: Option<&str>) -> Link {
        let above = above.map_or(Above::Unsaid, |text| Above::ExternalId(text.to_owned()));
        Link {
            number,
            does: Does::Create(Type::Reseller),
            above: Arc::new(above),
            uid: None,
            external_id: external_id.to_owned(),
        }
    }

    fn turns(links: &[Link], known: &Known) -> Vec<Result<i16, String>> {
        link(links, known)
            .into_iter()
            .map(|linked| match linked {
                Linked::Fits { turn, .. } => Ok(turn),
                Linked::Fails(fault) => Err(fault.words),
            })
            .collect()
    }

    #[test]
    fn parents_may_stand_below_their_children() {
        let links = [reseller(2, "C", Some("B")), reseller(3, "B", Some("A")), reseller(4, "A", None)];
        assert_eq!(turns(&links, &Known::default()), [Ok(2), Ok(1), Ok(0)]);
    }

    #[test]
    fn a_row_behind_one_that_fails_says_so() {
        let mut links = vec![reseller(2, "C", Some("B")), reseller(3, "B", Some("A")), reseller(4, "A", None)];
        links[2].does = Does::Fail;
        let told = turns(&links, &Known::default());
        assert!(told[1].as_ref().unwrap_err().contains("Row 4 should create the parent"), "{told:?}");
        assert!(told[0].as_ref().unwrap_err().contains("Row 3 should create the parent"), "{told:?}");
    }

    #[test]
    fn circles_and_trees_that_grow_too_deep_are_found() {
        let circle = [reseller(2, "A", Some("B")), reseller(3, "B", Some("A")), reseller(4, "C", Some("A"))];
        assert!(turns(&circle, &Known::default()).iter().all(Result::is_err));
        let names: Vec<String> = (0..=100_000).map(|number| format!("R{number}")).collect();
        let deep: Vec<Link> = (0..100_000)
            .map(|at| reseller(at as i32 + 2, &names[at], (at + 1 < 100_000).then(|| names[at + 1].as_str())))
            .collect();
        let told = turns(&deep, &Known::default());
        assert_eq!(told.iter().filter(|one| one.is_ok()).count(), 10);
        assert!(told[0].is_err());
    }

    #[test]
    fn one_that_is_there_and_one_of_the_file_are_two() {
        let path = vec!["TA-0000-0000-0001".to_owned()];
        let standing = Standing { type_: Type::Reseller, status: Status::Active, path };
        let known = Known {
            standings: HashMap::from([("TA-0000-0000-0001".to_owned(), standing)]),
            by_external_id: HashMap::from([("A".to_owned(), vec!["TA-0000-0000-0001".to_owned()])]),
            ..Known::default()
        };
        let links = [reseller(2, "B", Some("A")), reseller(3, "A", None)];
        let told = turns(&links, &known);
        assert!(told[0].as_ref().unwrap_err().contains("TA-0000-0000-0001, row 3"), "{told:?}");
        assert_eq!(turns(&links[..1], &known), [Ok(0)]);
    }
}
