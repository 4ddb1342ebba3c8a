//! Small reports of the shapes that vendors send, and what must come of them.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::{
    kit::input::Input as _,
    modules::usage::mapping::{
        ledger::LeftOut,
        ready::{Ready, filled},
        source,
    },
};

fn facts() -> Facts {
    Facts {
        start: "2026-05-01T00:00:00Z".parse().unwrap(),
        end: "2026-06-01T00:00:00Z".parse().unwrap(),
        zone: Zone::UTC,
        currency: Some("USD".into()),
    }
}

/// Records by their ids with quantity and amount, what is wrong and where, and the ledger.
type Came = (Vec<(String, String, String)>, Vec<(i32, Code, String)>, Ledger);

fn read(report: &str, mapping: &Mapping) -> Came {
    let (mut records, mut wrong) = (Vec::new(), Vec::new());
    let ledger = source::read_all(&mut Cursor::new(&report), (mapping, &facts()), |layout, outcome| {
        match outcome {
            Outcome::Made(made) => {
                let text =
                    |heading| layout.at(heading).and_then(|at| made.line.cell(at)).map(Raw::shown).unwrap_or_default();
                records.push((text(Heading::RecordId), text(Heading::Quantity), text(Heading::Amount)));
            }
            Outcome::Wrong(faults, _) => {
                wrong.extend(faults.into_iter().map(|one| (one.number, one.fault.code, one.fault.raw)))
            }
            Outcome::Split(_) | Outcome::Kept => {}
        }
        true
    });
    let ledger = ledger.unwrap();
    assert!(ledger.adds_up(), "{ledger:?}");
    (records, wrong, ledger)
}

fn mapping(fields: &[(&str, &str)]) -> Mapping {
    let usual = [
        ("record_id", "{Id}"),
        ("item_search_value", "{SKU}"),
        ("quantity", "{Qty}"),
        ("amount", "{Amount}"),
        ("asset_search_criteria", "asset.id"),
        ("asset_search_value", "{Customer}"),
        ("rules", "charge: Type = Usage\nreversal: Type = Credit\nexclude Tax: Type = Tax\nstop: Type = Draft"),
    ];
    let other = usual.into_iter().filter(|(name, _)| !fields.iter().any(|(known, _)| known == name));
    let all: Vec<(&str, &str)> = fields.iter().copied().chain(other).collect();
    Mapping::read(&filled(&all)).unwrap()
}

fn sum(rows: u32, value: &str) -> Sum {
    Sum { rows, value: serde_json::from_value(value.into()).unwrap() }
}

const AWS: &str = "\"line_item_product_code\",\"product_product_name\",\"line_item_usage_account_id\",\"line_item_usage_start_date\",\
    \"line_item_unblended_cost\",\"line_item_line_item_type\"\n\
    \"Compute\",\"Machines\",\"012345678901\",\"2026-05-19 00:00:00.000\",\"11.7162\",\"Usage\"\n\
    \"Store\",\"Buckets\",\"012345678901\",\"2026-05-20 00:00:00.000\",\"1.4025\",\"Usage\"\n\
    \"Compute\",\"Machines\",\"012345678901\",\"2026-05-21 00:00:00.000\",\"0.1\",\"Fee\"\n\
    \"Compute\",\"Machines\",\"012345678901\",\"2026-05-21 00:00:00.000\",\"0.2\",\"RIFee\"\n\
    \"Compute\",\"Machines\",\"012345678901\",\"2026-05-31 00:00:00.000\",\"0.8143\",\"Credit\"\n\
    \"Compute\",\"Machines\",\"012345678901\",\"2026-05-31 00:00:00.000\",\"0.6051\",\"Tax\"\n";

