//! One row of a file: what it asks for, or why it cannot be had.

use super::{
    Cells,
    read::{Fault, Line, is_clear, plain},
};
use crate::{
    kit::{choice::Choice as _, id::Id, input::Input as _, violation::Violations},
    modules::customers::{TierAccount, Type, data::Data},
};

/// How a row names the parent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Above {
    /// Nothing is said: a new account stands at the top, another stays where it is.
    Unsaid,
    /// At the top, said in words.
    Top,
    Id(Id<TierAccount>),
    ExternalId(String),
    ExternalUid(uuid::Uuid),
}

/// What a row asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Nothing,
    Create { type_: Type, above: Above, data: Data },
    Update(Update),
}

/// What an account is to become: fields that the row leaves empty stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub id: Id<TierAccount>,
    pub type_: Option<Type>,
    pub above: Above,
    /// In the order of the form; `None` keeps a field, an empty text takes it away.
    given: [Option<String>; 14],
}

// places of columns
pub const ID: usize = 0;
pub const EXTERNAL_ID: usize = 1;
pub const EXTERNAL_UID: usize = 2;
pub const ACTION: usize = 3;
const HUB: usize = 4;
const CRITERIA: usize = 5;
pub const PARENT: usize = 6;
pub const TYPE: usize = 7;
const NAME: usize = 9;
const FIRST: usize = 16;
const LAST: usize = 17;

/// The columns of the fields of [`Data`], in the order of its table.
const FIELDS: [usize; 14] = [NAME, EXTERNAL_ID, EXTERNAL_UID, 8, 15, 13, 12, 14, 10, 11, FIRST, LAST, 18, 19];

/// Fields that are compared without regard to case, width and spaces before they are looked at: External UID and Country.
const EXACT: [usize; 2] = [2, 4];

