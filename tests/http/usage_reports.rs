//! Reports as vendors send them are read as they are: in whatever text they are written, and through the mapping that knows their columns.

use crate::{
    support::World,
    usage::{create, csv, id, records, row, upload},
};

#[actix_web::test]
async fn a_report_is_read_however_its_text_is_written() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Written").await;
    let head = format!("{},v.city", String::from_utf8(csv::<&str>(&[])).expect("text"));
    let report = format!("{head}\r\n{},K\u{f6}ln\r\n", row("A-1", "12.5"));
    let marked = format!("\u{feff}{report}");
    let western: Vec<u8> = report.chars().filter_map(|sign| u8::try_from(u32::from(sign)).ok()).collect();
    for bytes in [
        marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        report.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        western,
        report.clone().into_bytes(),
    ] {
        let page = upload(&world, &apollo, &page, &bytes).await;
        page.must_say("No errors found.").must_say("12.5");
        let extra = format!("SELECT extra ->> 'v.city' AS t FROM usage_records WHERE file_id = '{}'", id(&page));
        assert_eq!(world.text(&extra), "K\u{f6}ln");
        // and it leaves as it came
        assert_eq!(apollo.get(&format!("{}/original", page.path)).await.must_be(200).body, bytes);
    }
    // half a sign, and a text in which UTF-8 was damaged
    let mut cut: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    cut.pop();
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let answer = apollo.upload_named(&form, &[], "file", "report.csv", &cut).await;
    answer.must_be(422).must_say("This text in UTF-16 ends in the middle of a character.");
    let damaged = [report.as_bytes(), b"A-2,K\xf6ln\r\n"].concat();
    upload(&world, &apollo, &page, &damaged).await.must_say("Line 3 is not in UTF-8.");
    assert_eq!(records(&world, &id(&page)), 0);
}