#[test]
fn rows_of_one_customer_and_product_become_one_record() {
    let (records, wrong, ledger) = read(AWS, &Ready::Aws.mapping().unwrap());
    assert_eq!(
        records,
        [
            ("2026-05/012345678901/Compute".into(), "1".into(), "12.0162".into()),
            ("2026-05/012345678901/Store".into(), "1".into(), "1.4025".into()),
        ]
    );
    assert_eq!(wrong, []);
    assert_eq!((ledger.source, ledger.grouped), (sum(6, "14.8381"), sum(4, "13.4187")));
    assert_eq!(
        ledger.left_out,
        [
            LeftOut { reason: None, sum: sum(1, "0.8143") },
            LeftOut { reason: Some("Tax".into()), sum: sum(1, "0.6051") }
        ]
    );
    assert_eq!(ledger.made, sum(2, "13.4187"));
}

#[test]
fn what_takes_back_names_its_record_where_the_mapping_says_from_which_column() {
    let report = "Id,SKU,Qty,Amount,Customer,Type,Original\n1,A,1,2.50,C,Usage,0\n2,A,1,2.50,C,Credit,9\n3,A,-1,-4,C,Credit,8\n\
        4,A,1,1,C,Credit,\n";
    let of = mapping(&[("reverses", "{Original}"), ("asset_search_criteria", "asset.id")]);
    let (records, wrong, ledger) = read(report, &of);
    let record = |id: &str, quantity: &str, amount: &str| (id.to_owned(), quantity.to_owned(), amount.to_owned());
    assert_eq!(records, [record("1", "1", "2.5"), record("2", "-1", "-2.5"), record("3", "-1", "-4")]);
    assert_eq!(wrong, [(5, Code::Missing, String::new())]);
    assert_eq!((ledger.records, ledger.errors, ledger.made), (sum(3, "1"), sum(1, "1"), sum(3, "-4")));
    assert!(ledger.left_out.is_empty());
    // and is left out where it says nothing
    let (records, _, ledger) = read(report, &mapping(&[]));
    assert_eq!((records.len(), ledger.left_out), (1, vec![LeftOut { reason: None, sum: sum(3, "-0.5") }]));
}

#[test]
fn amounts_are_multiplied_by_a_number_or_by_a_column_and_the_report_adds_up_as_it_was() {
    let report = "Id,SKU,Qty,Amount,Customer,Type,Rate\n1,A,1,100,C,Usage,0.92\n2,A,2,33.33,C,Usage,1.0825\n3,A,1,5,C,Usage,0\n\
        4,A,1,5,C,Usage,\n5,A,1,5,C,Usage,soon\n6,A,1,7,C,Tax,x\n";
    let record = |id: &str, quantity: &str, amount: &str| (id.to_owned(), quantity.to_owned(), amount.to_owned());
    let (records, wrong, ledger) = read(report, &mapping(&[("rate", "{Rate}"), ("decimals", "2")]));
    assert_eq!(records, [record("1", "1", "92"), record("2", "2", "36.08")]);
    let rate = |row, raw: &str| (row, Code::Rate, raw.to_owned());
    assert_eq!(wrong, [rate(4, "0"), rate(5, ""), rate(6, "soon")]);
    // rows are counted by what stands in the report, records by what they have
    assert_eq!((ledger.source, ledger.records, ledger.errors), (sum(6, "155.33"), sum(2, "133.33"), sum(3, "15")));
    assert_eq!(ledger.made, sum(2, "128.08"));
    let (records, _, ledger) =
        read(report, &mapping(&[("rate", "2"), ("decimals", "2"), ("group_by", "SKU"), ("record_id", "{SKU}")]));
    assert_eq!(records, [record("A", "6", "296.66")]);
    assert_eq!((ledger.grouped, ledger.made), (sum(5, "148.33"), sum(1, "296.66")));
}

#[test]
fn the_same_report_gives_the_same_ids() {
    let mapping = Ready::Aws.mapping().unwrap();
    assert_eq!(read(AWS, &mapping).0, read(AWS, &mapping).0);
}

