//! Whole reads, from files on disk to tables or to sentences.

use std::fs;
use std::io::{Cursor, Write as _};

use polars::prelude::*;

use super::*;
use crate::error::Kind;

fn quiet(_: u64, _: Option<u64>) {}

fn read_path(path: &Path, options: &Options) -> Result<RawTable> {
    super::read(&Location::Path(path.to_owned()), options, &Cancel::never(), &mut quiet)
}

/// Reads `bytes` from a file called `name`.
fn read_as(name: &str, bytes: impl AsRef<[u8]>) -> Result<RawTable> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read_path(&path, &Options::default())
}

fn table(bytes: impl AsRef<[u8]>) -> RawTable {
    read_as("x.csv", bytes).unwrap()
}

/// The sentence for a file that cannot be read; every one is bad input and says what to try.
fn complaint(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let error = read_as(name, bytes).unwrap_err();
    assert_eq!(error.kind(), Kind::BadInput, "{error}");
    assert!(error.hint().is_some(), "{error}");
    assert!(error.what().contains(name), "{error}");
    error.to_string()
}

#[track_caller]
fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is missing in: {message}");
    }
}

fn names(table: &RawTable) -> Vec<String> {
    table.frame.get_column_names().iter().map(ToString::to_string).collect()
}

/// Cells of a text column, nulls as `~`.
fn cells(table: &RawTable, name: &str) -> Vec<String> {
    table.frame.column(name).unwrap().str().unwrap().iter().map(|cell| cell.unwrap_or("~").to_owned()).collect()
}

fn lines(table: &RawTable) -> Vec<u64> {
    (0..table.frame.height()).map(|row| table.line_of(row).unwrap()).collect()
}

mod csv_files {
    use super::*;

    #[test]
    fn cells_are_text_as_they_stand_and_empty_ones_are_null() {
        let table = table("a,b\n 1 ,x\n2,\n\"\",y\n");
        assert_eq!(table.format, Format::Csv);
        assert_eq!(table.name, "x.csv");
        assert_eq!(cells(&table, "a"), [" 1 ", "2", "~"]);
        assert_eq!(cells(&table, "b"), ["x", "~", "y"]);
        assert_eq!(lines(&table), [2, 3, 4]);
        assert_eq!(table.line_of(3), None);
        assert!(table.notices.is_empty(), "{:?}", table.notices);
    }

    #[test]
    fn byte_order_mark_is_no_part_of_the_first_name() {
        assert_eq!(names(&table("\u{feff}a,b\n1,x\n")), ["a", "b"]);
    }

    #[test]
    fn crlf_and_old_mac_line_ends() {
        let crlf = table("a,b\r\n1,x\r\n\r\n2,y\r\n3,z");
        assert_eq!(cells(&crlf, "b"), ["x", "y", "z"]);
        assert_eq!(lines(&crlf), [2, 4, 5]);
        let mac = table("a,b\r1,x\r\r2,y\r");
        assert_eq!(cells(&mac, "b"), ["x", "y"]);
        assert_eq!(lines(&mac), [2, 4]);
    }

    #[test]
    fn quotes_hold_delimiters_quotes_and_line_breaks_and_lines_stay_exact() {
        let table = table("a,b\n\"x,1\",\"he said \"\"hi\"\"\"\n\"two\nlines\",\"\r\nthree\n\"\nlast,z\n\n\nend,z\n");
        assert_eq!(cells(&table, "a"), ["x,1", "two\nlines", "last", "end"]);
        assert_eq!(cells(&table, "b"), ["he said \"hi\"", "\r\nthree\n", "z", "z"]);
        assert_eq!(lines(&table), [2, 3, 7, 10]);
    }

    #[test]
    fn a_quote_inside_a_cell_is_a_quote() {
        assert_eq!(cells(&table("a,b\n5\" pipe,x\n\"y\"z,1\n"), "a"), ["5\" pipe", "yz"]);
    }

    #[test]
    fn blank_lines_are_skipped_and_counted() {
        let table = table("\n\na,b\n\n1,x\n   \n2,y\n\n");
        assert_eq!(cells(&table, "a"), ["1", "2"]);
        assert_eq!(lines(&table), [5, 7]);
    }

