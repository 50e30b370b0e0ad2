//! What cannot be used is said with file, line, column, value and what to try; never a panic, a hang or a
//! silent zero.

use std::fmt::Write;

use crate::program::{Folder, learners, run, run_with};

/// Runs `fit --k 2` over a file of this content, and returns what is said about it.
fn refused(name: &str, content: impl AsRef<[u8]>, more: &[&str]) -> String {
    let folder = Folder::new();
    let file = folder.file(name, content);
    let mut args = vec!["fit", &file, "--k", "2"];
    args.extend(more);
    let said = run(args).complaint(3);
    assert!(said.contains(name), "the file is not named: {said}");
    said
}

/// Every one of these words is in what was said.
#[track_caller]
fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "'{word}' is missing in: {said}");
    }
}

#[test]
fn a_missing_file() {
    let folder = Folder::new();
    folder.file("learners.csv", "a\n1\n");
    let said = run(["fit", &folder.arg("lerners.csv"), "--k", "2"]).complaint(3);
    says(&said, &["lerners.csv", "no such file", "did you mean", "learners.csv"]);
}

#[test]
fn a_folder() {
    let folder = Folder::new();
    says(&run(["fit", &folder.arg(""), "--k", "2"]).complaint(3), &["is a folder", "try:"]);
}

#[test]
fn an_empty_file() {
    says(&refused("x.csv", "", &[]), &["is empty", "try:"]);
    says(&run_with(["fit", "-", "--k", "2"], b"").complaint(3), &["standard input", "is empty"]);
}

#[test]
fn a_header_and_no_rows() {
    says(&refused("x.csv", "a,b\n", &[]), &["no rows", "try:"]);
}

