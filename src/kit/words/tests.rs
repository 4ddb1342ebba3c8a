use super::*;

#[test]
fn a_sentence_takes_its_values_as_they_are() {
    let words = Words::new("{who} may have {most} of {what}.");
    let words = words.with("who", "Ann {most}").with("most", 3).with("what", "{}");
    assert_eq!(words.to_string(), "Ann {most} may have 3 of {}.");
    assert_eq!(Words::new("Nothing is named {here").to_string(), "Nothing is named {here");
}

#[test]
fn numbers_choose_a_form() {
    let contracts = |n| t!("{n} contract of {name}" | "{n} contracts of {name}", n, name = "Ann").to_string();
    assert_eq!(contracts(1), "1 contract of Ann");
    assert_eq!(contracts(0), "0 contracts of Ann");
    assert_eq!(contracts(21), "21 contracts of Ann");
}

#[test]
fn lists_are_joined_as_people_do() {
    assert_eq!(Words::any_of(["a", "b", "c"]).to_string(), "a, b or c");
    assert_eq!(Words::all_of(["a", "b"]).to_string(), "a and b");
    assert_eq!(Words::all_of::<&str>([]).to_string(), "");
}

#[test]
fn a_sentence_begins_large() {
    let parts = || Words::all_of(["the note", "the kind"].map(Words::new)).first();
    assert_eq!(t!("{parts} changed", parts = parts()).to_string(), "The note and the kind changed");
    assert_eq!(Words::default().first().to_string(), "");
}

#[test]
fn lines_stand_one_below_the_other() {
    assert_eq!(Words::lines(["a", "b"]).to_string(), "a\nb");
    assert!(Words::lines::<&str>([]).is_empty());
}

#[test]
fn a_label_is_small_inside_of_a_sentence() {
    assert_eq!(
        t!("It is {status}.", status = Words::within(Words::new("Not Listed"))).to_string(),
        "It is not listed."
    );
}

#[test]
fn data_is_never_translated() {
    let words = t!("{name} is {state}", name = "Active", state = Words::new("Active"));
    let pseudo = pseudo::of("Active");
    let (before, after) = (words.said(Lang::PSEUDO), words.to_string());
    assert_eq!(after, "Active is Active");
    assert!(before.contains("Active"), "{before}");
    assert_ne!(pseudo, "Active");
}

#[test]
fn german_is_said_with_its_own_forms_and_numbers() {
    let german = Lang::tagged("de-AT", false).unwrap();
    let days = |n| t!("{n} day ago" | "{n} days ago", n).said(german);
    assert_eq!([days(1), days(0), days(1_204)], ["vor 1 Tag", "vor 0 Tagen", "vor 1.204 Tagen"]);
    assert_eq!(Words::all_of(["a", "b", "c"]).said(german), "a, b und c");
    assert_eq!(t!("Save").said(german), "Speichern");
    // what is written for records and logs is English, also where somebody reads German
    assert_eq!(t!("Save").to_string(), "Save");
    assert_eq!(t!("nobody has translated this").said(german), "nobody has translated this");
}