    #[test]
    fn delimiter_is_found_or_told() {
        assert_eq!(names(&table("a;b\n1,5;x\n2,5;y\n")), ["a", "b"]);
        assert_eq!(names(&table("a\tb\n1\tx\n")), ["a", "b"]);
        assert_eq!(names(&table("a|b\n1|x\n")), ["a", "b"]);
        assert_eq!(cells(&table("a\n1\n2\n"), "a"), ["1", "2"]);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        fs::write(&path, "a:b,c\n1:2,3\n").unwrap();
        let told = |delimiter| read_path(&path, &Options { delimiter: Some(delimiter) });
        assert_eq!(names(&told(b':').unwrap()), ["a", "b,c"]);
        assert_eq!(told(b'"').unwrap_err().kind(), Kind::Usage);
        assert_eq!(told(0xe9).unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn nameless_and_doubled_columns() {
        let table = table(",x,x,\n0,1,2,3\n");
        assert_eq!(names(&table), ["Unnamed: 0", "x", "x_2", "column_4"]);
        assert_eq!(table.notices.len(), 2);
        assert_says(&table.notices[0], &["column_4"]);
        assert_says(&table.notices[1], &["x_2"]);
    }

    #[test]
    fn numbers_without_a_header() {
        let table = table("5.1,3.5\n4.9,3.0\n");
        assert_eq!(names(&table), ["column_1", "column_2"]);
        assert_eq!(cells(&table, "column_1"), ["5.1", "4.9"]);
        assert_eq!(lines(&table), [1, 2]);
        assert_says(&table.notices[0], &["no header"]);
    }

    #[test]
    fn latin1_is_decoded_and_said() {
        let table = table(b"name,v\nbob,1\nJos\xe9,2\n");
        assert_eq!(cells(&table, "name"), ["bob", "José"]);
        assert_says(&table.notices[0], &["Latin-1", "line 3"]);
    }

    #[test]
    fn utf16_with_either_byte_order() {
        let text = "a,b\nवेतन,2\n";
        let little: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for (bytes, name) in [(little, "UTF-16LE"), (big, "UTF-16BE")] {
            let table = table(bytes);
            assert_eq!(names(&table), ["a", "b"]);
            assert_eq!(cells(&table, "a"), ["वेतन"]);
            assert_says(&table.notices[0], &[name]);
        }
    }

    #[test]
    fn ragged_lines_are_named() {
        let message = complaint("x.csv", "a,b\n1,x\n\n\"m\nn\",y\n2,\x1b[31m,7\n3,z\n");
        assert_says(&message, &["x.csv, line 6", "3 fields, 2 expected", "`,`", "2,\\u{1b}[31m,7", "--delimiter"]);
        assert!(!message.contains('\x1b'));
        let long = complaint("x.csv", format!("a,b\n{}\n", "é".repeat(1000)));
        assert_says(&long, &["line 2", "1 field, 2 expected", "…"]);
        assert!(long.chars().count() < 400);
    }

    #[test]
    fn an_unclosed_quote_does_not_swallow_the_file() {
        let mut text = "a,b,c\n1,2,3\n4,\"five,6\n".to_owned();
        text.push_str(&"7,8,9\n".repeat(1000));
        assert_says(&complaint("x.csv", &text), &["line 3", "quote opens here", "\"five,6"]);
        // It meets the next stray quote of the same column, so that the number of fields comes out right.
        text.push_str("1,\"two,3\n7,8,9\n");
        assert_says(&complaint("x.csv", &text), &["line 3", "quote opens here"]);
        assert_says(&complaint("x.csv", "a,\"b\n1,2\n"), &["line 1", "quote opens here"]);
        assert_says(&complaint("x.csv", "a,b\n\"one\ntwo\",\"3\n4,5\n"), &["line 3", "quote opens here"]);
    }

    #[test]
    fn a_cell_of_very_many_lines_is_pointed_out() {
        let table = table(format!("a,b\n1,\"{}\"\n2,y\n", "7,8\n".repeat(200)));
        assert_eq!(lines(&table), [2, 203]);
        assert_says(&table.notices[0], &["line 2", "201 lines"]);
    }

    #[test]
    fn nothing_to_read() {
        for empty in ["", "\n \n", "\u{feff}"] {
            assert_says(&complaint("x.csv", empty), &["empty"]);
        }
        assert_says(&complaint("x.csv", "a,b\n"), &["header but no rows"]);
        assert_says(&complaint("x.csv", "a,b\n\n  \n"), &["header but no rows"]);
    }

    #[test]
    fn binary_junk() {
        assert_says(&complaint("x.csv", b"a,b\n1,\0\n"), &["not text", "zero bytes", "line 2"]);
        assert_says(&complaint("x.csv", b"\x01\x02\x03\x04ab"), &["control characters"]);
        assert_says(&complaint("x.xlsx", b"PK\x03\x04\0\0"), &["Excel"]);
        let random: Vec<u8> = (0..4000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert_says(&complaint("x", random), &["not text"]);
    }

    #[test]
    fn five_thousand_columns_and_ten_megabytes_in_a_cell() {
        let header: Vec<String> = (0..5000).map(|column| format!("c{column}")).collect();
        let row = vec!["1"; 5000].join(",");
        let wide = table(format!("{}\n{row}\n{row}\n", header.join(",")));
        assert_eq!(wide.frame.shape(), (2, 5000));
        let tall = table(format!("a,b\n1,{}\n", "x".repeat(10 << 20)));
        assert_eq!(cells(&tall, "b")[0].len(), 10 << 20);
    }

    #[test]
    fn fingerprint_is_of_the_stored_bytes() {
        let plain = table("a,b\n1,2\n");
        assert_eq!(plain.fingerprint, read_as("y.csv", "a,b\n1,2\n").unwrap().fingerprint);
        assert_ne!(plain.fingerprint, table("a,b\n1,3\n").fingerprint);
        assert_ne!(plain.fingerprint, table("\u{feff}a,b\n1,2\n").fingerprint);
    }
}

mod csv_round_trip {
    use proptest::prelude::*;

    use super::*;

    fn cell() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec!["a", "\"", ",", "\n", "\r\n", ";", "é", " ", "7"]);
        prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        /// What a plain writer quotes comes back cell by cell, every row with the line on which it starts.
        #[test]
        fn quoted_tables_come_back(
            rows in prop::collection::vec((prop::collection::vec(cell(), 3), 0..3_usize), 1..8),
            line_end in prop::sample::select(vec!["\n", "\r\n"]),
        ) {
            let mut text = ["h0,h1,h2", line_end].concat();
            let mut starts = Vec::new();
            for (cells, blank_lines) in &rows {
                text.push_str(&line_end.repeat(*blank_lines));
                starts.push(1 + text.matches('\n').count() as u64);
                let quoted: Vec<String> =
                    cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                text.push_str(&quoted.join(","));
                text.push_str(line_end);
            }
            let table = read_as("x.csv", &text).unwrap();
            prop_assert_eq!(lines(&table), starts);
            for (column, name) in ["h0", "h1", "h2"].into_iter().enumerate() {
                let written: Vec<String> = rows
                    .iter()
                    .map(|(cells, _)| if cells[column].is_empty() { "~".to_owned() } else { cells[column].clone() })
                    .collect();
                prop_assert_eq!(cells(&table, name), written);
            }
        }
    }
}

mod packed_files {
    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    const CSV: &str = "a,b\n1,x\n2,y\n";
    const JSON: &str = "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n";

