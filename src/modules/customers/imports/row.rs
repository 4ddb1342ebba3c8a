//! One row of a file: what it asks for, or why it cannot be had.

use super::Cells;
use crate::{
    kit::{choice::Choice as _, fields::Fields, id::Id},
    modules::customers::{
        TierAccount, Type,
        forms::{Data, DataForm},
    },
};

/// How a row names the parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Above {
    /// Nothing is said: at the top, or where it stands.
    Unsaid,
    Id(Id<TierAccount>),
    ExternalId(String),
    ExternalUid(uuid::Uuid),
}

/// What a row asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Nothing,
    Create { type_: Type, above: Above, data: Data },
    Update { id: Id<TierAccount>, above: Above, data: Data },
}

/// The rules of a row, in the published order; the first that is broken is told.
pub fn wanted(cells: &Cells) -> Result<Wanted, String> {
    let [
        id,
        external_id,
        external_uid,
        action,
        hub,
        criteria,
        value,
        type_,
        tax_id,
        name,
        line1,
        line2,
        city,
        state,
        zip,
        country,
        first,
        last,
        email,
        phone,
    ] = cells;
    let create = match action.as_str() {
        "" | "-" => return Ok(Wanted::Nothing),
        "create" => true,
        "update" => false,
        other => return Err(format!("Action must be -, create or update, not {other}")),
    };
    let type_ = Type::from_key(&type_.to_lowercase())
        .ok_or_else(|| format!("Type must be customer or reseller, not {type_}"))?;
    if create && !id.is_empty() {
        return Err("A row that creates has no ID".into());
    }
    if !matches!(hub.as_str(), "" | "-" | "HB-0000-0000") {
        return Err(format!("Accounts of the hub {hub} are kept there"));
    }
    let above = above(criteria, value)?;
    if create && type_ == Type::Customer && above == Above::Unsaid {
        return Err("A customer needs a parent: choose search criteria for it".into());
    }
    let data = data([
        ("name", if name.is_empty() { format!("{first} {last}") } else { name.clone() }),
        ("external_id", external_id.clone()),
        ("external_uid", external_uid.clone()),
        ("tax_id", tax_id.clone()),
        ("country", country.to_uppercase()),
        ("state", state.clone()),
        ("city", city.clone()),
        ("postal_code", zip.clone()),
        ("address_line1", line1.clone()),
        ("address_line2", line2.clone()),
        ("first_name", first.clone()),
        ("last_name", last.clone()),
        ("email", email.clone()),
        ("phone", phone.clone()),
    ])?;
    if create {
        return Ok(Wanted::Create { type_, above, data });
    }
    let id = id.parse().map_err(|_| format!("A row that updates needs an ID such as TA-0000-0000-0000, not {id}"))?;
    Ok(Wanted::Update { id, above, data })
}

fn above(criteria: &str, value: &str) -> Result<Above, String> {
    let criteria = criteria.to_lowercase();
    if matches!(criteria.as_str(), "" | "-") {
        return Ok(Above::Unsaid);
    }
    if value.is_empty() || value == "-" {
        return Err("Parent search value is missing".into());
    }
    match criteria.as_str() {
        "id" => value.parse().map(Above::Id).map_err(|_| format!("{value} is no ID of an account")),
        "external_id" => Ok(Above::ExternalId(value.to_owned())),
        "external_uid" => value.parse().map(Above::ExternalUid).map_err(|_| format!("{value} is no UID")),
        other => Err(format!("Parent search criteria must be -, id, external_id or external_uid, not {other}")),
    }
}

/// The same rules as the form's.
fn data(pairs: [(&str, String); 14]) -> Result<Data, String> {
    let fields = Fields::new(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    let mut form = DataForm::typed(&fields);
    form.parse().ok_or_else(|| form.first_error().unwrap_or_else(|| "The row cannot be read".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(changes: &[(usize, &str)]) -> Cells {
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
        cells
    }

    #[test]
    fn a_good_row_says_what_it_wants() {
        assert!(matches!(wanted(&row(&[])), Ok(Wanted::Create { type_: Type::Reseller, above: Above::Unsaid, .. })));
        assert_eq!(wanted(&row(&[(3, "-")])), Ok(Wanted::Nothing));
        let update = wanted(&row(&[(0, "TA-1234-1234-1234"), (3, "update"), (5, "external_id"), (6, "C-9")]));
        assert!(matches!(update, Ok(Wanted::Update { above: Above::ExternalId(value), .. }) if value == "C-9"));
        assert!(matches!(wanted(&row(&[(9, "")])), Ok(Wanted::Create { data, .. }) if data.name == "Mickey Goldmill"));
    }

    #[test]
    fn each_rule_is_told_in_words() {
        for (changes, words) in [
            (vec![(3, "delete")], "Action must be"),
            (vec![(7, "vendor")], "Type must be"),
            (vec![(10, "")], "Enter an address"),
            (vec![(12, "")], "Enter a city"),
            (vec![(15, "XX")], "Choose a country"),
            (vec![(16, "")], "Enter a first name"),
            (vec![(18, "nobody")], "Enter an email"),
            (vec![(19, "call me")], "Enter a phone number"),
            (vec![(0, "TA-1234-1234-1234")], "has no ID"),
            (vec![(7, "customer")], "needs a parent"),
            (vec![(3, "update"), (0, "7")], "needs an ID"),
            (vec![(5, "id")], "value is missing"),
            (vec![(5, "name"), (6, "Gym")], "criteria must be"),
            (vec![(4, "HB-1234-1234")], "kept there"),
        ] {
            let told = wanted(&row(&changes)).unwrap_err();
            assert!(told.contains(words), "{changes:?}: {told}");
        }
    }
}