#[test]
fn a_kind_of_row_that_nobody_named_is_an_error_and_no_charge() {
    let report = "Id,SKU,Qty,Amount,Customer,Type\n1,A,1,2.50,C,Usage\n2,A,1,3,C,CancelImmediate\n3,A,1,4,C,Draft\n";
    let (records, wrong, ledger) = read(report, &mapping(&[]));
    assert_eq!(records.len(), 1);
    assert_eq!(wrong, [(3, Code::Rule, "CancelImmediate".into()), (4, Code::Rule, "Draft".into())]);
    assert_eq!(ledger.errors, sum(2, "7"));
}

#[test]
fn numbers_are_told_of_that_records_have_and_of_no_others() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [["A", "Usage"], ["B", "Tax"], ["C", "Draft"]].map(|[id, kind]| [id, "X", "1", "", "AS-1", kind]);
    let head = ["Id", "SKU", "Qty", "Amount", "Customer", "Type"];
    for (line, cells) in (0..).zip(std::iter::once(head).chain(rows)) {
        for (at, text) in (0..).zip(cells) {
            sheet.write_string(line, at, text).unwrap();
        }
        if line > 0 {
            sheet.write_number(line, 3, 67.04_f64.next_up()).unwrap();
        }
    }
    let report = book.save_to_buffer().unwrap();
    let ledger = source::read_all(&mut Cursor::new(&report), (&mapping(&[]), &facts()), |_, _| true).unwrap();
    assert_eq!((ledger.source.rows, ledger.records.rows, ledger.beside.numbers.rounded), (3, 1, 1));
}

#[test]
fn what_is_left_out_has_to_be_a_number_too() {
    let report = "Id,SKU,Qty,Amount,Customer,Type\n1,A,1,x,C,Tax\n2,A,1,,C,Tax\n3,A,,4,C,Usage\n4,A,1,,C,Usage\n";
    let (records, wrong, _) = read(report, &mapping(&[]));
    assert_eq!(records, []);
    assert_eq!(
        wrong,
        [(2, Code::Number, "x".into()), (4, Code::Missing, String::new()), (5, Code::Missing, String::new())]
    );
}

#[test]
fn rows_in_another_currency_are_not_taken_one_to_one() {
    let report = "Id,SKU,Qty,Amount,Customer,Type,Cur\n1,A,1,2,C,Usage,USD\n2,A,1,3,C,Usage,EUR\n";
    let (records, wrong, _) = read(report, &mapping(&[("currency_column", "cur")]));
    assert_eq!((records.len(), wrong), (1, vec![(3, Code::Currency, "EUR".into())]));
}

#[test]
fn a_cell_of_json_is_read_by_its_keys() {
    let row = |id: &str, tags: &str| format!("{id},A,1,2,\"{}\",\n", tags.replace('"', "\"\""));
    let report = |rows: &[String]| format!("Id,SKU,Qty,Amount,Tags,Region\n{}", rows.concat());
    let tagged = mapping(&[
        ("asset_search_value", "{Tags -> customer}"),
        ("own", "v.env = {Tags -> env|\"none\"}"),
        ("rules", "exclude Own use: Tags -> kind = own\nstop: Tags -> customer is empty\ncharge: *"),
    ]);
    let (records, wrong, ledger) = read(
        &report(&[
            row("1", "{\"customer\": \"C\", \"env\": \"prod\"}"),
            row("2", "\"customer\": \"C\",\"kind\": \"own\""),
            row("3", "{\"env\": \"prod\"}"),
            row("4", "customer=C"),
        ]),
        &tagged,
    );
    assert_eq!(records, [("1".into(), "1".into(), "2".into())]);
    assert_eq!(wrong, [(4, Code::Rule, String::new()), (5, Code::Cell, "customer=C".into())]);
    assert_eq!(ledger.left_out, [LeftOut { reason: Some("Own use".into()), sum: sum(1, "2") }]);
    // rows of one customer become one record, and the report is known by its columns
    let grouped = mapping(&[
        ("record_id", "{Tags -> customer}"),
        ("asset_search_value", "{Tags -> customer}"),
        ("group_by", "Tags -> customer"),
        ("rules", "charge: *"),
    ]);
    let twice = report(&[row("1", "{\"customer\": \"C\"}"), row("2", "{\"customer\": \"C\", \"env\": \"test\"}")]);
    assert_eq!(read(&twice, &grouped).0, [("C".into(), "2".into(), "4".into())]);
    assert_eq!(grouped.fits(&["sku", "qty", "amount", "tags"].map(str::to_owned)), Some(4));
    let refused = source::read_all(&mut Cursor::new("Id,SKU,Qty,Amount\n1,A,1,2\n"), (&grouped, &facts()), |_, _| true);
    assert_eq!(refused.unwrap_err()[0].raw, "Tags");
}

