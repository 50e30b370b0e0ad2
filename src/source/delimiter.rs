//! Which delimiter a CSV file uses.

use super::csv::Records;

/// Records looked at: enough to see a pattern, few enough to cost nothing.
const LOOK_AT: usize = 20;

/// The delimiter by which the first records agree best on their number of fields; a comma if none splits them.
pub(super) fn sniff(text: &str) -> u8 {
    let mut best = (b',', Split { agreeing: 0, fields: 0 });
    for delimiter in [b'\t', b';', b'|', b','] {
        let mut split = Split::of(text, delimiter);
        if split.fields < 2 {
            continue;
        }
        // `1,5;2,5`: decimal commas give one field more than the columns they stand in, and are no delimiter.
        if delimiter == b',' && split.fields == best.1.fields + 1 {
            split.fields -= 1;
        }
        if (split.agreeing, split.fields) > (best.1.agreeing, best.1.fields) {
            best = (delimiter, split);
        }
    }
    best.0
}

/// How a delimiter splits the first records.
struct Split {
    /// Records with as many fields as the first.
    agreeing: usize,
    /// Fields of the first record.
    fields: usize,
}

impl Split {
    fn of(text: &str, delimiter: u8) -> Self {
        let mut records = Records::new(text, delimiter, 1);
        let mut split = Self { agreeing: 0, fields: 0 };
        for _ in 0..LOOK_AT {
            // An error is met again, and told, when the file is read.
            let Ok(Some(record)) = records.advance() else { break };
            if split.fields == 0 {
                split.fields = record.fields.len();
            }
            split.agreeing += usize::from(record.fields.len() == split.fields);
        }
        split
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consistency_decides() {
        assert_eq!(sniff("a,b,c\n1,2,3\n"), b',');
        assert_eq!(sniff("a;b;c\n1;2;3\n"), b';');
        assert_eq!(sniff("a\tb\n1, 2, 3\t4\n"), b'\t');
        assert_eq!(sniff("a|b\n1,2|3,4\n1|2\n"), b'|');
        assert_eq!(sniff("one\n1\n"), b',');
    }

    #[test]
    fn quotes_are_respected() {
        assert_eq!(sniff("a,b\n\"x;y\",1\n\"z;\",2\n"), b',');
        assert_eq!(sniff("a;b\n\"x,y\";1\n\"z\nz,\";2\n"), b';');
    }

    #[test]
    fn decimal_commas_are_no_delimiter() {
        assert_eq!(sniff("a;b\n1,5;2,5\n3,5;4,5\n"), b';');
        assert_eq!(sniff("1,5;2,5\n3,5;4,5\n"), b';');
        assert_eq!(sniff("a,b,c,d|e\n1,2,3,x|y\n"), b',');
    }

    #[test]
    fn one_ragged_line_does_not_turn_the_choice() {
        assert_eq!(sniff("a,b,c\n1,2,3\n1,2\n1,2,3\n"), b',');
    }
}