/// The rules of a row. All that stand against it are told, cell by cell.
pub fn wanted(line: &Line) -> Result<Wanted, Vec<Fault>> {
    let mut faults = line.faults.clone();
    let readable = |column: usize| !line.faults.iter().any(|fault| fault.column == Some(column));
    let cells = &line.cells;
    let create = match plain(&cells[ACTION]).as_str() {
        _ if !readable(ACTION) => return Err(faults),
        "" | "-" => return Ok(Wanted::Nothing),
        "create" => true,
        "update" => false,
        _ => {
            let words = format!("Action must be -, create or update, not “{}”", cells[ACTION]);
            faults.insert(0, Fault::at(ACTION, words));
            return Err(faults);
        }
    };
    let type_ = Type::from_key(&plain(&cells[TYPE]));
    if type_.is_none() && readable(TYPE) && (create || !cells[TYPE].is_empty()) {
        faults.push(Fault::at(TYPE, format!("Type must be customer or reseller, not “{}”", cells[TYPE])));
    }
    let id: Option<Id<TierAccount>> = plain(&cells[ID]).to_uppercase().parse().ok();
    if create && !cells[ID].is_empty() {
        faults.push(Fault::at(
            ID,
            format!("A row that creates an account must not have an ID. This one has {}", cells[ID]),
        ));
    }
    if !create && id.is_none() && readable(ID) {
        faults.push(Fault::at(
            ID,
            match cells[ID].as_str() {
                "" => "A row that updates needs the ID of its account, such as TA-1234-5678-9012".to_owned(),
                other => format!("“{other}” is no ID of an account, such as TA-1234-5678-9012"),
            },
        ));
    }
    if !matches!(plain(&cells[HUB]).as_str(), "" | "-" | "hb-0000-0000") && readable(HUB) {
        faults.push(Fault::at(HUB, format!("Accounts of the hub {} are kept there", cells[HUB])));
    }
    let above = match above(cells, create) {
        _ if !readable(CRITERIA) || !readable(PARENT) => None,
        Ok(above) => Some(above),
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    if create && type_ == Some(Type::Customer) && above == Some(Above::Unsaid) {
        let words =
            "A customer needs a parent: put id, external_id or external_uid here, and which one it is beside it";
        faults.push(Fault::at(CRITERIA, words));
    }
    let given = given(cells);
    if create {
        let values = given.map(Option::unwrap_or_default).to_vec();
        let data = Data::read(&named(values)).map_err(|wrong| {
            faults.extend(told(cells, wrong).filter(|fault| fault.column.is_some_and(readable)));
        });
        return match (type_, above, data) {
            (Some(type_), Some(above), Ok(data)) if faults.is_empty() => Ok(Wanted::Create { type_, above, data }),
            _ => Err(faults),
        };
    }
    if is_clear(&cells[EXTERNAL_UID]) {
        faults.push(Fault::at(EXTERNAL_UID, "An account always has an external UID: leave the cell empty to keep it"));
    }
    match (id, above) {
        (Some(id), Some(above)) if faults.is_empty() => Ok(Wanted::Update(Update { id, type_, above, given })),
        _ => Err(faults),
    }
}

impl Update {
    /// The key in the row, if it has a readable one.
    pub fn external_uid(&self) -> Option<uuid::Uuid> {
        self.given[2].as_deref()?.parse().ok()
    }

    /// What is known of the account after it.
    pub fn onto(&self, before: &Data, cells: &Cells) -> Result<Data, Vec<Fault>> {
        let mut values = before.texts();
        for (value, given) in values.iter_mut().zip(&self.given) {
            if let Some(given) = given {
                value.clone_from(given);
            }
        }
        Data::read(&named(values)).map_err(|wrong| told(cells, wrong).collect())
    }
}

/// What a row gives of the form's fields: nothing where a cell is empty, an empty text where it says so.
fn given(cells: &Cells) -> [Option<String>; 14] {
    std::array::from_fn(|place| {
        let cell = &cells[FIELDS[place]];
        match cell.as_str() {
            "" => None,
            text if is_clear(text) => Some(String::new()),
            text if EXACT.contains(&place) => Some(plain(text).to_uppercase()),
            text => Some(text.to_owned()),
        }
    })
}

/// A person who is no company is named after itself.
fn named(mut texts: Vec<String>) -> Vec<String> {
    let text = |column| FIELDS.iter().position(|one| *one == column).and_then(|place| texts.get(place));
    let name = [FIRST, LAST].map(|column| text(column).map_or("", String::as_str)).join(" ").trim().to_owned();
    if let Some(first) = texts.first_mut().filter(|first| first.is_empty()) {
        *first = name;
    }
    texts
}

/// What is wrong, at the cells where it stands, with what stands there.
fn told(cells: &Cells, wrong: Violations) -> impl Iterator<Item = Fault> {
    wrong.into_iter().filter_map(|one| {
        let place = Data::TABLE.iter().position(|entry| entry.name == one.at)?;
        let column = *FIELDS.get(place)?;
        let cell: String = cells[column].chars().take(60).collect();
        let words = one.why.words;
        Some(Fault::at(column, if cell.is_empty() { words.to_string() } else { format!("{words}, not “{cell}”") }))
    })
}

fn above(cells: &Cells, create: bool) -> Result<Above, Fault> {
    let (criteria, value) = (&cells[CRITERIA], &cells[PARENT]);
    if is_clear(criteria) || is_clear(value) {
        return Ok(if create { Above::Unsaid } else { Above::Top });
    }
    let criteria = plain(criteria);
    if matches!(criteria.as_str(), "" | "-") {
        return match value.as_str() {
            "" | "-" => Ok(Above::Unsaid),
            _ => Err(Fault::at(CRITERIA, "Enter how to search for the parent: id, external_id or external_uid")),
        };
    }
    if value.is_empty() {
        return Err(Fault::at(PARENT, "Parent search value is missing"));
    }
    match criteria.as_str() {
        "id" => plain(value)
            .to_uppercase()
            .parse()
            .map(Above::Id)
            .map_err(|_| Fault::at(PARENT, format!("“{value}” is no ID of an account"))),
        "externalid" => Ok(Above::ExternalId(value.to_owned())),
        "externaluid" => {
            plain(value).parse().map(Above::ExternalUid).map_err(|_| Fault::at(PARENT, format!("“{value}” is no UID")))
        }
        _ => Err(Fault::at(
            CRITERIA,
            format!("Parent search criteria must be -, id, external_id or external_uid, not “{}”", cells[CRITERIA]),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(changes: &[(usize, &str)]) -> Line {
        let base = [
            "",
            "C-1",
            "",
            "create",
            "",
            "-",
            "",
            "reseller",
            "",
            "Gym",
            "1 Street",
            "",
            "Philadelphia",
            "PA",
            "19125",
            "us",
            "Mickey",
            "Goldmill",
            "mickey@gym.example",
            "+1 215 563 0700",
        ];
        let mut cells: Cells = base.map(str::to_owned);
        for (at, value) in changes {
            cells[*at] = (*value).to_owned();
        }
        Line { number: 2, cells, faults: Vec::new() }
    }

    fn known() -> Data {
        let Ok(Wanted::Create { data, .. }) = wanted(&line(&[(8, "12"), (11, "Rear")])) else {
            panic!("it is in order")
        };
        Data { external_uid: Some(uuid::Uuid::nil()), ..data }
    }

    fn updated(changes: &[(usize, &str)]) -> Result<Data, Vec<Fault>> {
        let mut all: Vec<(usize, &str)> = (1..20).map(|column| (column, "")).collect();
        all.extend([(ID, "TA-1234-1234-1234"), (ACTION, "update")]);
        all.extend(changes);
        let line = line(&all);
        match wanted(&line)? {
            Wanted::Update(update) => update.onto(&known(), &line.cells),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_good_row_says_what_it_wants() {
        let create = wanted(&line(&[]));
        assert!(matches!(create, Ok(Wanted::Create { type_: Type::Reseller, above: Above::Unsaid, .. })), "{create:?}");
        assert_eq!(wanted(&line(&[(3, "-"), (15, "XX")])), Ok(Wanted::Nothing));
        let named = wanted(&line(&[(9, "")]));
        assert!(matches!(named, Ok(Wanted::Create { data, .. }) if data.name == "Mickey Goldmill"));
    }

    #[test]
    fn words_are_read_however_they_are_typed() {
        for changes in [
            [(3, "Create"), (7, "RESELLER"), (15, "us")],
            [(3, " CREATE"), (7, "Ｒｅｓｅｌｌｅｒ"), (15, "Ｕ Ｓ")],
            [(3, "Cre ate"), (7, "re seller"), (15, "u\u{200b}s")],
        ] {
            let read = wanted(&line(&changes));
            assert!(matches!(&read, Ok(Wanted::Create { data, .. }) if data.country == "US"), "{changes:?}: {read:?}");
        }
        for criteria in ["external_id", "External ID", "EXTERNALID"] {
            let Ok(Wanted::Update(update)) =
                wanted(&line(&[(0, "ta-1234-1234–1234"), (3, "UPDATE"), (5, criteria), (6, "C-9")]))
            else {
                panic!("{criteria}");
            };
            assert_eq!((update.id.as_str(), &update.above), ("TA-1234-1234-1234", &Above::ExternalId("C-9".into())));
        }
    }

    #[test]
    fn an_update_keeps_what_it_does_not_name_and_clears_what_it_says() {
        assert_eq!(updated(&[]), Ok(known()));
        assert_eq!(updated(&[(8, "34")]), Ok(Data { tax_id: "34".into(), ..known() }));
        let cleared = updated(&[(8, "(empty)"), (11, "(Empty)"), (19, "（ＥＭＰＴＹ）")]).unwrap();
        assert_eq!(
            (cleared.tax_id.as_str(), cleared.address_line2.as_str(), cleared.phone.number.as_str()),
            ("", "", "")
        );
        let faults = updated(&[(12, "(empty)"), (2, "(empty)")]).unwrap_err();
        assert!(faults[0].words.contains("always has an external UID"), "{faults:?}");
        assert!(updated(&[(12, "(empty)")]).unwrap_err()[0].words.contains("Enter a city"));
    }

    #[test]
    fn a_cell_that_cannot_be_read_stops_its_row() {
        let mut row = line(&[(0, "TA-1234-1234-1234"), (3, "update")]);
        row.faults.push(Fault::at(8, "#N/A is an error"));
        assert_eq!(wanted(&row).unwrap_err(), row.faults);
    }

    #[test]
    fn each_rule_is_told_in_words_at_its_cell() {
        for (changes, column, words) in [
            (vec![(3, "delete")], 3, "Action must be"),
            (vec![(7, "vendor")], 7, "Type must be"),
            (vec![(10, "")], 10, "Enter an address"),
            (vec![(12, "")], 12, "Enter a city"),
            (vec![(15, "XX")], 15, "Choose a country"),
            (vec![(16, "")], 16, "Enter a first name"),
            (vec![(18, "nobody")], 18, "name@example.com, not “nobody”"),
            (vec![(19, "call me")], 19, "Enter a phone number"),
            (vec![(0, "TA-1234-1234-1234")], 0, "must not have an ID"),
            (vec![(7, "customer")], 5, "needs a parent"),
            (vec![(3, "update"), (0, "7")], 0, "is no ID"),
            (vec![(3, "update"), (0, "")], 0, "needs the ID"),
            (vec![(5, "id")], 6, "value is missing"),
            (vec![(5, "id"), (6, "Gym")], 6, "is no ID"),
            (vec![(6, "C-9")], 5, "how to search for the parent"),
            (vec![(5, "name"), (6, "Gym")], 5, "criteria must be"),
            (vec![(4, "HB-1234-1234")], 4, "kept there"),
        ] {
            let told = wanted(&line(&changes)).unwrap_err();
            assert_eq!(told.len(), 1, "{told:?}");
            assert_eq!(told[0].column, Some(column), "{told:?}");
            assert!(told[0].words.contains(words), "{changes:?}: {told:?}");
        }
        let all = wanted(&line(&[(10, ""), (12, ""), (15, "XX")])).unwrap_err();
        assert_eq!(all.len(), 3, "all of a row is told at once: {all:?}");
    }
}