#[test]
fn rows_of_a_group_name_the_same_things() {
    let report =
        "Id,SKU,Qty,Amount,Customer,Type\n1,A,1,2,C,Usage\n1,A,5,3,D,Usage\n1,A,2,3,C,Usage\n2,A,1,1,C,Usage\n";
    let grouped = |together| mapping(&[("group_by", "Id"), ("together", together)]);
    let (records, wrong, ledger) = read(report, &grouped("sum"));
    assert_eq!(records, [("1".into(), "3".into(), "5".into()), ("2".into(), "1".into(), "1".into())]);
    assert_eq!(wrong, [(3, Code::Group, "D".into())]);
    assert_eq!((ledger.grouped.rows, ledger.errors.rows), (3, 1));
    for (together, quantity) in [("one", "1"), ("max", "2"), ("last", "2")] {
        assert_eq!(read(report, &grouped(together)).0[0].1, quantity, "{together}");
    }
}

#[test]
fn names_lack_none_of_their_pieces() {
    let report = "Id,Line,SKU,Qty,Amount,Customer,Alias,Type\n1,,A,1,2,C,,Usage\n1,2,A,1,2,,Big,Usage\n";
    let (records, ..) =
        read(report, &mapping(&[("record_id", "{Id}-{Line}"), ("asset_search_value", "{Customer|Alias|\"nobody\"}")]));
    assert_eq!(records.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["", "1-2"]);
}

#[test]
fn a_header_stands_below_titles_and_columns_are_told_that_are_missing() {
    let report = "Report of May\n\n\nID;sku;QTY;amount;Customer;TYPE\n1;A;1.000,5;2;C;Usage\n";
    let (records, ..) = read(report, &mapping(&[("numbers", "point_comma"), ("separator", "semicolon")]));
    assert_eq!(records[0].1, "1000.5");
    let refused = |report: &str| {
        let read = source::read_all(&mut Cursor::new(&report), (&mapping(&[]), &facts()), |_, _| true).unwrap_err();
        read.into_iter().map(|fault| (fault.code, fault.raw, fault.detail)).collect::<Vec<_>>()
    };
    assert_eq!(refused("Id,SKU,Qty,Amount,Customer\n1,A,1,1,C\n"), [(Code::Headers, "Type".into(), "missing".into())]);
    assert_eq!(
        refused("Id,SKU,Qty,Amount,AMOUNT,Customer,Type\n1,A,1,1,1,C,Usage\n"),
        [(Code::Headers, "Amount".into(), "twice".into())]
    );
    assert_eq!(refused("Id,SKU,Qty,Amount,Customer,Type\n")[0].0, Code::Empty);
    let (_, wrong, _) = read("Id,SKU,Qty,Amount,Customer,Type\n1,A,1,1\n", &mapping(&[]));
    assert_eq!(wrong[0].1, Code::Cells, "a row that was cut off");
}