    #[test]
    fn gzip_and_zstandard_hold_either_text_format_whatever_the_name() {
        for text in [CSV, JSON] {
            for packed in [gzip(text.as_bytes()), zstd::encode_all(text.as_bytes(), 3).unwrap()] {
                let table = read_as("noname", packed).unwrap();
                assert_eq!(cells(&table, "b"), ["x", "y"]);
                assert_eq!(table.format, if text == CSV { Format::Csv } else { Format::JsonLines });
            }
        }
    }

    #[test]
    fn gzip_files_one_after_the_other() {
        let both = [gzip(CSV.as_bytes()), gzip(b"3,z\n")].concat();
        assert_eq!(cells(&read_as("x.csv.gz", both).unwrap(), "b"), ["x", "y", "z"]);
    }

    #[test]
    fn cut_off_and_corrupt_packing() {
        let text: String = (0..5000).map(|i| format!("{i},{}\n", i * i)).collect();
        let zst = zstd::encode_all(text.as_bytes(), 3).unwrap();
        let gz = gzip(text.as_bytes());
        assert_says(&complaint("x.csv.gz", &gz[..gz.len() / 2]), &["gzip", "cut off or corrupt"]);
        assert_says(&complaint("x.csv.zst", &zst[..zst.len() / 2]), &["Zstandard", "cut off or corrupt"]);
        assert_says(&complaint("x.csv.gz", &gz[..2]), &["gzip", "cut off or corrupt"]);
        let mut flipped = gz.clone();
        let at = gz.len() - 6;
        flipped[at] ^= 0xff;
        assert_says(&complaint("x.csv.gz", flipped), &["gzip", "cut off or corrupt"]);
        assert_says(&complaint("x.csv.gz", gzip(b"")), &["empty"]);
    }
}

mod json_lines {
    use super::*;