#[test]
fn binary() {
    let bytes: Vec<u8> = (0..4000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    says(&refused("x.csv", bytes, &[]), &["not text", "line", "try:"]);
    says(&refused("x.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01", &[]), &["try:"]);
}

#[test]
fn ragged_lines() {
    says(&refused("x.csv", "a,b\n1,2\n3\n4,5\n", &[]), &["line 3", "1 field, 2 expected", "starts with: 3", "try:"]);
    // A quoted line break counts as a line of the file.
    says(&refused("x.csv", "a,b\n\"x\ny\",2\n3,4,5\n", &[]), &["line 4", "3 fields, 2 expected"]);
}

#[test]
fn a_quote_that_never_ends() {
    says(&refused("x.csv", "a,b\n1,\"2\n3,4\n5,6\n", &[]), &["line 2"]);
}

#[test]
fn no_usable_column() {
    let mut ids = String::from("id,name\n");
    for i in 0..40 {
        writeln!(ids, "{i},").unwrap();
    }
    says(&refused("x.csv", ids, &[]), &["no usable column", "try:"]);
    says(
        &refused("x.csv", "a,b\n5,2\n3,4\n3,1\n", &["--role", "a=ignore", "--role", "b=ignore"]),
        &["no usable column"],
    );
}

#[test]
fn all_null() {
    says(&refused("x.csv", "a,b\n,\n,\n", &[]), &["empty", "try:"]);
}

#[test]
fn a_constant_table() {
    for raw in [&[][..], &["--raw"]] {
        says(&refused("x.csv", "a,b\n1,2\n1,2\n1,2\n", raw), &["try:"]);
    }
}

#[test]
fn infinities() {
    for raw in [&[][..], &["--raw"]] {
        says(&refused("x.csv", "a,b\n1,2\n2,inf\n3,4\n", raw), &["line 3", "'b'", "inf", "try:"]);
        says(&refused("x.csv", "a,b\n1,2\n2,5\n3,-Infinity\n", raw), &["line 4", "'b'", "inf"]);
    }
}

#[test]
fn numbers_too_large_to_be_squared() {
    let folder = Folder::new();
    let file = folder.file("x.csv", "a,b\n1e300,2\n-1e300,3\n2e300,4\n5,6\n");
    let ran = run(["fit", &file, "--k", "2", "--raw", "--scale", "none", "--format", "json"]);
    match ran.code {
        Some(0) => assert!(!ran.out.contains("\"wcss\":null"), "a silent nothing: {}", ran.out),
        _ => says(&ran.complaint(3), &["try:"]),
    }
}

#[test]
fn k_of_zero_or_more_than_the_distinct_rows() {
    let folder = Folder::new();
    let file = folder.file("x.csv", "a,b\n1,2\n2,3\n1,2\n");
    says(&run(["fit", &file, "--k", "0"]).complaint(3), &["k = 0", "try:"]);
    says(&run(["sweep", &file, "--k", "0..3"]).complaint(3), &["k = 0", "try:"]);
    says(&run(["drill", &file, "--k", "0"]).complaint(3), &["k = 0", "try:"]);
    says(&run(["fit", &file, "--raw", "--k", "3"]).complaint(3), &["k = 3", "2 distinct rows", "--k 2"]);
    says(&run(["sweep", &file, "--raw", "--k", "3..5"]).complaint(3), &["k = 3", "2 distinct rows"]);
    says(&run(["drill", &file, "--raw", "--k", "3", "--rule", "a > 0"]).complaint(3), &["2 distinct rows"]);
    // A sweep that begins within the distinct rows ends with them.
    let sweep = run(["sweep", &file, "--raw", "--k", "1..5", "--format", "json"]).json();
    assert_eq!(sweep["sweep"].as_array().unwrap().len(), 2);
}

#[test]
fn an_unknown_feature() {
    let folder = Folder::new();
    let file = folder.file("x.csv", learners(200, 1));
    let said = run(["fit", &file, "--k", "2", "--features", "ctc,experiance"]).complaint(3);
    says(&said, &["'experiance'", "x.csv", "'experience'"]);
    let said = run(["fit", &file, "--k", "2", "--raw", "--features", "orgyaer"]).complaint(3);
    says(&said, &["'orgyaer'", "'orgyear'"]);
    let said = run(["fit", &file, "--k", "2", "--raw", "--features", "job_position"]).complaint(3);
    says(&said, &["'job_position'", "text", "try:"]);
    let said = run(["fit", &file, "--k", "2", "--role", "ctcc=pay"]).complaint(3);
    says(&said, &["'ctcc'", "ctc"]);
}

#[test]
fn a_rule_that_is_none() {
    let folder = Folder::new();
    let file = folder.file("x.csv", learners(200, 1));
    says(&run(["drill", &file, "--rule", "experiance > 3"]).complaint(3), &["`experiance`", "experience", "^^^"]);
    says(&run(["drill", &file, "--rule", "experience > "]).complaint(3), &["missing"]);
    says(&run(["drill", &file, "--rule", "ctc < forty"]).complaint(3), &["forty"]);
}

#[test]
fn a_corrupt_parquet() {
    let folder = Folder::new();
    let good = folder.arg("x.parquet");
    run(["sample", "--rows", "500", "--out", &good]).data();
    assert_eq!(run(["fit", &good, "--k", "2"]).code, Some(0));
    let bytes = std::fs::read(&good).unwrap();
    // Cut short, and damaged in the pages and in the footer.
    says(&refused("cut.parquet", &bytes[..bytes.len() / 2], &[]), &["try:"]);
    for at in [bytes.len() / 3, bytes.len() - 40] {
        let mut damaged = bytes.clone();
        damaged[at..at + 30].fill(0xff);
        let file = folder.file("damaged.parquet", damaged);
        let ran = run(["fit", &file, "--k", "2"]);
        // Damage to a value need not be visible; damage to the structure is told.
        assert!(matches!(ran.code, Some(0 | 3)), "{:?} {}", ran.code, ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
    }
    says(&refused("no.parquet", "PAR1 is how it begins, and no more", &[]), &["try:"]);
}

#[test]
fn pay_that_is_text() {
    let mut table = String::from("ctc,orgyear\n");
    for i in 0..25 {
        writeln!(table, "much {i},{}", 2000 + i).unwrap();
    }
    let said = refused("x.csv", table, &[]);
    says(&said, &["pay column 'ctc'", "25 of 25", "line 2 'much 0'", "line 11 'much 9'", "--role"]);
    assert!(!said.contains("much 10"), "ten examples are enough: {said}");
}

#[test]
fn five_thousand_columns() {
    let columns: Vec<String> = (0..5000).map(|c| format!("c{c}")).collect();
    let mut table = columns.join(",") + "\n";
    for row in 0..60_u64 {
        let cells: Vec<String> =
            (0..5000_u64).map(|c| ((row * 5003 + c * 7919) * 104_729 % 1009).to_string()).collect();
        table += &(cells.join(",") + "\n");
    }
    let folder = Folder::new();
    let file = folder.file("wide.csv", &table);
    let fit = run(["fit", &file, "--k", "2", "--raw", "--format", "json"]).json();
    assert_eq!(fit["features"].as_array().unwrap().len(), 5000);
    assert!(fit["wcss"].as_f64().unwrap() > 0.0);
    assert_eq!(run(["sweep", &file, "--k", "1..3"]).code, Some(0));
    assert_eq!(run(["drill", &file, "--rule", "c17 > 500"]).code, Some(0));
}

#[test]
fn a_cell_of_ten_megabytes() {
    let folder = Folder::new();
    let long = "x".repeat(10 << 20);
    let file = folder.file("x.csv", format!("a,b\n1,u\n2,{long}\n3,v\n4,u\n"));
    let ran = run(["fit", &file, "--k", "2", "--format", "json"]);
    let fit = ran.json();
    assert_eq!(fit["rows"], 4);
    // Names and messages do not repeat it.
    assert!(fit.to_string().len() < 100_000, "{}", fit.to_string().len());
}

#[test]
fn ends_of_usage() {
    run(["fit"]).complaint(2);
    run(["fit", "--k", "many"]).complaint(2);
    run(["fit", "--k", "2", "--no-such-flag"]).complaint(2);
    run(["fit", "--k", "2", "--format", "yaml"]).complaint(2);
    run(["fit", "--k", "2", "--threads", "0"]).complaint(2);
    run(["fit", "--k", "2", "--starts", "0"]).complaint(2);
    run(["sweep", "--k", "5..2"]).complaint(2);
    run(["sweep", "--k", "x"]).complaint(2);
    says(&run(["fit", "--k", "2", "--switch", "typo"]).complaint(2), &["'typo'", "exact-duplicates"]);
    says(&run(["fit", "--k", "2", "--role", "ctc"]).complaint(2), &["--role COLUMN=ROLE"]);
    says(&run(["fit", "--k", "2", "--years", "2025..1970"]).complaint(2), &["2025..1970"]);
    run(["sample", "--rows", "0"]).complaint(2);
}

#[test]
fn no_file_is_overwritten_unasked() {
    let folder = Folder::new();
    let there = folder.file("there.csv", "mine");
    let table = folder.file("x.csv", "a\n1\n2\n3\n");
    for args in [
        vec!["fit", &table, "--k", "2", "--labels", &there],
        vec!["sample", "--rows", "10", "--out", &there],
        vec!["sample", "--rows", "10", "--truth", &there],
    ] {
        says(&run(&args).complaint(1), &["there.csv", "--force"]);
        assert_eq!(std::fs::read_to_string(folder.path("there.csv")).unwrap(), "mine");
    }
    run(["fit", &table, "--k", "2", "--labels", &there, "--force"]).data();
    assert!(std::fs::read_to_string(folder.path("there.csv")).unwrap().starts_with("row,cluster\n"));
    let left = ["there.csv", "there.csv.receipt.json", "x.csv"];
    assert_eq!(folder.names(), left, "nothing else is left behind");
    says(&run(["sample", "--rows", "10", "--out", &folder.arg("no/such/x.csv")]).complaint(1), &["try:"]);
    says(&run(["fit", &table, "--k", "2", "--labels", &folder.arg("")]).complaint(1), &["folder"]);
}

/// A failed fit leaves no labels.
#[test]
fn nothing_is_written_by_a_failure() {
    let folder = Folder::new();
    let table = folder.file("x.csv", "a,b\n1,2\n2\n");
    run(["fit", &table, "--k", "2", "--labels", &folder.arg("labels.csv")]).complaint(3);
    assert_eq!(folder.names(), ["x.csv"]);
}

/// Text from the table that would steer a terminal is shown, not obeyed.
#[test]
fn escapes_in_data_do_not_reach_the_terminal() {
    let folder = Folder::new();
    let mut table = String::from("name\u{1b}[2J,x,y\n");
    for i in 0..90 {
        let escape = if i % 9 == 0 { "\u{1b}]0;owned\u{7}" } else { "a quiet and ordinary level " };
        writeln!(table, "{escape}{},{i},{}", i % 3, i * i % 7).unwrap();
    }
    let file = folder.file("x.csv", table);
    for format in ["text", "json"] {
        for args in [vec!["fit", &file, "--k", "2"], vec!["sweep", &file, "--k", "1..3"]] {
            let ran = run(args.into_iter().chain(["--format", format]));
            assert_eq!(ran.code, Some(0), "{}", ran.err);
            assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{}{}", ran.out, ran.err);
        }
    }
    let ran = run(["fit", &file, "--k", "2", "--features", "\u{1b}[2J"]);
    assert!(!ran.complaint(3).contains('\u{1b}'));
}