#[test]
fn times_are_read_as_the_mapping_says() {
    let time = |text: &str, dates: &str, zone: &str| {
        let report = format!("Id,SKU,Qty,Amount,Customer,Type,From,To\n1,A,1,1,C,Usage,{text},2026-06-01\n");
        let fields = [("start_time_utc", "{From}"), ("dates", dates), ("zone", zone)];
        let mut found = String::new();
        source::read_all(&mut Cursor::new(&report), (&mapping(&fields), &facts()), |layout, outcome| {
            found = match outcome {
                Outcome::Made(made) => match layout.at(Heading::Start).and_then(|at| made.line.cell(at)) {
                    Some(Raw::At(at, _)) => at.to_string(),
                    other => format!("{other:?}"),
                },
                Outcome::Wrong(faults, _) => faults[0].fault.code.key().to_owned(),
                Outcome::Kept | Outcome::Split(_) => String::new(),
            };
            true
        })
        .unwrap();
        found
    };
    let wrong = Code::Date.key();
    for (text, dates, zone, at) in [
        ("2026-05-06", "iso", "", "2026-05-06 00:00:00"),
        ("05/06/2026", "iso", "", wrong),
        ("05/06/2026", "dmy", "", "2026-06-05 00:00:00"),
        ("5/6/26 1:30 PM", "mdy", "", "2026-05-06 13:30:00"),
        ("31.05.2026 12:05 AM", "dmy", "", "2026-05-31 00:05:00"),
        ("2026-05-06", "dmy", "", wrong),
        ("20260506", "compact", "", "2026-05-06 00:00:00"),
        ("2026-03-29 12:00", "iso", "Europe/Berlin", "2026-03-29 10:00:00"),
        ("2026-03-29 02:30", "iso", "Europe/Berlin", wrong),
        ("2026-03-29T02:30:00Z", "iso", "Europe/Berlin", "2026-03-29 02:30:00"),
    ] {
        assert_eq!(time(text, dates, zone), at, "{text} as {dates} in {zone:?}");
    }
}

#[test]
fn amounts_are_rounded_once_and_what_came_in_is_kept() {
    let report = "Id,SKU,Qty,Amount,Customer,Type\n1,A,1,0.005,C,Usage\n1,A,1,0.005,C,Usage\n1,A,1,0.005,C,Usage\n";
    let (records, _, ledger) = read(report, &mapping(&[("group_by", "Id"), ("decimals", "2")]));
    assert_eq!(records[0].2, "0.02");
    assert_eq!((ledger.source, ledger.made), (sum(3, "0.015"), sum(1, "0.02")));
}

#[test]
fn a_name_of_the_vendors_is_replaced_by_what_it_means() {
    let report = "Id,SKU,Qty,Amount,Customer,Type\n1,A,1,1,1ED00000000,Usage\n";
    let mapping = mapping(&[("replacements", "asset_search_value: 1ED00000000 = AS-1")]);
    let mut found = Vec::new();
    source::read_all(&mut Cursor::new(&report), (&mapping, &facts()), |layout, outcome| {
        if let Outcome::Made(made) = outcome {
            found.extend(layout.at(Heading::AssetValue).and_then(|at| made.line.cell(at)).map(Raw::shown));
            assert_eq!(layout.letters(Heading::AssetValue), "E", "its place is that of the report");
            assert_eq!(layout.letters(Heading::Start), "", "what no column holds has none");
        }
        true
    })
    .unwrap();
    assert_eq!(found, ["AS-1"]);
}

#[test]
fn a_report_is_read_by_the_mapping_that_knows_most_of_its_columns() {
    let ready: Vec<Mapping> = Ready::ALL.iter().map(|ready| ready.mapping().unwrap()).collect();
    let all: Vec<&Mapping> = ready.iter().collect();
    assert_eq!(source::fitting(&mut Cursor::new(AWS), &all), source::Fit::One(1));
    assert_eq!(source::fitting(&mut Cursor::new("a,b\n1,2\n"), &all), source::Fit::Nothing);
    let twice: Vec<&Mapping> = all.iter().chain(&all).copied().collect();
    assert_eq!(source::fitting(&mut Cursor::new(AWS), &twice), source::Fit::Several);
}