    #[test]
    fn columns_in_order_of_their_keys_with_their_types() {
        let text = "{\"z\": 1, \"b\": true, \"t\": \"x\", \"m\": 1}\n\n{\"b\": null, \"z\": -2, \"new\": 1.5, \"m\": \"w\"}\r\n{\"new\": 2}\n";
        let table = read_as("x.jsonl", text).unwrap();
        assert_eq!(table.format, Format::JsonLines);
        assert_eq!(names(&table), ["z", "b", "t", "m", "new"]);
        let kinds: Vec<DataType> = table.frame.dtypes();
        use DataType as T;
        assert_eq!(kinds, [T::Int64, T::Boolean, T::String, T::String, T::Float64]);
        let z: Vec<_> = table.frame.column("z").unwrap().i64().unwrap().iter().collect();
        assert_eq!(z, [Some(1), Some(-2), None]);
        let new: Vec<_> = table.frame.column("new").unwrap().f64().unwrap().iter().collect();
        assert_eq!(new, [None, Some(1.5), Some(2.0)]);
        assert_eq!(cells(&table, "m"), ["1", "w", "~"]);
        assert_eq!(cells(&table, "t"), ["x", "~", "~"]);
        assert_eq!(lines(&table), [1, 3, 4]);
    }

    #[test]
    fn numbers_are_read_to_the_last_bit() {
        // One unit in the last place off under fast float parsing.
        let text = "{\"1.5\": \"2.5\\\" 3\", \"l\": [4.5, {\"x\": 5}], \"n\": -7, \"a\": 31.245270191439438}\n{\"a\": 1e23}\n{\"a\": 0.1}\n";
        let table = read_as("x.jsonl", text).unwrap();
        let a: Vec<_> = table.frame.column("a").unwrap().f64().unwrap().iter().flatten().map(f64::to_bits).collect();
        assert_eq!(a, [31.245270191439438_f64, 1e23, 0.1].map(f64::to_bits));
    }

    #[test]
    fn nested_keys_are_left_out_with_a_notice() {
        let table = read_as("x.jsonl", "{\"a\":1,\"l\":[1,{\"x\":2}]}\n{\"a\":2,\"o\":{\"p\":[]}}\n").unwrap();
        assert_eq!(names(&table), ["a"]);
        assert_says(&table.notices[0], &["2 columns", "l, o"]);
        assert_says(&complaint("x.jsonl", "{\"a\":[1]}\n"), &["no object"]);
        assert_says(&complaint("x.jsonl", "{}\n{}\n"), &["no object"]);
    }

    #[test]
    fn a_line_that_does_not_parse_is_named() {
        let message = complaint("x.jsonl", "{\"a\": 1}\n\n{\"a\": 1 \x1b[0m \"b\"}\n");
        assert_says(&message, &["x.jsonl, line 3", "byte 9", "{\"a\": 1 \\u{1b}[0m", "jq"]);
        assert!(!message.contains("line 1"), "{message}");
        assert_says(&complaint("x.jsonl", "{\"a\": 1}\n7\n"), &["line 2", "a JSON object"]);
        assert_says(&complaint("x.json", "{\n  \"a\": 1\n}\n"), &["line 1", "one whole JSON object"]);
        assert_says(&complaint("x.jsonl", "a,b\n1,2\n"), &["line 1"]);
        assert_says(&complaint("x.jsonl", format!("{}\n", "{\"a\":".repeat(100_000))), &["line 1"]);
    }