proptest! {
    /// Whatever a report holds, each of its rows is somewhere, once, with what it comes to.
    #[test]
    fn every_row_is_accounted_for(
        rows in proptest::collection::vec(
            (0u8..6, "[A-C]?", "[0-9]{0,3}([.][0-9]{1,9})?|x|-1", proptest::sample::select(vec!["Usage", "Credit", "Tax", "New", "", "Draft"])),
            1..60),
        grouped in any::<bool>(),
    ) {
        let mut report = "Id,SKU,Qty,Amount,Customer,Type\n".to_owned();
        for (id, sku, amount, kind) in &rows {
            report.push_str(&format!("{id},{sku},1,{amount},C,{kind}\n"));
        }
        let mapping = mapping(&[("group_by", if grouped { "Id" } else { "" })]);
        let (records, wrong, ledger) = read(&report, &mapping);
        prop_assert!(ledger.adds_up());
        prop_assert_eq!(ledger.source.rows as usize, rows.len());
        let number = |text: &str| Exact::of(&Raw::Text(text.into()), NumberFormat::Point).unwrap_or_default();
        let all = rows.iter().fold(Exact::ZERO, |all, (_, _, amount, _)| all + number(amount));
        prop_assert_eq!(ledger.source.value, all);
        let billed = records.iter().fold(Exact::ZERO, |all, (_, _, amount)| all + number(amount));
        prop_assert_eq!(ledger.made.value, billed);
        prop_assert_eq!(ledger.records.value + ledger.grouped.value, billed, "nothing is rounded here");
        prop_assert_eq!(ledger.made.rows as usize, records.len());
        let mut places: Vec<i32> = wrong.iter().map(|(number, ..)| *number).collect();
        places.dedup();
        prop_assert_eq!(places.len(), ledger.errors.rows as usize);
    }
}

/// Records by their ids, with when they begin and what they come to.
fn parts(report: &str, mapping: &Mapping) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let ledger = source::read_all(&mut Cursor::new(&report), (mapping, &facts()), |layout, outcome| {
        if let Outcome::Made(made) = outcome {
            let text =
                |heading| layout.at(heading).and_then(|at| made.line.cell(at)).map(Raw::shown).unwrap_or_default();
            assert_eq!(crate::modules::usage::read::row_of(made.line.number), 2);
            found.push((text(Heading::RecordId), text(Heading::Amount)));
        }
        true
    });
    let ledger = ledger.unwrap();
    assert!(ledger.adds_up(), "{ledger:?}");
    assert_eq!((ledger.source.rows, ledger.made.rows as usize), (1, found.len()));
    assert_eq!(ledger.made.value, ledger.source.value, "the parts add up");
    found
}

#[test]
fn a_charge_is_split_by_days_where_the_mapping_says_so_and_its_parts_add_up() {
    let split = |decimals: &str| {
        let fields = [
            ("start_time_utc", "{From}"),
            ("end_time_utc", "{To}"),
            ("split", "yes"),
            ("decimals", decimals),
            ("rules", "charge: *"),
        ];
        mapping(&fields)
    };
    let report = |amount: &str, from: &str, to: &str| {
        format!("Id,SKU,Qty,Amount,Customer,From,To\nX,A,9,{amount},C,{from},{to}\n")
    };
    let part = |id: &str, amount: &str| (id.to_owned(), amount.to_owned());
    // the file is for May: fifteen days before it, and as many within
    assert_eq!(
        parts(&report("10.00", "2026-04-16", "2026-05-16"), &split("2")),
        [part("X/2026-04-16", "5"), part("X/2026-05-01", "5")]
    );
    // three times thirty-one days
    assert_eq!(
        parts(&report("10.00", "2026-03-31", "2026-07-02"), &split("2")),
        [part("X/2026-03-31", "3.33"), part("X/2026-05-01", "3.33"), part("X/2026-06-01", "3.34")]
    );
    let fine = parts(&report("10", "2026-03-31", "2026-07-02"), &split(""));
    assert_eq!(fine[2], part("X/2026-06-01", "3.33333334"));
    // what lies within is left as it is, and so is what only touches an edge
    assert_eq!(parts(&report("10.00", "2026-05-01", "2026-06-01"), &split("2")), [part("X", "10")]);
    assert_eq!(parts(&report("10.00", "2026-04-01", "2026-05-01"), &split("2")), [part("X", "10")]);
}