    #[test]
    fn a_json_array_is_told_how_to_become_lines() {
        assert_says(&complaint("x.json", "[\n{\"a\": 1},\n{\"a\": 2}\n]\n"), &["JSON array", "jq"]);
        assert_says(&complaint("x", "[{\"a\": 1}]"), &["JSON array"]);
    }
}

mod binary_files {
    use super::*;

    fn frame() -> DataFrame {
        let text: Vec<Option<&str>> = vec![Some("x"), None, Some("z")];
        DataFrame::new(
            3,
            vec![
                Column::new("n".into(), [1_i64, 2, 3]),
                Column::new("f".into(), [0.5, 1.5, 2.5]),
                Column::new("t".into(), text),
                Column::new("b".into(), [true, false, true]),
            ],
        )
        .unwrap()
    }

    fn parquet(frame: &mut DataFrame) -> Vec<u8> {
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(frame).unwrap();
        bytes
    }

    fn ipc(frame: &mut DataFrame, compression: Option<IpcCompression>) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        IpcWriter::new(&mut bytes).with_compression(compression).finish(frame).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn parquet_comes_back_as_it_was_written() {
        let table = read_as("x.csv", parquet(&mut frame())).unwrap();
        assert_eq!(table.format, Format::Parquet);
        assert!(table.frame.equals_missing(&frame()));
        assert_eq!(table.line_of(0), None);
    }

    #[test]
    fn ipc_comes_back_as_it_was_written() {
        for compression in [None, Some(IpcCompression::LZ4), Some(IpcCompression::ZSTD(Default::default()))] {
            let table = read_as("x", ipc(&mut frame(), compression)).unwrap();
            assert_eq!(table.format, Format::Ipc);
            assert!(table.frame.equals_missing(&frame()));
        }
    }

    #[test]
    fn nested_and_binary_columns_are_left_out_with_a_notice() {
        let list = Column::new("list".into(), [Series::new("".into(), [1, 2]), Series::new("".into(), [3, 4])]);
        let pair = frame().head(Some(2)).into_struct("pair".into()).into_series();
        let blob = Column::new("blob".into(), [b"\x01".as_slice(), b"\x02".as_slice()]);
        let columns = vec![list, Column::from(pair), blob, Column::new("kept".into(), [1, 2])];
        let mut whole = DataFrame::new(2, columns).unwrap();
        for bytes in [parquet(&mut whole), ipc(&mut whole, None)] {
            let table = read_as("x", bytes).unwrap();
            assert_eq!(names(&table), ["kept"]);
            assert_says(&table.notices[0], &["3 columns", "list, pair, blob"]);
        }
        let mut only = whole.select(["list"]).unwrap();
        assert_says(&complaint("x", parquet(&mut only)), &["nested or binary"]);
    }

    #[test]
    fn columns_without_a_type_are_text_without_values() {
        let mut whole = DataFrame::new(2, vec![Column::full_null("e".into(), 2, &DataType::Null)]).unwrap();
        for bytes in [parquet(&mut whole), ipc(&mut whole, None)] {
            assert_eq!(cells(&read_as("x", bytes).unwrap(), "e"), ["~", "~"]);
        }
    }

    #[test]
    fn no_rows() {
        let mut none = frame().head(Some(0));
        assert_says(&complaint("x.parquet", parquet(&mut none)), &["no rows"]);
        assert_says(&complaint("x.arrow", ipc(&mut none, None)), &["no rows"]);
    }

    #[test]
    fn every_truncation_is_an_error() {
        for (name, bytes) in [("x.parquet", parquet(&mut frame())), ("x.arrow", ipc(&mut frame(), None))] {
            for length in (0..bytes.len()).step_by(7) {
                let message = complaint(name, &bytes[..length]);
                assert!(!message.contains("panicked"), "{message}");
            }
            assert_says(&complaint(name, &bytes[..bytes.len() - 1]), &["cut off or corrupt"]);
            let holed = [&bytes[..bytes.len() / 2], &bytes[bytes.len() / 2 + 9..]].concat();
            assert_says(&complaint(name, holed), &["cut off or corrupt"]);
        }
    }

    #[test]
    fn a_name_that_promises_too_much() {
        assert_says(&complaint("x.parquet", "a,b\n1,2\n"), &["promises Parquet"]);
        assert_says(&complaint("x.arrow", b"\xff\xff\xff\xff\0\0"), &["Arrow stream"]);
        assert_says(&complaint("x.feather", b"FEA1\0\0\0"), &["promises Arrow IPC", "Feather version 1"]);
        assert_says(&complaint("x", b"\xff\xff\xff\xff\0\0"), &["Arrow stream"]);
    }
}

mod places {
    use super::*;

    #[test]
    fn the_sample_reads_without_a_word() {
        let table = super::super::read(&Location::Sample, &Options::default(), &Cancel::never(), &mut quiet).unwrap();
        assert_eq!(table.name, "sample");
        assert_eq!(table.frame.width(), 7);
        assert!(table.frame.height() > 0);
        assert!(table.notices.is_empty(), "{:?}", table.notices);
    }

    #[test]
    fn arguments_name_places() {
        assert_eq!(Location::from_argument(None), Location::Sample);
        assert_eq!(Location::from_argument(Some(Path::new("-"))), Location::Stdin);
        assert_eq!(Location::from_argument(Some(Path::new("a/-"))), Location::Path("a/-".into()));
    }

    #[test]
    fn a_missing_file_is_given_its_neighbour() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("learners.csv"), "a\n1\n").unwrap();
        fs::write(folder.path().join("zzz"), "").unwrap();
        let error = read_path(&folder.path().join("leaners.csv"), &Options::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::BadInput);
        assert_says(&error.to_string(), &["leaners.csv", "no such file", "did you mean", "/learners.csv?"]);
        let error = read_path(&folder.path().join("no/such/folder.csv"), &Options::default()).unwrap_err();
        assert_says(&error.to_string(), &["no such file"]);
        assert!(!error.to_string().contains("did you mean"));
        let error = read_path(&folder.path().join("zzz/x.csv"), &Options::default()).unwrap_err();
        assert_says(&error.to_string(), &["not a folder"]);
        assert_eq!(error.kind(), Kind::BadInput);
    }

    #[test]
    fn a_folder_is_no_table() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_path(folder.path(), &Options::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::BadInput);
        assert_says(&error.to_string(), &["it is a folder", "inside"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_without_permission() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("locked.csv");
        fs::write(&path, "a\n1\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
        // The superuser may read everything, so there is nothing to see for it.
        if let Err(error) = read_path(&path, &Options::default()) {
            assert_eq!(error.kind(), Kind::BadInput);
            assert_says(&error.to_string(), &["permission"]);
        }
    }

    #[test]
    fn progress_ends_at_the_end_and_cancel_ends_it_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        let text = format!("a,b\n{}", "1,2\n".repeat(200_000));
        fs::write(&path, &text).unwrap();
        let location = Location::Path(path);
        let mut heard = Vec::new();
        let read = super::super::read(&location, &Options::default(), &Cancel::never(), &mut |done, total| {
            heard.push((done, total));
        });
        assert_eq!(read.unwrap().frame.height(), 200_000);
        let size = text.len() as u64;
        assert!(heard.contains(&(size, Some(size))), "{heard:?}");
        assert!(heard.len() > 8);

        // Cancelled while cells are read: after as many steps as the bytes took, and one.
        let cancel = Cancel::never();
        let mut steps = 0;
        let read = super::super::read(&location, &Options::default(), &cancel, &mut |_, _| {
            steps += 1;
            if steps == 6 {
                cancel.cancel();
            }
        });
        assert_eq!(read.unwrap_err().kind(), Kind::Interrupted);
        assert_eq!(steps, 6);
    }

    #[test]
    fn control_characters_of_a_name_are_escaped() {
        let error = read_as("x\x1b[31m.csv", "").unwrap_err();
        assert_says(&error.to_string(), &["x\\u{1b}[31m.csv"]);
        assert_eq!(read_as("x\n.csv", "a\n1\n2\n").unwrap().name, "x\\n.csv");
    }
}
